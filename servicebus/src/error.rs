//! One error type, whose class says what to do.

use crate::engine::{Condition, Failure};
use std::time::Duration;

/// What a caller can do about an error.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Class {
    /// Nothing was done. Try again, after [`Error::retry_after`] if given, on a new connection if [`crate::Client::is_open`] says no.
    Retryable,
    /// It was asked, but the answer got lost: it may have been done or not. Find out before asking again.
    UnknownOutcome,
    /// The token was refused, or gives no such right. Get a new token; if that does not help, grant the right.
    Auth,
    /// There is no such message (any more).
    TooLate,
    /// The lock ran out, or another took the message. It comes again, so do not settle it.
    LockLost,
    /// The queue is full.
    Quota,
    /// What was asked cannot be done as it stands, such as a message that is too large.
    Invalid,
    /// A name, address, certificate or key is wrong, or the queue is not there or disabled. A person must look.
    Configuration,
    /// The peer does not speak AMQP as it should. A person must look.
    Protocol,
}

/// Why an operation failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Error {
    /// What to do about it.
    pub class: Class,
    /// What was being done, such as `schedule`.
    pub doing: &'static str,
    /// What went wrong, for a person. Holds no message content and no secret.
    pub text: String,
    /// The condition that the service gave, if it gave one.
    pub condition: Option<Condition>,
    /// The status of a management response, if that is where it came from.
    pub status: Option<u16>,
}

impl std::fmt::Display for Error {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: {}", self.doing, self.text)
    }
}

impl std::error::Error for Error {}

impl Error {
    pub(crate) fn new(class: Class, doing: &'static str, text: impl Into<String>) -> Self {
        Self {
            class,
            doing,
            text: text.into(),
            condition: None,
            status: None,
        }
    }

    /// From a condition of the service, with the status of the response that it came in.
    pub(crate) fn from_condition(
        doing: &'static str,
        condition: Condition,
        status: Option<u16>,
    ) -> Self {
        let mut error = Self::new(
            class_of(&condition.name, status),
            doing,
            condition.to_string(),
        );
        error.condition = Some(condition);
        error.status = status;
        error
    }

    /// From the end of the connection. `asked`: the request may have reached the service.
    pub(crate) fn from_failure(doing: &'static str, failure: &Failure, asked: bool) -> Self {
        let mut error = Self::new(Class::Retryable, doing, failure.to_string());
        error.class = match failure {
            Failure::Malformed(_) | Failure::Violation(_) | Failure::NoAnonymous(_) => {
                Class::Protocol
            }
            Failure::SaslRefused(1) => Class::Auth,
            Failure::ClosedByPeer(Some(condition)) => {
                error.condition = Some(condition.clone());
                class_of(&condition.name, None)
            }
            _ => Class::Retryable,
        };
        if asked {
            error.class = Class::UnknownOutcome;
        }
        error
    }

    /// How long the service wants to be left alone: AMQP carries no number for it. The documentation says 2 s, and its SDK for
    /// Python waits 4 s.
    #[must_use]
    pub fn retry_after(&self) -> Option<Duration> {
        let name = self.condition.as_ref().map(|c| c.name.as_str());
        (name == Some("com.microsoft:server-busy") || self.status == Some(503))
            .then_some(Duration::from_secs(4))
    }
}

/// The class of a condition, else of a status. The table is from the official SDKs for JavaScript and Python.
fn class_of(condition: &str, status: Option<u16>) -> Class {
    match condition {
        "com.microsoft:server-busy"
        | "com.microsoft:timeout"
        | "com.microsoft:operation-cancelled"
        | "com.microsoft:container-close"
        | "amqp:internal-error"
        | "amqp:link:detach-forced"
        | "amqp:link:stolen"
        | "amqp:connection:forced" => Class::Retryable,
        "com.microsoft:message-not-found" => Class::TooLate,
        "com.microsoft:message-lock-lost"
        | "com.microsoft:session-lock-lost"
        | "com.microsoft:session-cannot-be-locked" => Class::LockLost,
        "amqp:unauthorized-access" | "com.microsoft:auth-failed" => Class::Auth,
        "amqp:resource-limit-exceeded" => Class::Quota,
        "amqp:not-found"
        | "amqp:resource-deleted"
        | "amqp:connection:redirect"
        | "amqp:link:redirect"
        | "com.microsoft:entity-disabled" => Class::Configuration,
        "amqp:decode-error"
        | "amqp:invalid-field"
        | "amqp:illegal-state"
        | "amqp:connection:framing-error"
        | "amqp:frame-size-too-small"
        | "amqp:session:window-violation"
        | "amqp:session:errant-link"
        | "amqp:session:handle-in-use"
        | "amqp:session:unattached-handle"
        | "amqp:link:transfer-limit-exceeded" => Class::Protocol,
        "amqp:link:message-size-exceeded"
        | "amqp:not-allowed"
        | "amqp:not-implemented"
        | "amqp:precondition-failed" => Class::Invalid,
        _ => match status {
            Some(401) => Class::Auth,
            Some(404) => Class::TooLate,
            Some(410) => Class::LockLost,
            Some(403) => Class::Quota,
            Some(408 | 429 | 500..=599) => Class::Retryable,
            _ => Class::Invalid,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(condition: &str, status: Option<u16>, class: Class) {
        assert_eq!(class_of(condition, status), class);
    }

    #[test]
    fn classes() {
        check("com.microsoft:server-busy", Some(503), Class::Retryable);
        check("com.microsoft:timeout", Some(408), Class::Retryable);
        check("com.microsoft:message-not-found", Some(404), Class::TooLate);
        check("amqp:not-found", Some(404), Class::Configuration);
        check(
            "com.microsoft:message-lock-lost",
            Some(410),
            Class::LockLost,
        );
        check("amqp:unauthorized-access", None, Class::Auth);
        check("amqp:resource-limit-exceeded", Some(403), Class::Quota);
        check("amqp:link:message-size-exceeded", None, Class::Invalid);
        check("com.microsoft:argument-error", Some(400), Class::Invalid);
        check("", Some(401), Class::Auth);
        check("", Some(500), Class::Retryable);
        check("com.example:unheard-of", None, Class::Invalid);
    }

    #[test]
    fn a_lost_answer_is_not_a_failure() {
        let before = Error::from_failure("schedule", &Failure::HungUp, false);
        let after = Error::from_failure("schedule", &Failure::HungUp, true);
        assert_eq!(before.class, Class::Retryable);
        assert_eq!(after.class, Class::UnknownOutcome);
        assert_eq!(after.to_string(), "schedule: the peer hung up");
    }

    #[test]
    fn only_a_busy_service_says_when() {
        let condition = |name| Condition::new(name, "");
        let busy = Error::from_condition("peek", condition("com.microsoft:server-busy"), None);
        let full = Error::from_condition("send", condition("amqp:resource-limit-exceeded"), None);
        assert_eq!(busy.retry_after(), Some(Duration::from_secs(4)));
        assert_eq!(full.retry_after(), None);
    }
}
