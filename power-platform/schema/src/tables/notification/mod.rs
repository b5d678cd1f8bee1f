//! The notifications. Punctual writes them; people read them.

mod views;

use super::{PLAIN_STATUSES, column, line};
use crate::choices::{CHANNEL, NOTIFICATION_STATUS};
use crate::describe::Need::{Recommended, Required};
use crate::describe::{Column, Content, Format, Key, Kind, Relationship, Section, Table};

/// A row for each appointment, start, step and channel.
pub static NOTIFICATION: Table = Table {
    name: "punctual_notification",
    set: "punctual_notifications",
    label: "Notification",
    plural: "Notifications",
    description: "A reminder, where it stands, and why it was not sent if it was not. Punctual writes it.",
    columns: COLUMNS,
    // What a reminder's status is, `punctual_status` says. An inactive row is one that somebody put away.
    statuses: PLAIN_STATUSES,
    key: Some(Key {
        name: "punctual_notificationkey",
        label: "Key",
        columns: &["punctual_key"],
    }),
    brief: views::BRIEF,
    views: views::VIEWS,
    form: FORM,
};

/// An appointment and its notifications. When an appointment is deleted, they stay, with an empty lookup: they
/// are the story of what was sent and why the rest was not.
pub static APPOINTMENT_NOTIFICATIONS: Relationship = Relationship {
    name: "punctual_appointment_notifications",
    table: "punctual_appointment",
    description: "The reminders of an appointment.",
};

const ERROR: Kind = Kind::Text {
    max: 2_000,
    format: Format::Lines,
};

/// What a notification is for the records port, whichever store they are in. When a row was last written is
/// `modifiedon`, and its version is Dataverse's own.
#[rustfmt::skip] // Name and label, then what it is for: it reads as a table.
const COLUMNS: &[Column] = &[
    column("punctual_name", "Title", line(200),
        "Step and channel, for lists.").need(Recommended),
    column("punctual_key", "Key", line(100),
        "Identity: a UUID of appointment, step, channel and start. No two rows have the same.").need(Required),
    column("punctual_appointment", "Appointment", Kind::Lookup(&APPOINTMENT_NOTIFICATIONS),
        "The appointment. Empty once that was deleted, and where appointments are kept in another table."),
    column("punctual_appointmentid", "Appointment ID", line(36),
        "GUID of the appointment's row, in whichever table it is. It stays when that is deleted.").need(Required),
    column("punctual_step", "Step", line(30),
        "How long before the start, as an ISO 8601 duration: P7D, P1D, PT1H.").need(Required),
    column("punctual_channel", "Channel", Kind::Choice(&CHANNEL),
        "How it reaches the person.").need(Required),
    column("punctual_startat", "Start", Kind::Instant,
        "The start of the appointment for which it was planned.").need(Required),
    column("punctual_dueat", "Due", Kind::Instant,
        "When it goes out.").need(Required),
    column("punctual_status", "Status", Kind::Choice(&NOTIFICATION_STATUS),
        "Where it stands.").need(Required),
    column("punctual_reason", "Reason", line(50),
        "Why it was not sent, as a code: due_in_past, no_email, appointment_moved."),
    column("punctual_attempts", "Attempts", Kind::Count,
        "How often a provider was called.").unaudited(),
    column("punctual_leaseuntil", "Lease until", Kind::Instant,
        "While it is being sent: until when the worker that took it may act.").unaudited(),
    column("punctual_retryat", "Retry at", Kind::Instant,
        "After a failed attempt: not before this.").unaudited(),
    column("punctual_sendnowat", "Send now", Kind::Instant,
        "When staff asked for it to be sent at once."),
    column("punctual_sequencenumber", "Sequence number", line(20),
        "The queue's number of its message: 64 bits, hence a text.").unaudited(),
    column("punctual_provider", "Provider", line(50),
        "Who sent it."),
    column("punctual_providermessageid", "Provider message ID", line(200),
        "What the provider calls it."),
    column("punctual_lasterror", "Last error", ERROR,
        "The last failure, in a sentence that names nobody."),
    column("punctual_sentat", "Sent", Kind::Instant,
        "When the provider took it."),
    column("punctual_firstattemptat", "First attempt", Kind::Instant,
        "When this sending was first tried: repetitions name it to the provider.").unaudited(),
    column("punctual_heldby", "Held by", line(50),
        "The provider that may have taken an earlier attempt: no other is given it meanwhile.").unaudited(),
    // Dataverse adds 32-bit numbers up in 32 bits: a sum over many rows may be refused, so add up in portions.
    column("punctual_lateness", "Lateness (ms)", Kind::Whole,
        "From due to sent, in milliseconds; below zero if a provider's clock says earlier. Beyond 24 days: 24 days.").unaudited(),
    column("punctual_template", "Template", line(100),
        "Which words it was written in, as in reminder/fr@1."),
    column("punctual_trace", "Trace", line(55),
        "The trace of what planned it, as W3C Trace Context writes it.").unaudited(),
];

const FORM: &[Section] = &[
    Section {
        label: "Notification",
        content: Content::Shown(&[
            "punctual_name",
            "punctual_appointment",
            "punctual_step",
            "punctual_channel",
            "punctual_startat",
            "punctual_dueat",
            "punctual_status",
            "punctual_reason",
        ]),
    },
    Section {
        label: "Delivery",
        content: Content::Shown(&[
            "punctual_sentat",
            "punctual_lateness",
            "punctual_template",
            "punctual_provider",
            "punctual_providermessageid",
            "punctual_attempts",
            "punctual_lasterror",
            "punctual_retryat",
            "punctual_sendnowat",
        ]),
    },
    Section {
        label: "For support",
        content: Content::Shown(&[
            "punctual_key",
            "punctual_appointmentid",
            "punctual_sequencenumber",
            "punctual_leaseuntil",
            "punctual_firstattemptat",
            "punctual_heldby",
            "punctual_trace",
        ]),
    },
];
