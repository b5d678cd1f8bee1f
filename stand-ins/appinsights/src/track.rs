//! The ingestion of Application Insights: which envelopes it takes (facts/providers.md section 8).

use serde::Serialize;
use serde_json::{Map, Value};

/// The kinds of data, with what each must have.
const KINDS: &[(&str, &[&str])] = &[
    (
        "RequestData",
        &["id", "duration", "responseCode", "success"],
    ),
    ("RemoteDependencyData", &["name", "duration"]),
    ("ExceptionData", &["exceptions"]),
    ("EventData", &["name"]),
    ("MetricData", &["metrics"]),
    ("MessageData", &["message"]),
];

/// An envelope that was not taken.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Refusal {
    pub index: usize,
    pub status_code: u16,
    pub message: String,
}

/// The envelopes of a body: an array, or one on each line.
pub fn envelopes(body: &[u8]) -> Option<Vec<Value>> {
    if let Ok(Value::Array(items)) = serde_json::from_slice(body) {
        return Some(items);
    }
    let text = std::str::from_utf8(body).ok()?;
    let lines = text.lines().filter(|line| !line.trim().is_empty());
    let items: Result<Vec<Value>, _> = lines.map(serde_json::from_str).collect();
    items.ok().filter(|items| !items.is_empty())
}

/// Why an envelope is not taken.
pub fn wrong(envelope: &Value, key: &str) -> Option<String> {
    let text = |name: &str| envelope[name].as_str().filter(|text| !text.is_empty());
    for name in ["name", "time", "iKey"] {
        if text(name).is_none() {
            return Some(format!(
                "102: Field '{name}' on type 'Envelope' is required but missing or empty"
            ));
        }
    }
    if text("iKey") != Some(key) {
        return Some("Invalid instrumentation key".to_owned());
    }
    let data = &envelope["data"];
    let kind = data["baseType"].as_str().unwrap_or_default();
    let Some((_, required)) = KINDS.iter().find(|(name, _)| *name == kind) else {
        return Some(format!("baseType {kind:?} is none that is known"));
    };
    let empty = Map::new();
    let base = data["baseData"].as_object().unwrap_or(&empty);
    let missing = std::iter::once(&"ver")
        .chain(required.iter())
        .find(|name| base.get(**name).is_none_or(Value::is_null));
    if let Some(name) = missing {
        return Some(format!(
            "102: Field '{name}' on type '{kind}' is required but missing or empty"
        ));
    }
    let duration = base.get("duration").and_then(Value::as_str);
    duration
        .filter(|duration| !is_duration(duration))
        .map(|_| format!("105: Field 'duration' on type '{kind}' is not of the expected form"))
}

/// `D.HH:MM:SS.mmm`, below a thousand days.
fn is_duration(text: &str) -> bool {
    let parts: Vec<&str> = text.split(['.', ':']).collect();
    let [days, hours, minutes, seconds, rest] = parts[..] else {
        return false;
    };
    let within = |text: &str, digits: usize, below: u32| {
        text.len() == digits && text.parse::<u32>().is_ok_and(|number| number < below)
    };
    days.parse::<u32>().is_ok_and(|days| days < 1_000)
        && within(hours, 2, 24)
        && within(minutes, 2, 60)
        && within(seconds, 2, 60)
        && rest.bytes().all(|byte| byte.is_ascii_digit())
}
