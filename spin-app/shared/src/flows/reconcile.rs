//! The timer's sweep: the same settling over everything that changed or looks stuck. A lost event, a lost
//! message or a dead worker is only a delay.

use futures::{StreamExt, stream};
use serde_json::{Value, json};

use super::settle::{Report, message, settle};
use super::{App, FlowError, group, lease};
use crate::core::{Instant, NotificationStatus as Status};
use crate::queue::Queue;
use crate::records::consent::Consent;
use crate::records::{Loaded, Records};

/// An open row that is overdue by this much has lost its message or its worker. No less than a lock and a lease
/// together: until then the message may be in the hands of a worker that died, and it comes back by itself.
const OVERDUE_MS: i64 = 120_000;
/// How far a sweep looks back before the last one began: clock skew and slow commits.
const OVERLAP_MS: i64 = 300_000;
/// A sweep stops here, below the shortest request limit (30 s), and says that it is not complete.
const BUDGET_MS: i64 = 20_000;
const PAGE: u32 = 100;

/// How many appointments are read at once, and worked on.
const AT_ONCE: usize = 10;

/// What a sweep did.
#[derive(Debug, Default)]
struct Swept {
    appointments: usize,
    scheduled: usize,
    canceled: usize,
    requeued: usize,
    failed: usize,
}

/// Sweeps from `since`, or from where the sweep before came to. None: another one is under way.
///
/// A sweep that comes to the end of its time goes on where it was the next time: `reconcile_at` is the change it came to,
/// `reconcile_began` when it began. A `since` of the caller's own moves none of these marks.
pub async fn reconcile<R: Records + Consent, Q: Queue>(
    app: &App<'_, R, Q>,
    since: Option<Instant>,
) -> Result<Option<Value>, FlowError> {
    let began = (app.clock)();
    let Some(lease) = lease::take(app.records, "reconcile_lease", began).await? else {
        return Ok(None);
    };
    let before = app.records.mark("reconcile_sweeps").await?;
    let number = before.unwrap_or(0) + 1;
    if !app
        .records
        .set_mark("reconcile_sweeps", before, number)
        .await?
    {
        return Ok(None);
    }
    let sweep = Sweep {
        app,
        number,
        stop_at: began + BUDGET_MS,
    };
    let mut swept = Swept::default();
    let mut complete = sweep.stuck(began - OVERDUE_MS, &mut swept).await?;
    let marks = match since {
        Some(_) => None,
        None => Some(Marks::read(app.records).await?),
    };
    let from = since.or(marks.as_ref().map(Marks::from)).unwrap_or(0);
    let came_to = sweep.changed(from, &mut swept).await?;
    complete &= came_to.is_none();
    if let Some(marks) = marks {
        // What failed is swept again: the marks do not move past it.
        match came_to {
            _ if swept.failed > 0 => {}
            None => marks.finish(app.records, began).await?,
            Some(at) => marks.pause(app.records, began, at).await?,
        }
    }
    lease.give_back(app.records, (app.clock)()).await?;
    Ok(Some(json!({
        "appointments": swept.appointments, "scheduled": swept.scheduled, "canceled": swept.canceled,
        "requeued": swept.requeued, "failed": swept.failed, "complete": complete,
    })))
}

/// How far sweeps have come.
struct Marks {
    /// When the last complete one began.
    done: Option<Instant>,
    /// When the one that is under way began; 0 when none is.
    began: Option<Instant>,
    /// The last change that it has seen.
    at: Option<Instant>,
}

impl Marks {
    async fn read(records: &impl Records) -> Result<Self, FlowError> {
        Ok(Self {
            done: records.mark("reconcile_from").await?,
            began: records.mark("reconcile_began").await?,
            at: records.mark("reconcile_at").await?,
        })
    }

    /// Where to go on. The overlap is for the beginning alone: behind it all was seen in this order.
    fn from(&self) -> Instant {
        match (self.began, self.at) {
            (Some(began), Some(at)) if began > 0 => at,
            _ => self.done.unwrap_or(0).saturating_sub(OVERLAP_MS),
        }
    }

    /// The end was reached. A death in between leaves a sweep that is done once more.
    async fn finish(self, records: &impl Records, now: Instant) -> Result<(), FlowError> {
        let began = self.began.filter(|began| *began > 0).unwrap_or(now);
        records.set_mark("reconcile_from", self.done, began).await?;
        if self.began.is_some_and(|began| began > 0) {
            records.set_mark("reconcile_began", self.began, 0).await?;
        }
        Ok(())
    }

