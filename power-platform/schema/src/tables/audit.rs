//! The audit trail of the console: who did what. Only ever added to.

use super::{PLAIN_STATUSES, column, line};
use crate::describe::Need::Required;
use crate::describe::{Brief, Column, Content, Filter, Kind, Order, Section, State, Table, View};

/// A row for each change that was made in the console, and for each page that was looked at there. Nobody changes one.
pub static AUDIT: Table = Table {
    name: "punctual_audit",
    set: "punctual_audits",
    label: "Audit entry",
    plural: "Audit entries",
    description: "What was done or looked at in Punctual's console, when, and with which role. It names ids and no person.",
    columns: COLUMNS,
    statuses: PLAIN_STATUSES,
    // A row's own id is the entry's: an entry that is written again is there already.
    key: None,
    brief: Brief {
        columns: SHOWN,
        find: &["punctual_name", "punctual_subject"],
        order: LATEST,
    },
    views: VIEWS,
    form: FORM,
};

const SHOWN: &[&str] = &[
    "punctual_name",
    "punctual_at",
    "punctual_role",
    "punctual_subject",
    "punctual_outcome",
];

const LATEST: Order = Order {
    column: "punctual_at",
    descending: true,
};

#[rustfmt::skip] // Name and label, then what it is for: it reads as a table.
const COLUMNS: &[Column] = &[
    column("punctual_name", "Title", line(100),
        "The action, for lists.").need(Required),
    column("punctual_at", "At", Kind::Instant,
        "When it was done.").need(Required),
    column("punctual_role", "Role", line(20),
        "Whose token it was: operator or staff.").need(Required),
    column("punctual_action", "Action", line(50),
        "What was done, as a code: appointment.create, reminder.cancel, view.history.").need(Required),
    column("punctual_subject", "Subject", line(100),
        "The id of the appointment, the reminder or the suppression, or the channel."),
    column("punctual_outcome", "Outcome", line(50),
        "begun for an order that takes long; done, or refused with the status of the answer.").need(Required),
];

const VIEWS: &[View] = &[View {
    label: "Active audit entries",
    description: "What was done in the console, the latest first.",
    columns: SHOWN,
    order: LATEST,
    filter: Filter::State(State::Active),
}];

const FORM: &[Section] = &[Section {
    label: "Audit entry",
    content: Content::Shown(&[
        "punctual_name",
        "punctual_at",
        "punctual_role",
        "punctual_action",
        "punctual_subject",
        "punctual_outcome",
    ]),
}];
