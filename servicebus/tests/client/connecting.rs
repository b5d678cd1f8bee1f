//! Opening, authorizing, closing.

use crate::{
    check_error, check_log, connect, options,
    peer::{Answer, Peer, Pipe, Script},
};
use expect_test::expect;
use punctual_servicebus::{
    Client, Credential, UnixMs,
    codec::{SimpleValue, Value},
    ops::schedule::SequenceNumber,
};
use std::{cell::RefCell, rc::Rc, time::Duration};

fn peekable() -> Script {
    Script {
        request: Box::new(|_, _, _| Answer::fail(204, "com.microsoft:message-not-found", "")),
        ..Script::default()
    }
}

#[test]
fn opens_and_closes() {
    let (client, pipe) = connect(Script::default());
    assert!(client.is_open());
    client.close();
    check_log(
        &pipe,
        expect![[r#"
        attach $cbs
        attach $cbs
        close"#]],
    );
}

#[test]
fn a_token_says_what_it_is_for_and_until_when() {
    let seen = Rc::new(RefCell::new(Vec::new()));
    let log = Rc::clone(&seen);
    let (mut client, _) = connect(Script {
        token: Box::new(move |properties, body| {
            for key in ["type", "name", "expiration"] {
                log.borrow_mut()
                    .push(format!("{key}: {:?}", properties.get(key)));
            }
            let Value::String(token) = body else {
                panic!("a token is text");
            };
            let masked = token.split("&sig=").next().unwrap();
            log.borrow_mut().push(masked.to_owned());
            Answer::Reply(202, "", "Accepted", Value::Null)
        }),
        ..peekable()
    });
    client.peek("q/a", SequenceNumber(1), 10).unwrap();
    expect![[r#"
        type: Some(String("servicebus.windows.net:sastoken"))
        name: Some(String("sb://contoso.example.com/q/a"))
        expiration: Some(Timestamp(Timestamp(1780003600000)))
        SharedAccessSignature sr=sb%3A%2F%2Fcontoso.example.com%2Fq%2Fa"#]]
    .assert_eq(&seen.borrow().join("\n"));
}

#[test]
fn a_token_is_put_again_before_it_ends() {
    let (mut client, pipe) = connect(peekable());
    for minutes in [0, 30, 27, 2] {
        pipe.clock.advance(Duration::from_secs(minutes * 60));
        pipe.peer.borrow_mut().beat();
        client.peek("q", SequenceNumber(1), 1).unwrap();
    }
    let puts = |pipe: &Pipe| {
        let log = &pipe.peer.borrow().log;
        log.iter()
            .filter(|line| line.starts_with("put-token"))
            .count()
    };
    assert_eq!(puts(&pipe), 2);
}

#[test]
fn a_refused_token_is_auth() {
    let (mut client, _) = connect(Script {
        token: Box::new(|_, _| Answer::fail(401, "amqp:unauthorized-access", "InvalidSignature")),
        ..Script::default()
    });
    check_error(
        client.peek("q", SequenceNumber(1), 1),
        expect!["Auth: peek: amqp:unauthorized-access: InvalidSignature (status 401)"],
    );
    assert!(client.is_open());
}

#[test]
fn an_expired_token_is_not_even_sent() {
    let pipe = Pipe::new(Peer::new(peekable()));
    let mut options = options();
    options.credential = Credential::Bearer {
        token: "header.claims.signature".to_owned(),
        expires_at: UnixMs(1_700_000_000_000),
    };
    let mut client = Client::connect(pipe.end(), &options, pipe.clock.clone()).unwrap();
    check_error(
        client.peek("q", SequenceNumber(1), 1),
        expect!["Auth: peek: the token has expired: get a new one"],
    );
}

#[test]
fn a_bearer_token_is_a_jwt() {
    let (pipe, kind) = {
        let kind = Rc::new(RefCell::new(None));
        let seen = Rc::clone(&kind);
        let pipe = Pipe::new(Peer::new(Script {
            token: Box::new(move |properties, _| {
                *seen.borrow_mut() = properties.get("type").cloned();
                Answer::ok([])
            }),
            ..peekable()
        }));
        (pipe, kind)
    };
    let mut options = options();
    options.credential = Credential::Bearer {
        token: "header.claims.signature".to_owned(),
        expires_at: UnixMs(1_790_000_000_000),
    };
    let mut client = Client::connect(pipe.end(), &options, pipe.clock.clone()).unwrap();
    client.peek("q", SequenceNumber(1), 1).unwrap();
    assert_eq!(*kind.borrow(), Some(SimpleValue::String("jwt".to_owned())));
}

#[test]
fn a_broker_without_cbs_is_not_asked() {
    let pipe = Pipe::new(Peer::new(peekable()));
    let mut options = options();
    options.credential = Credential::Anonymous;
    let mut client = Client::connect(pipe.end(), &options, pipe.clock.clone()).unwrap();
    client.peek("q", SequenceNumber(1), 1).unwrap();
    check_log(
        &pipe,
        expect![[r#"
        attach q/$management
        attach q/$management
        com.microsoft:peek-message q/$management"#]],
    );
}

#[test]
fn a_refused_link_says_why() {
    let (mut client, _) = connect(Script {
        refuse: Box::new(|address| {
            let missing = address.starts_with("nowhere");
            missing.then_some(("amqp:not-found", "The messaging entity could not be found."))
        }),
        ..peekable()
    });
    check_error(
        client.peek("nowhere", SequenceNumber(1), 1),
        expect!["Configuration: peek: amqp:not-found: The messaging entity could not be found."],
    );
    // The connection is as good as before.
    assert_eq!(client.peek("somewhere", SequenceNumber(1), 1).unwrap(), []);
}

#[test]
fn a_link_that_idled_out_is_attached_again() {
    let (mut client, pipe) = connect(peekable());
    client.peek("q", SequenceNumber(1), 1).unwrap();
    let idle = ("amqp:link:detach-forced", "Idle timeout: 00:10:00");
    pipe.peer.borrow_mut().detach_all("q/$management", idle);
    pipe.clock.advance(Duration::from_secs(600));
    // The client looks at what came meanwhile before it asks, so nothing goes to a dead link.
    client.peek("q", SequenceNumber(1), 1).unwrap();
}

#[test]
fn heartbeats_go_out_while_waiting() {
    let (mut client, pipe) = connect(Script::default());
    pipe.peer.borrow_mut().script.beats = true;
    client.receive("q", 1, Duration::from_secs(600)).unwrap();
    let beats = pipe
        .peer
        .borrow()
        .log
        .iter()
        .filter(|line| *line == "heartbeat")
        .count();
    // The peer's idle time-out is 240 s: one at least each 120 s.
    assert!((4..=6).contains(&beats), "{beats}");
}
