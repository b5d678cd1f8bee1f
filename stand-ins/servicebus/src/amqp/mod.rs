//! The AMQP 1.0 face: bytes in, bytes out.
//!
//! A [`Connection`] is fed what a client sent and asked what to send back. It owns no socket and reads no clock:
//! each call brings the [`ServiceBus`](crate::bus::ServiceBus) and the [`Now`].
//!
//! ```text
//! Connection ─ SASL, open, tokens, timeouts
//!   └ Session ─ windows, deliveries that are not settled
//!       ├ Incoming link ─ the client sends: messages, tokens ($cbs), requests ($management)
//!       └ Outgoing link ─ the client receives: messages, responses
//! ```
//!
//! A session answers on the channel, and a link with the handle, that the client chose for its own direction.

mod attach;
mod cbs;
mod connection;
mod deliver;
mod flow;
mod frame;
mod link;
mod management;
mod output;
mod patience;
mod performative;
mod request;
mod sasl;
mod session;
mod settle;
mod transfer;

use fe2o3_amqp_types::definitions::{Error, ErrorCondition, Fields};
use serde_amqp::primitives::Symbol;

use crate::access::{Grant, Right};
use crate::broker::Refusal;
use crate::bus::ServiceBus;

pub use connection::Connection;

use output::Output;

/// The time, twice.
#[derive(Debug, Clone, Copy)]
pub struct Now {
    /// What the broker's clock shows, in milliseconds since 1970. Tests may move it.
    pub wall_ms: i64,
    /// Milliseconds since some moment in the past; only ever runs. Idle timeouts are measured by it, so that moving
    /// the clock does not end connections.
    pub steady_ms: u64,
}

/// What a piece of work on a connection needs.
struct Turn<'a> {
    bus: &'a mut ServiceBus,
    now: Now,
    out: &'a mut Output,
    grants: &'a mut Vec<Grant>,
}

impl Turn<'_> {
    /// Whether a token that this connection showed allows this.
    fn check(&self, right: Right, path: &str) -> Result<(), Refusal> {
        let mut grants = self.grants.iter();
        if grants.any(|grant| grant.allows(right, path, self.now.wall_ms)) {
            return Ok(());
        }
        let text = format!(
            "Unauthorized access: this connection has no token for '{path}' that allows this."
        );
        Err(Refusal::unauthorized(text))
    }
}

/// A refusal as AMQP says it.
fn amqp_error(refusal: &Refusal) -> Error {
    error(refusal.problem.condition(), &refusal.text)
}

fn error(condition: &str, text: &str) -> Error {
    let condition = ErrorCondition::Custom(Symbol::from(condition));
    // Python's client looks for the third field without asking whether it is there.
    Error::new(condition, Some(text.to_owned()), Some(Fields::new()))
}
