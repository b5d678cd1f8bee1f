//! Email by Azure Communication Services. The operation's id is ours, so a lost answer is settled by asking for the
//! operation.

use base64::{Engine, engine::general_purpose::STANDARD};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::acs::{Acs, NAME, RULES, error_code};
use super::class::{class, lost, sent, word};
use super::each::each;
use super::{Asked, Found, Outgoing, Pace, Sender, Sent, traced};
use crate::core::rendering::Message;
use crate::core::{Instant, Reason};
use crate::http::{Answer, Http};

const API: &str = "api-version=2025-09-01";

/// The sender.
pub struct AcsEmail<'a, H> {
    /// The resource.
    pub acs: Acs<'a, H>,
    /// An address of a verified domain.
    pub from: String,
    /// Where answers go.
    pub reply_to: Option<String>,
    /// Calls under way at once.
    pub at_once: usize,
}

#[derive(Deserialize)]
struct Operation {
    id: String,
    status: String,
    error: Option<Fault>,
}

#[derive(Deserialize)]
struct Fault {
    code: Option<String>,
}

impl<H: Http> Sender for AcsEmail<'_, H> {
    fn name(&self) -> &'static str {
        NAME
    }

    async fn send(&self, messages: &[Outgoing], pace: &Pace<'_>) -> Vec<Sent> {
        self.acs.prepare().await;
        each(messages, self.at_once, pace, |index, now| {
            self.one(&messages[index], now)
        })
        .await
    }

    async fn find(&self, asked: &Asked) -> Found {
        let path = format!("/emails/operations/{}?{API}", asked.repeat_id);
        match self.acs.send(self.acs.call("GET", &path), asked.now).await {
            Ok(answer) => found(&answer, asked.first_attempt_at),
            Err(error) => Found::Unclear(error.to_string()),
        }
    }
}

impl<H: Http> AcsEmail<'_, H> {
    async fn one(&self, message: &Outgoing, now: Instant) -> Sent {
        let Some(body) = self.body(message) else {
            return Sent::Rejected {
                reason: Reason::ProviderRejected,
                suppress: false,
                error: "a text was given to a sender of email".to_owned(),
            };
        };
        let mut call = self
            .acs
            .call("POST", &format!("/emails:send?{API}"))
            .with("content-type", "application/json")
            .with("operation-id", &message.repeat_id)
            .with("x-ms-client-request-id", &message.notification_id);
        call.body = body.to_string().into_bytes();
        let call = traced(call, message.trace.as_deref());
        match self.acs.send(call, now).await {
            Ok(answer) if answer.is_success() => accepted(&answer, message),
            Ok(answer) => {
                let code = error_code(&answer.body);
                let code = code.as_deref().and_then(word);
                sent(
                    class(&[RULES], answer.status, None),
                    NAME,
                    &answer,
                    code,
                    now,
                )
            }
            Err(error) => lost(error),
        }
    }

    fn body(&self, message: &Outgoing) -> Option<Value> {
        let Message::Email(email) = &message.message else {
            return None;
        };
        let mut body = json!({
            "senderAddress": self.from,
            "content": {"subject": email.subject, "plainText": email.text, "html": email.html},
            "recipients": {"to": [{"address": message.recipient}]},
            "userEngagementTrackingDisabled": true,
        });
        if let Some(address) = &self.reply_to {
            body["replyTo"] = json!([{"address": address}]);
        }
        let headers = unsubscribe_headers(message);
        if !headers.is_empty() {
            body["headers"] = headers.into();
        }
        if let Some(calendar) = &message.calendar {
            body["attachments"] = json!([{
                "name": CALENDAR_NAME,
                "contentType": CALENDAR_TYPE,
                "contentInBase64": STANDARD.encode(calendar),
            }]);
        }
        Some(body)
    }
}

/// The file's name, which tells nothing.
pub const CALENDAR_NAME: &str = "appointment.ics";
/// The file's media type.
pub const CALENDAR_TYPE: &str = "text/calendar";

/// RFC 8058: one click in the mail program ends the emails.
pub fn unsubscribe_headers(message: &Outgoing) -> Map<String, Value> {
    let mut headers = Map::new();
    if let Some(url) = &message.unsubscribe_url {
        headers.insert("List-Unsubscribe".to_owned(), format!("<{url}>").into());
        let one_click = "List-Unsubscribe=One-Click";
        headers.insert("List-Unsubscribe-Post".to_owned(), one_click.into());
    }
    headers
}

fn accepted(answer: &Answer, message: &Outgoing) -> Sent {
    let operation = serde_json::from_slice::<Operation>(&answer.body);
    Sent::Accepted {
        // The operation's id is the one that we chose; should the service call it otherwise, its word counts.
        provider_message_id: operation.map_or_else(|_| message.repeat_id.clone(), |o| o.id),
    }
}

fn found(answer: &Answer, sent_at: Instant) -> Found {
    match answer.status {
        200 => {}
        404 => return Found::No,
        status => return Found::Unclear(format!("acs answered {status} when asked")),
    }
    let Ok(operation) = serde_json::from_slice::<Operation>(&answer.body) else {
        return Found::Unclear("acs answered without a status when asked".to_owned());
    };
    match operation.status.as_str() {
        "NotStarted" | "Running" | "Succeeded" => Found::Yes {
            provider_message_id: operation.id,
            sent_at,
        },
        "Failed" | "Canceled" => {
            let code = operation.error.and_then(|fault| fault.code);
            let code = code.as_deref().and_then(word).unwrap_or("without a code");
            let text = format!("acs gave the message up: {code}");
            Found::Rejected(Reason::ProviderRejected, text)
        }
        _ => Found::Unclear("acs names a status that is not known".to_owned()),
    }
}
