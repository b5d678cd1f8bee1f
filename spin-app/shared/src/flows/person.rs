//! What is known of a person beyond the appointment: blocked channels, and reminders of other appointments.

use super::FlowError;
use crate::core::planning::{Person, Taken};
use crate::core::{Appointment, Instant, Policy};
use crate::records::consent::{Consent, blocks_of};
use crate::records::{NotificationRow, Records};

/// How far from a reminder another one can be and still be on the same civil day somewhere.
const DAY_MS: i64 = 36 * 3_600_000;
/// The longest step there is, and a day.
const LONGEST_MS: i64 = 400 * 86_400_000;

/// Reads it, as far as the policy needs it. Nobody is known of an appointment that is gone.
pub async fn person<R: Records + Consent>(
    records: &R,
    policy: &Policy,
    appointment: Option<&Appointment>,
    rows: &[NotificationRow],
    now: Instant,
) -> Result<Person, FlowError> {
    let blocks = blocks_of(records, appointment).await?;
    let others = match (appointment, policy.daily_cap) {
        (Some(appointment), Some(_)) => others(records, appointment, rows, now).await?,
        _ => Vec::new(),
    };
    Ok(Person { blocks, others })
}

async fn others<R: Records>(
    records: &R,
    appointment: &Appointment,
    rows: &[NotificationRow],
    now: Instant,
) -> Result<Vec<Taken>, FlowError> {
    let Some(start_at) = appointment.start_at else {
        return Ok(Vec::new());
    };
    // From the earliest reminder that can still be planned, or was, to the start.
    let earliest = rows.iter().map(|row| row.core.due_at).min().unwrap_or(now);
    let from = earliest.min(now).max(start_at - LONGEST_MS) - DAY_MS;
    let found = records.others(appointment, from, start_at + DAY_MS).await?;
    let taken = |row: NotificationRow| Taken {
        id: row.core.id,
        step: row.core.step,
        channel: row.core.channel,
        due_at: row.core.due_at,
    };
    Ok(found.into_iter().map(taken).collect())
}
