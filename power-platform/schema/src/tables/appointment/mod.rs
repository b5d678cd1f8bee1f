//! The appointments. Staff write them; Punctual reads them.

mod views;

use super::{APPOINTMENT_NOTIFICATIONS, NOTIFICATION, column, line};
use crate::describe::Need::{Recommended, Required};
use crate::describe::{Column, Content, Format, Kind, Section, State, Status, Table};

/// A row for each appointment.
pub static APPOINTMENT: Table = Table {
    name: "punctual_appointment",
    set: "punctual_appointments",
    label: "Appointment",
    plural: "Appointments",
    description: "An appointment of which Punctual reminds people.",
    columns: COLUMNS,
    statuses: STATUSES,
    key: None,
    brief: views::BRIEF,
    views: views::VIEWS,
    form: FORM,
};

const EMAIL: Kind = Kind::Text {
    max: 254,
    format: Format::Email,
};
const PHONE: Kind = Kind::Text {
    max: 50,
    format: Format::Phone,
};

/// Texts are at least as long as the API takes them (plugin-core's `intake/draft.rs` and `intake/contact.rs`).
#[rustfmt::skip] // Name and label, then what it is for: it reads as a table.
const COLUMNS: &[Column] = &[
    column("punctual_name", "Title", line(200),
        "What staff call it in lists, also in those of notifications. It is never sent to anybody.").need(Required),
    column("punctual_service", "Service", line(200),
        "What the person comes for. Emails name it; their subjects and SMS do not."),
    column("punctual_customername", "Customer", line(200),
        "The person's name, as the reminder greets them.").need(Recommended),
    column("punctual_email", "Email", EMAIL,
        "Where reminders by email go. Empty: none go by email."),
    column("punctual_phone", "Mobile phone", PHONE,
        "Where reminders by SMS go, with the country code. Empty: none go by SMS."),
    column("punctual_start", "Start", Kind::Instant,
        "When it begins.").need(Required),
    column("punctual_end", "End", Kind::Instant,
        "When it ends."),
    column("punctual_timezone", "Time zone", line(100),
        "IANA name of the place's time zone, as in Europe/Berlin. Empty: the clinic's own."),
    column("punctual_locale", "Language", line(35),
        "Language of the reminders, as in en or pt-BR. Empty: the clinic's own."),
    column("punctual_resource", "Resource", line(200),
        "Who or what is booked: a doctor, a room."),
    column("punctual_notes", "Notes", Kind::Memo { max: 4_000 },
        "For staff. They are never sent to anybody."),
];

#[rustfmt::skip]
const STATUSES: &[Status] = &[
    Status { value: 1, state: State::Active, label: "Scheduled" },
    Status { value: 749_700_001, state: State::Active, label: "Confirmed" },
    Status { value: 2, state: State::Inactive, label: "Canceled" },
    Status { value: 749_700_002, state: State::Inactive, label: "Completed" },
    Status { value: 749_700_003, state: State::Inactive, label: "No show" },
];

const FORM: &[Section] = &[
    Section {
        label: "Appointment",
        content: Content::Columns(&[
            "punctual_name",
            "punctual_start",
            "punctual_end",
            "punctual_timezone",
            "punctual_service",
            "punctual_resource",
            "statuscode",
            "ownerid",
        ]),
    },
    Section {
        label: "Person",
        content: Content::Columns(&[
            "punctual_customername",
            "punctual_email",
            "punctual_phone",
            "punctual_locale",
        ]),
    },
    Section {
        label: "Notes",
        content: Content::Columns(&["punctual_notes"]),
    },
    Section {
        label: "Reminders",
        content: Content::Rows(
            &APPOINTMENT_NOTIFICATIONS,
            &NOTIFICATION,
            "Active notifications",
        ),
    },
];
