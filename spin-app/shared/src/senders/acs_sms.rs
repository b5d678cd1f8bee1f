//! Texts by Azure Communication Services. The one provider of texts that recognises a repetition, by an id and the date
//! of the first attempt. So a lost answer is settled by sending again.

use serde::Deserialize;
use serde_json::json;

use super::acs::{Acs, NAME, RULES, error_code, http_date};
use super::class::{Class, Rule, class, lost, sent, word};
use super::each::each;
use super::{Asked, Found, Outgoing, Pace, Sender, Sent, traced};
use crate::core::rendering::Message;
use crate::core::{Instant, Reason};
use crate::http::{Answer, Http};

const PATH: &str = "/sms?api-version=2026-01-23";
/// How long after the first attempt a repetition is trusted to be recognised. The service does not say; an hour is
/// what the protocol's clients reckon with at the least.
pub const REPEATABLE_MS: i64 = 3_600_000;

/// Statuses of one recipient, before those that hold for the whole request: here each is a verdict.
const RECIPIENT: &[Rule] = &[
    ((400, 400), &[], Class::Suppress(Reason::PhoneInvalid)),
    ((500, 599), &[], Class::Retry),
];

/// The sender.
pub struct AcsSms<'a, H> {
    /// The resource.
    pub acs: Acs<'a, H>,
    /// A number of ours, or a short code without plus.
    pub from: String,
    /// Calls under way at once.
    pub at_once: usize,
}

#[derive(Deserialize)]
struct Results {
    value: Vec<Verdict>,
}

/// What became of one recipient.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Verdict {
    message_id: Option<String>,
    http_status_code: u16,
    successful: bool,
    repeatability_result: Option<String>,
}

/// A text to one person.
pub struct Text<'a> {
    /// The number.
    pub to: &'a str,
    /// What it says.
    pub words: &'a str,
    /// The same for every attempt.
    pub repeat_id: &'a str,
    /// When the first attempt was made.
    pub first_attempt_at: Instant,
    /// Comes back with the delivery report.
    pub tag: &'a str,
    /// Its trace, as a `traceparent`.
    pub trace: Option<&'a str>,
}

impl<H: Http> Sender for AcsSms<'_, H> {
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
        if asked.now < asked.first_attempt_at + REPEATABLE_MS {
            Found::Repeatable
        } else {
            Found::Unclear("acs recognises a repetition no longer".to_owned())
        }
    }
}

impl<H: Http> AcsSms<'_, H> {
    async fn one(&self, message: &Outgoing, now: Instant) -> Sent {
        if message.only.is_some() && now >= message.first_attempt_at + REPEATABLE_MS {
            let text = "acs recognises a repetition no longer".to_owned();
            return Sent::Unanswered(text);
        }
        let Message::Sms(sms) = &message.message else {
            return not_a_text();
        };
        let text = Text {
            to: &message.recipient,
            words: &sms.text,
            repeat_id: &message.repeat_id,
            first_attempt_at: message.first_attempt_at,
            tag: &message.notification_id,
            trace: message.trace.as_deref(),
        };
        self.text(&text, now).await
    }

    /// Sends one text to one person.
    pub async fn text(&self, text: &Text<'_>, now: Instant) -> Sent {
        let body = json!({
            "from": self.from,
            "smsRecipients": [{
                "to": text.to,
                "repeatabilityRequestId": text.repeat_id,
                "repeatabilityFirstSent": http_date(text.first_attempt_at),
            }],
            "message": text.words,
            "smsSendOptions": {"enableDeliveryReport": true, "tag": text.tag},
        });
        let mut call = self
            .acs
            .call("POST", PATH)
            .with("content-type", "application/json");
        call.body = body.to_string().into_bytes();
        let call = traced(call, text.trace);
        match self.acs.send(call, now).await {
            Ok(answer) => verdict(&answer, now),
            Err(error) => lost(error),
        }
    }
}

/// A 202 says only that the request was read: each recipient has a verdict of its own.
fn verdict(answer: &Answer, now: Instant) -> Sent {
    if !answer.is_success() {
        let code = error_code(&answer.body);
        let code = code.as_deref().and_then(word);
        return sent(
            class(&[RULES], answer.status, None),
            NAME,
            answer,
            code,
            now,
        );
    }
    let results: Option<Results> = serde_json::from_slice(&answer.body).ok();
    let Some(verdict) = results.and_then(|mut results| results.value.pop()) else {
        return Sent::Unanswered("acs answered without a verdict".to_owned());
    };
    if verdict.successful {
        return Sent::Accepted {
            provider_message_id: verdict.message_id.unwrap_or_default(),
        };
    }
    let found = if verdict.repeatability_result.as_deref() == Some("rejected") {
        // The date or the id: ours, not the person's number.
        Class::Rejected(Reason::ProviderRejected)
    } else {
        class(&[RECIPIENT, RULES], verdict.http_status_code, None)
    };
    let told = Answer {
        status: verdict.http_status_code,
        ..answer.clone()
    };
    sent(found, NAME, &told, None, now)
}

fn not_a_text() -> Sent {
    Sent::Rejected {
        reason: Reason::ProviderRejected,
        suppress: false,
        error: "an email was given to a sender of texts".to_owned(),
    }
}
