//! Connections: the first words, the last words, words out of turn.

use super::client::{Client, START_MS, bus, listener, root, token};
use expect_test::{Expect, expect};
use fe2o3_amqp_types::performatives::{Close, End};
use fe2o3_amqp_types::sasl::SaslInit;
use punctual_stand_in_servicebus::codec;
use serde_amqp::primitives::Symbol;

#[track_caller]
fn check(talk: impl FnOnce(&mut Client), expected: Expect) {
    let mut client = Client::silent(bus());
    talk(&mut client);
    expected.assert_eq(&client.listen());
}

#[test]
fn the_first_words() {
    check(
        |client| client.greet(65_536, None),
        expect![[r#"
        header [3, 1, 0, 0]
        sasl mechanisms(array[:MSSBCBS :PLAIN :ANONYMOUS :EXTERNAL])
        sasl outcome(0)
        header [0, 1, 0, 0]
        0 open("910a2dec-8902-4cc1-beeb-8da1658eec67" - 65536 255 240000)
    "#]],
    );
    check(
        |client| {
            client.greet(65_536, None);
            client.begin(3, 10);
            client.say(&Close { error: None });
        },
        expect![[r#"
            header [3, 1, 0, 0]
            sasl mechanisms(array[:MSSBCBS :PLAIN :ANONYMOUS :EXTERNAL])
            sasl outcome(0)
            header [0, 1, 0, 0]
            0 open("910a2dec-8902-4cc1-beeb-8da1658eec67" - 65536 255 240000)
            3 begin(3 0 5000 5000 255)
            0 close()
            over
        "#]],
    );
}

#[test]
fn plain_is_a_key_for_the_whole_connection() {
    let init = |response: &[u8]| {
        let mut bytes = Vec::new();
        let init = SaslInit {
            mechanism: Symbol::from("PLAIN"),
            initial_response: Some(response.to_vec().into()),
            hostname: None,
        };
        codec::write(&init, &mut bytes);
        let mut frame = (8 + bytes.len() as u32).to_be_bytes().to_vec();
        frame.extend_from_slice(&[2, 1, 0, 0]);
        [frame, bytes].concat()
    };
    check(
        |client| {
            client.bytes(b"AMQP\x03\x01\x00\x00");
            client.bytes(&init(b"\0root\0SAS_KEY_VALUE"));
        },
        expect![[r#"
            header [3, 1, 0, 0]
            sasl mechanisms(array[:MSSBCBS :PLAIN :ANONYMOUS :EXTERNAL])
            sasl outcome(0)
        "#]],
    );
    check(
        |client| {
            client.bytes(b"AMQP\x03\x01\x00\x00");
            client.bytes(&init(b"\0root\0guess"));
        },
        expect![[r#"
            header [3, 1, 0, 0]
            sasl mechanisms(array[:MSSBCBS :PLAIN :ANONYMOUS :EXTERNAL])
            sasl outcome(1)
            over
        "#]],
    );
}

#[test]
fn words_that_are_no_amqp_end_the_connection() {
    check(
        |client| client.bytes(b"GET / HTTP/1.1\r\n\r\n"),
        expect![[r#"
        header [3, 1, 0, 0]
        over
    "#]],
    );
    check(
        |client| client.bytes(b"AMQP\x00\x01\x00\x00"),
        expect![[r#"
        header [3, 1, 0, 0]
        over
    "#]],
    );
    check(
        |client| {
            client.bytes(b"AMQP\x03\x01\x00\x00");
            client.bytes(&[0, 0, 0, 9, 2, 1, 0, 0, 0x40]);
        },
        expect![[r#"
            header [3, 1, 0, 0]
            sasl mechanisms(array[:MSSBCBS :PLAIN :ANONYMOUS :EXTERNAL])
            over
        "#]],
    );
    let after_open = |bytes: &'static [u8]| {
        move |client: &mut Client| {
            client.greet(65_536, None);
            client.hear();
            client.bytes(bytes);
        }
    };
    check(
        after_open(&[0x7f, 0, 0, 0, 2, 0, 0, 0]),
        expect![[r#"
        0 close(error(:amqp:connection:framing-error "a frame is larger than max-frame-size" {}))
        over
    "#]],
    );
    check(
        after_open(&[0, 0, 0, 9, 2, 0, 0, 0, 0x40]),
        expect![[r#"
        0 close(error(:amqp:connection:framing-error "a value with a numeric descriptor was expected" {}))
        over
    "#]],
    );
    check(
        after_open(&[0, 0, 0, 12, 2, 0, 0, 0, 0, 0x53, 0x13, 0x45]),
        expect![[r#"
        0 close(error(:amqp:connection:framing-error "a value is not of the type that belongs here" {}))
        over
    "#]],
    );
    check(
        |client| {
            client.greet(65_536, None);
            client.hear();
            client.say(&End { error: None });
        },
        expect![[r#"
            0 close(error(:amqp:connection:framing-error "a frame came on a channel without a session" {}))
            over
        "#]],
    );
}

#[track_caller]
fn check_token(token: &str, audience: &str, expected: Expect) {
    let mut client = Client::open(bus());
    client.send_to(0, "$cbs");
    client.receive_from(1, "$cbs");
    client.credit(1, 10, false);
    client.hear();
    client.put_token(token, audience);
    client.send_to(2, "probe");
    client.receive_from(3, "amqps://ns.example.com/Probe");
    client.send_to(4, "probe/$management");
    expected.assert_eq(&client.listen());
}

#[test]
fn a_link_needs_a_token_that_allows_it() {
    let audience = "sb://ns.example.com/probe";
    check_token(
        &token(&root(), "probe", 60),
        audience,
        expect![[r#"
        0 disposition(true 0 0 true accepted())
        0 transfer(1 0 <4 bytes> 0 true) +72 bytes
            0x74({"status-code"=202 "status-description"="Accepted"}) 0x77({})
        0 attach("link-2" 2 true 0 1 source("here") target("probe") - - - 262144 - - {:com.microsoft:max-message-batch-size=262144})
        0 flow(1 5000 1 5000 2 0 1000)
        0 attach("link-3" 3 false 0 1 source("amqps://ns.example.com/Probe") target("reply-3") - - 0 262144 - - {:com.microsoft:max-message-batch-size=262144})
        0 attach("link-4" 4 true 0 1 source("here") target("probe/$management") - - - 262144 - - {:com.microsoft:max-message-batch-size=262144})
        0 flow(1 5000 1 5000 4 0 1000)
    "#]],
    );
    check_token(
        &token(&listener(), "probe", 60),
        audience,
        expect![[r#"
        0 disposition(true 0 0 true accepted())
        0 transfer(1 0 <4 bytes> 0 true) +72 bytes
            0x74({"status-code"=202 "status-description"="Accepted"}) 0x77({})
        0 attach("link-2" 2 true 0 1 source("here") - - - - 262144 - - {:com.microsoft:max-message-batch-size=262144})
        0 detach(2 true error(:amqp:unauthorized-access "Unauthorized access: this connection has no token for 'probe' that allows this." {}))
        0 attach("link-3" 3 false 0 1 source("amqps://ns.example.com/Probe") target("reply-3") - - 0 262144 - - {:com.microsoft:max-message-batch-size=262144})
        0 attach("link-4" 4 true 0 1 source("here") target("probe/$management") - - - 262144 - - {:com.microsoft:max-message-batch-size=262144})
        0 flow(1 5000 1 5000 4 0 1000)
    "#]],
    );
    check_token(
        &token(&root(), "other", 60),
        audience,
        expect![[r#"
        0 disposition(true 0 0 true accepted())
        0 transfer(1 0 <4 bytes> 0 true) +72 bytes
            0x74({"status-code"=202 "status-description"="Accepted"}) 0x77({})
        0 attach("link-2" 2 true 0 1 source("here") - - - - 262144 - - {:com.microsoft:max-message-batch-size=262144})
        0 detach(2 true error(:amqp:unauthorized-access "Unauthorized access: this connection has no token for 'probe' that allows this." {}))
        0 attach("link-3" 3 false 0 1 - target("reply-3") - - 0 262144 - - {:com.microsoft:max-message-batch-size=262144})
        0 detach(3 true error(:amqp:unauthorized-access "Unauthorized access: this connection has no token for 'probe' that allows this." {}))
        0 attach("link-4" 4 true 0 1 source("here") - - - - 262144 - - {:com.microsoft:max-message-batch-size=262144})
        0 detach(4 true error(:amqp:unauthorized-access "Unauthorized access: this connection has no token for 'probe/$management' that allows this." {}))
    "#]],
    );
    check_token(
        &token(&root(), "probe", 0),
        audience,
        expect![[r#"
        0 disposition(true 0 0 true accepted())
        0 transfer(1 0 <4 bytes> 0 true) +142 bytes
            0x74({"status-code"=401 "status-description"="ExpiredToken: the token is expired." "error-condition"=:amqp:unauthorized-access}) 0x77({})
        0 attach("link-2" 2 true 0 1 source("here") - - - - 262144 - - {:com.microsoft:max-message-batch-size=262144})
        0 detach(2 true error(:amqp:unauthorized-access "Unauthorized access: this connection has no token for 'probe' that allows this." {}))
        0 attach("link-3" 3 false 0 1 - target("reply-3") - - 0 262144 - - {:com.microsoft:max-message-batch-size=262144})
        0 detach(3 true error(:amqp:unauthorized-access "Unauthorized access: this connection has no token for 'probe' that allows this." {}))
        0 attach("link-4" 4 true 0 1 source("here") - - - - 262144 - - {:com.microsoft:max-message-batch-size=262144})
        0 detach(4 true error(:amqp:unauthorized-access "Unauthorized access: this connection has no token for 'probe/$management' that allows this." {}))
    "#]],
    );
    check_token(
        &token(&root(), "", 60),
        "sb://ns.example.com/nowhere",
        expect![[r#"
        0 disposition(true 0 0 true accepted())
        0 transfer(1 0 <4 bytes> 0 true) +147 bytes
            0x74({"status-code"=404 "status-description"="The messaging entity 'nowhere' could not be found." "error-condition"=:amqp:not-found}) 0x77({})
        0 attach("link-2" 2 true 0 1 source("here") - - - - 262144 - - {:com.microsoft:max-message-batch-size=262144})
        0 detach(2 true error(:amqp:unauthorized-access "Unauthorized access: this connection has no token for 'probe' that allows this." {}))
        0 attach("link-3" 3 false 0 1 - target("reply-3") - - 0 262144 - - {:com.microsoft:max-message-batch-size=262144})
        0 detach(3 true error(:amqp:unauthorized-access "Unauthorized access: this connection has no token for 'probe' that allows this." {}))
        0 attach("link-4" 4 true 0 1 source("here") - - - - 262144 - - {:com.microsoft:max-message-batch-size=262144})
        0 detach(4 true error(:amqp:unauthorized-access "Unauthorized access: this connection has no token for 'probe/$management' that allows this." {}))
    "#]],
    );
}

#[test]
fn a_queue_that_is_not_there_has_no_links() {
    let mut client = Client::trusted(bus());
    client.send_to(2, "nowhere");
    client.receive_from(3, "");
    expect![[r#"
        0 attach("link-2" 2 true 0 1 source("here") - - - - 262144 - - {:com.microsoft:max-message-batch-size=262144})
        0 detach(2 true error(:amqp:not-found "The messaging entity 'nowhere' could not be found." {}))
        0 attach("link-3" 3 false 0 1 - target("reply-3") - - 0 262144 - - {:com.microsoft:max-message-batch-size=262144})
        0 detach(3 true error(:amqp:not-found "The link's address is not that of a queue." {}))
    "#]].assert_eq(&client.listen());
}

#[test]
fn a_token_that_ends_takes_its_links_along() {
    let mut client = Client::open(bus());
    client.send_to(0, "$cbs");
    client.receive_from(1, "$cbs");
    client.credit(1, 10, false);
    client.put_token(&token(&root(), "probe", 60), "sb://ns.example.com/probe");
    client.send_to(2, "probe");
    client.hear();
    client.pass(30);
    assert_eq!(client.listen(), "");
    assert_eq!(client.connection.next_wall_ms(), Some(START_MS + 60_000));
    client.pass(30);
    expect![[r#"
        0 detach(2 true error(:amqp:unauthorized-access "Unauthorized access: this connection has no token for 'probe' that allows this." {}))
    "#]].assert_eq(&client.listen());
}
