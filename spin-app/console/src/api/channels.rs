//! The kill switch of each channel. While one is off its reminders wait; delivery looks at the switches with every batch.

use punctual_app::core::{Channel, code, parse};
use punctual_app::flows::channels::wake;
use punctual_app::records::channels::{ChannelState, Channels};
use punctual_app::web::{Request, Response, problem, rfc3339};
use serde_json::{Value, json};

use super::body::{Body, wrong};
use super::{Api, busy, records_failed};

/// How long a request wakes reminders; the rest wake by themselves.
const WAKE_WITHIN_MS: i64 = 10_000;
const REASON_CHARS_MAX: usize = 200;

pub async fn list(api: &Api<'_>) -> Result<Response, Response> {
    let items = all(api).await?;
    Ok(Response::json(200, &json!({ "items": items })))
}

/// Every switch as the API shows it.
pub async fn all(api: &Api<'_>) -> Result<Vec<Value>, Response> {
    let states = api.app.records.channels().await.map_err(records_failed)?;
    Ok(states.iter().map(shown).collect())
}

pub async fn set(api: &Api<'_>, channel: &str, request: &Request) -> Result<Response, Response> {
    api.role.needs("the channels' switches")?;
    let channel: Channel =
        parse(channel).ok_or_else(|| problem(404, "not found", "there are email and sms", None))?;
    let body = Body::read(request, &["sending", "reason"])?;
    let sending = body
        .flag("sending")?
        .ok_or_else(|| wrong("sending", "sending must be true or false"))?;
    let reason = body.text("reason")?;
    if reason.as_ref().is_some_and(|text| {
        text.is_empty()
            || text.chars().count() > REASON_CHARS_MAX
            || text.chars().any(char::is_control)
    }) {
        let detail = format!("reason is a line of 1 to {REASON_CHARS_MAX} characters");
        return Err(wrong("reason", &detail));
    }
    let records = api.app.records;
    let states = records.channels().await.map_err(records_failed)?;
    let before = states.into_iter().find(|state| state.channel == channel);
    let before = before.ok_or_else(|| busy("the switch cannot be read"))?;
    if before.sending == sending {
        return Ok(Response::json(200, &shown(&before)));
    }
    let now = (api.app.clock)();
    let state = ChannelState {
        channel,
        sending,
        // Later than the change before, so that who read that one is told that somebody was faster.
        changed_at: Some(now.max(before.changed_at.unwrap_or(0) + 1)),
        reason,
    };
    let kept = records.set_channel(&state, before.changed_at).await;
    if !kept.map_err(records_failed)? {
        let detail = "somebody just switched this channel; look again";
        return Err(problem(409, "changed meanwhile", detail, None));
    }
    if sending {
        let woken = wake(api.app, channel, now + WAKE_WITHIN_MS).await;
        woken.map_err(|error| error.answer())?;
    }
    Ok(Response::json(200, &shown(&state)))
}

fn shown(state: &ChannelState) -> Value {
    json!({"channel": code(state.channel), "sending": state.sending, "changed_at": state.changed_at.map(rfc3339),
        "reason": state.reason})
}
