//! Errors as the API writes them.

use bytes::Bytes;
use http::{HeaderValue, Response, StatusCode, header};
use punctual_stand_ins::control::json;
use serde_json::json;

/// A refusal: the status, Twilio's number for it, and a sentence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Refusal {
    pub status: u16,
    pub code: u32,
    pub message: String,
    pub retry_after_seconds: Option<u32>,
}

impl Refusal {
    pub(crate) fn new(status: u16, code: u32, message: impl Into<String>) -> Self {
        Self {
            status,
            code,
            message: message.into(),
            retry_after_seconds: None,
        }
    }

    pub(crate) fn unauthorized() -> Self {
        Self::new(401, 20_003, "Authenticate")
    }

    pub(crate) fn not_found(path: &str) -> Self {
        let message = format!("The requested resource {path} was not found");
        Self::new(404, 20_404, message)
    }

    pub(crate) fn busy(retry_after_seconds: Option<u32>) -> Self {
        Self {
            retry_after_seconds,
            ..Self::new(429, 20_429, "Too Many Requests")
        }
    }

    pub(crate) fn response(&self) -> Response<Bytes> {
        let body = json!({
            "code": self.code,
            "message": self.message,
            "more_info": format!("https://www.twilio.com/docs/errors/{}", self.code),
            "status": self.status,
        });
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::BAD_REQUEST);
        let mut response = json(status, &body);
        if self.status == 401 {
            let realm = HeaderValue::from_static("Basic realm=\"Twilio API\"");
            response
                .headers_mut()
                .insert(header::WWW_AUTHENTICATE, realm);
        }
        if let Some(seconds) = self.retry_after_seconds {
            let headers = response.headers_mut();
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}
