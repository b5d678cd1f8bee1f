//! One reminder: its row, its appointment, and the words that reach the person.

use punctual_app::core::rendering::{Message, render};
use punctual_app::core::{Appointment, Channel, NO_LINKS, NotificationStatus as Status};
use punctual_app::edge::SpinVariables;
use punctual_app::records::NotificationRow;
use punctual_app::senders::outbox::Outbox;
use punctual_app::settings::{self, Variables};
use punctual_app::web::{Response, rfc3339};
use serde_json::{Value, json};

use super::super::{Api, busy, shown};
use super::act::one;

pub async fn detail(api: &Api<'_>, id: &str) -> Result<Response, Response> {
    let (row, appointment) = one(api, id).await?;
    let mut told = row.to_json();
    told["start_at"] = rfc3339(row.core.start_at).into();
    told["first_attempt_at"] = row.first_attempt_at.map(rfc3339).into();
    told["retry_at"] = row.core.retry_at.map(rfc3339).into();
    told["send_now_at"] = row.core.send_now_at.map(rfc3339).into();
    told["template"] = row.template.clone().into();
    told["message"] = message(api, &row, appointment.as_ref())?;
    let shown = appointment.map(|it| shown::appointment(&it, api.role));
    told["appointment"] = shown.unwrap_or_default();
    Ok(Response::json(200, &told))
}

/// Word for word where the local outbox has it; else as it would be written now. Links are left out: the console has not the
/// key that seals them.
fn message(
    api: &Api<'_>,
    row: &NotificationRow,
    appointment: Option<&Appointment>,
) -> Result<Value, Response> {
    if let Some(sent) = sent(api, row)? {
        return Ok(sent);
    }
    let Some(appointment) = appointment else {
        return Ok(Value::Null);
    };
    let (sender, policy) = (settings::sender(&SpinVariables), api.app.policy);
    let (step, channel) = (&row.core.step, row.core.channel);
    let rendered = render(appointment, step, channel, &sender, policy, &NO_LINKS);
    Ok(match rendered.map(|rendered| rendered.message) {
        Ok(Message::Email(email)) => {
            json!({"kind": "email", "subject": email.subject, "text": email.text,
            "html": email.html, "segments": null, "as": "would_be"})
        }
        Ok(Message::Sms(sms)) => {
            json!({"kind": "sms", "subject": null, "text": sms.text, "html": null,
            "segments": sms.size.segments, "as": "would_be"})
        }
        // No words can be made of it; the row's reason says more.
        Err(_) => Value::Null,
    })
}

fn sent(api: &Api<'_>, row: &NotificationRow) -> Result<Option<Value>, Response> {
    let variable = match row.core.channel {
        Channel::Email => "email_sender",
        Channel::Sms => "sms_sender",
    };
    let went_out = matches!(
        row.core.status,
        Status::Sent | Status::Delivered | Status::Failed | Status::Unknown
    );
    let sender = SpinVariables.get(variable);
    let is_local = sender.is_none_or(|sender| sender == "outbox");
    if !went_out || !is_local {
        return Ok(None);
    }
    let outbox = Outbox(api.ports.sql());
    let found = outbox.latest(&row.core.id).map_err(busy)?;
    Ok(found.map(|item| {
        json!({"kind": item["channel"], "subject": item["subject"], "text": item["text"], "html": item["html"],
            "segments": item["segments"], "as": "sent"})
    }))
}
