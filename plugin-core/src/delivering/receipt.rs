//! What a provider's later word does to a row.
//!
//! What is known of a message only ever grows: on its way, then failed, then delivered, which beats even a failure
//! because it did arrive. Of two failures the more telling one stays. Each receipt raises the row to the greater of
//! the two, so their order and number do not matter.

use crate::contract::exports::punctual::reminders::delivering::{Receipt, Turn};
use crate::types::{Notification, NotificationStatus as Status, Reason};

/// The reasons that a provider may give, the more telling first.
const SAID_BY_PROVIDERS: [Reason; 7] = [
    Reason::OptedOut,
    Reason::AddressSuppressed,
    Reason::PhoneInvalid,
    Reason::EmailInvalid,
    Reason::ProviderMisconfigured,
    Reason::ProviderRejected,
    Reason::Undeliverable,
];

/// Where a provider's reason stands in the order; none where it is no provider's.
fn rank(reason: Reason) -> Option<usize> {
    SAID_BY_PROVIDERS.iter().position(|said| *said == reason)
}

/// The reason if a provider may give it, else the one that stands for any.
pub(super) fn said(reason: Reason, any: Reason) -> Reason {
    rank(reason).map_or(any, |_| reason)
}

/// See the WIT function `on-receipt`.
pub fn on_receipt(row: &Notification, news: Receipt) -> Option<Turn> {
    let before = match row.status {
        Status::Sending | Status::Unknown | Status::Sent => None,
        Status::Failed => row.reason.and_then(rank),
        // An earlier attempt arrived after all, and the next shall not go out. Of the other receipts nobody can say
        // which attempt they are of, and the next one has a say of its own.
        Status::Pending | Status::Scheduled if row.attempts > 0 => {
            return matches!(news, Receipt::Delivered).then(|| turn(Status::Delivered, None));
        }
        Status::Pending
        | Status::Scheduled
        | Status::Delivered
        | Status::Canceled
        | Status::Skipped => return None,
    };
    match news {
        Receipt::Delivered => Some(turn(Status::Delivered, None)),
        // Of a row that failed only as far as we knew, this is news; of one that the provider gave up, it is late.
        Receipt::Sent => {
            (row.status != Status::Sent && before.is_none()).then(|| turn(Status::Sent, None))
        }
        Receipt::Failed(reason) => {
            let reason = said(reason, Reason::Undeliverable);
            let more = before.is_none_or(|before| rank(reason).is_some_and(|rank| rank < before));
            more.then(|| turn(Status::Failed, Some(reason)))
        }
    }
}

fn turn(status: Status, reason: Option<Reason>) -> Turn {
    Turn { status, reason }
}
