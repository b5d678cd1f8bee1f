//! What the tests of planning share: one appointment, one policy, and short ways to write and read both.

mod cap;
mod identity;
mod plan;
mod reconcile;

use chrono::DateTime;

use crate::contract::exports::punctual::reminders::planning::{Change, Person, Planned};
use crate::types::{
    Appointment, AppointmentStatus, Blocks, Channel, Instant, Notification, Offset, Policy, Reason,
    Step, Window,
};

pub(super) const APPOINTMENT: &str = "6f9619ff-8b86-d011-b42d-00cf4fc964ff";

/// A person of whom nothing more is known.
pub(super) const STRANGER: Person = Person {
    blocks: Blocks {
        email: None,
        sms: None,
    },
    others: Vec::new(),
};

/// The plan for a stranger.
pub(super) fn plan(appointment: &Appointment, policy: &Policy, now: Instant) -> Vec<Planned> {
    crate::planning::plan(appointment, policy, &STRANGER, now)
}

/// The difference for a stranger.
pub(super) fn reconcile(
    appointment: Option<&Appointment>,
    policy: &Policy,
    rows: &[Notification],
    now: Instant,
) -> Vec<Change> {
    crate::planning::reconcile(appointment, policy, &STRANGER, rows, now)
}

pub(super) fn at(text: &str) -> Instant {
    DateTime::parse_from_rfc3339(text)
        .unwrap()
        .timestamp_millis()
}

/// On 1 June 2026 at 11:00 in Berlin, with every contact.
pub(super) fn appointment() -> Appointment {
    Appointment {
        id: APPOINTMENT.into(),
        service: Some("Check-up".into()),
        customer_name: Some("Ada Lovelace".into()),
        email: Some("ada@example.org".into()),
        phone: Some("+4930123456".into()),
        start_at: Some(at("2026-06-01T09:00:00Z")),
        end_at: None,
        time_zone: Some("Europe/Berlin".into()),
        locale: None,
        status: AppointmentStatus::Scheduled,
        resource: None,
        notes: None,
    }
}

pub(super) fn step(code: &str, offset: Offset) -> Step {
    Step {
        code: code.into(),
        offset,
        channels: vec![Channel::Email, Channel::Sms],
    }
}

/// The policy that holds when none is set.
pub(super) fn policy() -> Policy {
    Policy {
        steps: vec![
            step("P7D", Offset::Days(7)),
            step("P1D", Offset::Days(1)),
            step("PT1H", Offset::Seconds(3600)),
        ],
        window: None,
        default_time_zone: "Etc/UTC".into(),
        default_locale: "en".into(),
        retry_after_seconds: vec![30, 120, 600],
        daily_cap: None,
    }
}

pub(super) fn within(opens_hour: u16, closes_hour: u16) -> Policy {
    Policy {
        window: Some(Window {
            opens_minute: opens_hour * 60,
            closes_minute: closes_hour * 60,
        }),
        ..policy()
    }
}

pub(super) fn snake(reason: Reason) -> String {
    let mut text = String::new();
    let debug = format!("{reason:?}");
    for (index, c) in debug.rsplit("::").next().unwrap().char_indices() {
        if c.is_ascii_uppercase() && index > 0 {
            text.push('_');
        }
        text.push(c.to_ascii_lowercase());
    }
    text
}
