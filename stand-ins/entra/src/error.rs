//! Errors as the v2 token endpoint writes them.

use bytes::Bytes;
use chrono::{DateTime, Utc};
use http::{Response, StatusCode};
use punctual_stand_ins::control::json;
use punctual_stand_ins::{Guid, Random};

/// A refusal: what OAuth calls it, Microsoft's number for it, and a sentence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Refusal {
    pub status: StatusCode,
    pub error: &'static str,
    pub number: u32,
    pub text: String,
}

impl Refusal {
    pub(crate) fn new(status: u16, error: &'static str, number: u32, text: String) -> Self {
        let status = StatusCode::from_u16(status).unwrap_or(StatusCode::BAD_REQUEST);
        Self {
            status,
            error,
            number,
            text,
        }
    }

    pub(crate) fn response(&self, random: &mut Random, now_ms: i64) -> Response<Bytes> {
        let (trace, correlation) = (Guid::next(random), Guid::next(random));
        let now: DateTime<Utc> = DateTime::from_timestamp_millis(now_ms).unwrap_or_default();
        let timestamp = now.format("%Y-%m-%d %H:%M:%SZ").to_string();
        let (number, text) = (self.number, &self.text);
        let body = serde_json::json!({
            "error": self.error,
            "error_description": format!(
                "AADSTS{number}: {text} Trace ID: {trace} Correlation ID: {correlation} Timestamp: {timestamp}"
            ),
            "error_codes": [number],
            "timestamp": timestamp,
            "trace_id": trace,
            "correlation_id": correlation,
            "error_uri": format!("https://login.microsoftonline.com/error?code={number}"),
        });
        json(self.status, &body)
    }
}
