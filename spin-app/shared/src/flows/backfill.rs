//! Plans the reminders of a table that was there before Punctual: every appointment that is still to come, in the order of
//! their starts.
//!
//! It is the settling that each event gets, so it may run beside events and `/reconcile`, twice, or from the beginning: what is
//! right already costs a look. A call works for some seconds and tells where it came to. A mark tells it too, so that
//! the next one need not begin anew where nobody heard the answer.

use futures::{StreamExt, stream};
use serde_json::{Value, json};

use super::settle::{Report, settle};
use super::{App, FlowError, group, lease};
use crate::core::Instant;
use crate::queue::Queue;
use crate::records::consent::Consent;
use crate::records::reports::{AppointmentFilter, Reports};
use crate::records::{Fault, Loaded, Records, RecordsError};
use crate::web::rfc3339;

/// A call works so long.
const BUDGET_MS: i64 = 16_000;
/// Appointments that are read at once.
const PAGE: u32 = 20;
/// And worked on.
const AT_ONCE: usize = 10;
/// How often the mark is moved: a death costs so much work at most.
const MARK_EVERY_MS: i64 = 3_000;
/// Failures that are told by name.
const TOLD_MAX: usize = 20;
/// The start of the last appointments that were settled; 0 when no backfill is under way.
const AT: &str = "backfill_at";

/// What is wanted.
#[derive(Debug, Default)]
pub struct Wanted {
    /// Where an earlier call came to: its `next`.
    pub after: Option<String>,
    /// From the first appointment, whatever an earlier backfill came to.
    pub from_start: bool,
    /// At most so many appointments a second; none is as fast as it goes.
    pub per_second: Option<u32>,
}

/// What a call did.
#[derive(Debug, Default)]
pub struct Filled {
    looked_at: u64,
    planned: u64,
    scheduled: usize,
    canceled: usize,
    skipped: usize,
    failed: Vec<Value>,
    failures: u64,
    came_to: Option<Instant>,
    next: Option<String>,
    /// Whether the last appointment was reached.
    pub is_complete: bool,
    stopped: Option<FlowError>,
}

/// What came of an order.
#[derive(Debug)]
pub enum Outcome {
    /// It was worked on.
    Done(Filled),
    /// Another one is under way.
    Busy,
    /// `after` is no `next` of an earlier call.
    Cursor,
}

/// Plans.
pub async fn backfill<R: Records + Consent + Reports, Q: Queue>(
    app: &App<'_, R, Q>,
    wanted: Wanted,
    sleep: &dyn Fn(i64),
) -> Result<Outcome, FlowError> {
    let began = (app.clock)();
    let after = match wanted.after.as_deref().map(Place::read) {
        Some(None) => return Ok(Outcome::Cursor),
        after => after.flatten(),
    };
    let Some(lease) = lease::take(app.records, "backfill_lease", began).await? else {
        return Ok(Outcome::Busy);
    };
    let mut mark = app.records.mark(AT).await?;
    let resumed = mark.filter(|at| *at > 0 && !wanted.from_start);
    // What has begun meanwhile needs no reminders any more.
    let mut place = after.unwrap_or_else(|| Place {
        from: resumed.unwrap_or(began).max(began),
        cursor: None,
    });
    let mut filled = Filled {
        came_to: resumed,
        ..Filled::default()
    };
    let pace = Pace {
        began,
        per_second: wanted.per_second,
        sleep,
    };
    let worked = work(app, &pace, &mut place, &mut mark, &mut filled).await;
    filled.next = (!filled.is_complete).then(|| place.to_string());
    let at = match filled.is_complete {
        true => Some(0),
        false => filled.came_to,
    };
    // Where a mark cannot be set the next call does some of it again.
    let noted = note(app.records, &mut mark, at).await;
    let given = lease.give_back(app.records, (app.clock)()).await;
    match worked {
        Err(Stop::Cursor) => return Ok(Outcome::Cursor),
        Err(Stop::Failed(error)) => filled.stopped = Some(error),
        Ok(()) => filled.stopped = noted.and(given).err(),
    }
    match filled.stopped {
        Some(error) if filled.looked_at == 0 => Err(error),
        _ => Ok(Outcome::Done(filled)),
    }
}

/// Why the work ended before its time.
enum Stop {
    Cursor,
    Failed(FlowError),
}

impl From<FlowError> for Stop {
    fn from(error: FlowError) -> Self {
        Self::Failed(error)
    }
}

impl From<RecordsError> for Stop {
    fn from(error: RecordsError) -> Self {
        match error.fault {
            Fault::Cursor => Self::Cursor,
            _ => Self::Failed(error.into()),
        }
    }
}

/// Where in the order of the starts it is: which list, and where in that.
struct Place {
    from: Instant,
    /// The adapter's own word; none at the beginning.
    cursor: Option<String>,
}

impl Place {
    fn read(text: &str) -> Option<Self> {
        let (from, cursor) = text.split_once('~')?;
        Some(Self {
            from: from.parse().ok()?,
            cursor: (!cursor.is_empty()).then(|| cursor.to_owned()),
        })
    }
}

impl std::fmt::Display for Place {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "{}~{}",
            self.from,
            self.cursor.as_deref().unwrap_or_default()
        )
    }
}

