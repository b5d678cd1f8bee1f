//! The client against a scripted peer: what it asks, and what it makes of the answers.

mod connecting;
mod faults;
mod peer;
mod receiving;
mod scheduling;

use expect_test::Expect;
use peer::{Peer, Pipe, Script};
use punctual_servicebus::{
    Client, Credential, Options,
    codec::{Array, Value},
};

fn options() -> Options {
    let credential = Credential::SharedKey {
        name: "send".to_owned(),
        key: "c2VjcmV0".to_owned(),
    };
    Options::new("contoso.example.com", credential, "test")
}

fn connect(script: Script) -> (Client<Pipe>, Pipe) {
    let pipe = Pipe::new(Peer::new(script));
    let client = Client::connect(pipe.end(), &options(), pipe.clock.clone()).unwrap();
    (client, pipe)
}

/// A list or an array in a request's body.
fn list(body: &Value, key: &str) -> Vec<Value> {
    let Value::Map(map) = body else {
        panic!("{body:?} is no map");
    };
    match map.get(&Value::String(key.to_owned())) {
        Some(Value::List(list) | Value::Array(Array(list))) => list.clone(),
        other => panic!("{key} is {other:?}"),
    }
}

/// What the peer was asked, one line each.
#[track_caller]
fn check_log(pipe: &Pipe, expected: Expect) {
    let log = pipe.peer.borrow().log.join("\n");
    expected.assert_eq(&log);
}

/// An error as class and text.
#[track_caller]
fn check_error<T: std::fmt::Debug>(
    result: Result<T, punctual_servicebus::Error>,
    expected: Expect,
) {
    let error = result.unwrap_err();
    expected.assert_eq(&format!("{:?}: {error}", error.class));
}
