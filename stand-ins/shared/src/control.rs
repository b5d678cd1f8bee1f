//! The control routes that all stand-ins have, so that tests in any language can move time and set faults.
//!
//! | route | what |
//! |---|---|
//! | `GET /clock` | `{"now":"2026-03-01T09:00:00Z"}` |
//! | `POST /clock` | `{"now":"…"}` or `{"advance_seconds":60}`; answers the new time |
//! | `GET /faults` | `{"points":[…],"standing":[…]}` |
//! | `POST /faults` | adds a [`Fault`]; answers as `GET` |
//! | `DELETE /faults` | takes all away |
//! | `GET /requests?since=n` | `{"counts":{kind: n},"requests":[…]}`: up to 1,000 of the newest, from number `n` on |
//! | `DELETE /requests` | counts from nothing again |
//!
//! These are functions of a request. The shell calls them and falls through to its own routes on `None`.

use bytes::Bytes;
use chrono::{DateTime, SecondsFormat, Utc};
use http::{Method, Request, Response, StatusCode, header};
use serde::Deserialize;

use crate::{Clock, Fault, Faults, Ledger};

const LARGEST_COUNT_OF_REQUESTS: usize = 1_000;

/// A change of the clock. `now` comes before `advance_seconds` when both are there.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Change {
    now: Option<DateTime<Utc>>,
    advance_seconds: Option<f64>,
}

/// Answers `/clock`.
pub fn clock(clock: &dyn Clock, request: &Request<Bytes>) -> Option<Response<Bytes>> {
    if request.uri().path() != "/clock" {
        return None;
    }
    Some(match *request.method() {
        Method::GET => show(clock),
        Method::POST => match change(clock, request.body()) {
            Ok(()) => show(clock),
            Err(problem) => refuse(StatusCode::BAD_REQUEST, &problem),
        },
        _ => refuse(
            StatusCode::METHOD_NOT_ALLOWED,
            "GET shows the clock, POST changes it",
        ),
    })
}

fn show(clock: &dyn Clock) -> Response<Bytes> {
    json(
        StatusCode::OK,
        &serde_json::json!({ "now": rfc3339(clock.now_ms()) }),
    )
}

fn change(clock: &dyn Clock, body: &[u8]) -> Result<(), String> {
    let change: Change = serde_json::from_slice(body).map_err(|error| {
        format!(
            "expected {{\"now\":\"2026-03-01T09:00:00Z\"}} or {{\"advance_seconds\":60}}: {error}"
        )
    })?;
    if change.now.is_none() && change.advance_seconds.is_none() {
        return Err("nothing to change".into());
    }
    let advance_seconds = change.advance_seconds.unwrap_or(0.0);
    if !(0.0..=1e11).contains(&advance_seconds) {
        return Err("advance_seconds must be zero or more; set now to go back".into());
    }
    let from_ms = change
        .now
        .map_or_else(|| clock.now_ms(), |now| now.timestamp_millis());
    clock.set_ms(from_ms.saturating_add((advance_seconds * 1000.0) as i64));
    Ok(())
}

/// Answers `/faults`.
pub fn faults(faults: &mut Faults, request: &Request<Bytes>) -> Option<Response<Bytes>> {
    if request.uri().path() != "/faults" {
        return None;
    }
    let changed = match *request.method() {
        Method::GET => Ok(()),
        Method::POST => serde_json::from_slice::<Fault>(request.body())
            .map_err(|error| format!("this is not a fault: {error}"))
            .and_then(|fault| faults.add(fault)),
        Method::DELETE => {
            faults.clear();
            Ok(())
        }
        _ => {
            let how = "GET shows the faults, POST adds one, DELETE takes all away";
            return Some(refuse(StatusCode::METHOD_NOT_ALLOWED, how));
        }
    };
    Some(match changed {
        Ok(()) => json(
            StatusCode::OK,
            &serde_json::json!({ "points": faults.points(), "standing": faults.standing() }),
        ),
        Err(problem) => refuse(StatusCode::BAD_REQUEST, &problem),
    })
}

/// Answers `/requests`, for stand-ins that keep a [`Ledger`].
pub fn requests(ledger: &mut Ledger, request: &Request<Bytes>) -> Option<Response<Bytes>> {
    if request.uri().path() != "/requests" {
        return None;
    }
    match *request.method() {
        Method::GET => {}
        Method::DELETE => ledger.reset(),
        _ => {
            let how = "GET shows the requests, DELETE counts from nothing again";
            return Some(refuse(StatusCode::METHOD_NOT_ALLOWED, how));
        }
    }
    let query = request.uri().query().unwrap_or_default();
    let Ok(since) = query.strip_prefix("since=").map_or(Ok(0), str::parse) else {
        let how = "since must be the number of a request";
        return Some(refuse(StatusCode::BAD_REQUEST, how));
    };
    let newest: Vec<_> = ledger
        .since(since)
        .take(LARGEST_COUNT_OF_REQUESTS)
        .collect();
    Some(json(
        StatusCode::OK,
        &serde_json::json!({ "counts": ledger.counts(), "requests": newest }),
    ))
}

