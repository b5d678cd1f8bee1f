//! The plan: for each step and channel of the policy, when it is due or why it will not be sent.

use chrono::DateTime;
use chrono_tz::Tz;
use uuid::Uuid;

use super::{cap, contact, identity};
use crate::contract::exports::punctual::reminders::planning::{Person, Planned};
use crate::time::{before, into_window, local, rfc3339};
use crate::types::{
    Appointment, AppointmentStatus, Blocks, Channel, Instant, Policy, Reason, Step,
};

/// The reason why an appointment is not to be reminded of at all, by its status.
pub fn ends_reminders(status: AppointmentStatus) -> Option<Reason> {
    match status {
        AppointmentStatus::Scheduled | AppointmentStatus::Confirmed => None,
        AppointmentStatus::Canceled => Some(Reason::AppointmentCanceled),
        AppointmentStatus::Completed => Some(Reason::AppointmentCompleted),
        AppointmentStatus::NoShow => Some(Reason::AppointmentNoShow),
    }
}

/// See the WIT function `plan`.
pub fn plan(
    appointment: &Appointment,
    policy: &Policy,
    person: &Person,
    now: Instant,
) -> Vec<Planned> {
    let mut planned = uncapped(appointment, policy, &person.blocks, now);
    if let Some(zone) = zone(appointment, policy) {
        cap::apply(&mut planned, &[], &[], &person.others, policy, zone);
    }
    planned
}

/// The appointment's zone, else the policy's; none where that is no zone.
pub(super) fn zone(appointment: &Appointment, policy: &Policy) -> Option<Tz> {
    let name = appointment.time_zone.as_deref();
    name.unwrap_or(&policy.default_time_zone).parse().ok()
}

/// The plan before the daily cap.
pub(super) fn uncapped(
    appointment: &Appointment,
    policy: &Policy,
    blocks: &Blocks,
    now: Instant,
) -> Vec<Planned> {
    let Some(start_at) = appointment.start_at else {
        return without_start(appointment, policy, now);
    };
    if ends_reminders(appointment.status).is_some() {
        return Vec::new();
    }
    let Ok(id) = Uuid::try_parse(&appointment.id) else {
        return Vec::new();
    };
    let Some(start) = rfc3339(start_at) else {
        return Vec::new();
    };
    let start_local = zone(appointment, policy).and_then(|zone| local(start_at, zone));
    // Each is looked at once, however many steps there are.
    let unreachable =
        [Channel::Email, Channel::Sms].map(|channel| contact::check(appointment, blocks, channel));
    let mut planned = Vec::with_capacity(policy.steps.len() * 2);
    for step in &policy.steps {
        let due_at = start_local.and_then(|start| due(step, start, policy));
        for &channel in &step.channels {
            let skip = match due_at {
                None => Some(Reason::TimeZoneUnknown),
                Some(due_at) if due_at < now || due_at >= start_at => Some(Reason::DueInPast),
                Some(_) => unreachable[channel as usize],
            };
            planned.push(Planned {
                id: identity::name(&id, &step.code, channel, &start),
                step: step.code.clone(),
                channel,
                due_at: due_at.unwrap_or(start_at),
                skip,
            });
        }
    }
    planned
}

/// When the step is due, moved into the sending window; none when the calendar ends before that.
fn due(step: &Step, start: DateTime<Tz>, policy: &Policy) -> Option<Instant> {
    let due_at = before(start, step.offset)?;
    match policy.window {
        Some(window) => into_window(due_at, window, start.timezone()),
        None => Some(due_at),
    }
}

/// An appointment without a start: every reminder is skipped, and says so. The rows are named by the start
/// of time, so that they end with the first real start.
fn without_start(appointment: &Appointment, policy: &Policy, now: Instant) -> Vec<Planned> {
    if ends_reminders(appointment.status).is_some() {
        return Vec::new();
    }
    let Ok(id) = Uuid::try_parse(&appointment.id) else {
        return Vec::new();
    };
    let epoch = rfc3339(0).unwrap_or_default();
    let skip = Some(Reason::NoStart);
    let each = policy
        .steps
        .iter()
        .flat_map(|step| step.channels.iter().map(move |&channel| (step, channel)));
    each.map(|(step, channel)| Planned {
        id: identity::name(&id, &step.code, channel, &epoch),
        step: step.code.clone(),
        channel,
        due_at: now,
        skip,
    })
    .collect()
}
