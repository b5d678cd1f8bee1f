//! One action on many reminders. Each stands for itself: what one is refused for keeps no other from happening.

use punctual_app::web::{Request, Response};
use serde_json::{Value, json};

use super::super::body::{Body, wrong};
use super::super::{Api, is_guid};
use super::act::{Done, cancel_one, move_one, send_one_now};

const IDS_MAX: usize = 200;

pub async fn bulk(api: &Api<'_>, request: &Request) -> Result<Response, Response> {
    let body = Body::read(request, &["action", "ids", "due_at"])?;
    let action = body.text("action")?.unwrap_or_default();
    if !matches!(action.as_str(), "cancel" | "send-now" | "move") {
        return Err(wrong("action", "action is cancel, send-now or move"));
    }
    let due_at = match (action.as_str(), body.time("due_at")?) {
        ("move", None) => return Err(wrong("due_at", "due_at is needed to move reminders")),
        ("move", Some(at)) => at,
        (_, None) => 0,
        (_, Some(_)) => return Err(wrong("due_at", "due_at belongs to move alone")),
    };
    let mut ids = body.texts("ids")?.unwrap_or_default();
    if ids.is_empty() || ids.len() > IDS_MAX {
        let detail = format!("ids are 1 to {IDS_MAX} reminders");
        return Err(wrong("ids", &detail));
    }
    if !ids.iter().all(|id| is_guid(id)) {
        return Err(wrong("ids", "ids are GUIDs"));
    }
    let mut seen = std::collections::HashSet::new();
    ids.retain(|id| seen.insert(id.to_ascii_lowercase()));

    let (mut done, mut items) = (0, Vec::new());
    for id in ids {
        let outcome = match action.as_str() {
            "cancel" => cancel_one(api, &id).await,
            "send-now" => send_one_now(api, &id).await,
            _ => move_one(api, &id, due_at).await,
        };
        let mut item = json!({"id": id.to_ascii_lowercase()});
        item["outcome"] = match outcome {
            Ok(Done { changed: true, .. }) => "done".into(),
            Ok(_) => "unchanged".into(),
            Err(refusal) if refusal.status == 404 => "not_found".into(),
            Err(refusal) if refusal.status < 500 => {
                item["reason"] = detail(&refusal);
                "refused".into()
            }
            Err(failure) => return Err(failure),
        };
        done += u32::from(item["outcome"] == "done");
        items.push(item);
    }
    Ok(Response::json(200, &json!({"done": done, "items": items})))
}

/// The sentence of a problem document.
fn detail(refusal: &Response) -> Value {
    let mut problem: Value = serde_json::from_slice(&refusal.body).unwrap_or_default();
    problem["detail"].take()
}
