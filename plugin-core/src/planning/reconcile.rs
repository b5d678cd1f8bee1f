//! The diff: what must change so that the rows say what the plan demands.
//!
//! | row is \ plan says | send at the row's time | send at another time | skip | nothing for this row |
//! |---|---|---|---|---|
//! | (no row) | create | create | skip ⁴ | – |
//! | pending | repair | reschedule | skip ¹ | cancel |
//! | scheduled | – | reschedule | skip ¹ | cancel |
//! | canceled | revive ² | revive ² | skip ² | – |
//! | skipped | revive | revive | skip ³ | – |
//! | sending, unknown | – | – | – | – |
//! | sent, delivered, failed | – | – | – | – |
//!
//! ¹ Except `due_in_past` for a row that is still due at the same time: its message is on its way, and the
//!   fence decides. Otherwise a repeated event a second after the due time would kill a reminder. A pending
//!   row is repaired, for its message may never have been queued; what was decided in time is not lost to a crash.
//! ² Except a row that staff canceled: that stays canceled.
//! ³ Nothing to do where the row says so already. Nor for `due_in_past` at the same time: the row was skipped
//!   before its moment came, and the reason that it has is the true one.
//! ⁴ Except for a start that is more than 31 days past: its rows may have been archived, and a second story of the
//!   same reminder would be counted beside the first. Nothing could be sent for it in any case.
//!
//! Staff may want a reminder sent now (`send_now_at`): such a row, while pending or scheduled, is due when they said
//! so. It counts as "at the row's time" wherever the plan says send or `due_in_past`, and it stays where the policy no
//! longer knows it. All else ends it as it ends any row: another start, an ended appointment, no contact, no zone.
//!
//! The daily cap is part of what the plan says. Rows that the plan cannot change any more count towards it first:
//! what is with the delivery worker, what went out, and the living rows of ¹ and of staff.
//!
//! Rows under `sending` and `unknown` belong to the delivery worker; the fence stops what must not go out.

use crate::contract::exports::punctual::reminders::planning::{Action, Change, Person, Planned};
use crate::planning::cap;
use crate::planning::plan::{ends_reminders, uncapped, zone};
use crate::types::{
    Appointment, Instant, Notification, NotificationStatus as Status, Policy, Reason,
};

/// So long after its start an appointment gets no new rows. The archive takes rows only of starts that are longer past.
const LONG_PAST_MS: i64 = 31 * 86_400_000;

/// See the WIT function `reconcile`.
pub fn reconcile(
    appointment: Option<&Appointment>,
    policy: &Policy,
    person: &Person,
    rows: &[Notification],
    now: Instant,
) -> Vec<Change> {
    let planned = appointment
        .map(|appointment| plan(appointment, policy, person, rows, now))
        .unwrap_or_default();
    let start_at = appointment
        .and_then(|appointment| appointment.start_at)
        .unwrap_or(0);
    let mut changes = Vec::with_capacity(planned.len());
    let is_long_past = appointment
        .and_then(|appointment| appointment.start_at)
        .is_some_and(|start_at| start_at < now.saturating_sub(LONG_PAST_MS));
    for item in &planned {
        let row = rows.iter().find(|row| row.id == item.id);
        if row.is_none() && is_long_past {
            continue;
        }
        if let Some((action, reason)) = verdict(item, row) {
            changes.push(Change {
                action,
                id: item.id.clone(),
                step: item.step.clone(),
                channel: item.channel,
                start_at,
                due_at: match (action, row) {
                    (Action::Repair, Some(row)) => row.due_at,
                    _ => item.due_at,
                },
                reason,
            });
        }
    }
    for row in rows {
        if !lives(row) || planned.iter().any(|item| item.id == row.id) {
            continue;
        }
        let (action, reason) = match why_unplanned(appointment, row) {
            Reason::PolicyChanged if row.send_now_at.is_some() => match row.status {
                Status::Pending => (Action::Repair, None),
                _ => continue,
            },
            reason => (Action::Cancel, Some(reason)),
        };
        changes.push(Change {
            action,
            id: row.id.clone(),
            step: row.step.clone(),
            channel: row.channel,
            start_at: row.start_at,
            due_at: row.due_at,
            reason,
        });
    }
    changes
}

