//! The timer's sweep: the same settling over everything that changed or looks stuck. A lost event, a lost
//! message or a dead worker is only a delay.

use serde_json::{Value, json};

use super::settle::{message, settle};
use super::{App, FlowError};
use crate::core::{Instant, NotificationStatus as Status};
use crate::queue::Queue;
use crate::records::consent::Consent;
use crate::records::{Loaded, Records};

/// An open row that is overdue by this much has lost its message or its worker. No less than a lock and a lease
/// together: until then the message may be in the hands of a worker that died, and it comes back by itself.
const OVERDUE_MS: i64 = 120_000;
/// How far a sweep looks back before the last one began: clock skew and slow commits.
const OVERLAP_MS: i64 = 300_000;
/// One sweep at a time; a dead one gives way after this.
const LEASE_MS: i64 = 60_000;
/// A sweep stops here, below the shortest request limit (30 s), and says that it is not complete.
const BUDGET_MS: i64 = 20_000;
const PAGE: u32 = 100;

/// Sweeps from `since`, or from where the last complete sweep began. None: another sweep is under way.
pub async fn reconcile<R: Records + Consent, Q: Queue>(
    app: &App<'_, R, Q>,
    since: Option<Instant>,
) -> Result<Option<Value>, FlowError> {
    let began = (app.clock)();
    let lease = app.records.mark("reconcile_lease").await?;
    if lease.is_some_and(|until| until > began)
        || !app
            .records
            .set_mark("reconcile_lease", lease, began + LEASE_MS)
            .await?
    {
        return Ok(None);
    }
    let before = app.records.mark("reconcile_sweeps").await?;
    let sweep = before.unwrap_or(0) + 1;
    if !app
        .records
        .set_mark("reconcile_sweeps", before, sweep)
        .await?
    {
        return Ok(None);
    }
    let watermark = app.records.mark("reconcile_from").await?;
    let since = since.unwrap_or_else(|| watermark.unwrap_or(0).saturating_sub(OVERLAP_MS));
    let (mut seen, mut scheduled, mut canceled, mut requeued, mut failed) = (0, 0, 0, 0, 0);
    let mut after = String::new();
    let complete = 'sweep: loop {
        let page = app
            .records
            .to_reconcile(since, began - OVERDUE_MS, &after, PAGE)
            .await?;
        let Some(last) = page.last() else { break true };
        after.clone_from(last);
        for id in &page {
            if (app.clock)() - began > BUDGET_MS {
                break 'sweep false;
            }
            let Some(loaded) = app.records.load(id).await? else {
                continue;
            };
            seen += 1;
            requeued += requeue(app, &loaded, sweep).await?;
            match settle(app, loaded).await {
                Ok(report) => {
                    scheduled += report.scheduled;
                    canceled += report.canceled;
                }
                // The next sweep comes back to it: the watermark does not move.
                Err(_) => failed += 1,
            }
        }
    };
    if complete && failed == 0 {
        app.records
            .set_mark("reconcile_from", watermark, began)
            .await?;
    }
    app.records
        .set_mark("reconcile_lease", Some(began + LEASE_MS), (app.clock)())
        .await?;
    Ok(Some(
        json!({"appointments": seen, "scheduled": scheduled, "canceled": canceled, "requeued": requeued, "failed": failed, "complete": complete}),
    ))
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
    app.queue.schedule(&messages, now).await?;
    Ok(messages.len())
}
