//! Texts by Twilio. It has no idempotency key. After a lost answer it is asked for what it sent to the person since the
//! first attempt; whoever keeps the rows knows which of these are other reminders.

use base64::{Engine, engine::general_purpose::STANDARD};
use chrono::DateTime;
use serde::Deserialize;

use super::class::{Class, Rule, class, lost, sent};
use super::each::{CALL_MS, each};
use super::{Asked, Candidate, Found, Outgoing, Pace, Sender, Sent, traced};
use crate::core::rendering::Message;
use crate::core::{Instant, Reason};
use crate::http::{Answer, Call, Http};
use crate::web::encode_form;

/// What rows and metrics call it.
pub const NAME: &str = "twilio";

/// The longest that Twilio keeps a text waiting, in seconds.
const VALIDITY_SECONDS_MAX: i64 = 36_000;
/// Messages to one person that are looked through.
const PAGE: usize = 100;
/// By how much the clocks may differ.
const SKEW_MS: i64 = 60_000;

/// Facts about the codes: <https://www.twilio.com/docs/api/errors>.
const RULES: &[Rule] = &[
    ((401, 401), &[], Class::Misconfigured),
    ((403, 405), &[], Class::Misconfigured),
    ((429, 429), &[], Class::Retry),
    // The person said STOP.
    ((400, 400), &[21610], Class::Suppress(Reason::OptedOut)),
    // No number, or one that takes no texts.
    (
        (400, 400),
        &[21211, 21614],
        Class::Suppress(Reason::PhoneInvalid),
    ),
    // Our own number is wrong, not ours, or sends no texts.
    (
        (400, 400),
        &[21212, 21606, 21659, 21660, 21661],
        Class::Misconfigured,
    ),
    // No permission for the country, or a trial account that may text nobody but its owner: others still get theirs.
    (
        (400, 400),
        &[21408, 21608],
        Class::Rejected(Reason::ProviderMisconfigured),
    ),
    // The queue of our number is full.
    ((400, 400), &[21611], Class::Retry),
    // Short codes, our own number, premium numbers, landlines.
    (
        (400, 400),
        &[21214, 21217, 21265, 21266, 21268, 21635],
        Class::Rejected(Reason::Undeliverable),
    ),
    ((400, 499), &[], Class::Rejected(Reason::ProviderRejected)),
    ((503, 503), &[], Class::Retry),
];

/// The number or the service that texts come from.
#[derive(Clone, Debug, PartialEq)]
pub enum From {
    /// A number in E.164.
    Number(String),
    /// `MG…`
    Service(String),
}

/// The sender.
pub struct Twilio<H> {
    /// The way out.
    pub http: H,
    /// Without a slash at its end.
    pub endpoint: String,
    /// `AC…`
    pub account: String,
    /// The account's or an API key's id, and its secret.
    pub user: (String, String),
    /// Who texts.
    pub from: From,
    /// Where the status is told, without the notification's id; none: nowhere.
    pub callback: Option<String>,
    /// Calls under way at once.
    pub at_once: usize,
}

#[derive(Deserialize)]
struct Taken {
    sid: String,
    body: Option<String>,
    from: Option<String>,
    messaging_service_sid: Option<String>,
    date_created: Option<String>,
}

#[derive(Deserialize)]
struct List {
    messages: Vec<Taken>,
}

#[derive(Deserialize)]
struct Fault {
    code: Option<u32>,
}

impl<H: Http> Sender for Twilio<H> {
    fn name(&self) -> &'static str {
        NAME
    }

    async fn send(&self, messages: &[Outgoing], pace: &Pace<'_>) -> Vec<Sent> {
        each(messages, self.at_once, pace, |index, now| {
            self.one(&messages[index], now)
        })
        .await
    }

    async fn find(&self, asked: &Asked) -> Found {
        let Some(recipient) = &asked.recipient else {
            return Found::Unclear("there is no number left to ask twilio for".to_owned());
        };
        // By person alone: a filter on the date of sending leaves out what still waits.
        let query = encode_form(&[("To", recipient), ("PageSize", &PAGE.to_string())]);
        let answer = match self.http.send(self.call("GET", &format!("?{query}"))).await {
            Ok(answer) if answer.is_success() => answer,
            Ok(answer) => {
                return Found::Unclear(format!("twilio answered {} when asked", answer.status));
            }
            Err(error) => return Found::Unclear(error.to_string()),
        };
        match serde_json::from_slice::<List>(&answer.body) {
            Ok(list) => self.among(&list.messages, asked),
            Err(_) => Found::Unclear("twilio answered without a list when asked".to_owned()),
        }
    }
}

