//! The fence. A message in the queue says only "look at notification N, due at T"; whether anything is sent
//! is decided here, from the row and its appointment as they are now.

use crate::contract::exports::punctual::reminders::delivering::{Decision, Settlement, Stale};
use crate::planning::{check_contact, ends_reminders};
use crate::types::{
    Appointment, Blocks, Channel, Instant, Notification, NotificationStatus as Status, Reason,
    Switches,
};

/// How long a row waits for its channel before it is looked at again. Who switches the channel on wakes it; this is for
/// what was overlooked then.
const WAIT_MILLISECONDS: Instant = 5 * 60_000;

/// See the WIT function `decide`.
pub fn decide(
    row: Option<&Notification>,
    appointment: Option<&Appointment>,
    blocks: Blocks,
    switches: Switches,
    message_due_at: Instant,
    now: Instant,
) -> Decision {
    let Some(row) = row else {
        return Decision::Drop(Stale::NoRow);
    };
    match row.status {
        Status::Sent | Status::Delivered | Status::Failed | Status::Canceled | Status::Skipped => {
            return Decision::Drop(Stale::Settled);
        }
        Status::Sending => {
            // A lease in force is another worker at work. One that ran out, or none at all, is a worker
            // that vanished between its claim and its outcome: the provider may have taken the message.
            return match row.lease_until {
                Some(until) if until > now => Decision::Busy(until),
                _ => Decision::Ask,
            };
        }
        Status::Unknown => {
            return match row.retry_at {
                Some(at) if at > now => Decision::Hold(at),
                _ => Decision::Ask,
            };
        }
        Status::Pending | Status::Scheduled => {}
    }
    if row.due_at != message_due_at {
        return Decision::Drop(Stale::Superseded);
    }
    if let Some(reason) = forbids(row, appointment, blocks, now) {
        return Decision::Settle(ending(reason));
    }
    let not_before = row.retry_at.map_or(row.due_at, |at| at.max(row.due_at));
    if not_before > now {
        return Decision::Hold(not_before);
    }
    let may_send = match row.channel {
        Channel::Email => switches.email,
        Channel::Sms => switches.sms,
    };
    match may_send {
        true => Decision::Send,
        // Not beyond the start, so that what waited in vain is ended then.
        false => Decision::Wait(row.start_at.min(now + WAIT_MILLISECONDS)),
    }
}

/// See the WIT function `last-look`.
pub fn last_look(row: &Notification, now: Instant) -> Option<Settlement> {
    (row.start_at <= now).then(|| ending(Reason::AppointmentStarted))
}

/// Promise 1, line by line: why this reminder must not go out any more.
fn forbids(
    row: &Notification,
    appointment: Option<&Appointment>,
    blocks: Blocks,
    now: Instant,
) -> Option<Reason> {
    let Some(appointment) = appointment else {
        return Some(Reason::AppointmentDeleted);
    };
    if let Some(reason) = ends_reminders(appointment.status) {
        return Some(reason);
    }
    match appointment.start_at {
        None => return Some(Reason::NoStart),
        Some(start_at) if start_at != row.start_at => return Some(Reason::AppointmentMoved),
        Some(start_at) if start_at <= now => return Some(Reason::AppointmentStarted),
        Some(_) => {}
    }
    check_contact(appointment, &blocks, row.channel)
}

/// What the appointment ended is `canceled`; what cannot or need not be sent is `skipped`.
fn ending(reason: Reason) -> Settlement {
    let canceled = matches!(
        reason,
        Reason::NoStart
            | Reason::AppointmentMoved
            | Reason::AppointmentCanceled
            | Reason::AppointmentCompleted
            | Reason::AppointmentNoShow
            | Reason::AppointmentDeleted
    );
    let status = if canceled {
        Status::Canceled
    } else {
        Status::Skipped
    };
    Settlement { status, reason }
}
