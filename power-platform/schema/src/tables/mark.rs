//! The marks: Punctual's own bookkeeping between two runs. People have no use for it.

use super::{PLAIN_STATUSES, column, line};
use crate::describe::Need::Required;
use crate::describe::{Brief, Column, Content, Filter, Key, Order, Section, State, Table, View};

/// A row for each thing that has to be remembered.
pub static MARK: Table = Table {
    name: "punctual_mark",
    set: "punctual_marks",
    label: "Mark",
    plural: "Marks",
    description: "Punctual's own bookkeeping between runs: how far the sweep over changes came, who sweeps now, which channels are switched off.",
    columns: COLUMNS,
    statuses: PLAIN_STATUSES,
    // Two runs that begin at once make one row.
    key: Some(Key {
        name: "punctual_markkey",
        label: "Name",
        columns: &["punctual_name"],
    }),
    brief: Brief {
        columns: &["punctual_name", "punctual_value"],
        find: &["punctual_name"],
        order: BY_NAME,
    },
    views: VIEWS,
    form: FORM,
};

const BY_NAME: Order = Order {
    column: "punctual_name",
    descending: false,
};

#[rustfmt::skip] // Name and label, then what it is for: it reads as a table.
const COLUMNS: &[Column] = &[
    column("punctual_name", "Name", line(100),
        "What is remembered. No two rows have the same.").need(Required),
    // Dataverse has whole numbers of 64 bits too, but its API gives them as JSON numbers, which many clients round.
    column("punctual_value", "Value", line(40),
        "A number of 64 bits, as text.").unaudited(),
    column("punctual_note", "Note", line(200),
        "What was said when it was set, such as why a channel was switched off."),
];

const VIEWS: &[View] = &[View {
    label: "Active marks",
    description: "All that Punctual remembers between runs.",
    columns: &["punctual_name", "punctual_value"],
    order: BY_NAME,
    filter: Filter::State(State::Active),
}];

const FORM: &[Section] = &[Section {
    label: "Mark",
    content: Content::Shown(&["punctual_name", "punctual_value", "punctual_note"]),
}];
