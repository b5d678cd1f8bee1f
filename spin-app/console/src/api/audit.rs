//! The audit trail: every change and every page that was looked at, written before it is answered.
//!
//! Where records and queue share a database, a change and its entry are one transaction. Elsewhere a change whose entry could
//! not be written is answered with 503, so that nobody takes it for done. An order that works through many rows commits as it
//! goes: it is in the trail when it begins, and again when it ends.

use punctual_app::edge;
use punctual_app::records::audit::{Audit, AuditEntry};
use punctual_app::sql::atomically;
use punctual_app::web::{Request, Response, problem, rfc3339};
use serde_json::{Value, json};

use super::body::Body;
use super::{Api, guid, is_guid, limit, page, records_failed};

/// Pages that there are.
const VIEWS: [&str; 10] = [
    "appointments",
    "coming",
    "history",
    "attention",
    "health",
    "person",
    "suppressions",
    "outbox",
    "audit",
    "reminder",
];

/// A changing call, as the trail calls it.
pub struct Change<'a> {
    action: &'static str,
    subject: Option<&'a str>,
    /// Commits as it goes, so that it cannot share a transaction with its entry.
    is_long: bool,
}

/// What a request is going to change; none for one that only reads.
pub fn change<'a>(method: &str, path: &[&'a str]) -> Option<Change<'a>> {
    let (action, subject) = match (method, path) {
        ("POST", ["appointments"]) => ("appointment.create", None),
        ("PATCH", ["appointments", id]) => ("appointment.change", Some(*id)),
        ("DELETE", ["appointments", id]) => ("appointment.delete", Some(*id)),
        ("POST", ["notifications", "bulk"]) => ("reminder.bulk", None),
        ("POST", ["notifications", id, "cancel"]) => ("reminder.cancel", Some(*id)),
        ("POST", ["notifications", id, "send-now"]) => ("reminder.send-now", Some(*id)),
        ("POST", ["notifications", id, "move"]) => ("reminder.move", Some(*id)),
        ("POST", ["dead-letters", id, "resubmit"]) => ("dead-letter.resubmit", Some(*id)),
        ("POST", ["channels", channel]) => ("channel.switch", Some(*channel)),
        ("POST", ["suppressions"]) => ("suppression.add", None),
        ("POST", ["archive"]) => ("archive.order", None),
        ("POST", ["backfill"]) => ("backfill.order", None),
        ("DELETE", ["suppressions", id]) => ("suppression.remove", Some(*id)),
        _ => return None,
    };
    let is_long = matches!(action, "archive.order" | "backfill.order");
    Some(Change {
        action,
        subject,
        is_long,
    })
}

/// Does a change and writes it down.
pub async fn witnessed(
    api: &Api<'_>,
    request: &Request,
    change: Change<'_>,
    work: impl Future<Output = Result<Response, Response>>,
) -> Result<Response, Response> {
    let is_long = change.is_long;
    if is_long {
        let begun = entry(api, change.action, None, "begun".to_owned());
        note(api, &[begun]).await?;
    }
    let work = async {
        let response = work.await?;
        note(api, &done(api, request, &change, &response)).await?;
        Ok(response)
    };
    let outcome: Result<_, Response> = match api.ports.shared_database() {
        Some(sql) if !is_long => api.ports.journal().when_done(atomically(sql, work)).await,
        _ => work.await,
    };
    match outcome {
        Ok(response) => Ok(response),
        // A store that cannot be reached takes no entry either, and nothing is known to have happened.
        Err(refusal) if refusal.status >= 500 => Err(refusal),
        Err(refusal) => {
            let outcome = format!("refused {}", refusal.status);
            note(
                api,
                &[entry(api, change.action, subject(change.subject), outcome)],
            )
            .await?;
            Err(refusal)
        }
    }
}

