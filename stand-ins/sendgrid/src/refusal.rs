//! Errors as the API writes them.

use bytes::Bytes;
use http::{HeaderValue, Response, StatusCode, header};
use punctual_stand_ins::control::json;
use punctual_stand_ins::messaging::shape::Violation;
use serde_json::{Value, json};

/// A refusal: the status, and one sentence or several, each with the member that it is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Refusal {
    pub status: u16,
    pub errors: Vec<(String, Option<String>)>,
    pub retry_after_seconds: Option<u32>,
}

impl Refusal {
    pub(crate) fn new(status: u16, message: &str, field: Option<&str>) -> Self {
        Self {
            status,
            errors: vec![(message.to_owned(), field.map(str::to_owned))],
            retry_after_seconds: None,
        }
    }

    /// 400 about one member.
    pub(crate) fn bad(field: &str, message: &str) -> Self {
        Self::new(400, message, Some(field))
    }

    pub(crate) fn unauthorized() -> Self {
        let message = "The provided authorization grant is invalid, expired, or revoked";
        Self::new(401, message, None)
    }

    pub(crate) fn busy(retry_after_seconds: Option<u32>) -> Self {
        Self {
            retry_after_seconds,
            ..Self::new(429, "too many requests", None)
        }
    }

    pub(crate) fn response(&self) -> Response<Bytes> {
        let show = |(message, field): &(String, Option<String>)| json!({ "message": message, "field": field, "help": null });
        let errors: Vec<Value> = self.errors.iter().map(show).collect();
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::BAD_REQUEST);
        let mut response = json(status, &json!({ "errors": errors }));
        if let Some(seconds) = self.retry_after_seconds {
            let headers = response.headers_mut();
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}

impl From<Vec<Violation>> for Refusal {
    fn from(found: Vec<Violation>) -> Self {
        let errors = found.into_iter().map(|it| {
            let field = (!it.field.is_empty()).then_some(it.field);
            let name = field.as_deref().unwrap_or("The body");
            (format!("{name} {}.", it.problem), field.clone())
        });
        Self {
            status: 400,
            errors: errors.collect(),
            retry_after_seconds: None,
        }
    }
}
