//! Looking at messages without taking them: also at those that are scheduled, locked or deferred.

use super::{
    management::{Reply, Request, entry, map},
    received::BrokeredMessage,
    schedule::{SequenceNumber, missing},
};
use crate::{codec::Value, error::Error};

/// Looks at up to `count` messages from a sequence number on.
#[must_use]
pub fn peek_messages(from: SequenceNumber, count: u16) -> Request {
    Request {
        operation: "com.microsoft:peek-message",
        properties: Vec::new(),
        body: map([
            ("from-sequence-number", Value::Long(from.0)),
            ("message-count", Value::Int(i32::from(count))),
        ]),
        changes: false,
    }
}

/// The messages, by ascending sequence number. Fewer than asked for does not mean that there are no more; none does.
///
/// # Errors
/// Those of the service, and if a message cannot be read.
pub fn peeked(reply: Reply) -> Result<Vec<BrokeredMessage>, Error> {
    if reply.status == 204 {
        return Ok(Vec::new());
    }
    let Some(Value::List(list)) = entry(reply.success("peek")?, "messages") else {
        return Err(missing("peek", "list of messages"));
    };
    let message = |item| match entry(item, "message") {
        Some(Value::Binary(bytes)) => BrokeredMessage::decode(&bytes)
            .map_err(|error| super::management::odd("peek", &error.to_string())),
        _ => Err(missing("peek", "message")),
    };
    list.into_iter().map(message).collect()
}
