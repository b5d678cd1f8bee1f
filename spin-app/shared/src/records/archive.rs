//! The archive port: notifications of starts that are long past are counted and taken away, so that tables stay small.
//!
//! | What | What becomes of it |
//! |---|---|
//! | a notification that has ended, start and due time before a day | counted, by the day it was due, status, reason and channel; then gone, and what the local outbox holds of it |
//! | one that has not ended, whatever its age | stays: it is `/reconcile`'s, or somebody's to look at |
//! | one without a start | stays: its appointment may get one any day |
//! | a living appointment | stays: it is the clinic's, and late events are merged into it |
//! | a deleted appointment in SQLite | loses all that is about the person; the gravestone itself stays |
//!
//! Counting and taking away are one step, done as a whole or not at all. So a death, or the same order twice, counts
//! nothing twice and takes nothing uncounted.

use super::{Page, RecordsError, Tally};
use crate::core::Instant;

/// What waits to be archived.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Waiting {
    /// How many notifications.
    pub rows: i64,
    /// Whether there are no more than that: a store may stop counting somewhere.
    pub is_exact: bool,
    /// Notifications as old that have not ended, and therefore stay. Counted as far as `rows` are.
    pub open: i64,
    /// The first due time among the rows.
    pub oldest: Option<Instant>,
    /// The last one.
    pub newest: Option<Instant>,
    /// Deleted appointments that still say something about a person.
    pub gravestones: i64,
}

/// What a step did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Taken {
    /// Notifications that were counted and taken away.
    pub rows: u32,
    /// Deleted appointments that were emptied.
    pub gravestones: u32,
}

impl Taken {
    /// Whether there was nothing to do.
    pub fn is_nothing(self) -> bool {
        self == Self::default()
    }
}

/// What was archived of a day.
#[derive(Clone, Debug)]
pub struct Day {
    /// The day in UTC on which they were due: `2026-06-01`.
    pub day: String,
    /// Of which kind, and how many.
    pub tally: Tally,
}

/// The port.
#[allow(async_fn_in_trait)]
pub trait Archive {
    /// What could be archived: of starts and due times before `before`.
    async fn waiting(&self, before: Instant) -> Result<Waiting, RecordsError>;

    /// Counts and takes away some of it, the oldest first, at most `limit` of each kind. Nothing: all is done.
    async fn take(&self, before: Instant, limit: u32) -> Result<Taken, RecordsError>;

    /// Gives a little of the room that became free back to the machine. False when there is nothing worth the work.
    async fn give_back(&self) -> Result<bool, RecordsError>;

    /// All that was ever archived, by status, reason and channel.
    async fn archived(&self) -> Result<Vec<Tally>, RecordsError>;

    /// The same day by day, in the order of the days: from this day on, up to and without that one.
    async fn archived_days(
        &self,
        from: &str,
        to: &str,
        after: Option<&str>,
        limit: u32,
    ) -> Result<Page<Day>, RecordsError>;
}

/// The day in UTC of an instant: `2026-06-01`.
pub fn day(at: Instant) -> String {
    let text = crate::web::rfc3339(at);
    text.split('T').next().unwrap_or_default().to_owned()
}
