//! What happens: an event comes in ([`webhook`]), the rows follow the appointment ([`settle`]), a timer makes
//! up for what was lost ([`reconcile`]), a message falls due ([`deliver`]).

pub mod deliver;
pub mod reconcile;
pub mod settle;
pub mod webhook;

use crate::core::{Instant, Policy};
use crate::queue::QueueError;
use crate::records::RecordsError;
use crate::sql::SqlError;

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
pub struct FlowError(pub String);

impl std::fmt::Display for FlowError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for FlowError {}

impl From<RecordsError> for FlowError {
    fn from(error: RecordsError) -> Self {
        Self(error.to_string())
    }
}

impl From<QueueError> for FlowError {
    fn from(error: QueueError) -> Self {
        Self(error.to_string())
    }
}

impl From<SqlError> for FlowError {
    fn from(error: SqlError) -> Self {
        Self(error.to_string())
    }
}