impl<H: Http> Twilio<H> {
    fn call(&self, method: &'static str, query: &str) -> Call {
        let (endpoint, account) = (&self.endpoint, &self.account);
        let url = format!("{endpoint}/2010-04-01/Accounts/{account}/Messages.json{query}");
        let (user, secret) = &self.user;
        let basic = STANDARD.encode(format!("{user}:{secret}"));
        Call::new(method, url, CALL_MS).with("authorization", format!("Basic {basic}"))
    }

    async fn one(&self, message: &Outgoing, now: Instant) -> Sent {
        let Message::Sms(sms) = &message.message else {
            return Sent::Rejected {
                reason: Reason::ProviderRejected,
                suppress: false,
                error: "an email was given to a sender of texts".to_owned(),
            };
        };
        let mut call = self
            .call("POST", "")
            .with("content-type", "application/x-www-form-urlencoded");
        call.body = self.form(message, &sms.text, now).into_bytes();
        let call = traced(call, message.trace.as_deref());
        match self.http.send(call).await {
            Ok(answer) if answer.is_success() => taken(&answer),
            Ok(answer) => refused(&answer, now),
            Err(error) => lost(error),
        }
    }

    fn form(&self, message: &Outgoing, text: &str, now: Instant) -> String {
        // A text that waits until the appointment has begun dies instead.
        let seconds = (message.start_at - now).div_euclid(1_000);
        let validity = seconds.clamp(1, VALIDITY_SECONDS_MAX).to_string();
        let callback = self.callback.as_ref();
        let callback =
            callback.map(|url| format!("{url}?notification={}", message.notification_id));
        let mut form = vec![("To", message.recipient.as_str()), ("Body", text)];
        form.push(match &self.from {
            From::Number(number) => ("From", number),
            From::Service(sid) => ("MessagingServiceSid", sid),
        });
        form.push(("ValidityPeriod", &validity));
        if let Some(url) = &callback {
            form.push(("StatusCallback", url));
        }
        encode_form(&form)
    }

    fn among(&self, messages: &[Taken], asked: &Asked) -> Found {
        let since = asked.first_attempt_at - SKEW_MS;
        let at = |taken: &Taken| {
            let at = DateTime::parse_from_rfc2822(taken.date_created.as_deref()?).ok()?;
            Some(at.timestamp_millis())
        };
        let ours = |taken: &&Taken| match &self.from {
            From::Number(number) => taken.from.as_ref() == Some(number),
            From::Service(sid) => taken.messaging_service_sid.as_ref() == Some(sid),
        };
        let candidates: Vec<Candidate> = messages
            .iter()
            .filter(ours)
            .map(|taken| (taken, at(taken).unwrap_or(asked.first_attempt_at)))
            .filter(|(_, at)| *at >= since)
            .map(|(taken, at)| Candidate {
                provider_message_id: taken.sid.clone(),
                sent_at: at,
                same_words: taken.body.is_some() && taken.body == asked.text,
            })
            .collect();
        let whole = messages.len() < PAGE
            || messages
                .iter()
                .any(|taken| at(taken).is_some_and(|at| at < since));
        if !whole {
            return Found::Unclear("twilio has more messages than are looked through".to_owned());
        }
        Found::Candidates(candidates)
    }
}

fn taken(answer: &Answer) -> Sent {
    match serde_json::from_slice::<Taken>(&answer.body) {
        Ok(taken) => Sent::Accepted {
            provider_message_id: taken.sid,
        },
        Err(_) => Sent::Unanswered("twilio answered without a message".to_owned()),
    }
}

fn refused(answer: &Answer, now: Instant) -> Sent {
    let fault: Option<Fault> = serde_json::from_slice(&answer.body).ok();
    let code = fault.and_then(|fault| fault.code);
    let found = class(&[RULES], answer.status, code);
    sent(
        found,
        NAME,
        answer,
        code.map(|code| code.to_string()).as_deref(),
        now,
    )
}
