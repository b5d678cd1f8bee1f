//! Rows of the two tables, read and written. The column lists and the readers stand side by side because
//! columns are taken by position.

use serde_json::{Value, json};

use crate::core::{Appointment, Notification, code, events::DatedAppointment, parse};
use crate::records::{Loaded, NotificationRow, RecordsError};
use crate::sql::Row;

pub(super) const APPOINTMENT: &str =
    "a.id, a.service, a.customer_name, a.email, a.phone, a.start_at, a.end_at, a.time_zone,
    a.locale, a.status, a.resource, a.notes, a.stamps, a.deleted_at, a.version";

pub(super) const NOTIFICATION: &str = "n.id, n.appointment_id, n.step, n.channel, n.start_at, n.due_at, n.status, n.reason,
    n.attempts, n.lease_until, n.retry_at, n.sequence_number, n.provider, n.provider_message_id, n.last_error, n.sent_at,
    n.version, n.updated_at, n.send_now_at, n.first_attempt_at, n.held_by, n.template, n.trace";

pub(super) fn appointment(mut row: Row) -> Result<Loaded, RecordsError> {
    let status = row.text(9);
    Ok(Loaded {
        dated: DatedAppointment {
            appointment: Appointment {
                id: row.text(0),
                service: row.optional_text(1),
                customer_name: row.optional_text(2),
                email: row.optional_text(3),
                phone: row.optional_text(4),
                start_at: row.optional_integer(5),
                end_at: row.optional_integer(6),
                time_zone: row.optional_text(7),
                locale: row.optional_text(8),
                status: parse(&status).ok_or_else(|| unknown("appointments.status", &status))?,
                resource: row.optional_text(10),
                notes: row.optional_text(11),
            },
            stamps: serde_json::from_str(&row.text(12))
                .map_err(|_| unknown("appointments.stamps", "its text"))?,
        },
        deleted: row.optional_integer(13).is_some(),
        version: row.integer(14),
        rows: Vec::new(),
    })
}

pub(super) fn notification(mut row: Row) -> Result<NotificationRow, RecordsError> {
    let (channel, status) = (row.text(3), row.text(6));
    let reason = row.optional_text(7);
    Ok(NotificationRow {
        core: Notification {
            id: row.text(0),
            appointment_id: row.text(1),
            step: row.text(2),
            channel: parse(&channel).ok_or_else(|| unknown("notifications.channel", &channel))?,
            start_at: row.integer(4),
            due_at: row.integer(5),
            status: parse(&status).ok_or_else(|| unknown("notifications.status", &status))?,
            reason: reason.as_deref().and_then(parse),
            attempts: u32::try_from(row.integer(8)).unwrap_or(u32::MAX),
            lease_until: row.optional_integer(9),
            retry_at: row.optional_integer(10),
            send_now_at: row.optional_integer(18),
        },
        sequence_number: row.optional_text(11),
        provider: row.optional_text(12),
        provider_message_id: row.optional_text(13),
        last_error: row.optional_text(14),
        sent_at: row.optional_integer(15),
        first_attempt_at: row.optional_integer(19),
        held_by: row.optional_text(20),
        template: row.optional_text(21),
        trace: row.optional_text(22),
        version: row.integer(16),
        updated_at: row.integer(17),
    })
}

/// An array in the order of [`NOTIFICATION`], but for `updated_at`.
pub(super) fn notification_to_json(row: &NotificationRow) -> Value {
    let core = &row.core;
    json!([
        core.id,
        core.appointment_id,
        core.step,
        code(core.channel),
        core.start_at,
        core.due_at,
        code(core.status),
        core.reason.map(code),
        core.attempts,
        core.lease_until,
        core.retry_at,
        row.sequence_number,
        row.provider,
        row.provider_message_id,
        row.last_error,
        row.sent_at,
        row.version,
        core.send_now_at,
        row.first_attempt_at,
        row.held_by,
        row.template,
        row.trace,
    ])
}

/// A row that this build did not write: a newer build may have; refuse rather than guess.
fn unknown(column: &str, text: &str) -> RecordsError {
    RecordsError::new(format!(
        "{column} holds {text:?}, which this build does not know"
    ))
}
