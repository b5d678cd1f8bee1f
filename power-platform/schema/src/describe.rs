//! The words in which tables are described: what Dataverse calls table, column, choice, key, view and form.
//!
//! Names are logical names: lower case, and the same as the schema names. So the navigation property of a
//! lookup, which is its schema name and case-sensitive, is the name of the column too.

use crate::choices::Choice;

/// A table that people and Punctual share, or that Punctual keeps for itself.
#[derive(Debug)]
pub struct Table {
    /// Logical name.
    pub name: &'static str,
    /// Name of the set in URLs of the Web API.
    pub set: &'static str,
    /// What people read.
    pub label: &'static str,
    /// The same for many.
    pub plural: &'static str,
    /// One sentence for makers.
    pub description: &'static str,
    /// Its own columns; the first is the primary name.
    pub columns: &'static [Column],
    /// The values of `statuscode`; the first of each state is the state's default.
    pub statuses: &'static [Status],
    /// Columns that together are unique.
    pub key: Option<Key>,
    /// The columns that the views show which Dataverse makes for every table, and the order of their rows.
    pub brief: Brief,
    /// Views that people choose from; the first is the default.
    pub views: &'static [View],
    /// The main form.
    pub form: &'static [Section],
}

/// A column of our own. Those that every table has are in `generate::system_columns`.
#[derive(Debug)]
pub struct Column {
    /// Logical name.
    pub name: &'static str,
    /// What people read.
    pub label: &'static str,
    /// One sentence for makers.
    pub description: &'static str,
    /// What it holds.
    pub kind: Kind,
    /// Whether forms insist on it. The Web API does not.
    pub need: Need,
    /// Whether changes go to the audit log, where that is on.
    pub audit: Audit,
}

/// What a column holds.
#[derive(Debug, Clone, Copy)]
pub enum Kind {
    /// One line, or few.
    Text {
        /// In UTF-16 units, as Dataverse counts; 4,000 at most.
        max: u16,
        /// How forms treat it.
        format: Format,
    },
    /// A text of many lines, too long for an index.
    Memo {
        /// In UTF-16 units.
        max: u32,
    },
    /// A whole number from 0 on.
    Count,
    /// A whole number of 32 bits, which may be negative.
    Whole,
    /// A point in time: stored in UTC, shown in the time zone of whoever looks ("user local").
    Instant,
    /// One of a fixed set.
    Choice(&'static Choice),
    /// A row of another table.
    Lookup(&'static Relationship),
}

/// How forms treat a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// As it is.
    Line,
    /// In a box of several lines.
    Lines,
    /// As an address to write to.
    Email,
    /// As a number to call.
    Phone,
}

/// How much a form insists.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Need {
    /// Not at all.
    Optional,
    /// With a mark.
    Recommended,
    /// No row is saved without it.
    Required,
}

/// Whether changes of a column are kept in the audit log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Audit {
    /// They are.
    Kept,
    /// They are not: Punctual's own bookkeeping, which changes at every attempt and says nothing to anybody.
    Left,
}

/// A value of `statuscode`.
#[derive(Debug)]
pub struct Status {
    /// 1 and 2 are Dataverse's own; ours begin with the publisher's prefix.
    pub value: u32,
    /// The state that it belongs to.
    pub state: State,
    /// What people read.
    pub label: &'static str,
}

/// A value of `statecode`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// 0: rows that are worked with.
    Active,
    /// 1: rows that are done with; forms show them read-only.
    Inactive,
}

/// An alternate key.
#[derive(Debug)]
pub struct Key {
    /// Logical name.
    pub name: &'static str,
    /// What makers read.
    pub label: &'static str,
    /// The columns.
    pub columns: &'static [&'static str],
}

/// One row of `table` and many of the table whose lookup names this.
#[derive(Debug)]
pub struct Relationship {
    /// Schema name; also the navigation property from the one to the many.
    pub name: &'static str,
    /// The table of the one.
    pub table: &'static str,
    /// What makers read.
    pub description: &'static str,
}

/// What the views of every table show.
#[derive(Debug)]
pub struct Brief {
    /// Columns in order; the first one opens the row.
    pub columns: &'static [&'static str],
    /// Columns that quick find looks into.
    pub find: &'static [&'static str],
    /// The order of the rows.
    pub order: Order,
}

/// The order of a view's rows.
#[derive(Debug, Clone, Copy)]
pub struct Order {
    /// By this column.
    pub column: &'static str,
    /// The last first.
    pub descending: bool,
}

/// A view that people choose.
#[derive(Debug)]
pub struct View {
    /// What people read.
    pub label: &'static str,
    /// One sentence that says which rows are in it.
    pub description: &'static str,
    /// Columns in order; the first one opens the row.
    pub columns: &'static [&'static str],
    /// The order of the rows.
    pub order: Order,
    /// Which rows.
    pub filter: Filter,
}

/// Which rows a view shows.
#[derive(Debug)]
pub enum Filter {
    /// Every one of these holds.
    All(&'static [Filter]),
    /// At least one of these holds.
    Any(&'static [Filter]),
    /// The row's state.
    State(State),
    /// The column has one of these values of its choice, given by code.
    OneOf(&'static str, &'static [&'static str]),
    /// The column is empty.
    Empty(&'static str),
    /// The instant is today, in the zone of whoever looks.
    Today(&'static str),
    /// The instant is within so many years from now.
    NextYears(&'static str, u8),
    /// The instant is more than so many minutes ago.
    OlderThanMinutes(&'static str, u16),
}

/// A part of a form.
#[derive(Debug)]
pub struct Section {
    /// What people read.
    pub label: &'static str,
    /// What it shows.
    pub content: Content,
}

/// What a part of a form shows.
#[derive(Debug)]
pub enum Content {
    /// Columns to be filled in.
    Columns(&'static [&'static str]),
    /// Columns to be read: Punctual writes them.
    Shown(&'static [&'static str]),
    /// The many that belong to the row: their relationship, their table, and the label of its view.
    Rows(&'static Relationship, &'static Table, &'static str),
}

impl Table {
    /// The column of this name, if it is one of our own.
    pub fn column(&self, name: &str) -> Option<&'static Column> {
        self.columns.iter().find(|column| column.name == name)
    }

    /// The primary name column.
    pub fn primary_name(&self) -> &'static str {
        self.columns.first().map_or("", |column| column.name)
    }

    /// The column of the row's GUID.
    pub fn id(&self) -> String {
        format!("{}id", self.name)
    }
}

impl State {
    /// Its value in `statecode`.
    pub fn value(self) -> u32 {
        match self {
            Self::Active => 0,
            Self::Inactive => 1,
        }
    }
}