/// How long and how fast.
struct Pace<'a> {
    began: Instant,
    per_second: Option<u32>,
    sleep: &'a dyn Fn(i64),
}

impl Pace<'_> {
    fn is_over(&self, now: Instant) -> bool {
        now >= self.began + BUDGET_MS
    }

    /// Waits until so many appointments may have been looked at.
    fn keep(&self, looked_at: u64, now: Instant) {
        if let Some(per_second) = self.per_second {
            let looked_at = i64::try_from(looked_at).unwrap_or(i64::MAX);
            let on_time = self.began + looked_at.saturating_mul(1_000) / i64::from(per_second);
            (self.sleep)((on_time - now).clamp(0, self.began + BUDGET_MS - now));
        }
    }
}

async fn work<R: Records + Consent + Reports, Q: Queue>(
    app: &App<'_, R, Q>,
    pace: &Pace<'_>,
    place: &mut Place,
    mark: &mut Option<i64>,
    filled: &mut Filled,
) -> Result<(), Stop> {
    let mut marked_at = pace.began;
    loop {
        let cursor = place.cursor.as_deref();
        let filter = AppointmentFilter {
            from: Some(place.from),
            after: cursor.map(str::to_owned),
            limit: PAGE,
            ..AppointmentFilter::default()
        };
        let listed = app.records.appointments(&filter);
        let page = listed.await?;
        let appointments = page.items.iter().map(|listed| &listed.dated.appointment);
        let last_start = appointments.clone().filter_map(|it| it.start_at).max();
        let ids: Vec<_> = appointments.map(|it| it.id.clone()).collect();
        settle_all(app, &ids, filled).await?;
        filled.came_to = last_start.or(filled.came_to);
        let Some(next) = page.next else {
            filled.is_complete = true;
            return Ok(());
        };
        place.cursor = Some(next);
        let now = (app.clock)();
        if pace.is_over(now) {
            return Ok(());
        }
        if now >= marked_at + MARK_EVERY_MS {
            note(app.records, mark, filled.came_to).await?;
            marked_at = now;
        }
        pace.keep(filled.looked_at, now);
    }
}

/// Settles a page. What fails twice is told and passed over, unless the store or the broker says when to come back, or nothing
/// works at all: then the page is to be done again.
async fn settle_all<R: Records + Consent + Reports, Q: Queue>(
    app: &App<'_, R, Q>,
    ids: &[String],
    filled: &mut Filled,
) -> Result<(), FlowError> {
    let found = group::load(app.records, ids).await?;
    let work = stream::iter(found.into_iter().map(|loaded| one(app, loaded)));
    let done: Vec<_> = work.buffer_unordered(AT_ONCE).collect().await;
    let nothing_works = done.len() > 1 && done.iter().all(|(_, result)| result.is_err());
    for (id, result) in done {
        match result {
            Ok(report) => {
                filled.looked_at += 1;
                filled.planned += u64::from(report.changed);
                filled.scheduled += report.scheduled;
                filled.canceled += report.canceled;
                filled.skipped += report.skipped.len();
            }
            Err(error) if nothing_works || error.retry_after_seconds.is_some() => {
                return Err(error);
            }
            Err(error) => {
                filled.looked_at += 1;
                filled.failures += 1;
                if filled.failed.len() < TOLD_MAX {
                    filled
                        .failed
                        .push(json!({"appointment": id, "why": error.text}));
                }
            }
        }
    }
    Ok(())
}

async fn one<R: Records + Consent + Reports, Q: Queue>(
    app: &App<'_, R, Q>,
    loaded: Loaded,
) -> (String, Result<Report, FlowError>) {
    let id = loaded.dated.appointment.id.clone();
    let first = settle(app, loaded).await;
    let result = match first {
        Err(FlowError {
            retry_after_seconds: None,
            ..
        }) => match app.records.load(&id).await {
            Ok(Some(loaded)) => settle(app, loaded).await,
            Ok(None) => Ok(Report::default()),
            Err(error) => Err(error.into()),
        },
        first => first,
    };
    (id, result)
}

/// Moves the mark, if it is not there already.
async fn note<R: Records>(
    records: &R,
    mark: &mut Option<i64>,
    place: Option<Instant>,
) -> Result<(), FlowError> {
    if place.is_none() || *mark == place {
        return Ok(());
    }
    if records.set_mark(AT, *mark, place.unwrap_or(0)).await? {
        *mark = place;
    }
    Ok(())
}

impl Filled {
    /// The answer to whoever ordered it.
    pub fn to_json(&self) -> Value {
        json!({
            "looked_at": self.looked_at, "planned": self.planned, "scheduled": self.scheduled, "canceled": self.canceled,
            "skipped": self.skipped, "failures": self.failures, "failed": self.failed,
            "came_to": self.came_to.map(rfc3339), "next": self.next,
            "complete": self.is_complete, "call_again": !self.is_complete,
            "stopped": self.stopped.as_ref().map(|error| &error.text),
            "retry_after_seconds": self.stopped.as_ref().and_then(|error| error.retry_after_seconds),
        })
    }

    /// Not before so many seconds, if a port said so.
    pub fn retry_after_seconds(&self) -> Option<u32> {
        self.stopped.as_ref()?.retry_after_seconds
    }
}
