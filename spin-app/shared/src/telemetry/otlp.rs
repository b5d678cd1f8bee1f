//! Entries as an OpenTelemetry collector takes them: OTLP/HTTP in its JSON encoding
//! (<https://opentelemetry.io/docs/specs/otlp/>), which writes ids in hex, 64-bit numbers as texts, and enumerations as numbers.
//!
//! Requests and calls are spans. Each state of a notification is a log record of the trace that planned it. What a scraper
//! would count is told as sums of this request's own, with delta temporality: an instance has no memory to add up in, and a
//! collector has (`deltatocumulative`).

use serde_json::{Value, json};

use super::entry::{CallResult, Called, Entry, Served, Turned};
use super::line::{level_of, line};
use crate::core::Instant;

const SCOPE: &str = "punctual";
const KIND_SERVER: u8 = 2;
const KIND_CLIENT: u8 = 3;
const STATUS_ERROR: u8 = 2;
const DELTA: u8 = 1;

/// Upper bounds of durations, in seconds.
const BOUNDS: [f64; 9] = [0.01, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0];
/// Upper bounds of lateness, in seconds; those of `/metrics`.
const LATE_BOUNDS: [f64; 8] = [0.0, 1.0, 2.0, 5.0, 10.0, 30.0, 60.0, 300.0];

/// The three bodies with their paths; a body without content is left out.
pub fn bodies(component: &str, entries: &[Entry]) -> Vec<(&'static str, Value)> {
    let resource = json!({"attributes": [
        text("service.namespace", "punctual"),
        text("service.name", component),
        text("service.version", env!("CARGO_PKG_VERSION")),
    ]});
    let scope = json!({"name": SCOPE, "version": env!("CARGO_PKG_VERSION")});
    let (mut spans, mut records) = (Vec::new(), Vec::new());
    for entry in entries {
        match entry {
            Entry::Served(served) => spans.push(server(served)),
            Entry::Called(called) => spans.push(client(called)),
            Entry::Turned(turned) => records.push(record(component, entry, turned)),
            Entry::Counted(_) => {}
        }
    }
    let metrics = metrics(entries);
    let mut bodies = Vec::new();
    if !spans.is_empty() {
        bodies.push(("/v1/traces", json!({"resourceSpans": [{"resource": resource, "scopeSpans": [{"scope": scope, "spans": spans}]}]})));
    }
    if !records.is_empty() {
        bodies.push(("/v1/logs", json!({"resourceLogs": [{"resource": resource, "scopeLogs": [{"scope": scope, "logRecords": records}]}]})));
    }
    if !metrics.is_empty() {
        bodies.push(("/v1/metrics", json!({"resourceMetrics": [{"resource": resource, "scopeMetrics": [{"scope": scope, "metrics": metrics}]}]})));
    }
    bodies
}

fn server(served: &Served) -> Value {
    let mut span = json!({
        "traceId": served.span.trace_id(),
        "spanId": served.span.span_id(),
        "name": format!("{} {}", served.method, served.route),
        "kind": KIND_SERVER,
        "startTimeUnixNano": nanos(served.began_at),
        "endTimeUnixNano": nanos(served.began_at + served.duration_ms),
        "attributes": [
            text("http.request.method", &served.method),
            text("http.route", &served.route),
            number("http.response.status_code", served.status.into()),
        ],
        "status": if served.status >= 500 { json!({"code": STATUS_ERROR}) } else { json!({}) },
    });
    if let Some(parent) = served.parent {
        span["parentSpanId"] = parent.span_id().into();
    }
    span
}

fn client(called: &Called) -> Value {
    let mut attributes = vec![
        text("http.request.method", called.method),
        text("server.address", &called.host),
        text("punctual.upstream", called.upstream),
    ];
    match called.result {
        CallResult::Status(status) => {
            attributes.push(number("http.response.status_code", status.into()))
        }
        other => attributes.push(text("error.type", other.class())),
    }
    json!({
        "traceId": called.span.trace_id(),
        "spanId": called.span.span_id(),
        "parentSpanId": called.parent.span_id(),
        "name": format!("{} {}", called.method, called.upstream),
        "kind": KIND_CLIENT,
        "startTimeUnixNano": nanos(called.began_at),
        "endTimeUnixNano": nanos(called.began_at + called.duration_ms),
        "attributes": attributes,
        "status": if called.result.is_good() { json!({}) } else { json!({"code": STATUS_ERROR}) },
    })
}

fn record(component: &str, entry: &Entry, turned: &Turned) -> Value {
    let level = level_of(entry);
    // The line's own members, whatever they are: one list of them is enough.
    let component = match component {
        "scheduler" => "scheduler",
        "delivery" => "delivery",
        _ => "console",
    };
    let told: Value = serde_json::from_str(&line(component, entry)).unwrap_or_default();
    let own = [
        "time",
        "level",
        "message",
        "trace_id",
        "span_id",
        "component",
    ];
    let members = told.as_object().into_iter().flatten();
    let attributes: Vec<Value> = members
        .filter(|(name, _)| !own.contains(&name.as_str()))
        .map(|(name, value)| match value.as_i64() {
            Some(value) => number(&format!("punctual.{name}"), value),
            None => text(
                &format!("punctual.{name}"),
                value.as_str().unwrap_or_default(),
            ),
        })
        .collect();
    json!({
        "timeUnixNano": nanos(turned.at),
        "severityNumber": match level.name() { "debug" => 5, "info" => 9, "warn" => 13, _ => 17 },
        "severityText": level.name().to_uppercase(),
        "body": {"stringValue": told["message"]},
        "attributes": attributes,
        "traceId": turned.span.trace_id(),
        "spanId": turned.span.span_id(),
    })
}

