//! What the peer does where tests differ.

use punctual_servicebus::codec::{
    OrderedMap, Value,
    message::Message,
    messaging::{Accepted, ApplicationProperties, DeliveryState},
};
use std::collections::{HashMap, VecDeque};

/// The peer's answer to a request.
pub enum Answer {
    /// Status, condition, description, body.
    Reply(i32, &'static str, &'static str, Value),
    /// None.
    Silence,
}

impl Answer {
    pub fn ok<const N: usize>(entries: [(&str, Value); N]) -> Self {
        let mut map = OrderedMap::new();
        for (key, value) in entries {
            map.insert(Value::String(key.to_owned()), value);
        }
        Self::Reply(200, "", "OK", Value::Map(map))
    }

    pub fn fail(status: i32, condition: &'static str, description: &'static str) -> Self {
        Self::Reply(status, condition, description, Value::Null)
    }
}

type Request = Box<dyn FnMut(&str, &str, &Value) -> Answer>;
type Token = Box<dyn FnMut(&ApplicationProperties, &Value) -> Answer>;
type Refuse = Box<dyn FnMut(&str) -> Option<(&'static str, &'static str)>>;
type Settle = Box<dyn FnMut(&[u8], &DeliveryState) -> Option<DeliveryState>>;
type Outcome = Box<dyn FnMut(&Message) -> DeliveryState>;

/// A message that waits: its delivery tag, its bytes.
pub type Waiting = (Vec<u8>, Vec<u8>);

/// What the peer does.
pub struct Script {
    /// Answers requests to `$management`: address, operation, body.
    pub request: Request,
    /// Answers put-token.
    pub token: Token,
    /// Why an attach to an address is refused.
    pub refuse: Refuse,
    /// Settles what was handed out, by its tag. `None` is the echo.
    pub settle: Settle,
    /// Settles what was sent.
    pub outcome: Outcome,
    /// Messages to hand out, by address: tag and payload.
    pub messages: HashMap<String, VecDeque<Waiting>>,
    pub max_frame_bytes: u32,
    pub max_message_bytes: u64,
    pub link_credit: u32,
    pub piece_bytes: usize,
    pub answers_drain: bool,
    /// Transfers that came.
    pub transfers: u32,
    /// Sends a heartbeat each minute.
    pub beats: bool,
    /// What goes wrong at the next bytes.
    pub fault: Option<Fault>,
}

/// What goes wrong, instead of an answer.
#[derive(Debug, Clone, Copy)]
pub enum Fault {
    /// Silence from now on.
    Nothing,
    HangUp,
    HalfAFrame,
    Rubbish,
    Oversized,
    Close(&'static str),
    End(&'static str),
    /// Of all management links.
    Detach(&'static str),
}

impl Default for Script {
    fn default() -> Self {
        Self {
            request: Box::new(|_, operation, _| panic!("{operation} is not in the script")),
            token: Box::new(|_, _| Answer::ok([])),
            refuse: Box::new(|_| None),
            settle: Box::new(|_, _| None),
            outcome: Box::new(|_| DeliveryState::Accepted(Accepted {})),
            messages: HashMap::new(),
            max_frame_bytes: 65_536,
            max_message_bytes: 262_144,
            link_credit: 100,
            piece_bytes: 4_000,
            answers_drain: true,
            transfers: 0,
            beats: false,
            fault: None,
        }
    }
}
