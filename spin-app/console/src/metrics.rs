//! `/metrics` in the Prometheus text format (version 0.0.4), told from the rows themselves: no counter can
//! drift from what happened. What leaves no row behind is counted. No label holds anything personal.

use std::fmt::Write;

use punctual_app::edge::{self, Ports};
use punctual_app::queue::Queue;
use punctual_app::records::Records;
use punctual_app::records::archive::Archive;
use punctual_app::sql::{Sql, SqlError};
use punctual_app::telemetry::counters::{self, COUNTERS, WEBHOOK_BOUNDS_MS};
use punctual_app::web::{Response, unavailable};

/// Upper bounds of the lateness buckets, in milliseconds.
const BOUNDS_MS: [i64; 8] = [0, 1_000, 2_000, 5_000, 10_000, 30_000, 60_000, 300_000];

/// Rows that were due longer ago are not counted: 31 days. Where rows are counted by the service, it counts 50,000 at most.
const WINDOW_MS: i64 = 31 * 86_400_000;

pub async fn metrics(ports: &Ports) -> Result<Response, Response> {
    let records = ports.records();
    let failed = |error: &dyn std::fmt::Display| unavailable(&error.to_string());
    let since = edge::now() - WINDOW_MS;
    let tally = records.tally(since).await.map_err(|error| failed(&error))?;
    let (buckets, count, sum_ms) = records
        .lateness(&BOUNDS_MS, since)
        .await
        .map_err(|error| failed(&error))?;
    let depth = ports
        .queue()
        .depth(edge::now())
        .await
        .map_err(|error| failed(&error))?;
    let swept = records
        .mark("reconcile_from")
        .await
        .map_err(|error| failed(&error))?;

    let mut text = String::from(
        "# HELP punctual_notifications Notification rows by status, reason and channel, and provider, of those due in the last 31 days or later.\n# TYPE punctual_notifications gauge\n",
    );
    for row in &tally {
        let _ = writeln!(
            text,
            "punctual_notifications{{status=\"{}\",reason=\"{}\",channel=\"{}\",provider=\"{}\"}} {}",
            row.status, row.reason, row.channel, row.provider, row.count
        );
    }
    let archived = records.archived().await.map_err(|error| failed(&error))?;
    if !archived.is_empty() {
        text.push_str("# HELP punctual_notifications_archived_total Notifications that were archived, by how they ended.\n# TYPE punctual_notifications_archived_total counter\n");
    }
    for row in &archived {
        let _ = writeln!(
            text,
            "punctual_notifications_archived_total{{status=\"{}\",reason=\"{}\",channel=\"{}\"}} {}",
            row.status, row.reason, row.channel, row.count
        );
    }
    text.push_str("# HELP punctual_lateness_seconds From due to sent, of the same rows.\n# TYPE punctual_lateness_seconds histogram\n");
    for (bound, within) in BOUNDS_MS.iter().zip(&buckets) {
        let _ = writeln!(
            text,
            "punctual_lateness_seconds_bucket{{le=\"{}\"}} {within}",
            bound / 1_000
        );
    }
    let _ = writeln!(
        text,
        "punctual_lateness_seconds_bucket{{le=\"+Inf\"}} {count}"
    );
    let _ = writeln!(
        text,
        "punctual_lateness_seconds_sum {}.{:03}",
        sum_ms / 1_000,
        sum_ms % 1_000
    );
    let _ = writeln!(text, "punctual_lateness_seconds_count {count}");
    // Not every transport can say.
    if let Some(depth) = depth {
        text.push_str("# HELP punctual_queue_messages Messages in the queue.\n# TYPE punctual_queue_messages gauge\n");
        for (state, messages) in [
            ("scheduled", depth.scheduled),
            ("active", depth.active),
            ("dead", depth.dead),
        ] {
            let _ = writeln!(
                text,
                "punctual_queue_messages{{state=\"{state}\"}} {messages}"
            );
        }
    }
    if let Some(sql) = ports.embedded_records() {
        let counted = counted(sql).map_err(|error| failed(&error))?;
        text.push_str(&counted);
    }
    if let Some(at) = swept {
        text.push_str("# HELP punctual_reconcile_timestamp_seconds Begin of the last complete reconcile.\n# TYPE punctual_reconcile_timestamp_seconds gauge\n");
        let _ = writeln!(text, "punctual_reconcile_timestamp_seconds {}", at / 1_000);
    }
    Ok(Response::text(
        200,
        "text/plain; version=0.0.4; charset=utf-8",
        text,
    ))
}

/// What is counted in the embedded database alone: what providers and people told, how long webhooks took, what others answered.
fn counted(sql: &impl Sql) -> Result<String, SqlError> {
    let webhooks = counters::read(sql, counters::WEBHOOK)?;
    let value = |name: &str| {
        let found = webhooks.iter().find(|(known, _)| known == name);
        found.map_or(0, |(_, value)| *value)
    };
    let mut text = String::new();
    for (name, help) in COUNTERS {
        let marks = counters::read(sql, name)?;
        let exact = marks.iter().find(|(rest, _)| rest.is_empty());
        let counted = exact.map_or(0, |(_, value)| *value);
        let _ = writeln!(
            text,
            "# HELP punctual_{name}_total {help}\n# TYPE punctual_{name}_total counter\npunctual_{name}_total {counted}"
        );
    }
    text.push_str("# HELP punctual_webhook_seconds How long webhooks took until all was stored.\n# TYPE punctual_webhook_seconds histogram\n");
    let mut within = 0;
    for bound in WEBHOOK_BOUNDS_MS {
        within += value(&bound.to_string());
        let (seconds, ms) = (bound / 1_000, bound % 1_000);
        let _ = writeln!(
            text,
            "punctual_webhook_seconds_bucket{{le=\"{seconds}.{ms:03}\"}} {within}"
        );
    }
    let (all, sum_ms) = (within + value("inf"), value("sum"));
    let _ = writeln!(text, "punctual_webhook_seconds_bucket{{le=\"+Inf\"}} {all}");
    let _ = writeln!(
        text,
        "punctual_webhook_seconds_sum {}.{:03}",
        sum_ms / 1_000,
        sum_ms % 1_000
    );
    let _ = writeln!(text, "punctual_webhook_seconds_count {all}");
    text.push_str("# HELP punctual_upstream_requests_total Requests to others, by what came of them.\n# TYPE punctual_upstream_requests_total counter\n");
    for (name, count) in counters::read(sql, counters::UPSTREAM)? {
        let (upstream, result) = name.split_once('/').unwrap_or((&name, ""));
        let _ = writeln!(
            text,
            "punctual_upstream_requests_total{{upstream=\"{upstream}\",result=\"{result}\"}} {count}"
        );
    }
    Ok(text)
}
