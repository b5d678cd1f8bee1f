//! An AMQP 1.0 client connection without I/O.
//!
//! Bytes that were read go in by [`Connection::receive`]. Bytes to write come out of [`Connection::transmit`]. What
//! happened comes out of [`Connection::poll_event`]. Time is an argument, and [`Connection::next_deadline`] says when to come back
//! at the latest. So the same code runs over a socket, over TLS, inside a component, and in a simulation.
//!
//! ```
//! use punctual_servicebus::{engine::{Connection, Config}, moment::Moment};
//!
//! let mut connection = Connection::new(&Config::new("client-1", "contoso.example.com"), Moment::from_ms(0));
//! // The first thing to write: the header that asks for SASL.
//! assert_eq!(connection.transmit(Moment::from_ms(0)), b"AMQP\x03\x01\x00\x00");
//! // The peer answers, and offers ANONYMOUS.
//! connection.receive(b"AMQP\x03\x01\x00\x00", Moment::from_ms(1))?;
//! let offer = b"\0\0\0\x19\x02\x01\0\0\0\x53\x40\xc0\x0c\x01\xa3\x09ANONYMOUS";
//! connection.receive(offer, Moment::from_ms(2))?;
//! assert!(!connection.transmit(Moment::from_ms(2)).is_empty()); // sasl-init
//! # Ok::<(), punctual_servicebus::engine::Failure>(())
//! ```
//!
//! What it does: SASL ANONYMOUS; any number of sessions and links; transfers split and put together again; link credit
//! and drain; session windows; settlement on both sides; idle time-outs both ways; errors of link, session and connection
//! with condition and description. What it does not: other SASL mechanisms, resuming links, transactions, links that
//! the peer begins.
//!
//! What it holds is bounded: one frame of input, one unfinished message a link (by
//! [`LinkOptions::max_message_bytes`]), [`Connection::QUEUED_BYTES_MAX`] of output that waits for a window, and as many
//! events as frames were in the bytes of one `receive`.

mod condition;
mod connection;
mod event;
mod failure;
mod incoming;
mod link;
mod outbox;
mod outgoing;
mod session;
mod timers;

pub use condition::Condition;
pub use connection::{Config, Connection};
pub use event::{Delivery, Event, Incoming, LinkId, SessionId};
pub use failure::Failure;
pub use link::Direction;
pub use outgoing::{LinkOptions, SendError};
