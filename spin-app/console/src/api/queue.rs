//! What lies in the queue's corner, and the local outbox.

use punctual_app::queue::Queue;
use punctual_app::senders::outbox::Outbox;
use punctual_app::web::{Request, Response, problem};
use serde_json::{Value, json};

use super::{Api, busy, limit, page};

pub async fn dead_letters(api: &Api<'_>, request: &Request) -> Result<Response, Response> {
    api.role.needs("dead letters")?;
    let app = api.app;
    let letters = app
        .queue
        .dead_letters(limit(request)?, (app.clock)())
        .await
        .map_err(busy)?;
    Ok(page(
        letters.iter().map(|letter| json!(letter)).collect(),
        None,
    ))
}

pub async fn resubmit(api: &Api<'_>, id: &str) -> Result<Response, Response> {
    api.role.needs("dead letters")?;
    let app = api.app;
    if app.queue.resubmit(id, (app.clock)()).await.map_err(busy)? {
        return Ok(Response::json(202, &json!({"id": id, "resubmitted": true})));
    }
    Err(problem(
        404,
        "not found",
        "there is no such dead letter; it may have been resubmitted already",
        None,
    ))
}

pub fn outbox(api: &Api<'_>, request: &Request) -> Result<Response, Response> {
    api.role.needs("the outbox's messages")?;
    let before = match request.query.get("after") {
        None => None,
        Some(text) => Some(text.parse().map_err(|_| {
            problem(
                400,
                "malformed cursor",
                "after must be the `next` of an earlier page",
                Some("after"),
            )
        })?),
    };
    let limit = limit(request)?;
    let items = Outbox(api.ports.sql()).list(limit, before).map_err(busy)?;
    let next = items
        .last()
        .filter(|_| items.len() == limit as usize)
        .and_then(|last| last.get("id"))
        .and_then(Value::as_str)
        .map(str::to_owned);
    Ok(page(items, next))
}
