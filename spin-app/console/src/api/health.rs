//! How reminders went out in the last hours: told from the rows, for small charts.

use std::collections::BTreeMap;

use punctual_app::core::{Instant, NotificationStatus as Status, code};
use punctual_app::queue::Queue;
use punctual_app::records::reports::Reports;
use punctual_app::records::{NotificationFilter, Records};
use punctual_app::web::{Request, Response, rfc3339};
use serde_json::{Value, json};

use super::query::whole;
use super::{Api, busy, channels, records_failed};

const HOUR_MS: Instant = 3_600_000;
const HOURS_DEFAULT: u32 = 24;
const HOURS_MAX: u32 = 168;
/// Points of a chart.
const STEPS_MAX: u32 = 24;
/// Deliveries that latencies are told from, the latest ones.
const DELIVERIES_MAX: u32 = 50_000;

pub async fn health(api: &Api<'_>, request: &Request) -> Result<Response, Response> {
    let hours = whole(request, "hours", HOURS_DEFAULT, HOURS_MAX)?;
    let step_ms = HOUR_MS * i64::from(hours.div_ceil(STEPS_MAX));
    let now = (api.app.clock)();
    let from = now - HOUR_MS * i64::from(hours);
    let records = api.app.records;

    let deliveries = records.deliveries(from, now + 1, DELIVERIES_MAX).await;
    let latency = latency(&deliveries.map_err(records_failed)?, step_ms);
    let past = NotificationFilter {
        from: Some(from),
        to: Some(now + 1),
        ..NotificationFilter::default()
    };
    let past = records.count(&past).await.map_err(records_failed)?;
    let mut outcomes = BTreeMap::new();
    for count in past.by_due {
        if let Some(outcome) = outcome(&count.status) {
            let at = count.at.div_euclid(step_ms) * step_ms;
            let step: &mut BTreeMap<_, i64> = outcomes.entry(at).or_default();
            *step.entry(outcome).or_default() += count.count;
        }
    }
    let outcomes: Vec<_> = outcomes
        .iter()
        .map(|(at, step)| {
            let count = |outcome| step.get(outcome).copied().unwrap_or(0);
            json!({"at": rfc3339(*at), "sent": count("sent"), "failed": count("failed"), "skipped": count("skipped"),
                "unknown": count("unknown")})
        })
        .collect();
    let swept = records.mark("reconcile_from").await;
    Ok(Response::json(
        200,
        &json!({
            "hours": hours, "bucket_seconds": step_ms / 1_000, "latency": latency, "queue": queue(api, now).await?,
            "outcomes": outcomes, "channels": channels::all(api).await?,
            "last_reconcile_at": swept.map_err(records_failed)?.map(rfc3339),
        }),
    ))
}

async fn queue(api: &Api<'_>, now: Instant) -> Result<Value, Response> {
    let records = api.app.records;
    let open = [
        Status::Pending,
        Status::Scheduled,
        Status::Sending,
        Status::Unknown,
    ];
    let open = NotificationFilter {
        statuses: open.iter().map(|status| code(*status).to_owned()).collect(),
        limit: 1,
        ..NotificationFilter::default()
    };
    let coming = NotificationFilter {
        from: Some(now + 1),
        ..open.clone()
    };
    let due = NotificationFilter {
        to: Some(now + 1),
        ..open
    };
    let mut counted = Vec::new();
    for filter in [&coming, &due] {
        let counts = records.count(filter).await.map_err(records_failed)?;
        counted.push(counts.by_state.iter().map(|tally| tally.count).sum::<i64>());
    }
    let oldest = records.notifications(&due).await.map_err(records_failed)?;
    let oldest = oldest.items.first().map(|row| rfc3339(row.core.due_at));
    let depth = api.app.queue.depth(now).await.map_err(busy)?;
    Ok(
        json!({"coming": counted[0], "due": counted[1], "dead_letters": depth.map(|depth| depth.dead), "oldest_due_at": oldest}),
    )
}

/// What became of a reminder in the words of a chart; none while it is open.
fn outcome(status: &str) -> Option<&'static str> {
    match status {
        "sent" | "delivered" => Some("sent"),
        "failed" => Some("failed"),
        "skipped" | "canceled" => Some("skipped"),
        "unknown" => Some("unknown"),
        _ => None,
    }
}

fn latency(deliveries: &[(Instant, Instant)], step_ms: i64) -> Value {
    let mut all: Vec<i64> = Vec::with_capacity(deliveries.len());
    let mut steps: BTreeMap<Instant, Vec<i64>> = BTreeMap::new();
    for (due_at, sent_at) in deliveries {
        let late = (sent_at - due_at).max(0);
        all.push(late);
        let at = due_at.div_euclid(step_ms) * step_ms;
        steps.entry(at).or_default().push(late);
    }
    all.sort_unstable();
    let series: Vec<_> = steps
        .into_iter()
        .map(|(at, mut late)| {
            late.sort_unstable();
            json!({"at": rfc3339(at), "p50_seconds": seconds(&late, 50), "p99_seconds": seconds(&late, 99), "count": late.len()})
        })
        .collect();
    json!({"p50_seconds": seconds(&all, 50), "p99_seconds": seconds(&all, 99), "series": series})
}

/// A percentile of sorted milliseconds, by the nearest rank.
fn seconds(sorted_ms: &[i64], percent: usize) -> Option<f64> {
    let rank = (sorted_ms.len() * percent).div_ceil(100).max(1);
    let late = *sorted_ms.get(rank - 1)?;
    // Milliseconds of a lateness are far below what a double holds exactly.
    Some(late as f64 / 1_000.0)
}
