//! The routes below `/api`. `openapi.json` describes them; a test holds every answer to it.

mod appointments;
mod archive;
mod attention;
mod audit;
mod backfill;
mod body;
mod channels;
mod document;
mod health;
mod logged;
mod mask;
mod me;
mod notifications;
mod query;
mod queue;
mod role;
mod shown;
mod suppressions;

pub use document::document;
pub use role::Role;

use punctual_app::core::Problem;
use punctual_app::edge::Ports;
use punctual_app::flows::FlowError;
use punctual_app::records::{Fault, RecordsError};
use punctual_app::web::{Request, Response, problem, unavailable};
use serde_json::{Value, json};

use crate::Clinic;
use query::limit;

/// What a route works with.
pub struct Api<'a> {
    /// The ports and the policy.
    pub app: &'a Clinic<'a>,
    /// What the ports are made of.
    pub ports: &'a Ports,
    /// Who calls.
    pub role: Role,
}

/// Answers a request; what changes something is written into the audit trail first.
pub async fn route(api: &Api<'_>, request: &Request, path: &[&str]) -> Result<Response, Response> {
    match audit::change(&request.method, path) {
        Some(change) => audit::witnessed(api, request, change, answer(api, request, path)).await,
        None => answer(api, request, path).await,
    }
}

/// Finds the handler.
async fn answer(api: &Api<'_>, request: &Request, path: &[&str]) -> Result<Response, Response> {
    match (request.method.as_str(), path) {
        ("GET", ["me"]) => Ok(me::me(api)),
        ("GET", ["appointments"]) => appointments::list(api, request).await,
        ("POST", ["appointments"]) => appointments::create(api, request).await,
        ("GET", ["appointments", id]) => appointments::read(api, id).await,
        ("PATCH", ["appointments", id]) => appointments::change(api, id, request).await,
        ("DELETE", ["appointments", id]) => appointments::delete(api, id).await,
        ("GET", ["appointments", id, "timeline"]) => appointments::timeline(api, id).await,
        ("POST", ["preview"]) => appointments::preview(api, request).await,
        ("GET", ["notifications"]) => notifications::list(api, request).await,
        ("GET", ["notifications.csv"]) => notifications::csv(api, request).await,
        ("GET", ["notifications", "counts"]) => notifications::counts(api, request).await,
        ("POST", ["notifications", "bulk"]) => notifications::bulk(api, request).await,
        ("GET", ["notifications", id]) if *id != "bulk" => notifications::detail(api, id).await,
        ("POST", ["notifications", id, "cancel"]) => notifications::cancel(api, id).await,
        ("POST", ["notifications", id, "send-now"]) => notifications::send_now(api, id).await,
        ("POST", ["notifications", id, "move"]) => notifications::move_to(api, id, request).await,
        ("GET", ["attention"]) => attention::attention(api).await,
        ("GET", ["health"]) => health::health(api, request).await,
        ("GET", ["channels"]) => channels::list(api).await,
        ("POST", ["channels", channel]) => channels::set(api, channel, request).await,
        ("GET", ["dead-letters"]) => queue::dead_letters(api, request).await,
        ("POST", ["dead-letters", id, "resubmit"]) => queue::resubmit(api, id).await,
        ("GET", ["outbox"]) => queue::outbox(api, request),
        ("GET", ["suppressions"]) => suppressions::list(api, request).await,
        ("POST", ["suppressions"]) => suppressions::add(api, request).await,
        ("DELETE", ["suppressions", id]) => suppressions::remove(api, id).await,
        ("GET", ["archive"]) => archive::days(api, request).await,
        ("POST", ["archive"]) => archive::order(api, request).await,
        ("POST", ["backfill"]) => backfill::order(api, request).await,
        ("GET", ["audit"]) => audit::list(api, request).await,
        ("POST", ["audit"]) => audit::viewed(api, request).await,
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
        ["appointments" | "suppressions" | "audit" | "archive"] => Some("GET, POST"),
        ["appointments", _] => Some("GET, PATCH, DELETE"),
        ["notifications", "bulk"]
        | ["preview" | "backfill"]
        | ["notifications", _, "cancel" | "send-now" | "move"]
        | ["dead-letters", _, "resubmit"]
        | ["channels", _] => Some("POST"),
        ["suppressions", _] => Some("DELETE"),
        ["openapi.json" | "me" | "notifications.csv"]
        | ["notifications" | "dead-letters" | "outbox" | "attention" | "health" | "channels"]
        | ["notifications", _]
        | ["appointments", _, "timeline"] => Some("GET"),
        _ => None,
    }
}

/// A page of a list. `next` is the value of `after` for the page that follows, null on the last one.
fn page(items: Vec<Value>, next: Option<String>) -> Response {
    Response::json(200, &json!({"items": items, "next": next}))
}

fn is_guid(id: &str) -> bool {
    id.len() == 36
        && id.bytes().enumerate().all(|(at, byte)| match at {
            8 | 13 | 18 | 23 => byte == b'-',
            _ => byte.is_ascii_hexdigit(),
        })
}

/// A lower-case GUID, or 404: nothing has another name.
fn guid(id: &str) -> Result<String, Response> {
    match is_guid(id) {
        true => Ok(id.to_ascii_lowercase()),
        false => Err(problem(404, "not found", "ids are GUIDs", None)),
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
