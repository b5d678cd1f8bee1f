//! Peers on a genuine socket that send rubbish, too much, half of it, or nothing: each ends in a clear error, in time.

use expect_test::{Expect, expect};
use punctual_servicebus::{
    Client, Credential, Error, Options,
    transport::{SystemClock, connect_tcp},
};
use std::{
    io::{Read, Write},
    net::{Shutdown, TcpListener, TcpStream},
    sync::Arc,
    time::{Duration, Instant},
};

const TIMEOUT: Duration = Duration::from_millis(300);

/// What the peer says when it is connected. After that it listens until the client hangs up.
struct Peer {
    says: &'static [u8],
    /// Says it again and again.
    endless: bool,
    hangs_up: bool,
}

const fn says(says: &'static [u8]) -> Peer {
    Peer {
        says,
        endless: false,
        hangs_up: false,
    }
}

fn serve(mut stream: TcpStream, peer: &Peer) {
    let mut buffer = [0; 1024];
    while stream.write_all(peer.says).is_ok() && peer.endless {}
    if peer.hangs_up {
        let _ = stream.shutdown(Shutdown::Write);
    }
    while matches!(stream.read(&mut buffer), Ok(1..)) {}
}

fn connect(peer: Peer) -> (Result<(), Error>, Duration) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    std::thread::scope(|scope| {
        scope.spawn(|| serve(listener.accept().unwrap().0, &peer));
        let mut options = Options::new("localhost", Credential::Anonymous, "hostile");
        options.connect_timeout = TIMEOUT;
        let tcp = connect_tcp(address, Duration::from_secs(5)).unwrap();
        let began = Instant::now();
        let client = Client::connect(tcp, &options, Arc::new(SystemClock::default()));
        (client.map(drop), began.elapsed())
    })
}

#[track_caller]
fn check(peer: Peer, expected: Expect) {
    let (result, elapsed) = connect(peer);
    let error = result.unwrap_err();
    expected.assert_eq(&format!("{:?}: {error}", error.class));
    // Generous, since machines stall. What counts is that it ends.
    assert!(elapsed < TIMEOUT + Duration::from_secs(20), "{elapsed:?}");
}

const SASL: &[u8] = b"AMQP\x03\x01\0\0";

#[test]
fn nothing() {
    check(
        says(b""),
        expect!["Retryable: connect: no answer came in time"],
    );
    check(
        says(SASL),
        expect!["Retryable: connect: no answer came in time"],
    );
}

#[test]
fn hanging_up() {
    let peer = |bytes| Peer {
        hangs_up: true,
        ..says(bytes)
    };
    check(peer(b""), expect!["Retryable: connect: the peer hung up"]);
    check(
        peer(b"AMQP\x03\x01\0\0\0\0\0\x19\x02\x01"),
        expect!["Retryable: connect: the peer hung up"],
    );
}

#[test]
fn other_protocols() {
    check(
        says(b"HTTP/1.1 400 Bad Request\r\n\r\n"),
        expect!["Protocol: connect: the peer does not answer in AMQP 1.0: it speaks HTTP here"],
    );
    check(
        says(b"\x15\x03\x01\x00\x02\x02\x28"),
        expect![
            "Protocol: connect: the peer does not answer in AMQP 1.0: it speaks TLS here, so connect with TLS"
        ],
    );
    check(
        says(b"AMQP\x00\x00\x09\x01"),
        expect!["Protocol: connect: the peer does not answer in AMQP 1.0"],
    );
    check(
        says(b"AMQP\x00\x01\x00\x00"),
        expect!["Protocol: connect: the peer broke the rules of AMQP: the peer does not do SASL"],
    );
}

#[test]
fn rubbish() {
    check(
        says(b"AMQP\x03\x01\0\0\x00\x00\x00\x0c\x02\x01\0\0\xff\xff\xff\xff"),
        expect!["Protocol: connect: a value is cut off"],
    );
    check(
        says(b"AMQP\x03\x01\0\0\x00\x00\x00\x04\x02\x01\0\0"),
        expect!["Protocol: connect: a frame of 4 bytes has no header"],
    );
    check(
        says(b"AMQP\x03\x01\0\0\x7f\xff\xff\xff\x02\x01\0\0"),
        expect!["Protocol: connect: a frame of 2147483647 bytes is over the limit of 65536"],
    );
    // An open before SASL is over.
    check(
        says(b"AMQP\x03\x01\0\0\0\0\0\x10\x02\0\0\0\0\x53\x10\xc0\x03\x01\xa1\0"),
        expect![
            "Protocol: connect: the peer broke the rules of AMQP: an AMQP frame came during SASL"
        ],
    );
}

#[test]
fn refusals() {
    let plain = b"AMQP\x03\x01\0\0\0\0\0\x15\x02\x01\0\0\0\x53\x40\xc0\x08\x01\xa3\x05PLAIN";
    check(
        says(plain),
        expect!["Protocol: connect: the peer does not offer SASL ANONYMOUS, only PLAIN"],
    );
    let refused = b"AMQP\x03\x01\0\0\0\0\0\x19\x02\x01\0\0\0\x53\x40\xc0\x0c\x01\xa3\x09ANONYMOUS\
        \0\0\0\x10\x02\x01\0\0\0\x53\x44\xc0\x03\x01\x50\x01";
    check(
        says(refused),
        expect!["Auth: connect: the peer refused SASL ANONYMOUS: code 1"],
    );
}

/// Signs of life are not progress: the time-out holds all the same.
#[test]
fn heartbeats_for_ever() {
    let begins = b"AMQP\x03\x01\0\0\0\0\0\x19\x02\x01\0\0\0\x53\x40\xc0\x0c\x01\xa3\x09ANONYMOUS";
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    std::thread::scope(|scope| {
        scope.spawn(|| {
            let mut stream = listener.accept().unwrap().0;
            stream.write_all(begins).unwrap();
            while stream.write_all(b"\0\0\0\x08\x02\0\0\0").is_ok() {}
        });
        let mut options = Options::new("localhost", Credential::Anonymous, "hostile");
        options.connect_timeout = TIMEOUT;
        let tcp = connect_tcp(address, Duration::from_secs(5)).unwrap();
        let client = Client::connect(tcp, &options, Arc::new(SystemClock::default()));
        let text = client.map(drop).unwrap_err().to_string();
        expect!["connect: no answer came in time"].assert_eq(&text);
    });
}

#[test]
fn the_same_for_ever() {
    let endless = Peer {
        endless: true,
        ..says(b"AMQP\x03\x01\0\0")
    };
    check(
        endless,
        expect![
            "Protocol: connect: a frame of 1095586128 bytes is over the limit of 65536; the peer does not speak AMQP 1.0 here"
        ],
    );
}
