//! The client against Qpid Proton, which shares no code with it: open, attach, transfer, disposition, drain, detach.
//!
//! Needs a Python that has the module `proton` (Debian: `python3-qpid-proton`), given by `PUNCTUAL_PROTON_PYTHON`, or found. Without it the
//! test says that it was skipped.

use punctual_servicebus::{
    Class, Client, Credential, Options,
    ops::{outgoing::OutgoingMessage, settle::Disposition},
    transport::{SystemClock, connect_tcp},
};
use std::{
    io::{BufRead, BufReader},
    net::TcpStream,
    process::{Child, Command, Stdio},
    sync::Arc,
    time::Duration,
};

/// A Python that can import proton.
fn proton_python() -> Option<String> {
    let named = std::env::var("PUNCTUAL_PROTON_PYTHON").ok();
    let usual = ["/usr/bin/python3", "python3"].map(str::to_owned);
    named.into_iter().chain(usual).find(|python| {
        let import = Command::new(python)
            .args(["-c", "import proton"])
            .stderr(Stdio::null())
            .status();
        import.is_ok_and(|status| status.success())
    })
}

/// The broker, which ends with its standard input, at the latest when this is dropped.
struct Broker {
    child: Child,
    port: u16,
}

impl Broker {
    fn start(python: &str) -> Self {
        let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/proton/broker.py");
        let mut child = Command::new(python)
            .arg(script)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("python was there a moment ago");
        let mut line = String::new();
        let output = child.stdout.take().expect("standard output is a pipe");
        BufReader::new(output).read_line(&mut line).unwrap();
        let port = line.trim().parse().expect("the broker prints its port");
        Self { child, port }
    }

    fn connect(&self, name: &str) -> Client<TcpStream> {
        let timeout = Duration::from_secs(20);
        let tcp = connect_tcp(([127, 0, 0, 1], self.port).into(), timeout).unwrap();
        let options = Options::new("localhost", Credential::Anonymous, name);
        Client::connect(tcp, &options, Arc::new(SystemClock::default())).unwrap()
    }
}

impl Drop for Broker {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn message(id: &str, body: &[u8]) -> OutgoingMessage {
    OutgoingMessage {
        message_id: id.to_owned(),
        body: body.to_vec(),
        properties: vec![("n".to_owned(), 7.into())],
        ..OutgoingMessage::default()
    }
}

const WAIT: Duration = Duration::from_secs(20);

#[test]
fn interoperates() {
    let Some(python) = proton_python() else {
        println!(
            "SKIPPED: no python with the module proton; on Debian: apt-get install python3-qpid-proton"
        );
        return;
    };
    let broker = Broker::start(&python);
    let mut client = broker.connect("first");

    // Outcomes, more messages than credit, and one that takes several frames.
    let large = vec![9; 300_000];
    let mut messages: Vec<_> = (0..25)
        .map(|n| message(&format!("m{n}"), b"body"))
        .collect();
    messages.push(message("large", &large));
    messages.push(message("reject me", b""));
    let mut results = client.send("q", &messages);
    assert!(results.pop().unwrap().is_err());
    assert_eq!(results, vec![Ok(()); 26]);

    // As many as asked for, in order, and the credit is taken back.
    let first = client.receive("q", 20, WAIT).unwrap();
    assert_eq!(first.len(), 20);
    let second = client.receive("q", 20, WAIT).unwrap();
    assert_eq!(second.len(), 6);
    let ids = first.iter().chain(&second).map(|received| {
        let message = received.message.as_ref().unwrap();
        message.message_id().unwrap().into_owned()
    });
    assert!(
        ids.eq(messages
            .iter()
            .take(26)
            .map(|message| message.message_id.clone()))
    );
    assert_eq!(second[5].message.as_ref().unwrap().data(), large);
    assert_eq!(
        client.receive("q", 1, Duration::from_millis(50)).unwrap(),
        []
    );

    // Every way to settle, each confirmed by the broker.
    let dead_letter = Disposition::DeadLetter {
        reason: "test".to_owned(),
        description: "a test".to_owned(),
    };
    let ways = [
        Disposition::Complete,
        Disposition::Abandon,
        Disposition::Release,
        dead_letter,
    ];
    let asked: Vec<_> = first.iter().zip(ways.iter().cycle()).collect();
    assert_eq!(client.settle_all(&asked), vec![Ok(()); 20]);
    assert_eq!(client.receive("q", 100, WAIT).unwrap().len(), 10);
    assert_eq!(client.receive("rejected", 100, WAIT).unwrap().len(), 5);

    // A refused link, after which the connection is as good as before.
    let error = client
        .send("nowhere", &[message("m", b"")])
        .remove(0)
        .unwrap_err();
    assert_eq!(error.class, Class::Configuration, "{error}");
    assert!(
        error.to_string().contains("there is no such queue"),
        "{error}"
    );
    assert!(client.is_open());
    let mut other = broker.connect("second");
    assert_eq!(other.send("other", &[message("m", b"")]), [Ok(())]);
    assert_eq!(client.receive("other", 1, WAIT).unwrap().len(), 1);
    client.close();
    other.close();
}
