//! The senders port: what takes a rendered reminder and gets it to the person.

pub mod outbox;

use crate::core::{Channel, Instant, rendering::Message};

/// One rendered reminder on its way to a provider.
#[derive(Clone, Debug)]
pub struct Outgoing {
    /// The notification that it fulfils; providers carry it along so that receipts find their row.
    pub notification_id: String,
    /// The appointment it is about.
    pub appointment_id: String,
    /// The step.
    pub step: String,
    /// How it goes out.
    pub channel: Channel,
    /// Address or number.
    pub recipient: String,
    /// Which attempt this is, from 1.
    pub attempt: u32,
    /// The words.
    pub message: Message,
}

/// What a provider said to a send.
#[derive(Clone, Debug)]
pub enum Sent {
    /// It took the message and calls it this.
    Accepted {
        /// The provider's id.
        provider_message_id: String,
    },
    /// It never will; one sentence without personal data.
    Rejected(String),
    /// Not now; its own wish in seconds, and one sentence.
    Unavailable(Option<u32>, String),
    /// The request went out and no answer came back.
    Unanswered(String),
}

/// What a provider says when asked for an earlier message.
#[derive(Clone, Debug)]
pub enum Found {
    /// It took it, at this time.
    Yes {
        /// The provider's id.
        provider_message_id: String,
        /// When it took it.
        sent_at: Instant,
    },
    /// It surely has no such message.
    No,
    /// It could not say.
    Unclear(String),
}

/// The port. Every adapter passes the suite in `tests/conformance/sender`.
#[allow(async_fn_in_trait)]
pub trait Sender {
    /// The name kept on the row.
    fn name(&self) -> &'static str;

    /// Sends each; the answers are in the order given. Nobody looks at the clock again while this runs, so an
    /// adapter that needs more than a moment for many messages is to be given few.
    async fn send(&self, messages: &[Outgoing], now: Instant) -> Vec<Sent>;

    /// Asks whether a message of this notification was taken, after an answer was lost.
    async fn find(&self, notification_id: &str) -> Found;
}
