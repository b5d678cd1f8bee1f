//! Answers, and problem documents (RFC 9457) for everything that went wrong.

use serde_json::{Value, json};

use crate::settings::SettingError;
use crate::sql::SqlError;

/// An HTTP response.
#[derive(Clone, Debug)]
pub struct Response {
    /// Status code.
    pub status: u16,
    /// Headers besides the length.
    pub headers: Vec<(&'static str, String)>,
    /// The body.
    pub body: Vec<u8>,
}

impl Response {
    /// JSON that no cache keeps.
    pub fn json(status: u16, body: &Value) -> Self {
        Self::text(status, "application/json", body.to_string())
    }

    /// A text of some media type.
    pub fn text(status: u16, media: &str, body: impl Into<Vec<u8>>) -> Self {
        let headers = vec![
            ("content-type", media.to_owned()),
            ("cache-control", "no-store".to_owned()),
            ("x-content-type-options", "nosniff".to_owned()),
        ];
        Self {
            status,
            headers,
            body: body.into(),
        }
    }

    /// No body.
    pub fn empty(status: u16) -> Self {
        Self {
            status,
            headers: Vec::new(),
            body: Vec::new(),
        }
    }

    /// With one more header.
    pub fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }
}

/// A problem document. `field` is the offending member in the sender's terms.
pub fn problem(status: u16, title: &str, detail: &str, field: Option<&str>) -> Response {
    let mut body =
        json!({"type": "about:blank", "title": title, "status": status, "detail": detail});
    if let Some(field) = field {
        body["field"] = field.into();
    }
    let response = Response::text(status, "application/problem+json", body.to_string());
    if status == 401 {
        response.with("www-authenticate", "Bearer")
    } else {
        response
    }
}

impl From<SqlError> for Response {
    /// 503: a transaction of the embedded database did not come about.
    fn from(error: SqlError) -> Self {
        unavailable(&error.to_string())
    }
}

/// 503: worth retrying. Dataverse retries 502, 503 and 504 once, and nothing else.
pub fn unavailable(detail: &str) -> Response {
    unavailable_for(detail, 5)
}

/// The same where it is known for how long.
pub fn unavailable_for(detail: &str, seconds: u32) -> Response {
    problem(503, "try again", detail, None).with("retry-after", seconds.to_string())
}

/// A variable is missing or wrong: the route stays closed and says which.
pub fn unset(error: &SettingError) -> Response {
    problem(
        503,
        "not configured",
        &error.to_string(),
        Some(error.variable),
    )
    .with("retry-after", "60")
}
