//! Requests that go out, free of any SDK: the port that a component fills with its host's HTTP.

use crate::core::Instant;

/// A request.
#[derive(Clone, Debug, PartialEq)]
pub struct Call {
    /// Upper case.
    pub method: &'static str,
    /// Absolute.
    pub url: String,
    /// Names in lower case.
    pub headers: Vec<(&'static str, String)>,
    /// Sent with its length, also when it is empty.
    pub body: Vec<u8>,
    /// For the whole exchange.
    pub timeout_ms: i64,
}

impl Call {
    /// A request without headers and body.
    pub fn new(method: &'static str, url: String, timeout_ms: i64) -> Self {
        Self {
            method,
            url,
            headers: Vec::new(),
            body: Vec::new(),
            timeout_ms,
        }
    }

    /// With this header too.
    pub fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }
}

/// A whole response.
#[derive(Clone, Debug, Default)]
pub struct Answer {
    /// The status.
    pub status: u16,
    /// Names in lower case.
    pub headers: Vec<(String, String)>,
    /// The body, cut at the limit of whoever fills the port.
    pub body: Vec<u8>,
}

impl Answer {
    /// The first header of this (lower-case) name.
    pub fn header(&self, name: &str) -> Option<&str> {
        let found = self.headers.iter().find(|(known, _)| known == name);
        found.map(|(_, value)| value.as_str())
    }

    /// Whether the status is 2xx.
    pub fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }

    /// `Retry-After` in seconds: as a number, or as a date seen from `now` (RFC 9110 section 10.2.3).
    pub fn retry_after_seconds(&self, now: Instant) -> Option<u32> {
        let value = self.header("retry-after")?.trim();
        if let Ok(seconds) = value.parse() {
            return Some(seconds);
        }
        let at = chrono::DateTime::parse_from_rfc2822(value).ok()?;
        let wait_ms = (at.timestamp_millis() - now).max(0);
        u32::try_from((wait_ms + 999) / 1_000).ok()
    }
}

/// There is no answer. The texts name hosts at most, never what was sent.
#[derive(Clone, Debug, PartialEq)]
pub enum HttpError {
    /// The request did not leave: it surely had no effect.
    NotSent(String),
    /// It may have had its effect.
    NoAnswer(String),
}

impl std::fmt::Display for HttpError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::NotSent(text) => write!(f, "the request could not be sent: {text}"),
            Self::NoAnswer(text) => write!(f, "no answer came: {text}"),
        }
    }
}

impl std::error::Error for HttpError {}

/// The port.
#[allow(async_fn_in_trait)]
pub trait Http {
    /// Sends a request and reads the whole answer. Several may be under way at once.
    async fn send(&self, call: Call) -> Result<Answer, HttpError>;
}

impl<H: Http> Http for &H {
    async fn send(&self, call: Call) -> Result<Answer, HttpError> {
        (**self).send(call).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn retry_after_is_a_number_or_a_date() {
        let now = 784_111_777_000; // Sun, 06 Nov 1994 08:49:37 GMT
        for (value, expected) in [
            ("3", Some(3)),
            (" 120 ", Some(120)),
            ("Sun, 06 Nov 1994 08:49:40 GMT", Some(3)),
            ("Sun, 06 Nov 1994 08:49:30 GMT", Some(0)),
            ("-1", None),
            ("soon", None),
            ("", None),
        ] {
            let answer = Answer {
                headers: vec![("retry-after".to_owned(), value.to_owned())],
                ..Answer::default()
            };
            assert_eq!(answer.retry_after_seconds(now), expected, "{value:?}");
        }
        assert_eq!(Answer::default().retry_after_seconds(now), None);
    }
}
