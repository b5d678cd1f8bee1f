//! Email by SendGrid (v3). It has no idempotency key and nothing to ask: a lost answer is settled by its events.

use base64::{Engine, engine::general_purpose::STANDARD};
use serde::Deserialize;
use serde_json::{Value, json};

use super::acs_email::{CALENDAR_NAME, CALENDAR_TYPE, unsubscribe_headers};
use super::class::{Class, Rule, class, lost, sent};
use super::each::{CALL_MS, each};
use super::{Asked, Found, Outgoing, Pace, Sender, Sent, traced};
use crate::core::rendering::Message;
use crate::core::{Instant, Reason};
use crate::http::{Answer, Call, Http};

/// What rows and metrics call it.
pub const NAME: &str = "sendgrid";

/// The custom argument that comes back with each event.
pub const ARGUMENT: &str = "notification_id";

/// The longest wait for a limit to be lifted.
const RESET_SECONDS_MAX: i64 = 3_600;

const RULES: &[Rule] = &[
    ((401, 401), &[], Class::Misconfigured),
    // The sender is not verified, or the key may not send.
    ((403, 405), &[], Class::Misconfigured),
    ((429, 429), &[], Class::Retry),
    ((400, 499), &[], Class::Rejected(Reason::ProviderRejected)),
    ((503, 503), &[], Class::Retry),
    // 500 may come after the mail was taken; 502 and 504 are the word of a gateway, which does not know what became of the
    // request behind it: no line.
];

/// The sender.
pub struct SendGrid<H> {
    /// The way out.
    pub http: H,
    /// Without a slash at its end.
    pub endpoint: String,
    /// `SG.…`
    pub key: String,
    /// A verified address.
    pub from: String,
    /// The name beside it.
    pub from_name: String,
    /// Where answers go.
    pub reply_to: Option<String>,
    /// Calls under way at once.
    pub at_once: usize,
}

impl<H: Http> Sender for SendGrid<H> {
    fn name(&self) -> &'static str {
        NAME
    }

    async fn send(&self, messages: &[Outgoing], pace: &Pace<'_>) -> Vec<Sent> {
        each(messages, self.at_once, pace, |index, now| {
            self.one(&messages[index], now)
        })
        .await
    }

    async fn find(&self, _: &Asked) -> Found {
        Found::Unclear("sendgrid tells by its events only what it took".to_owned())
    }
}

impl<H: Http> SendGrid<H> {
    async fn one(&self, message: &Outgoing, now: Instant) -> Sent {
        let Some(body) = self.body(message) else {
            return Sent::Rejected {
                reason: Reason::ProviderRejected,
                suppress: false,
                error: "a text was given to a sender of email".to_owned(),
            };
        };
        let url = format!("{}/v3/mail/send", self.endpoint);
        let mut call = Call::new("POST", url, CALL_MS)
            .with("authorization", format!("Bearer {}", self.key))
            .with("content-type", "application/json");
        call.body = body.to_string().into_bytes();
        let call = traced(call, message.trace.as_deref());
        match self.http.send(call).await {
            Ok(answer) if answer.is_success() => Sent::Accepted {
                provider_message_id: answer.header("x-message-id").unwrap_or_default().to_owned(),
            },
            Ok(answer) => refused(&answer, now),
            Err(error) => lost(error),
        }
    }

    fn body(&self, message: &Outgoing) -> Option<Value> {
        let Message::Email(email) = &message.message else {
            return None;
        };
        let mut body = json!({
            "from": {"email": self.from, "name": self.from_name},
            "personalizations": [{
                "to": [{"email": message.recipient}],
                // Here and not at the top, where the vendor's specification has it as a text.
                "custom_args": {ARGUMENT: message.notification_id},
            }],
            "subject": email.subject,
            "content": [
                {"type": "text/plain", "value": email.text},
                {"type": "text/html", "value": email.html},
            ],
            // Who reads when is nobody's business: these are appointments with doctors.
            "tracking_settings": {
                "click_tracking": {"enable": false, "enable_text": false},
                "open_tracking": {"enable": false},
                "subscription_tracking": {"enable": false},
            },
        });
        if let Some(address) = &self.reply_to {
            body["reply_to"] = json!({"email": address});
        }
        let headers = unsubscribe_headers(message);
        if !headers.is_empty() {
            body["headers"] = headers.into();
        }
        if let Some(calendar) = &message.calendar {
            body["attachments"] = json!([{
                "filename": CALENDAR_NAME,
                "type": CALENDAR_TYPE,
                "content": STANDARD.encode(calendar),
                "disposition": "attachment",
            }]);
        }
        Some(body)
    }
}

#[derive(Deserialize)]
struct Errors {
    errors: Vec<Fault>,
}

#[derive(Deserialize)]
struct Fault {
    field: Option<String>,
}

/// The texts of faults quote what was sent; the names of fields do not.
fn refused(answer: &Answer, now: Instant) -> Sent {
    let faults: Option<Errors> = serde_json::from_slice(&answer.body).ok();
    let field = faults
        .and_then(|faults| faults.errors.into_iter().find_map(|fault| fault.field))
        .unwrap_or_default();
    if answer.status == 400 && field.starts_with("personalizations.0.to") {
        return Sent::Rejected {
            reason: Reason::EmailInvalid,
            suppress: true,
            error: "sendgrid answered 400 for the recipient's address".to_owned(),
        };
    }
    match sent(
        class(&[RULES], answer.status, None),
        NAME,
        answer,
        None,
        now,
    ) {
        Sent::Unavailable(None, error) if answer.status == 429 => {
            Sent::Unavailable(until_reset(answer, now), error)
        }
        other => other,
    }
}

/// `X-RateLimit-Reset` is the Unix second at which there is room again.
fn until_reset(answer: &Answer, now: Instant) -> Option<u32> {
    let reset: i64 = answer.header("x-ratelimit-reset")?.trim().parse().ok()?;
    let seconds = reset.saturating_sub(now.div_euclid(1_000));
    u32::try_from(seconds.clamp(0, RESET_SECONDS_MAX)).ok()
}
