//! What happened to a row, as the steps hear of it.

use punctual_stand_ins::Guid;

use super::{Changes, Row};

/// What a step can be for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Message {
    /// A new row.
    Create,
    /// Some of a row's columns.
    Update,
    /// A row that is gone.
    Delete,
}

impl Message {
    /// As the platform writes it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Create => "Create",
            Self::Update => "Update",
            Self::Delete => "Delete",
        }
    }
}

/// Something that happened to a row, as a step hears of it.
#[derive(Debug, Clone)]
pub struct Event {
    /// What.
    pub message: Message,
    /// To a row of this table.
    pub table: String,
    /// To this row.
    pub id: Guid,
    /// The columns that were written.
    pub target: Changes,
    /// The row before.
    pub before: Option<Row>,
    /// The row after.
    pub after: Option<Row>,
    /// Whether it is the second half of an update: the one of state and status.
    pub of_state: bool,
    /// The request behind it.
    pub cause: Cause,
}

/// The request behind an event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cause {
    /// The request's id.
    pub request_id: Guid,
    /// The id that the caller gave, or another.
    pub correlation_id: Guid,
    /// `?tag=`
    pub tag: Option<String>,
    /// Whether the caller wants no asynchronous step to run.
    pub bypass: bool,
    /// Who asked.
    pub user: Guid,
}
