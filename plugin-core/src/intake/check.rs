//! Rules that an appointment as a whole must keep.

use super::object::problem;
use crate::types::{Appointment, AppointmentStatus, Instant, Problem};
use crate::zones;

const MAX_DURATION_DAYS: i64 = 31;
const DAY_MILLISECONDS: i64 = 86_400_000;

/// What must be mended before an appointment may be stored from the API. A missing contact is no fault:
/// its reminders are skipped, with a reason that staff can see.
pub fn check_appointment(appointment: &Appointment) -> Vec<Problem> {
    let mut problems = Vec::new();
    if appointment.start_at.is_none() {
        problems.push(problem(
            "start_at",
            "Missing. Write when the appointment begins, as in 2026-06-01T09:00:00+02:00.",
        ));
    }
    if let (Some(start), Some(end)) = (appointment.start_at, appointment.end_at) {
        if end <= start {
            problems.push(problem("end_at", "Not after start_at."));
        } else if end.saturating_sub(start) > MAX_DURATION_DAYS * DAY_MILLISECONDS {
            problems.push(problem(
                "end_at",
                format!("More than {MAX_DURATION_DAYS} days after start_at."),
            ));
        }
    }
    if let Some(zone) = appointment
        .time_zone
        .as_deref()
        .filter(|zone| zones::find(zone).is_none())
    {
        problems.push(problem(
            "time_zone",
            format!("No such time zone: {zone:?}. Write an IANA name, as in Europe/Berlin."),
        ));
    }
    problems
}

/// Whether two appointments claim the same resource at the same time. Touching is not overlapping; one
/// without an end is a moment, and claims only what it falls into. Canceled ones and no-shows claim nothing.
pub fn overlap(a: &Appointment, b: &Appointment) -> bool {
    let (Some(mine), Some(theirs)) = (claim(a), claim(b)) else {
        return false;
    };
    a.id != b.id
        && mine.resource == theirs.resource
        && mine.start < theirs.end
        && mine.end > theirs.start
}

struct Claim {
    resource: String,
    start: Instant,
    end: Instant,
}

/// Staff write `Room 1` and `room 1` and mean one room. Only the case of ASCII letters is looked past, as the records do
/// when they look for what might overlap.
fn claim(appointment: &Appointment) -> Option<Claim> {
    if matches!(
        appointment.status,
        AppointmentStatus::Canceled | AppointmentStatus::NoShow
    ) {
        return None;
    }
    let start = appointment.start_at?;
    let resource = appointment.resource.as_deref()?.trim().to_ascii_lowercase();
    let end = appointment.end_at.unwrap_or(start).max(start);
    (!resource.is_empty()).then_some(Claim {
        resource,
        start,
        end,
    })
}
