//! The tables: what staff keep, what Punctual keeps for people to read, and what it keeps for itself.

mod appointment;
mod archived;
mod audit;
mod mark;
mod notification;
mod suppression;

pub use appointment::APPOINTMENT;
pub use archived::ARCHIVED;
pub use audit::AUDIT;
pub use mark::MARK;
pub use notification::{APPOINTMENT_NOTIFICATIONS, NOTIFICATION};
pub use suppression::SUPPRESSION;

use crate::describe::{Audit, Column, Format, Kind, Need, State, Status, Table};

/// Every table.
pub const TABLES: [&Table; 6] = [
    &APPOINTMENT,
    &NOTIFICATION,
    &MARK,
    &SUPPRESSION,
    &ARCHIVED,
    &AUDIT,
];

/// The table of this name.
pub fn find(name: &str) -> Option<&'static Table> {
    TABLES.into_iter().find(|table| table.name == name)
}

/// Dataverse's own two, for tables whose rows have no life in it.
#[rustfmt::skip]
const PLAIN_STATUSES: &[Status] = &[
    Status { value: 1, state: State::Active, label: "Active" },
    Status { value: 2, state: State::Inactive, label: "Inactive" },
];

/// An optional column whose changes are kept.
const fn column(
    name: &'static str,
    label: &'static str,
    kind: Kind,
    description: &'static str,
) -> Column {
    Column {
        name,
        label,
        description,
        kind,
        need: Need::Optional,
        audit: Audit::Kept,
    }
}

impl Column {
    const fn need(mut self, need: Need) -> Self {
        self.need = need;
        self
    }

    const fn unaudited(mut self) -> Self {
        self.audit = Audit::Left;
        self
    }
}

/// A text of one line.
const fn line(max: u16) -> Kind {
    Kind::Text {
        max,
        format: Format::Line,
    }
}
