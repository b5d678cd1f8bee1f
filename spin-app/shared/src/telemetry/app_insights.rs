//! Entries as Application Insights takes them: envelopes of its ingestion API, version 2.1 (facts/providers.md section 8).
//! A request is a request, a call a dependency, and each state of a notification a custom event of the trace that planned it.

use serde_json::{Value, json};

use super::entry::{CallResult, Called, Counted, Entry, Served, Turned};
use crate::core::Instant;
use crate::web::rfc3339;

/// Envelopes in one request to the service.
pub const BATCH: usize = 250;

/// The path of the ingestion API.
pub const PATH: &str = "/v2.1/track";

/// Longest name and longest property, in letters.
const NAME_MAX: usize = 512;
const PROPERTY_MAX: usize = 8_192;

/// The body of one request.
pub fn envelopes(component: &str, key: &str, entries: &[Entry]) -> Value {
    let all = entries.iter().map(|entry| match entry {
        Entry::Served(served) => request(component, key, served),
        Entry::Called(called) => dependency(component, key, called),
        Entry::Turned(turned) => event(component, key, turned),
        Entry::Counted(counted) => metric(component, key, counted),
    });
    all.collect()
}

fn request(component: &str, key: &str, served: &Served) -> Value {
    let name = format!("{} {}", served.method, served.route);
    let data = json!({
        "ver": 2,
        "id": served.span.span_id(),
        "name": cut(&name, NAME_MAX),
        "duration": duration(served.duration_ms),
        "responseCode": served.status.to_string(),
        "success": served.status < 400,
    });
    let parent = served.parent.map(super::Span::span_id);
    let trace = served.span.trace_id();
    let mut envelope = envelope(
        component,
        key,
        "Request",
        served.began_at,
        &trace,
        parent,
        data,
    );
    envelope["tags"]["ai.operation.name"] = cut(&name, NAME_MAX).into();
    envelope
}

fn dependency(component: &str, key: &str, called: &Called) -> Value {
    let code = match called.result {
        CallResult::Status(status) => status.to_string(),
        other => other.class().to_owned(),
    };
    let data = json!({
        "ver": 2,
        "id": called.span.span_id(),
        "name": format!("{} {}", called.method, called.upstream),
        "type": "HTTP",
        "target": cut(&called.host, NAME_MAX),
        "resultCode": code,
        "duration": duration(called.duration_ms),
        "success": called.result.is_good(),
    });
    let (trace, parent) = (called.span.trace_id(), Some(called.parent.span_id()));
    envelope(
        component,
        key,
        "RemoteDependency",
        called.began_at,
        &trace,
        parent,
        data,
    )
}

fn event(component: &str, key: &str, turned: &Turned) -> Value {
    let mut properties = json!({
        "notification": turned.notification,
        "appointment": turned.appointment,
        "step": turned.step,
        "channel": turned.channel,
        "due_at": rfc3339(turned.due_at),
        "attempts": turned.attempts.to_string(),
    });
    let optional = [
        ("reason", turned.reason.map(str::to_owned)),
        ("provider", turned.provider.clone()),
        (
            "error",
            turned
                .error
                .as_deref()
                .map(|error| cut(error, PROPERTY_MAX)),
        ),
    ];
    for (name, value) in optional {
        if let Some(value) = value {
            properties[name] = value.into();
        }
    }
    let mut data = json!({
        "ver": 2,
        "name": format!("notification.{}", turned.status),
        "properties": properties,
    });
    if let Some(late_ms) = turned.late_ms {
        data["measurements"] = json!({"late_ms": late_ms});
    }
    let (trace, parent) = (turned.span.trace_id(), Some(turned.parent.span_id()));
    envelope(component, key, "Event", turned.at, &trace, parent, data)
}

fn metric(component: &str, key: &str, counted: &Counted) -> Value {
    let data = json!({"ver": 2, "metrics": [{"name": format!("punctual.{}", counted.name), "value": counted.by, "count": 1}]});
    let (trace, parent) = (counted.span.trace_id(), Some(counted.span.span_id()));
    envelope(component, key, "Metric", counted.at, &trace, parent, data)
}

fn envelope(
    component: &str,
    key: &str,
    kind: &str,
    at: Instant,
    trace: &str,
    parent: Option<String>,
    data: Value,
) -> Value {
    let mut tags = json!({
        "ai.cloud.role": format!("punctual.{component}"),
        "ai.operation.id": trace,
        "ai.application.ver": env!("CARGO_PKG_VERSION"),
        "ai.internal.sdkVersion": concat!("punctual:", env!("CARGO_PKG_VERSION")),
    });
    if let Some(parent) = parent {
        tags["ai.operation.parentId"] = parent.into();
    }
    json!({
        "name": format!("Microsoft.ApplicationInsights.{kind}"),
        "time": rfc3339(at),
        "iKey": key,
        "tags": tags,
        "data": {"baseType": format!("{kind}Data"), "baseData": data},
    })
}

/// `D.HH:MM:SS.mmm`
fn duration(milliseconds: i64) -> String {
    let ms = milliseconds.max(0);
    let (seconds, minutes, hours) = (ms / 1_000, ms / 60_000, ms / 3_600_000);
    format!(
        "{}.{:02}:{:02}:{:02}.{:03}",
        hours / 24,
        hours % 24,
        minutes % 60,
        seconds % 60,
        ms % 1_000
    )
}

fn cut(text: &str, letters_max: usize) -> String {
    text.chars().take(letters_max).collect()
}

/// Which envelopes may be sent once more after this answer, and whether that makes sense at all. 206 names those that were
/// not taken; of these only passing faults are tried again.
pub fn again(status: u16, body: &[u8], count: usize) -> Vec<usize> {
    let passes = |status: u64| matches!(status, 401 | 403 | 408 | 429 | 500 | 502 | 503 | 504);
    match status {
        206 => {
            let answer: Value = serde_json::from_slice(body).unwrap_or_default();
            let errors = answer["errors"].as_array().cloned().unwrap_or_default();
            let retryable = errors
                .iter()
                .filter(|error| error["statusCode"].as_u64().is_some_and(passes));
            let indexes = retryable.filter_map(|error| error["index"].as_u64());
            indexes
                .filter_map(|index| usize::try_from(index).ok())
                .filter(|index| *index < count)
                .collect()
        }
        status if passes(u64::from(status)) => (0..count).collect(),
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_written_as_the_service_reads_them() {
        for (ms, expected) in [
            (-1, "0.00:00:00.000"),
            (98, "0.00:00:00.098"),
            (61_001, "0.00:01:01.001"),
            (90_061_007, "1.01:01:01.007"),
        ] {
            assert_eq!(duration(ms), expected);
        }
    }

    #[test]
    fn only_what_may_pass_is_sent_again() {
        let partly = br#"{"itemsReceived":3,"itemsAccepted":1,"errors":[
            {"index":0,"statusCode":400,"message":"bad"},{"index":2,"statusCode":503,"message":"later"},
            {"index":9,"statusCode":503,"message":"?"}]}"#;
        for (status, body, expected) in [
            (200, &b""[..], vec![]),
            (206, partly, vec![2]),
            (206, b"rubbish", vec![]),
            (400, b"", vec![]),
            (402, b"", vec![]),
            (439, b"", vec![]),
            (429, b"", vec![0, 1, 2]),
            (503, b"", vec![0, 1, 2]),
        ] {
            assert_eq!(again(status, body, 3), expected, "{status}");
        }
    }
}
