//! The archived counts: how many notifications were archived, of which day and kind. They are what reports of the past are told
//! from once the notifications are gone.

use super::{PLAIN_STATUSES, column, line};
use crate::choices::{CHANNEL, NOTIFICATION_STATUS};
use crate::describe::Need::Required;
use crate::describe::{
    Brief, Column, Content, Filter, Key, Kind, Order, Section, State, Table, View,
};

/// A row for each day, status, reason and channel of archived notifications.
pub static ARCHIVED: Table = Table {
    name: "punctual_archivedcount",
    set: "punctual_archivedcounts",
    label: "Archived count",
    plural: "Archived counts",
    description: "How many notifications of a day and kind were archived. Punctual counts here what it deletes there, in one step.",
    columns: COLUMNS,
    statuses: PLAIN_STATUSES,
    // Two archivers that begin a day at once make one row.
    key: Some(Key {
        name: "punctual_archivedcountkey",
        label: "Name",
        columns: &["punctual_name"],
    }),
    brief: Brief {
        columns: SHOWN,
        find: &["punctual_name"],
        order: LATEST,
    },
    views: VIEWS,
    form: FORM,
};

const SHOWN: &[&str] = &[
    "punctual_name",
    "punctual_day",
    "punctual_status",
    "punctual_reason",
    "punctual_channel",
    "punctual_count",
];

const LATEST: Order = Order {
    column: "punctual_name",
    descending: true,
};

/// The reason is a text, as a notification's is.
#[rustfmt::skip] // Name and label, then what it is for: it reads as a table.
const COLUMNS: &[Column] = &[
    column("punctual_name", "Name", line(100),
        "Day, status, reason and channel, as in 2026-06-01.skipped.no_email.email. No two rows have the same.").need(Required),
    // Noon, so that nearly every time zone shows the same date.
    column("punctual_day", "Day", Kind::Instant,
        "The day in UTC on which they were due, as its noon.").need(Required),
    column("punctual_status", "Status", Kind::Choice(&NOTIFICATION_STATUS),
        "How they ended.").need(Required),
    column("punctual_reason", "Reason", line(50),
        "Why they were not sent, as a code; empty where they were."),
    column("punctual_channel", "Channel", Kind::Choice(&CHANNEL),
        "How they would have reached the person.").need(Required),
    column("punctual_count", "Count", Kind::Count,
        "How many.").need(Required).unaudited(),
];

const VIEWS: &[View] = &[View {
    label: "Active archived counts",
    description: "What was archived, the latest day first.",
    columns: SHOWN,
    order: LATEST,
    filter: Filter::State(State::Active),
}];

const FORM: &[Section] = &[Section {
    label: "Archived count",
    content: Content::Shown(SHOWN),
}];
