//! The control port: the clock, for people and scripts on this machine.

use std::time::Duration;

use anyhow::{Context, Result, ensure};
use chrono::{DateTime, Utc};
use http::{Method, Request, Response, StatusCode, header};
use http_body_util::{BodyExt, Limited};
use hyper::body::Incoming;
use serde::Deserialize;
use wasmtime_wasi_http::WasiBody;

use super::{problem, whole};
use crate::clock::VirtualClock;
use crate::life::Died;

const LARGEST_BODY_BYTES: usize = 4096;

/// A change of the clock. `now` comes before `advance_seconds` when both are there.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Change {
    now: Option<DateTime<Utc>>,
    advance_seconds: Option<f64>,
    speed: Option<f64>,
}

/// Answers a request to the control port.
pub(crate) async fn answer(
    clock: VirtualClock,
    request: Request<Incoming>,
) -> Result<Response<WasiBody>, Died> {
    if request.uri().path() != "/clock" {
        return Ok(problem(
            StatusCode::NOT_FOUND,
            "the control port has /clock only",
        ));
    }
    Ok(match *request.method() {
        Method::GET => show(&clock),
        Method::POST => match change(&clock, request).await {
            Ok(()) => show(&clock),
            Err(error) => problem(StatusCode::BAD_REQUEST, &format!("{error:#}")),
        },
        _ => problem(
            StatusCode::METHOD_NOT_ALLOWED,
            "GET shows the clock, POST changes it",
        ),
    })
}

fn show(clock: &VirtualClock) -> Response<WasiBody> {
    let body = serde_json::json!({ "now": clock.now_rfc3339(), "speed": clock.speed() });
    let mut response = Response::new(whole(body.to_string()));
    let kind = header::HeaderValue::from_static("application/json");
    response.headers_mut().insert(header::CONTENT_TYPE, kind);
    response
}

async fn change(clock: &VirtualClock, request: Request<Incoming>) -> Result<()> {
    let body = Limited::new(request.into_body(), LARGEST_BODY_BYTES)
        .collect()
        .await;
    let body = body
        .map_err(|_| anyhow::anyhow!("the body is too long or broke off"))?
        .to_bytes();
    apply(clock, &body)
}

fn apply(clock: &VirtualClock, body: &[u8]) -> Result<()> {
    let change: Change = serde_json::from_slice(body).context(
        "expected {\"now\":\"2026-03-01T09:00:00Z\"}, {\"advance_seconds\":60} or {\"speed\":10}",
    )?;
    let Change {
        now,
        advance_seconds,
        speed,
    } = change;
    ensure!(
        now.is_some() || advance_seconds.is_some() || speed.is_some(),
        "nothing to change"
    );
    let advance = advance_seconds.map(Duration::try_from_secs_f64).transpose();
    let advance = advance.context("advance_seconds must be zero or more; set now to go back")?;
    if let Some(speed) = speed {
        clock.set_speed(speed)?;
    }
    if let Some(now) = now {
        clock.set_now(now)?;
    }
    if let Some(advance) = advance {
        clock.advance(advance);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn changes_apply_or_say_what_is_wrong() {
        let clock =
            VirtualClock::starting_at("2026-03-01T09:00:00Z".parse().unwrap(), 0.0).unwrap();
        let check = |body: &str, expected: &str| {
            let result = apply(&clock, body.as_bytes());
            let shown = result.map_or_else(|error| format!("{error:#}"), |()| clock.now_rfc3339());
            assert!(shown.starts_with(expected), "{body}: {shown}");
        };
        check(r#"{"advance_seconds":61.5}"#, "2026-03-01T09:01:01.500Z");
        check(
            r#"{"now":"2026-06-01T12:00:00+02:00"}"#,
            "2026-06-01T10:00:00Z",
        );
        check(r#"{"now":"2026-06-01T12:00:00"}"#, "expected");
        check(r#"{"advance_seconds":-1}"#, "advance_seconds must be");
        check(r#"{"speed":-1}"#, "the clock's speed must be");
        check(r#"{"faster":true}"#, "expected");
        check("{}", "nothing to change");
        check("", "expected");
    }
}
