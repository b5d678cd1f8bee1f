//! What the service says when it does not do something: `{"error":{"code":"0x…","message":"…"}}`, told in one line.
//!
//! The message stays where it is: it may quote values. Its code says enough, and the request's id finds the rest
//! in the environment's logs.

use serde_json::Value;

use crate::core::Instant;
use crate::records::RecordsError;

/// Wished for where the service names no time; its documentation always names one when it throttles.
const RETRY_AFTER_SECONDS: u32 = 5;

/// What a refusal means for what was asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Meaning {
    /// Somebody else was faster, or was there first: read again.
    Overtaken,
    /// There is no such row.
    Missing,
    /// Try again later.
    Busy,
    /// It will not do it.
    Refused,
}

/// A refusal, read.
#[derive(Debug)]
pub struct Refusal {
    status: u16,
    code: String,
    request_id: String,
    retry_after_seconds: Option<u32>,
}

impl Refusal {
    /// Reads a status, headers and a body.
    pub fn read<'a>(
        status: u16,
        header: impl Fn(&str) -> Option<&'a str>,
        retry_after_seconds: Option<u32>,
        body: &[u8],
    ) -> Self {
        let body: Value = serde_json::from_slice(body).unwrap_or_default();
        let code = body["error"]["code"].as_str().unwrap_or_default();
        let id = request_id(header).map(|(_, id)| id);
        Self {
            status,
            code: word(code),
            request_id: word(id.unwrap_or_default()),
            retry_after_seconds,
        }
    }

    /// What it means.
    pub fn meaning(&self) -> Meaning {
        match (self.status, self.code.as_str()) {
            // Taken keys: the status differs from one release to the next (facts: Dataverse, section 3.3).
            (_, "0x80060892" | "0x80040237" | "0x80073002") | (412, _) => Meaning::Overtaken,
            // By its id or by a key; also when a row that is to be linked to is gone.
            (404, "0x80040217" | "0x80060891") => Meaning::Missing,
            (408 | 429 | 500..=599, _) => Meaning::Busy,
            _ => Meaning::Refused,
        }
    }

    /// The error for whoever asked to have `doing` done.
    pub fn error(&self, doing: &str) -> RecordsError {
        let Self { status, code, .. } = self;
        let why = match (status, code.as_str()) {
            (400, _) => "it does not understand: is the newest solution imported?",
            (401, _) => {
                "the token is refused: is the application user there? see sign_in and dataverse_url"
            }
            (403, _) => "the application user lacks a privilege: see its security roles",
            (404, "0x80040217" | "0x80060891") => "there is no such row",
            (404, _) => {
                "there is no such table: is the solution imported, is appointment_mapping right?"
            }
            (412, _) => "somebody else was faster",
            (413, _) => "too much at once",
            (429, "0x80072321") => "throttled: too much execution time",
            (429, "0x80072326") => "throttled: too many requests at once",
            (429, _) => "throttled: too many requests",
            (500..=599, _) => "the service is busy or down",
            _ => "it does not take it",
        };
        let mut text = format!("Dataverse, {doing}: {status}");
        for part in [code.as_str(), why] {
            if !part.is_empty() {
                text = format!("{text} {part}");
            }
        }
        if !self.request_id.is_empty() {
            text = format!("{text} (request {})", self.request_id);
        }
        RecordsError {
            retry_after_seconds: match self.meaning() {
                Meaning::Busy => Some(self.retry_after_seconds.unwrap_or(RETRY_AFTER_SECONDS)),
                _ => None,
            },
            ..RecordsError::new(text)
        }
    }
}

/// The header that names the request in the environment's logs, and what it says.
pub fn request_id<'a>(header: impl Fn(&str) -> Option<&'a str>) -> Option<(&'static str, &'a str)> {
    ["x-ms-service-request-id", "req_id"]
        .into_iter()
        .find_map(|name| Some((name, header(name)?)))
}

/// A date of HTTP, or seconds, as seconds from `now`.
pub fn seconds(value: &str, now: Instant) -> Option<u32> {
    let answer = crate::http::Answer {
        headers: vec![("retry-after".to_owned(), value.to_owned())],
        ..Default::default()
    };
    answer.retry_after_seconds(now)
}

/// A code or an id; nothing else is passed on.
fn word(text: &str) -> String {
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
    match text.len() <= 40 && text.bytes().all(fits) {
        true => text.to_owned(),
        false => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(status: u16, code: &str, meaning: Meaning, told: &str) {
        let body =
            format!(r#"{{"error":{{"code":"{code}","message":"planted@example.com exists"}}}}"#);
        let header = |name: &str| (name == "req_id").then_some("r-1");
        let refusal = Refusal::read(status, header, None, body.as_bytes());
        assert_eq!(refusal.meaning(), meaning);
        assert_eq!(refusal.error("save").to_string(), told);
    }

    #[test]
    fn every_refusal_of_the_facts() {
        use Meaning::{Busy, Missing, Overtaken, Refused};
        check(
            412,
            "0x80060882",
            Overtaken,
            "records: Dataverse, save: 412 0x80060882 somebody else was faster (request r-1)",
        );
        check(
            412,
            "0x80060892",
            Overtaken,
            "records: Dataverse, save: 412 0x80060892 somebody else was faster (request r-1)",
        );
        check(
            500,
            "0x80040237",
            Overtaken,
            "records: Dataverse, save: 500 0x80040237 the service is busy or down (request r-1)",
        );
        check(
            404,
            "0x80040217",
            Missing,
            "records: Dataverse, save: 404 0x80040217 there is no such row (request r-1)",
        );
        check(
            404,
            "0x8006088a",
            Refused,
            "records: Dataverse, save: 404 0x8006088a there is no such table: is the solution imported, is appointment_mapping right? (request r-1)",
        );
        check(
            403,
            "0x80040220",
            Refused,
            "records: Dataverse, save: 403 0x80040220 the application user lacks a privilege: see its security roles (request r-1)",
        );
        check(
            429,
            "0x80072322",
            Busy,
            "records: Dataverse, save: 429 0x80072322 throttled: too many requests (request r-1)",
        );
        check(
            429,
            "0x80072326",
            Busy,
            "records: Dataverse, save: 429 0x80072326 throttled: too many requests at once (request r-1)",
        );
        check(
            503,
            "",
            Busy,
            "records: Dataverse, save: 503 the service is busy or down (request r-1)",
        );
        check(
            400,
            "not a code: planted",
            Refused,
            "records: Dataverse, save: 400 it does not understand: is the newest solution imported? (request r-1)",
        );
    }

    #[test]
    fn the_time_to_wait_is_the_services_own() {
        let refusal = |seconds| Refusal::read(429, |_| None, seconds, b"");
        assert_eq!(refusal(Some(17)).error("x").retry_after_seconds, Some(17));
        assert_eq!(refusal(None).error("x").retry_after_seconds, Some(5));
        let gone = Refusal::read(403, |_| None, Some(9), b"");
        assert_eq!(gone.error("x").retry_after_seconds, None);
    }
}
