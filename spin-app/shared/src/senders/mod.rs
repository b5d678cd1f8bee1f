//! The senders port: what takes a rendered reminder and gets it to the person.

pub mod acs;
pub mod acs_email;
pub mod acs_hmac;
pub mod acs_sms;
pub mod any;
pub mod class;
pub mod each;
pub mod outbox;
pub mod outlet;
pub mod sendgrid;
pub mod twilio;

use uuid::Uuid;

use crate::core::{Channel, Instant, Reason, rendering::Message};
use crate::http::Call;

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
    /// A UUID that every attempt of this sending shares, and that a sending which staff order anew does not.
    pub repeat_id: String,
    /// When the first attempt was made; the same for every attempt.
    pub first_attempt_at: Instant,
    /// When the appointment begins: the message must not arrive later.
    pub start_at: Instant,
    /// The provider that may have taken an earlier attempt: nobody else may be given this one, and it only because it
    /// recognises a repetition.
    pub only: Option<String>,
    /// The trace of what planned it, as a `traceparent`: it goes with the call.
    pub trace: Option<String>,
    /// The words.
    pub message: Message,
    /// Where one click ends the emails.
    pub unsubscribe_url: Option<String>,
    /// The appointment as a calendar file, for an email.
    pub calendar: Option<String>,
}

/// The id that all attempts of one sending share: the notification's own, and another for each time that staff order
/// it anew.
pub fn repeat_id(notification: &str, send_now_at: Option<Instant>) -> String {
    match (send_now_at, Uuid::parse_str(notification)) {
        (Some(at), Ok(id)) => Uuid::new_v5(&id, format!("send-now/{at}").as_bytes()).to_string(),
        _ => notification.to_owned(),
    }
}

/// The same for a message that answers one of a person's: one id for each that is answered.
pub fn repeat_id_of(message: &str) -> String {
    Uuid::new_v5(&Uuid::NAMESPACE_OID, message.as_bytes()).to_string()
}

/// The call, with the trace that the message belongs to.
fn traced(call: Call, trace: Option<&str>) -> Call {
    match trace {
        Some(trace) => call.with("traceparent", trace),
        None => call,
    }
}

/// What a provider said to a send. The texts name no person.
#[derive(Clone, Debug, PartialEq)]
pub enum Sent {
    /// It took the message and calls it this.
    Accepted {
        /// The provider's id.
        provider_message_id: String,
    },
    /// It never will.
    Rejected {
        /// Why.
        reason: Reason,
        /// Whether nothing more should be sent to this address or number.
        suppress: bool,
        /// One sentence.
        error: String,
    },
    /// Not now, and surely it did not take it; its own wish in seconds, and one sentence.
    Unavailable(Option<u32>, String),
    /// It refuses our key, sender or account, and surely did not take it. No message is at fault.
    Misconfigured(String),
    /// The request went out and no answer came back.
    Unanswered(String),
    /// No call was made: the time for calls was over, or the appointment had begun.
    NotBegun,
}

/// What there is to ask with, after an answer was lost.
#[derive(Clone, Debug)]
pub struct Asked {
    /// The notification.
    pub notification_id: String,
    /// As in [`Outgoing`].
    pub repeat_id: String,
    /// Address or number, while the appointment has one.
    pub recipient: Option<String>,
    /// The words of a text as they would be rendered now.
    pub text: Option<String>,
    /// When the first attempt was made.
    pub first_attempt_at: Instant,
    /// No call was made since then.
    pub quiet_since: Instant,
    /// The time.
    pub now: Instant,
}

/// A message that may be the one that was asked for.
#[derive(Clone, Debug, PartialEq)]
pub struct Candidate {
    /// The provider's id.
    pub provider_message_id: String,
    /// When the provider took it.
    pub sent_at: Instant,
    /// Whether it has the very words.
    pub same_words: bool,
}

/// What a provider says when asked for an earlier message.
#[derive(Clone, Debug, PartialEq)]
pub enum Found {
    /// It took it, at this time.
    Yes {
        /// The provider's id.
        provider_message_id: String,
        /// When it took it.
        sent_at: Instant,
    },
    /// It took these for the same person in the time in question. Which of them belong to other notifications, the
    /// rows know.
    Candidates(Vec<Candidate>),
    /// It took it, and gave it up.
    Rejected(Reason, String),
    /// It surely has no such message.
    No,
    /// It would recognise a repetition and not send twice.
    Repeatable,
    /// It could not say.
    Unclear(String),
}

/// When calls may begin.
pub struct Pace<'a> {
    /// The host's clock.
    pub clock: &'a dyn Fn() -> Instant,
    /// No call begins later.
    pub begin_by: Instant,
}

/// The port. Every adapter passes the suite in `tests/conformance/sender`.
#[allow(async_fn_in_trait)]
pub trait Sender {
    /// The name kept on the row.
    fn name(&self) -> &'static str;

    /// Sends each; the answers are in the order given. The clock is looked at before each call: none begins later than
    /// it may, nor once its appointment has begun.
    async fn send(&self, messages: &[Outgoing], pace: &Pace<'_>) -> Vec<Sent>;

    /// Asks whether a message of this notification was taken, after an answer was lost.
    async fn find(&self, asked: &Asked) -> Found;
}
