//! The routes below `/api`.

mod appointments;
mod archive;
mod audit;
mod backfill;
mod body;
mod document;
mod notifications;
mod queue;

pub use document::document;

use punctual_app::core::Problem;
use punctual_app::edge::Ports;
use punctual_app::flows::FlowError;
use punctual_app::records::{Fault, RecordsError};
use punctual_app::web::{Request, Response, problem, unavailable};
use serde_json::{Value, json};

use crate::Clinic;

/// Rows of a list when `limit` is not said, and at most.
const LIMIT_DEFAULT: u32 = 500;
const LIMIT_MAX: u32 = 5_000;

/// Finds the handler.
pub async fn route(
    app: &Clinic<'_>,
    ports: &Ports,
    request: &Request,
    path: &[&str],
) -> Result<Response, Response> {
    match (request.method.as_str(), path) {
        ("GET", ["appointments"]) => appointments::list(app, request).await,
        ("POST", ["appointments"]) => appointments::create(app, request).await,
        ("GET", ["appointments", id]) => appointments::read(app, id).await,
        ("PATCH", ["appointments", id]) => appointments::change(app, id, request).await,
        ("DELETE", ["appointments", id]) => appointments::delete(app, id).await,
        ("GET", ["notifications"]) => notifications::list(app, request).await,
        ("POST", ["notifications", id, "cancel"]) => notifications::cancel(app, id).await,
        ("POST", ["notifications", id, "send-now"]) => notifications::send_now(app, id).await,
        ("POST", ["preview"]) => appointments::preview(app, request).await,
        ("GET", ["dead-letters"]) => queue::dead_letters(app, request).await,
        ("POST", ["dead-letters", id, "resubmit"]) => queue::resubmit(app, id).await,
        ("GET", ["outbox"]) => queue::outbox(ports.sql(), request),
        ("GET", ["archive"]) => archive::days(app, request).await,
        ("POST", ["archive"]) => archive::order(app, request).await,
        ("POST", ["backfill"]) => backfill::order(app, request).await,
        (_, known) => match allowed(known) {
            Some(methods) => {
                Err(
                    problem(405, "method not allowed", &format!("use {methods}"), None)
                        .with("allow", methods),
                )
            }
            None => Err(problem(404, "not found", "there is no such route", None)),
        },
    }
}

fn allowed(path: &[&str]) -> Option<&'static str> {
    match path {
        ["appointments" | "archive"] => Some("GET, POST"),
        ["appointments", _] => Some("GET, PATCH, DELETE"),
        ["notifications" | "dead-letters" | "outbox"] => Some("GET"),
        ["preview" | "backfill"]
        | ["notifications", _, "cancel" | "send-now"]
        | ["dead-letters", _, "resubmit"] => Some("POST"),
        _ => None,
    }
}

/// A page of a list. `next` is the value of `after` for the page that follows, null on the last one.
fn page(items: Vec<Value>, next: Option<String>) -> Response {
    Response::json(200, &json!({"items": items, "next": next}))
}

fn limit(request: &Request) -> Result<u32, Response> {
    let Some(text) = request.query.get("limit") else {
        return Ok(LIMIT_DEFAULT);
    };
    let wrong = || {
        problem(
            400,
            "malformed number",
            &format!("limit must be a whole number from 1 to {LIMIT_MAX}"),
            Some("limit"),
        )
    };
    text.parse()
        .ok()
        .filter(|limit| (1..=LIMIT_MAX).contains(limit))
        .ok_or_else(wrong)
}

/// A lower-case GUID, or 404: nothing has another name.
fn guid(id: &str) -> Result<String, Response> {
    let shape = id.len() == 36
        && id.bytes().enumerate().all(|(at, byte)| {
            if matches!(at, 8 | 13 | 18 | 23) {
                byte == b'-'
            } else {
                byte.is_ascii_hexdigit()
            }
        });
    if shape {
        Ok(id.to_ascii_lowercase())
    } else {
        Err(problem(404, "not found", "ids are GUIDs", None))
    }
}

/// Everything that is wrong with an input, in one answer.
fn refuse(problems: &[Problem]) -> Response {
    let all: Vec<_> = problems
        .iter()
        .map(|problem| json!({"field": problem.field, "detail": problem.detail}))
        .collect();
    let first = problems.first();
    let detail = first.map_or("the input is not valid", |problem| &problem.detail);
    let body = json!({"type": "about:blank", "title": "not valid", "status": 400, "detail": detail,
        "field": first.map(|problem| &problem.field), "problems": all});
    Response::text(400, "application/problem+json", body.to_string())
}

/// The caller's fault, or a reason to try again.
fn records_failed(error: RecordsError) -> Response {
    match error.fault {
        Fault::Store => FlowError::from(error).answer(),
        Fault::Cursor => problem(400, "malformed cursor", &error.text, Some("after")),
        Fault::Appointment => problem(400, "not valid", &error.text, None),
    }
}

fn busy(error: impl std::fmt::Display) -> Response {
    unavailable(&error.to_string())
}
