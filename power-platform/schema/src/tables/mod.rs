//! The two tables.

mod appointment;
mod notification;

pub use appointment::APPOINTMENT;
pub use notification::{APPOINTMENT_NOTIFICATIONS, NOTIFICATION};

use crate::describe::{Audit, Column, Format, Kind, Need, Table};

/// Every table.
pub const TABLES: [&Table; 2] = [&APPOINTMENT, &NOTIFICATION];

/// The table of this name.
pub fn find(name: &str) -> Option<&'static Table> {
    TABLES.into_iter().find(|table| table.name == name)
}

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