/// A JSON response.
pub fn json(status: StatusCode, body: &serde_json::Value) -> Response<Bytes> {
    let mut response = Response::new(Bytes::from(body.to_string()));
    *response.status_mut() = status;
    let kind = header::HeaderValue::from_static("application/json");
    response.headers_mut().insert(header::CONTENT_TYPE, kind);
    response
}

/// `{"error":"…"}` with a sentence that says what to do.
pub fn refuse(status: StatusCode, problem: &str) -> Response<Bytes> {
    json(status, &serde_json::json!({ "error": problem }))
}

/// An instant as RFC 3339 in UTC; one that no calendar has is shown as 1970.
pub fn rfc3339(at_ms: i64) -> String {
    DateTime::from_timestamp_millis(at_ms)
        .unwrap_or(DateTime::UNIX_EPOCH)
        .to_rfc3339_opts(SecondsFormat::AutoSi, true)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{FaultKind, ManualClock, Point};
    use expect_test::{Expect, expect};

    const POINTS: &[Point] = &[Point {
        name: "rest.send",
        kinds: &[FaultKind::Busy],
    }];

    #[track_caller]
    fn check(requests: &[(&str, &str, &str)], expected: Expect) {
        let manual = ManualClock::new(1_767_258_000_000);
        let mut standing = Faults::at(POINTS);
        let mut seen = String::new();
        for (method, path, body) in requests {
            let request = Request::builder().method(*method).uri(*path);
            let request = request
                .body(Bytes::copy_from_slice(body.as_bytes()))
                .unwrap();
            let answered = clock(&manual, &request).or_else(|| faults(&mut standing, &request));
            seen += &match answered {
                Some(response) => format!(
                    "{} {}\n",
                    response.status().as_u16(),
                    String::from_utf8_lossy(response.body())
                ),
                None => "not mine\n".into(),
            };
        }
        expected.assert_eq(&seen);
    }

    #[test]
    fn the_clock_is_shown_and_moved() {
        check(
            &[
                ("GET", "/clock", ""),
                ("POST", "/clock", r#"{"advance_seconds":61.5}"#),
                (
                    "POST",
                    "/clock",
                    r#"{"now":"2027-01-01T00:00:00Z","advance_seconds":1}"#,
                ),
                ("POST", "/clock", "{}"),
                ("POST", "/clock", r#"{"advance_seconds":-1}"#),
                ("DELETE", "/clock", ""),
                ("GET", "/time", ""),
            ],
            expect![[r#"
                200 {"now":"2026-01-01T09:00:00Z"}
                200 {"now":"2026-01-01T09:01:01.500Z"}
                200 {"now":"2027-01-01T00:00:01Z"}
                400 {"error":"nothing to change"}
                400 {"error":"advance_seconds must be zero or more; set now to go back"}
                405 {"error":"GET shows the clock, POST changes it"}
                not mine
            "#]],
        );
    }

    #[test]
    fn faults_are_set_shown_and_cleared() {
        check(
            &[
                (
                    "POST",
                    "/faults",
                    r#"{"at":"rest","kind":"busy","times":null}"#,
                ),
                ("POST", "/faults", r#"{"at":"moon","kind":"busy"}"#),
                ("POST", "/faults", r#"{"at":"rest","kind":"eclipse"}"#),
                ("DELETE", "/faults", ""),
            ],
            expect![[r#"
                200 {"points":[{"kinds":["busy"],"name":"rest.send"}],"standing":[{"after":0,"at":"rest","delay_ms":0,"kind":"busy","probability":1.0,"retry_after_seconds":null,"times":null}]}
                400 {"error":"no point is called \"moon\"; there are rest.send"}
                400 {"error":"this is not a fault: unknown variant `eclipse`, expected one of `busy`, `unauthorized`, `refuse`, `fail`, `fail-after`, `race`, `twice`, `detach`, `drop`, `lose-answer`, `half-answer`, `no-answer`, `slow` at line 1 column 29"}
                200 {"points":[{"kinds":["busy"],"name":"rest.send"}],"standing":[]}
            "#]],
        );
    }
}