    /// The time was up. The place first: a place without a beginning is not heard.
    async fn pause(
        self,
        records: &impl Records,
        now: Instant,
        at: Instant,
    ) -> Result<(), FlowError> {
        records.set_mark("reconcile_at", self.at, at).await?;
        if self.began.is_none_or(|began| began == 0) {
            records.set_mark("reconcile_began", self.began, now).await?;
        }
        Ok(())
    }
}

/// One sweep.
struct Sweep<'a, 'b, R, Q> {
    app: &'a App<'b, R, Q>,
    /// Which one since the beginning of time.
    number: i64,
    stop_at: Instant,
}

impl<R: Records + Consent, Q: Queue> Sweep<'_, '_, R, Q> {
    fn is_out_of_time(&self) -> bool {
        (self.app.clock)() > self.stop_at
    }

    /// Appointments whose messages may be missing. Whether it saw them all.
    async fn stuck(&self, overdue_before: Instant, swept: &mut Swept) -> Result<bool, FlowError> {
        let mut after = None;
        loop {
            let found = self
                .app
                .records
                .stuck(overdue_before, after.as_deref(), PAGE);
            let page = found.await?;
            if !self.work(&page.items, swept).await? {
                return Ok(false);
            }
            let Some(next) = page.next else {
                return Ok(true);
            };
            after = Some(next);
        }
    }

    /// Appointments that were changed since. None when it saw them all, else the change that it came to.
    async fn changed(
        &self,
        since: Instant,
        swept: &mut Swept,
    ) -> Result<Option<Instant>, FlowError> {
        let (mut after, mut came_to) = (None, since);
        loop {
            let found = self.app.records.changed(since, after.as_deref(), PAGE);
            let page = found.await?;
            for group in page.items.chunks(AT_ONCE) {
                let ids: Vec<_> = group.iter().map(|changed| changed.id.clone()).collect();
                if !self.work(&ids, swept).await? {
                    return Ok(Some(came_to));
                }
                came_to = group.last().map_or(came_to, |changed| changed.at);
            }
            let Some(next) = page.next else {
                return Ok(None);
            };
            after = Some(next);
        }
    }

    /// Settles each. False when the time was up before the last.
    async fn work(&self, ids: &[String], swept: &mut Swept) -> Result<bool, FlowError> {
        for group in ids.chunks(AT_ONCE) {
            if self.is_out_of_time() {
                return Ok(false);
            }
            let found = group::load(self.app.records, group).await?.into_iter();
            let work = stream::iter(found.map(|loaded| self.one(loaded)));
            let done: Vec<_> = work.buffer_unordered(AT_ONCE).collect().await;
            for result in done {
                swept.appointments += 1;
                match result {
                    Ok((requeued, report)) => {
                        swept.requeued += requeued;
                        swept.scheduled += report.scheduled;
                        swept.canceled += report.canceled;
                    }
                    // The next sweep comes back to it: the watermark does not move.
                    Err(_) => swept.failed += 1,
                }
            }
        }
        Ok(true)
    }

    async fn one(&self, loaded: Loaded) -> Result<(usize, Report), FlowError> {
        let requeued = requeue(self.app, &loaded, self.number).await?;
        Ok((requeued, settle(self.app, loaded).await?))
    }
}

/// Gives a new message to every row whose own is long overdue. One too many does no harm: the fence.
/// The number of the sweep tells it from that of a sweep that found the same row in the same moment.
async fn requeue<R: Records, Q: Queue>(
    app: &App<'_, R, Q>,
    loaded: &Loaded,
    sweep: i64,
) -> Result<usize, FlowError> {
    let now = (app.clock)();
    let stuck = |status| {
        matches!(
            status,
            Status::Scheduled | Status::Sending | Status::Unknown
        )
    };
    let messages: Vec<_> = loaded
        .rows
        .iter()
        .filter(|row| stuck(row.core.status))
        .filter(|row| {
            row.core
                .due_at
                .max(row.core.lease_until.unwrap_or(0))
                .max(row.core.retry_at.unwrap_or(0))
                < now - OVERDUE_MS
        })
        .map(|row| message(row, now, &format!("/sweep-{sweep}")))
        .collect();
    if !messages.is_empty() {
        app.queue.schedule(&messages, now).await?;
    }
    Ok(messages.len())
}
