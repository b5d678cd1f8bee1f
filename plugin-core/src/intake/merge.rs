//! Merging changes into an appointment, so that order and repetition do not matter.
//!
//! Every field is a register of its own with the instant of its last write; a write wins by instant and then
//! by value, both compared in a fixed order. The greater of two is the same whichever comes first, so any
//! order and any repetition of the same changes end alike.

use std::cmp::Ordering;

use super::appointment::{FIELDS, blank, has_ended, status_name};
use crate::contract::exports::punctual::reminders::events::{DatedAppointment, Merged};
use crate::types::{AppointmentStatus, FieldChange, Instant};

/// The stamp of a field that was never written. Real writes are put after it, whatever clock they had.
const NEVER: Instant = 0;

/// Merges changes written at `at` into what is stored. `changed` speaks of values only: when it is false a
/// stamp may have moved on all the same, and is worth storing.
pub fn merge(
    id: &str,
    stored: Option<DatedAppointment>,
    changes: Vec<FieldChange>,
    at: Instant,
) -> Merged {
    let mut dated = stored.unwrap_or_else(|| DatedAppointment {
        appointment: blank(id),
        stamps: Vec::new(),
    });
    dated.stamps.resize(FIELDS.len(), NEVER);
    let at = at.max(NEVER + 1);
    let mut changed = false;
    for change in changes {
        changed |= write(&mut dated, change, at);
    }
    Merged { dated, changed }
}

fn write(dated: &mut DatedAppointment, change: FieldChange, at: Instant) -> bool {
    let DatedAppointment {
        appointment,
        stamps,
    } = dated;
    match change {
        FieldChange::Service(value) => put(
            &mut appointment.service,
            &mut stamps[0],
            value,
            at,
            Ord::cmp,
        ),
        FieldChange::CustomerName(value) => put(
            &mut appointment.customer_name,
            &mut stamps[1],
            value,
            at,
            Ord::cmp,
        ),
        FieldChange::Email(value) => {
            put(&mut appointment.email, &mut stamps[2], value, at, Ord::cmp)
        }
        FieldChange::Phone(value) => {
            put(&mut appointment.phone, &mut stamps[3], value, at, Ord::cmp)
        }
        FieldChange::StartAt(value) => put(
            &mut appointment.start_at,
            &mut stamps[4],
            value,
            at,
            Ord::cmp,
        ),
        FieldChange::EndAt(value) => {
            put(&mut appointment.end_at, &mut stamps[5], value, at, Ord::cmp)
        }
        FieldChange::TimeZone(value) => put(
            &mut appointment.time_zone,
            &mut stamps[6],
            value,
            at,
            Ord::cmp,
        ),
        FieldChange::Locale(value) => {
            put(&mut appointment.locale, &mut stamps[7], value, at, Ord::cmp)
        }
        FieldChange::Status(value) => put(
            &mut appointment.status,
            &mut stamps[8],
            value,
            at,
            by_finality,
        ),
        FieldChange::Resource(value) => put(
            &mut appointment.resource,
            &mut stamps[9],
            value,
            at,
            Ord::cmp,
        ),
        FieldChange::Notes(value) => {
            put(&mut appointment.notes, &mut stamps[10], value, at, Ord::cmp)
        }
    }
}

/// Writes if the later instant, or at the same instant the greater value, says so. Answers whether the value
/// is another one now.
fn put<T: PartialEq>(
    slot: &mut T,
    stamp: &mut Instant,
    value: T,
    at: Instant,
    order: impl Fn(&T, &T) -> Ordering,
) -> bool {
    if at.cmp(stamp).then_with(|| order(&value, slot)) != Ordering::Greater {
        return false;
    }
    *stamp = at;
    let changed = *slot != value;
    *slot = value;
    changed
}

/// An ending status beats a living one, since a reminder for nothing is worse than none; else the greater text.
fn by_finality(a: &AppointmentStatus, b: &AppointmentStatus) -> Ordering {
    has_ended(*a)
        .cmp(&has_ended(*b))
        .then_with(|| status_name(*a).cmp(status_name(*b)))
}
