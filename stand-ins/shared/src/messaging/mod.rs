//! What stand-ins share that carry messages to people.
//!
//! A message that a service takes has a way to go: it leaves, it arrives or fails, and the sender is told of it. What
//! people really received is in the [`Inbox`], whatever the sender was told. So "sent once" and "nothing sent" are
//! sentences about the inbox.
//!
//! - [`Agenda`] is what will happen by itself, and when.
//! - [`Fates`] says what becomes of messages to a person.
//! - [`Inbox`] is what people received.
//! - [`Courier`] tells the sender: webhooks that are sent, and sent again.
//! - [`Usage`] counts requests against a [`Throttle`].
//! - [`shape`] refuses bodies that a vendor's specification would let pass.
//! - [`sms`] is numbers, words and segments.

mod agenda;
mod control;
mod courier;
mod fates;
mod inbox;
pub mod shape;
pub mod sms;
mod throttle;

pub use agenda::Agenda;
pub use control::{inbound, messages, people, webhooks};
pub use courier::{Attempt, Courier, Parcel};
pub use fates::Fates;
pub use inbox::{Inbox, Received};
pub use throttle::{Taken, Throttle, Usage};
