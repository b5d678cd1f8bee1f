//! What happens: an event comes in ([`webhook`]), the rows follow the appointment ([`settle`]), a timer makes
//! up for what was lost ([`reconcile`]), a message falls due ([`deliver`]), a provider tells what became of it
//! ([`receipts`]), a person says stop ([`replies`]) or answers by a link ([`answer`]), staff switch a channel off ([`channels`]). An
//! operator has a table planned that was there before ([`backfill`]), and old notifications taken away ([`archive`]).

pub mod answer;
pub mod archive;
pub mod backfill;
pub mod channels;
pub mod deliver;
pub mod fallback;
mod group;
mod lease;
pub mod person;
pub mod receipts;
pub mod reconcile;
pub mod replies;
pub mod settle;
pub mod webhook;

use crate::core::{Instant, Policy};
use crate::queue::QueueError;
use crate::records::RecordsError;
use crate::sql::SqlError;
use crate::web::{Response, unavailable, unavailable_for};

/// The ports and settings that flows work with.
pub struct App<'a, R, Q> {
    /// Appointments and notification rows.
    pub records: &'a R,
    /// Scheduled messages.
    pub queue: &'a Q,
    /// The reminder policy.
    pub policy: &'a Policy,
    /// The host's clock; asked again wherever time may have passed.
    pub clock: &'a dyn Fn() -> Instant,
}

/// A port failed or somebody else kept being faster: the caller may try again. No personal data in the text.
#[derive(Debug)]
pub struct FlowError {
    /// One sentence.
    pub text: String,
    /// Not before so many seconds, if a port said so.
    pub retry_after_seconds: Option<u32>,
}

impl FlowError {
    /// An error of a flow's own.
    pub fn new(text: &str) -> Self {
        Self {
            text: text.to_owned(),
            retry_after_seconds: None,
        }
    }

    /// 503, with the port's own wish for when to try again.
    pub fn answer(&self) -> Response {
        match self.retry_after_seconds {
            Some(seconds) => unavailable_for(&self.text, seconds),
            None => unavailable(&self.text),
        }
    }
}

impl std::fmt::Display for FlowError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.text)
    }
}

impl std::error::Error for FlowError {}

impl From<RecordsError> for FlowError {
    fn from(error: RecordsError) -> Self {
        Self {
            text: error.to_string(),
            retry_after_seconds: error.retry_after_seconds,
        }
    }
}

impl From<QueueError> for FlowError {
    fn from(error: QueueError) -> Self {
        Self {
            text: error.to_string(),
            retry_after_seconds: error.retry_after_seconds,
        }
    }
}

impl From<SqlError> for FlowError {
    fn from(error: SqlError) -> Self {
        Self::new(&error.to_string())
    }
}
