//! Addresses and numbers that nothing more goes to.

use punctual_app::core::events::read_draft;
use punctual_app::core::{Channel, FieldChange, Reason, code, parse};
use punctual_app::records::consent::{Consent, Listed, Suppression, key};
use punctual_app::web::{Request, Response, problem, rfc3339};
use serde_json::{Value, json};

use super::body::{Body, wrong};
use super::query::channel;
use super::{Api, busy, guid, limit, page, records_failed, refuse};

const RIGHT: &str = "suppressions";

pub async fn list(api: &Api<'_>, request: &Request) -> Result<Response, Response> {
    api.role.needs(RIGHT)?;
    let query = &request.query;
    let found = api
        .app
        .records
        .suppressions(
            channel(request)?.and_then(parse),
            query.get("q"),
            query.get("after"),
            limit(request)?,
        )
        .await
        .map_err(records_failed)?;
    Ok(page(found.items.iter().map(shown).collect(), found.next))
}

pub async fn add(api: &Api<'_>, request: &Request) -> Result<Response, Response> {
    api.role.needs(RIGHT)?;
    let body = Body::read(request, &["channel", "address", "reason"])?;
    let channel: Channel = body
        .text("channel")?
        .and_then(|name| parse(&name))
        .ok_or_else(|| wrong("channel", "channel is email or sms"))?;
    let reason = match body.text("reason")?.as_deref() {
        None | Some("opted_out") => Reason::OptedOut,
        Some("address_suppressed") => Reason::AddressSuppressed,
        Some(_) => {
            let detail = "reason is opted_out or address_suppressed";
            return Err(wrong("reason", detail));
        }
    };
    let address = address(channel, &body.text("address")?.unwrap_or_default())?;
    let entry = Suppression {
        channel,
        address,
        reason,
        source: "staff",
    };
    let records = api.app.records;
    let fresh = records.suppress(&entry, (api.app.clock)()).await;
    let fresh = fresh.map_err(records_failed)?;
    let kept = records.suppression(channel, &entry.address, reason).await;
    let kept = kept.map_err(records_failed)?;
    let kept = kept.ok_or_else(|| busy("the suppression was taken back at once"))?;
    Ok(Response::json(if fresh { 201 } else { 200 }, &shown(&kept)))
}

pub async fn remove(api: &Api<'_>, id: &str) -> Result<Response, Response> {
    api.role.needs(RIGHT)?;
    let gone = api.app.records.unsuppress(&guid(id)?).await;
    match gone.map_err(records_failed)? {
        true => Ok(Response::empty(204)),
        false => Err(problem(
            404,
            "not found",
            "there is no such suppression",
            None,
        )),
    }
}

/// The address as it is kept and compared; what is wrong with it, the core says as it does for an appointment's.
fn address(channel: Channel, text: &str) -> Result<String, Response> {
    let field = match channel {
        Channel::Email => "email",
        Channel::Sms => "phone",
    };
    let draft = json!({ field: text }).to_string();
    let changes = read_draft(draft.as_bytes()).map_err(|mut problems| {
        problems
            .iter_mut()
            .for_each(|problem| problem.field = "address".to_owned());
        refuse(&problems)
    })?;
    let found = changes.into_iter().find_map(|change| match change {
        FieldChange::Email(found) | FieldChange::Phone(found) => found,
        _ => None,
    });
    found
        .and_then(|found| key(channel, &found))
        .ok_or_else(|| wrong("address", "address must be an email address or a number"))
}

fn shown(entry: &Listed) -> Value {
    json!({"id": entry.id, "channel": code(entry.channel), "address": entry.address, "reason": code(entry.reason),
        "source": entry.source, "since": rfc3339(entry.since)})
}