/// `POST /api/audit`: a page was looked at.
pub async fn viewed(api: &Api<'_>, request: &Request) -> Result<Response, Response> {
    let body = Body::read(request, &["view", "subject"])?;
    let view = body.text("view")?.unwrap_or_default();
    let Some(view) = VIEWS.iter().find(|known| **known == view) else {
        let detail = format!("view is one of {}", VIEWS.join(", "));
        return Err(problem(400, "no such view", &detail, Some("view")));
    };
    let subject = match body.text("subject")? {
        None => None,
        Some(id) if is_guid(&id) => Some(id.to_ascii_lowercase()),
        Some(_) => {
            return Err(problem(
                400,
                "not valid",
                "subject must be the GUID of an appointment or a reminder",
                Some("subject"),
            ));
        }
    };
    let entry = AuditEntry {
        action: format!("view.{view}"),
        ..entry(api, "", subject, "done".to_owned())
    };
    note(api, &[entry]).await?;
    Ok(Response::empty(204))
}

/// `GET /api/audit`.
pub async fn list(api: &Api<'_>, request: &Request) -> Result<Response, Response> {
    api.role.needs("the audit trail's entries")?;
    let subject = request.query.get("subject").map(str::to_ascii_lowercase);
    let found = api
        .app
        .records
        .audit(
            subject.as_deref(),
            request.query.get("after"),
            limit(request)?,
        )
        .await
        .map_err(records_failed)?;
    let shown = |entry: &AuditEntry| {
        json!({"id": entry.id, "at": rfc3339(entry.at), "role": entry.role, "action": entry.action,
            "subject": entry.subject, "outcome": entry.outcome})
    };
    Ok(page(found.items.iter().map(shown).collect(), found.next))
}

async fn note(api: &Api<'_>, entries: &[AuditEntry]) -> Result<(), Response> {
    api.app.records.note(entries).await.map_err(records_failed)
}

/// The entries of a change that was done: one, or one for each reminder of many.
fn done(
    api: &Api<'_>,
    request: &Request,
    change: &Change<'_>,
    response: &Response,
) -> Vec<AuditEntry> {
    let told: Value = serde_json::from_slice(&response.body).unwrap_or_default();
    let done = || "done".to_owned();
    if change.action == "reminder.bulk" {
        let asked: Value = serde_json::from_slice(&request.body).unwrap_or_default();
        let action = match asked["action"].as_str() {
            Some("cancel") => "reminder.cancel",
            Some("send-now") => "reminder.send-now",
            _ => "reminder.move",
        };
        let items = told["items"].as_array().into_iter().flatten();
        let each = items.map(|item| {
            let outcome = match item["outcome"].as_str() {
                Some("refused") => "refused 409".to_owned(),
                Some("not_found") => "refused 404".to_owned(),
                _ => done(),
            };
            entry(api, action, subject(item["id"].as_str()), outcome)
        });
        return each.collect();
    }
    let action = match (change.action, told["sending"].as_bool()) {
        ("channel.switch", Some(true)) => "channel.on",
        ("channel.switch", _) => "channel.off",
        (action, _) => action,
    };
    let named = change.subject.or_else(|| told["id"].as_str());
    vec![entry(api, action, subject(named), done())]
}

fn entry(api: &Api<'_>, action: &str, subject: Option<String>, outcome: String) -> AuditEntry {
    AuditEntry {
        id: edge::fresh_guid(),
        at: (api.app.clock)(),
        role: api.role.name().to_owned(),
        action: action.to_owned(),
        subject,
        outcome,
    }
}

/// Only what is surely an id: what else somebody wrote into a path may be anything.
fn subject(text: Option<&str>) -> Option<String> {
    let text = text?;
    let is_number = text.len() <= 20 && text.bytes().all(|byte| byte.is_ascii_digit());
    match text {
        "email" | "sms" => Some(text.to_owned()),
        _ if is_number => Some(text.to_owned()),
        _ => guid(text).ok(),
    }
}
