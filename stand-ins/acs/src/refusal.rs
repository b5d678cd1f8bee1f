//! Errors as the service writes them.

use bytes::Bytes;
use http::{HeaderName, HeaderValue, Response, StatusCode, header};
use punctual_stand_ins::control::json;
use punctual_stand_ins::messaging::shape::Violation;
use serde_json::json;

/// A refusal: the status, a code and a sentence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Refusal {
    pub status: u16,
    pub code: &'static str,
    pub message: String,
    pub target: Option<String>,
    pub retry_after_seconds: Option<u32>,
}

impl Refusal {
    pub(crate) fn new(status: u16, code: &'static str, message: impl Into<String>) -> Self {
        Self {
            status,
            code,
            message: message.into(),
            target: None,
            retry_after_seconds: None,
        }
    }

    pub(crate) fn bad(message: impl Into<String>) -> Self {
        Self::new(400, "BadRequest", message)
    }

    pub(crate) fn denied(why: &str) -> Self {
        Self::new(401, "Denied", why)
    }

    pub(crate) fn busy(retry_after_seconds: Option<u32>) -> Self {
        let message = "The request was throttled. Please try again later.";
        Self {
            retry_after_seconds,
            ..Self::new(429, "TooManyRequests", message)
        }
    }

    pub(crate) fn failed(status: u16) -> Self {
        let message = "The service is temporarily unavailable.";
        Self::new(status, "ServiceUnavailable", message)
    }

    pub(crate) fn response(&self) -> Response<Bytes> {
        let mut error = json!({ "code": self.code, "message": self.message });
        if let Some(target) = &self.target {
            error["target"] = target.as_str().into();
        }
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::BAD_REQUEST);
        let mut response = json(status, &json!({ "error": error }));
        let headers = response.headers_mut();
        let name = HeaderName::from_static("x-ms-error-code");
        headers.insert(name, HeaderValue::from_static(self.code));
        if let Some(seconds) = self.retry_after_seconds {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}

impl From<Vec<Violation>> for Refusal {
    fn from(found: Vec<Violation>) -> Self {
        let sentences = found.iter().map(|it| {
            let name = if it.field.is_empty() {
                "The body"
            } else {
                &it.field
            };
            format!("{name} {}.", it.problem)
        });
        let message = sentences.collect::<Vec<_>>().join(" ");
        Self {
            target: found.into_iter().next().map(|it| it.field),
            ..Self::bad(message)
        }
    }
}