/// The plan with the daily cap counted over the rows that there are.
fn plan(
    appointment: &Appointment,
    policy: &Policy,
    person: &Person,
    rows: &[Notification],
    now: Instant,
) -> Vec<Planned> {
    let mut planned = uncapped(appointment, policy, &person.blocks, now);
    if policy.daily_cap.is_some()
        && let Some(zone) = zone(appointment, policy)
    {
        let standing: Vec<_> = rows
            .iter()
            .filter(|row| stands(row, appointment, &planned))
            .map(|row| row.due_at)
            .collect();
        cap::apply(&mut planned, rows, &standing, &person.others, policy, zone);
    }
    planned
}

/// Whether a row reaches the person, or may, and no plan changes that.
fn stands(row: &Notification, appointment: &Appointment, planned: &[Planned]) -> bool {
    match row.status {
        Status::Sending | Status::Unknown | Status::Sent | Status::Delivered => true,
        Status::Failed | Status::Canceled | Status::Skipped => false,
        Status::Pending | Status::Scheduled => {
            match planned.iter().find(|item| item.id == row.id) {
                None => {
                    row.send_now_at.is_some()
                        && why_unplanned(Some(appointment), row) == Reason::PolicyChanged
                }
                Some(item) => match item.skip {
                    None => row.send_now_at.is_some(),
                    Some(Reason::DueInPast) => is_at_its_time(row, item),
                    Some(_) => false,
                },
            }
        }
    }
}

/// Whether the row is due when the plan says, or when staff said.
fn is_at_its_time(row: &Notification, item: &Planned) -> bool {
    row.due_at == item.due_at || (lives(row) && row.send_now_at.is_some())
}

fn lives(row: &Notification) -> bool {
    matches!(row.status, Status::Pending | Status::Scheduled)
}

/// The cell of the table above for a planned notification; none where the table has a dash.
fn verdict(item: &Planned, row: Option<&Notification>) -> Option<(Action, Option<Reason>)> {
    let Some(row) = row else {
        return Some(match item.skip {
            None => (Action::Create, None),
            skip => (Action::Skip, skip),
        });
    };
    let same_time = is_at_its_time(row, item);
    match (row.status, item.skip) {
        (Status::Pending, None) if same_time => Some((Action::Repair, None)),
        (Status::Scheduled, None) if same_time => None,
        (Status::Pending | Status::Scheduled, None) => Some((Action::Reschedule, None)),
        (Status::Pending, Some(Reason::DueInPast)) if same_time => Some((Action::Repair, None)),
        (Status::Scheduled, Some(Reason::DueInPast)) if same_time => None,
        (Status::Pending | Status::Scheduled, skip) => Some((Action::Skip, skip)),
        (Status::Canceled, _) if row.reason == Some(Reason::CanceledByStaff) => None,
        (Status::Canceled | Status::Skipped, None) => Some((Action::Revive, None)),
        (Status::Skipped, Some(Reason::DueInPast)) if same_time => None,
        // Without a start no time can be said, and the plan's is only the moment of asking.
        (Status::Skipped, Some(Reason::NoStart)) if row.reason == item.skip => None,
        (Status::Skipped, skip) if row.reason == skip && same_time => None,
        (Status::Canceled | Status::Skipped, skip) => Some((Action::Skip, skip)),
        (
            Status::Sending | Status::Unknown | Status::Sent | Status::Delivered | Status::Failed,
            _,
        ) => None,
    }
}

fn why_unplanned(appointment: Option<&Appointment>, row: &Notification) -> Reason {
    let Some(appointment) = appointment else {
        return Reason::AppointmentDeleted;
    };
    if let Some(reason) = ends_reminders(appointment.status) {
        return reason;
    }
    match appointment.start_at {
        None => Reason::NoStart,
        Some(start_at) if start_at != row.start_at => Reason::AppointmentMoved,
        Some(_) => Reason::PolicyChanged,
    }
}
