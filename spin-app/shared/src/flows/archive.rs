//! An operator's order to archive: notifications of starts that are more than so many days past are counted and taken away.
//!
//! It takes two calls. The dry run looks and changes nothing but a mark of its own; the order then takes what the dry run
//! looked at, by the same cut, and nothing younger. Each call works for some seconds and says whether to call again.

use serde_json::{Value, json};

use super::{FlowError, lease};
use crate::core::Instant;
use crate::records::Records;
use crate::records::archive::{Archive, Taken, Waiting};
use crate::web::rfc3339;

/// No younger ones: `/metrics` tells of 31 days from the rows themselves, providers speak for days, and the core makes no
/// new rows for a start that is 31 days past.
pub const DAYS_MIN: u32 = 35;
/// A century.
pub const DAYS_MAX: u32 = 36_500;

const DAY_MS: i64 = 86_400_000;
/// How long a dry run is good for.
const DRY_RUN_MS: i64 = DAY_MS;
/// How far clocks differ.
const SKEW_MS: i64 = 300_000;
/// A call works so long, and then counts what is left: 20 seconds together.
const BUDGET_MS: i64 = 15_000;
/// Rows in one step. In SQLite a step holds the write lock for about ten milliseconds.
const STEP: u32 = 200;
/// After a full step, for whoever else wants to write: SQLite keeps no order among those who wait. Dataverse needs no such
/// pause, and its steps are smaller.
const PAUSE_MS: i64 = 10;
/// So many pieces of free room are given back between two pauses.
const PIECES: u32 = 8;

/// Who archives, and when it is.
pub struct Archivist<'a, R> {
    /// Where from.
    pub records: &'a R,
    /// The host's clock.
    pub clock: &'a dyn Fn() -> Instant,
    /// Waits so many milliseconds.
    pub sleep: &'a dyn Fn(i64),
}

/// What came of an order.
#[derive(Debug)]
pub enum Outcome {
    /// It was looked, or worked.
    Done(Report),
    /// Somebody else archives now.
    Busy,
    /// There was no dry run of so many days within the last day.
    NoDryRun,
}

/// What a call did.
#[derive(Debug)]
pub struct Report {
    /// What the cut was.
    pub before: Instant,
    /// What was taken. A dry run takes nothing.
    pub taken: Taken,
    /// What is left; none if it could not be counted any more.
    pub left: Option<Waiting>,
    /// Whether all is done that the dry run saw.
    pub is_complete: bool,
    /// Why it ended early.
    pub stopped: Option<FlowError>,
}

impl<R: Records + Archive> Archivist<'_, R> {
    /// Looks what an order would take.
    pub async fn dry_run(&self, days: u32) -> Result<Report, FlowError> {
        let now = (self.clock)();
        let before = now - i64::from(days) * DAY_MS;
        let waiting = self.records.waiting(before).await?;
        let mark = mark(days);
        let known = self.records.mark(&mark).await?;
        // Somebody who dry-ran it in the same moment wrote as good a mark.
        self.records.set_mark(&mark, known, now).await?;
        Ok(Report {
            before,
            taken: Taken::default(),
            is_complete: waiting.rows == 0 && waiting.gravestones == 0,
            left: Some(waiting),
            stopped: None,
        })
    }

    /// Takes what the dry run saw.
    pub async fn archive(&self, days: u32) -> Result<Outcome, FlowError> {
        let began = (self.clock)();
        let looked_at = self.records.mark(&mark(days)).await?;
        let is_good = |at: &Instant| (-SKEW_MS..=DRY_RUN_MS).contains(&(began - at));
        let Some(looked_at) = looked_at.filter(is_good) else {
            return Ok(Outcome::NoDryRun);
        };
        let Some(lease) = lease::take(self.records, "archive_lease", began).await? else {
            return Ok(Outcome::Busy);
        };
        let before = looked_at - i64::from(days) * DAY_MS;
        let mut report = Report {
            before,
            taken: Taken::default(),
            left: None,
            is_complete: false,
            stopped: None,
        };
        // What a step did is done, whatever becomes of the next one; so it is told.
        match self
            .work(before, began + BUDGET_MS, &mut report.taken)
            .await
        {
            Ok(is_complete) => report.is_complete = is_complete,
            Err(error) => report.stopped = Some(error),
        }
        report.left = self.records.waiting(before).await.ok();
        let given = lease.give_back(self.records, (self.clock)()).await;
        match (given, &report.stopped) {
            // A lease that could not be given back ends by itself.
            (Err(error), None) if !report.is_complete => report.stopped = Some(error),
            _ => {}
        }
        match report.stopped {
            Some(error) if report.taken.is_nothing() => Err(error),
            _ => Ok(Outcome::Done(report)),
        }
    }

    /// Step by step until there is nothing left or the time is up. Whether there is nothing left.
    async fn work(
        &self,
        before: Instant,
        stop_at: Instant,
        taken: &mut Taken,
    ) -> Result<bool, FlowError> {
        loop {
            let step = self.records.take(before, STEP).await?;
            taken.rows += step.rows;
            taken.gravestones += step.gravestones;
            if step.is_nothing() {
                break;
            }
            if (self.clock)() >= stop_at {
                return Ok(false);
            }
            if step.rows == STEP {
                (self.sleep)(PAUSE_MS);
            }
        }
        for step in 1.. {
            if !self.records.give_back().await? {
                break;
            }
            if (self.clock)() >= stop_at {
                return Ok(false);
            }
            if step % PIECES == 0 {
                (self.sleep)(PAUSE_MS);
            }
        }
        Ok(true)
    }
}

/// When it was dry-run for so many days.
fn mark(days: u32) -> String {
    format!("archive_dry_run_{days}")
}

impl Report {
    /// The answer to whoever ordered it.
    pub fn to_json(&self, days: u32, dry_run: bool) -> Value {
        let left = self.left.as_ref();
        let time = |at: fn(&Waiting) -> Option<Instant>| left.and_then(at).map(rfc3339);
        json!({
            "dry_run": dry_run, "older_than_days": days, "before": rfc3339(self.before),
            "archived": self.taken.rows, "gravestones_emptied": self.taken.gravestones,
            "left": left.map(|left| left.rows), "left_is_exact": left.is_some_and(|left| left.is_exact),
            "gravestones_left": left.map(|left| left.gravestones),
            "still_open": left.map(|left| left.open),
            "oldest": time(|left| left.oldest), "newest": time(|left| left.newest),
            "complete": self.is_complete, "call_again": !dry_run && !self.is_complete,
            "stopped": self.stopped.as_ref().map(|error| &error.text),
            "retry_after_seconds": self.stopped.as_ref().and_then(|error| error.retry_after_seconds),
        })
    }
}
