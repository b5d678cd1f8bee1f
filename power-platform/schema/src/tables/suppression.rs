//! The suppressions: where nothing may be sent to any more. Punctual, providers and people add to them.

use super::{PLAIN_STATUSES, column, line};
use crate::choices::CHANNEL;
use crate::describe::Need::Required;
use crate::describe::{
    Brief, Column, Content, Filter, Key, Kind, Order, Section, State, Table, View,
};

/// A row for each reason why an address or number must not be used. It holds as long as it is there, whatever its state:
/// whoever wants reminders again has it deleted.
pub static SUPPRESSION: Table = Table {
    name: "punctual_suppression",
    set: "punctual_suppressions",
    label: "Suppression",
    plural: "Suppressions",
    description: "An address or number to which nothing may be sent on a channel. It holds until it is deleted.",
    columns: COLUMNS,
    statuses: PLAIN_STATUSES,
    key: Some(Key {
        name: "punctual_suppressionkey",
        label: "Key",
        columns: &["punctual_key"],
    }),
    brief: Brief {
        columns: SHOWN,
        find: &["punctual_name", "punctual_key", "punctual_address"],
        order: LATEST,
    },
    views: VIEWS,
    form: FORM,
};

const SHOWN: &[&str] = &[
    "punctual_name",
    "punctual_channel",
    "punctual_reason",
    "punctual_source",
    "punctual_since",
];

const LATEST: Order = Order {
    column: "punctual_since",
    descending: true,
};

/// Reason and source are texts, as a notification's reason is: there will be more of them.
#[rustfmt::skip] // Name and label, then what it is for: it reads as a table.
const COLUMNS: &[Column] = &[
    column("punctual_name", "Title", line(254),
        "The address or number, for lists.").need(Required),
    // Not for URLs of the Web API: an address may hold what Dataverse refuses there.
    column("punctual_key", "Key", line(350),
        "Channel, address in small letters and reason, as in email/robin@example.com/opted_out. No two rows have the same.").need(Required),
    column("punctual_channel", "Channel", Kind::Choice(&CHANNEL),
        "On which channel nothing may be sent.").need(Required),
    column("punctual_address", "Address", line(254),
        "The email address, or the number with its country code.").need(Required),
    column("punctual_reason", "Reason", line(50),
        "Why, as a code: opted_out, address_suppressed.").need(Required),
    column("punctual_source", "Source", line(50),
        "Who said so, as a code: sms_reply, unsubscribe_link, provider, staff."),
    column("punctual_since", "Since", Kind::Instant,
        "When it was said."),
];

const VIEWS: &[View] = &[View {
    label: "Active suppressions",
    description: "Where nothing may be sent to.",
    columns: SHOWN,
    order: LATEST,
    filter: Filter::State(State::Active),
}];

const FORM: &[Section] = &[Section {
    label: "Suppression",
    content: Content::Columns(&[
        "punctual_name",
        "punctual_channel",
        "punctual_address",
        "punctual_key",
        "punctual_reason",
        "punctual_source",
        "punctual_since",
    ]),
}];
