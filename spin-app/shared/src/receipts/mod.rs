//! What providers tell later, read and verified: no I/O, no rows. What follows is in [`crate::flows::receipts`].

pub mod acs;
pub mod event_grid;
pub mod sendgrid;
pub mod sendgrid_signature;
pub mod twilio;
pub mod twilio_signature;

use crate::core::{Channel, Reason, delivering::Receipt};
pub use crate::senders::acs::NAME as ACS;

/// One thing that a provider tells.
#[derive(Clone, Debug)]
pub enum News {
    /// Of a message that we sent.
    Message(Told),
    /// A person wrote to us.
    Reply(Reply),
    /// Something that is no business of ours.
    Nothing,
}

/// News of a message that we sent.
#[derive(Clone, Debug)]
pub struct Told {
    /// Who tells.
    pub provider: &'static str,
    /// How the message went out.
    pub channel: Channel,
    /// The notification, where the provider carried its id along.
    pub notification: Option<String>,
    /// The provider's own id.
    pub provider_message_id: Option<String>,
    /// What became of it; none: this tells of the person only.
    pub receipt: Option<Receipt>,
    /// Why it failed, in one sentence that names nobody.
    pub error: Option<String>,
    /// What the person's address or number is good for from now on.
    pub wish: Option<Wish>,
}

/// What becomes of an address or a number.
#[derive(Clone, Debug, PartialEq)]
pub enum Wish {
    /// Nothing more goes there.
    Suppress(String, Reason),
    /// The person wants messages again.
    Lift(String),
}

/// A text that a person sent to our number.
#[derive(Clone, Debug)]
pub struct Reply {
    /// Who brought it.
    pub provider: &'static str,
    /// The person's number, in E.164.
    pub from: String,
    /// The provider's id of it.
    pub message_id: String,
    /// What it says.
    pub text: String,
    /// Whether the carrier or the provider answers a STOP by itself.
    pub answered: bool,
}

/// A number as providers write it, in E.164.
pub fn number(text: &str) -> Option<String> {
    let digits = text.trim().trim_start_matches('+');
    let plausible = (4..=15).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit());
    plausible.then(|| format!("+{digits}"))
}

/// An address as it is kept and compared.
pub fn address(text: &str) -> Option<String> {
    let text = text.trim();
    (text.contains('@') && text.len() <= 320).then(|| text.to_lowercase())
}

/// The words at which carriers and providers themselves stop and confirm, where one stands alone.
const CARRIERS_STOP: [&str; 8] = [
    "stop",
    "stopall",
    "unsubscribe",
    "cancel",
    "end",
    "quit",
    "optout",
    "revoke",
];

/// Whether a text is one that the carrier or the provider acts upon by itself.
pub fn is_carriers_stop(text: &str) -> bool {
    let word = text.trim();
    CARRIERS_STOP
        .iter()
        .any(|stop| word.eq_ignore_ascii_case(stop))
}

#[cfg(test)]
mod tests;
