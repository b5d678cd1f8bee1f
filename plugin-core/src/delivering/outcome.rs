//! What follows from a provider's answer, or from its silence.

use super::receipt::said;
use crate::contract::exports::punctual::reminders::delivering::{Next, Outcome, Settlement};
use crate::types::{Instant, Notification, NotificationStatus as Status, Policy, Reason};

/// The longest wait that a provider's own wish may impose, in seconds.
const WISH_SECONDS_MAX: u32 = 6 * 3600;

/// See the WIT function `after`.
pub fn after(row: &Notification, outcome: Outcome, policy: &Policy, now: Instant) -> Next {
    match outcome {
        Outcome::Accepted => Next::Sent,
        Outcome::Rejected(reason) => rejected(said(reason, Reason::ProviderRejected)),
        Outcome::Unavailable(wish) => match wait_seconds(row, policy) {
            None => failed(Reason::RetriesExhausted),
            Some(seconds) => {
                let seconds = seconds.max(wish.unwrap_or(0).min(WISH_SECONDS_MAX));
                retry_at(row, now + i64::from(seconds) * 1_000)
            }
        },
        // Never resent blindly: the row waits in `unknown` until the provider has been asked.
        Outcome::Unanswered => match wait_seconds(row, policy) {
            None => failed(Reason::OutcomeUnknown),
            Some(seconds) => Next::AskAgain(now + i64::from(seconds) * 1_000),
        },
        // The provider has no such message, so it may be sent again at once. But the attempt was one: a worker
        // that dies each time must not be followed by the next for ever.
        Outcome::NotFound => match wait_seconds(row, policy) {
            None => failed(Reason::RetriesExhausted),
            Some(_) => retry_at(row, now),
        },
    }
}

/// The wait after attempt number `row.attempts` (1 is the first); none when the schedule has ended.
fn wait_seconds(row: &Notification, policy: &Policy) -> Option<u32> {
    let index = usize::try_from(row.attempts.max(1) - 1).ok()?;
    policy.retry_after_seconds.get(index).copied()
}

fn retry_at(row: &Notification, at: Instant) -> Next {
    if at >= row.start_at {
        failed(Reason::NoTimeLeft)
    } else {
        Next::Retry(at)
    }
}

/// A provider that knows of a block before we do says what the fence would have said, so the row ends as there.
fn rejected(reason: Reason) -> Next {
    match reason {
        Reason::OptedOut | Reason::AddressSuppressed => Next::Settle(Settlement {
            status: Status::Skipped,
            reason,
        }),
        _ => failed(reason),
    }
}

fn failed(reason: Reason) -> Next {
    Next::Settle(Settlement {
        status: Status::Failed,
        reason,
    })
}
