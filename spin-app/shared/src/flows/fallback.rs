//! The email in place of a text that cannot be delivered.
//!
//! It is the email of the same step, with the identity that it always has, marked as wanted now. So it is one however
//! often it is asked for; where the policy has an email for the step, that one stands and nothing is added; and whatever
//! ends other reminders ends it too. It is written together with the text's end, never before it.

use crate::core::planning::notification_id;
use crate::core::{Channel, Instant, Notification, NotificationStatus as Status, Reason};
use crate::records::NotificationRow;

/// The reasons for which another channel may have more luck. Whoever said stop is not written to elsewhere instead.
const REASONS: [Reason; 3] = [
    Reason::Undeliverable,
    Reason::PhoneInvalid,
    Reason::ProviderRejected,
];

/// The row that takes the place of `row`, if it needs one. It is written only where there is none yet.
pub fn instead(row: &NotificationRow, now: Instant) -> Option<NotificationRow> {
    let core = &row.core;
    let failed = core.status == Status::Failed && core.channel == Channel::Sms;
    let other = core.reason.is_some_and(|reason| REASONS.contains(&reason));
    if !failed || !other || core.start_at <= now {
        return None;
    }
    let id = notification_id(
        &core.appointment_id,
        &core.step,
        Channel::Email,
        core.start_at,
    )?;
    let email = NotificationRow::new(Notification {
        id,
        channel: Channel::Email,
        due_at: now,
        status: Status::Pending,
        reason: None,
        attempts: 0,
        lease_until: None,
        retry_at: None,
        send_now_at: Some(now),
        ..core.clone()
    });
    Some(NotificationRow {
        trace: row.trace.clone(),
        ..email
    })
}
