//! Names and shapes that all of the intake shares: the fields of an appointment, its statuses, a blank one.

use crate::types::{Appointment, AppointmentStatus};

/// The fields in the order of the contract's variant `field-change`, as JSON names them.
pub(super) const FIELDS: [&str; 11] = [
    "service",
    "customer_name",
    "email",
    "phone",
    "start_at",
    "end_at",
    "time_zone",
    "locale",
    "status",
    "resource",
    "notes",
];

/// Statuses as JSON names them.
pub(super) const STATUSES: [(&str, AppointmentStatus); 5] = [
    ("scheduled", AppointmentStatus::Scheduled),
    ("confirmed", AppointmentStatus::Confirmed),
    ("canceled", AppointmentStatus::Canceled),
    ("completed", AppointmentStatus::Completed),
    ("no_show", AppointmentStatus::NoShow),
];

pub(super) fn status(name: &str) -> Option<AppointmentStatus> {
    STATUSES
        .iter()
        .find(|(known, _)| *known == name)
        .map(|(_, status)| *status)
}

pub(super) fn status_name(status: AppointmentStatus) -> &'static str {
    match status {
        AppointmentStatus::Scheduled => "scheduled",
        AppointmentStatus::Confirmed => "confirmed",
        AppointmentStatus::Canceled => "canceled",
        AppointmentStatus::Completed => "completed",
        AppointmentStatus::NoShow => "no_show",
    }
}

/// One sentence for a status that is none.
pub(super) fn status_expected() -> String {
    let names: Vec<_> = STATUSES.iter().map(|(name, _)| *name).collect();
    format!("Expected one of {}.", names.join(", "))
}

/// Whether the status ends an appointment's reminders.
pub(super) fn has_ended(status: AppointmentStatus) -> bool {
    !matches!(
        status,
        AppointmentStatus::Scheduled | AppointmentStatus::Confirmed
    )
}

/// An appointment of which nothing is known but its name.
pub(super) fn blank(id: &str) -> Appointment {
    Appointment {
        id: id.to_owned(),
        service: None,
        customer_name: None,
        email: None,
        phone: None,
        start_at: None,
        end_at: None,
        time_zone: None,
        locale: None,
        status: AppointmentStatus::Scheduled,
        resource: None,
        notes: None,
    }
}
