//! The application at the other end.

use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};
use serde_json::Value;
use ureq::Agent;
use ureq::http::Uri;

use crate::drive::{Answer, World};

/// A call works for less than twenty seconds, and hosts end one after thirty.
const TIMEOUT: Duration = Duration::from_secs(60);
const ANSWER_BYTES_MAX: u64 = 1_000_000;

/// Asks over HTTP, waits in real time, speaks to standard error.
pub struct Remote {
    agent: Agent,
    url: String,
    bearer: String,
}

impl Remote {
    /// The application at this address, opened by its admin token.
    pub fn new(url: &str, token: &str) -> Result<Self> {
        let url = url.trim_end_matches('/');
        check(url)?;
        let token = token.trim();
        ensure!(!token.is_empty(), "the token is empty");
        ensure!(
            token.bytes().all(|byte| byte.is_ascii_graphic()),
            "the token holds what no header takes"
        );
        let config = Agent::config_builder()
            .timeout_global(Some(TIMEOUT))
            .http_status_as_error(false)
            // A token must not follow to wherever an answer points.
            .max_redirects(0)
            .build();
        Ok(Self {
            agent: config.into(),
            url: format!("{url}/api/backfill"),
            bearer: format!("Bearer {token}"),
        })
    }
}

/// A token goes over TLS, or no further than this machine.
fn check(url: &str) -> Result<()> {
    let parsed: Uri = url.parse().with_context(|| format!("{url} is no URL"))?;
    let host = parsed.host().unwrap_or_default();
    let is_near = matches!(host, "localhost" | "127.0.0.1" | "[::1]");
    match parsed.scheme_str() {
        Some("https") => Ok(()),
        Some("http") if is_near => Ok(()),
        Some("http") => bail!("{url}: the token would go over the net in the clear; use https"),
        _ => bail!("{url}: say where Punctual is, such as https://reminders.example.com"),
    }
}

impl World for Remote {
    fn ask(&mut self, body: &Value) -> Result<Answer> {
        let request = self.agent.post(&self.url);
        let sent = request
            .header("authorization", &self.bearer)
            .header("content-type", "application/json")
            .send(body.to_string());
        let mut response = sent.context("no answer")?;
        let retry_after = response.headers().get("retry-after");
        let retry_after_seconds = retry_after.and_then(|value| value.to_str().ok()?.parse().ok());
        let limited = response.body_mut().with_config().limit(ANSWER_BYTES_MAX);
        let text = limited.read_to_string().context("half an answer")?;
        Ok(Answer {
            status: response.status().as_u16(),
            retry_after_seconds,
            body: serde_json::from_str(&text).unwrap_or(Value::Null),
        })
    }

    fn wait(&mut self, time: Duration) {
        std::thread::sleep(time);
    }

    fn say(&mut self, line: &str) {
        eprintln!("{line}");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_does_not_go_in_the_clear() {
        for good in [
            "https://reminders.example.com",
            "https://reminders.example.com/",
            "http://127.0.0.1:3000",
            "http://localhost:3000",
            "http://[::1]:3000/",
        ] {
            assert!(Remote::new(good, "token").is_ok(), "{good}");
        }
        for wrong in [
            "http://reminders.example.com",
            "http://127.0.0.1.example.com",
            "http://10.0.0.1",
            "ftp://127.0.0.1",
            "reminders.example.com",
            "",
        ] {
            assert!(Remote::new(wrong, "token").is_err(), "{wrong}");
        }
        for wrong in ["", " \n", "two words", "zwei\u{fc}"] {
            assert!(Remote::new("http://127.0.0.1", wrong).is_err(), "{wrong}");
        }
    }
}
