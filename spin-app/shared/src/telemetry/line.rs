//! A line of the log: one JSON object, whose members docs/logging.md lists. OpenTelemetry's names are used for what it names.

use serde::Serialize;

use super::entry::{Entry, Turned};
use super::journal::Level;
use super::span::Span;
use crate::core::Instant;
use crate::web::rfc3339;

#[derive(Default, Serialize)]
struct Line<'a> {
    time: String,
    level: &'static str,
    event: &'a str,
    message: &'a str,
    component: &'static str,
    trace_id: String,
    span_id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    method: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    route: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    upstream: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    host: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    result: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    duration_ms: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    count: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    notification: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    appointment: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    step: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    channel: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    provider: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    attempts: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    due_at: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    late_ms: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<&'a str>,
}

/// How much an entry matters.
pub fn level_of(entry: &Entry) -> Level {
    match entry {
        Entry::Served(served) => match (served.status, served.route.as_str()) {
            (500.., _) => Level::Error,
            (401 | 403 | 429, _) => Level::Warn,
            (200..=399, "/healthz" | "/metrics") => Level::Debug,
            _ => Level::Info,
        },
        Entry::Called(called) if called.result.is_good() => Level::Debug,
        Entry::Called(_) => Level::Warn,
        Entry::Counted(_) => Level::Info,
        Entry::Turned(turned) => match turned.status {
            "pending" | "sending" => Level::Debug,
            "failed" | "unknown" => Level::Warn,
            _ => Level::Info,
        },
    }
}

/// Writes an entry.
pub fn line(component: &'static str, entry: &Entry) -> String {
    let name;
    let mut line = match entry {
        Entry::Counted(counted) => Line {
            event: counted.name,
            message: "It was counted.",
            count: Some(counted.by),
            ..at(counted.at, counted.span)
        },
        Entry::Served(served) => Line {
            event: "request",
            message: "A request was answered.",
            method: Some(&served.method),
            route: Some(&served.route),
            result: Some(served.status.to_string()),
            duration_ms: Some(served.duration_ms),
            ..at(served.began_at + served.duration_ms, served.span)
        },
        Entry::Called(called) => Line {
            event: "call",
            message: "Somebody else was asked.",
            method: Some(called.method),
            upstream: Some(called.upstream),
            host: Some(&called.host),
            result: Some(match called.result {
                super::entry::CallResult::Status(status) => status.to_string(),
                other => other.class().to_owned(),
            }),
            duration_ms: Some(called.duration_ms),
            ..at(called.began_at + called.duration_ms, called.span)
        },
        Entry::Turned(turned) => {
            name = format!("notification.{}", turned.status);
            Line {
                event: &name,
                message: sentence(turned),
                notification: Some(&turned.notification),
                appointment: Some(&turned.appointment),
                step: Some(&turned.step),
                channel: Some(turned.channel),
                reason: turned.reason,
                provider: turned.provider.as_deref(),
                attempts: Some(turned.attempts),
                due_at: Some(rfc3339(turned.due_at)),
                late_ms: turned.late_ms,
                error: turned.error.as_deref(),
                ..at(turned.at, turned.span)
            }
        }
    };
    line.component = component;
    line.level = level_of(entry).name();
    write(&line)
}

/// Writes a warning of our own.
pub fn warning(
    component: &'static str,
    span: Span,
    event: &str,
    message: &str,
    now: Instant,
) -> String {
    write(&Line {
        event,
        message,
        component,
        level: Level::Warn.name(),
        ..at(now, span)
    })
}

fn at<'a>(now: Instant, span: Span) -> Line<'a> {
    Line {
        time: rfc3339(now),
        trace_id: span.trace_id(),
        span_id: span.span_id(),
        ..Line::default()
    }
}

/// Texts and numbers: it cannot fail.
fn write(line: &Line<'_>) -> String {
    serde_json::to_string(line).unwrap_or_default()
}

fn sentence(turned: &Turned) -> &'static str {
    match turned.status {
        "pending" => "A reminder is planned and not yet queued.",
        "scheduled" if turned.attempts > 0 => "A reminder waits for another attempt.",
        "scheduled" => "A reminder waits for its time.",
        "sending" => "A worker took a reminder to send it.",
        "sent" => "A provider took a reminder.",
        "delivered" => "A reminder arrived.",
        "unknown" => "It is not known whether a provider took a reminder; it is asked.",
        "failed" => "A reminder was given up.",
        "canceled" => "A reminder was canceled.",
        _ => "A reminder will not be sent.",
    }
}