fn metrics(entries: &[Entry]) -> Vec<Value> {
    let began = entries.iter().map(at).min().unwrap_or(0);
    let ended = entries.iter().map(end).max().unwrap_or(began);
    let mut states = Vec::new();
    let mut calls = Vec::new();
    let mut counts = Vec::new();
    let (mut served_seconds, mut late_seconds) = (Vec::new(), Vec::new());
    for entry in entries {
        match entry {
            Entry::Turned(turned) => {
                states.push(vec![
                    text("status", turned.status),
                    text("reason", turned.reason.unwrap_or_default()),
                    text("channel", turned.channel),
                    text("provider", turned.provider.as_deref().unwrap_or_default()),
                ]);
                if turned.status == "sent" {
                    late_seconds.extend(turned.late_ms.map(seconds));
                }
            }
            Entry::Counted(counted) => counts.push(counted),
            Entry::Called(called) => calls.push(vec![
                text("upstream", called.upstream),
                text("result", called.result.class()),
            ]),
            Entry::Served(served) => served_seconds.push((
                vec![
                    text("http.route", &served.route),
                    number("http.response.status_code", served.status.into()),
                ],
                seconds(served.duration_ms),
            )),
        }
    }
    let times = (nanos(began), nanos(ended));
    let mut metrics = Vec::new();
    if !states.is_empty() {
        let points = sums(states, &times);
        metrics.push(
            json!({"name": "punctual.notification.turns", "unit": "{turn}",
            "sum": {"aggregationTemporality": DELTA, "isMonotonic": true, "dataPoints": points}}),
        );
    }
    if !calls.is_empty() {
        let points = sums(calls, &times);
        metrics.push(
            json!({"name": "punctual.upstream.requests", "unit": "{request}",
            "sum": {"aggregationTemporality": DELTA, "isMonotonic": true, "dataPoints": points}}),
        );
    }
    for counted in counts {
        let point = json!({"attributes": [], "startTimeUnixNano": times.0, "timeUnixNano": times.1, "asInt": counted.by.to_string()});
        metrics.push(
            json!({"name": format!("punctual.{}", counted.name), "unit": "1",
            "sum": {"aggregationTemporality": DELTA, "isMonotonic": true, "dataPoints": [point]}}),
        );
    }
    if !late_seconds.is_empty() {
        let point = histogram(Vec::new(), &late_seconds, &LATE_BOUNDS, &times);
        metrics.push(json!({"name": "punctual.lateness", "unit": "s",
            "histogram": {"aggregationTemporality": DELTA, "dataPoints": [point]}}));
    }
    if !served_seconds.is_empty() {
        let points: Vec<_> = served_seconds
            .into_iter()
            .map(|(attributes, value)| histogram(attributes, &[value], &BOUNDS, &times))
            .collect();
        metrics.push(json!({"name": "http.server.request.duration", "unit": "s",
            "histogram": {"aggregationTemporality": DELTA, "dataPoints": points}}));
    }
    metrics
}

/// One point for each set of attributes that occurs.
fn sums(mut all: Vec<Vec<Value>>, times: &(String, String)) -> Vec<Value> {
    let mut points: Vec<(Vec<Value>, i64)> = Vec::new();
    for attributes in all.drain(..) {
        match points.iter_mut().find(|(known, _)| *known == attributes) {
            Some((_, count)) => *count += 1,
            None => points.push((attributes, 1)),
        }
    }
    let point = |(attributes, count): (Vec<Value>, i64)| json!({"attributes": attributes, "startTimeUnixNano": times.0, "timeUnixNano": times.1, "asInt": count.to_string()});
    points.into_iter().map(point).collect()
}

fn histogram(
    attributes: Vec<Value>,
    values: &[f64],
    bounds: &[f64],
    times: &(String, String),
) -> Value {
    let mut buckets = vec![0_u64; bounds.len() + 1];
    for value in values {
        let place = bounds.iter().position(|bound| value <= bound);
        buckets[place.unwrap_or(bounds.len())] += 1;
    }
    let buckets: Vec<String> = buckets.iter().map(u64::to_string).collect();
    json!({
        "attributes": attributes,
        "startTimeUnixNano": times.0,
        "timeUnixNano": times.1,
        "count": values.len().to_string(),
        "sum": values.iter().sum::<f64>(),
        "bucketCounts": buckets,
        "explicitBounds": bounds,
    })
}

fn at(entry: &Entry) -> Instant {
    match entry {
        Entry::Served(served) => served.began_at,
        Entry::Called(called) => called.began_at,
        Entry::Turned(turned) => turned.at,
        Entry::Counted(counted) => counted.at,
    }
}

fn end(entry: &Entry) -> Instant {
    match entry {
        Entry::Served(served) => served.began_at + served.duration_ms,
        Entry::Called(called) => called.began_at + called.duration_ms,
        Entry::Turned(turned) => turned.at,
        Entry::Counted(counted) => counted.at,
    }
}

/// Milliseconds to the specification's text of nanoseconds.
fn nanos(at: Instant) -> String {
    (i128::from(at.max(0)) * 1_000_000).to_string()
}

#[expect(
    clippy::cast_precision_loss,
    reason = "durations are far below 2^53 ms"
)]
fn seconds(milliseconds: i64) -> f64 {
    milliseconds as f64 / 1_000.0
}

fn text(key: &str, value: &str) -> Value {
    json!({"key": key, "value": {"stringValue": value}})
}

fn number(key: &str, value: i64) -> Value {
    json!({"key": key, "value": {"intValue": value.to_string()}})
}
