//! The way of mail to a person.
//!
//! ```text
//! processed ─▶ (deferred ─▶)* delivered ─▶ open, spamreport, unsubscribe
//!     │              └──────▶ bounce (hard, or blocked)
//! dropped
//! ```

use std::collections::BTreeMap;

use punctual_stand_ins::messaging::Received;
use punctual_stand_ins::{FaultKind, Strike};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::events;
use crate::mail::Letter;
use crate::sendgrid::SendGrid;

/// What becomes of mail to a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Fate {
    /// It arrives, and SendGrid says so.
    Delivered,
    /// It arrives, and SendGrid says nothing after `processed`.
    Unconfirmed,
    /// It does not arrive, and SendGrid says nothing after `processed`.
    Lost,
    /// There is no such mailbox: a bounce, and later mail is dropped.
    Bounced,
    /// Refused this time: a bounce of type `blocked`, and later mail is tried.
    Blocked,
    /// Deferred so many times, then delivered.
    Deferred {
        /// How many times.
        times: u32,
    },
    /// Delivered and opened.
    Opened,
    /// Delivered and reported as spam: later mail is dropped.
    ReportedAsSpam,
    /// Delivered, and the person unsubscribes at SendGrid's own link: later mail is dropped.
    Unsubscribed,
}

/// Why mail to an address is dropped.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub enum Suppression {
    /// It bounced.
    Bounced,
    /// It was reported as spam.
    ReportedAsSpam,
    /// The person unsubscribed.
    Unsubscribed,
}

impl Suppression {
    fn reason(self) -> &'static str {
        match self {
            Self::Bounced => "Bounced Address",
            Self::ReportedAsSpam => "Spam Reporting Address",
            Self::Unsubscribed => "Unsubscribed Address",
        }
    }
}

/// A letter on its way.
#[derive(Debug, Clone)]
pub(crate) struct Delivery {
    pub letter: Letter,
    /// As the answer's `X-Message-Id` said it.
    pub message_id: String,
    /// The letter's own.
    pub sg_message_id: String,
}

/// What happens by itself.
#[derive(Debug, Clone)]
pub(crate) enum Step {
    Process(Delivery),
    Attempt {
        delivery: Delivery,
        number: u32,
    },
    /// The same mail arrives once more, and nobody is told.
    ArriveAgain(Delivery),
    After(Delivery, Fate),
    /// Events that wait are told.
    Flush,
}

/// Does a step.
pub(crate) fn happen(sendgrid: &mut SendGrid, step: Step, now_ms: i64) {
    match step {
        Step::Process(delivery) => process(sendgrid, delivery, now_ms),
        Step::Attempt { delivery, number } => attempt(sendgrid, delivery, number, now_ms),
        Step::ArriveAgain(delivery) => arrive(sendgrid, &delivery, now_ms),
        Step::After(delivery, fate) => after(sendgrid, &delivery, fate, now_ms),
        Step::Flush => events::flush(sendgrid, now_ms),
    }
}

fn process(sendgrid: &mut SendGrid, delivery: Delivery, now_ms: i64) {
    let address = delivery.letter.to.to_lowercase();
    if let Some(suppression) = sendgrid.suppressed.get(&address) {
        let more = json!({ "reason": suppression.reason() });
        return events::note(sendgrid, &delivery, "dropped", more, now_ms);
    }
    events::note(sendgrid, &delivery, "processed", Value::Null, now_ms);
    let at_ms = now_ms + sendgrid.options.step_ms;
    let step = Step::Attempt {
        delivery,
        number: 1,
    };
    sendgrid.agenda.add(at_ms, step);
}

fn attempt(sendgrid: &mut SendGrid, delivery: Delivery, number: u32, now_ms: i64) {
    let strike: Option<Strike> = match number {
        1 => sendgrid.strike("carrier"),
        _ => None,
    };
    let mut fate = sendgrid.people.of(&delivery.letter.to);
    match strike.map(|strike| strike.kind) {
        Some(FaultKind::Drop) => fate = Fate::Lost,
        Some(FaultKind::Slow) => {
            let held_ms = strike.map_or(0, |strike| strike.delay_ms as i64);
            let step = Step::Attempt {
                delivery,
                number: 2,
            };
            return sendgrid.agenda.add(now_ms + held_ms, step);
        }
        Some(FaultKind::Twice) => {
            let again = Step::ArriveAgain(delivery.clone());
            sendgrid.agenda.add(now_ms, again);
        }
        _ => {}
    }
    let failed = |kind: &str, status: &str, reason: &str, class: &str| json!({ "type": kind, "status": status, "reason": reason, "bounce_classification": class });
    match fate {
        Fate::Lost => return,
        Fate::Bounced => {
            let address = delivery.letter.to.to_lowercase();
            sendgrid.suppressed.insert(address, Suppression::Bounced);
            let reason = "550 5.1.1 The email account that you tried to reach does not exist.";
            let more = failed("bounce", "5.1.1", reason, "Invalid Address");
            return events::note(sendgrid, &delivery, "bounce", more, now_ms);
        }
        Fate::Blocked => {
            let reason = "550 5.7.1 Message refused for now.";
            let more = failed("blocked", "5.7.1", reason, "Reputation");
            return events::note(sendgrid, &delivery, "bounce", more, now_ms);
        }
        Fate::Deferred { times } if number <= times => {
            let more =
                json!({ "attempt": number.to_string(), "response": "450 4.2.1 Try again later." });
            events::note(sendgrid, &delivery, "deferred", more, now_ms);
            // Twice as long each time, from a minute on.
            let pause_ms = 60_000_i64 << (number - 1).min(8);
            let step = Step::Attempt {
                delivery,
                number: number + 1,
            };
            return sendgrid.agenda.add(now_ms + pause_ms, step);
        }
        _ => {}
    }
    arrive(sendgrid, &delivery, now_ms);
    if fate != Fate::Unconfirmed {
        let more = json!({ "response": "250 OK" });
        events::note(sendgrid, &delivery, "delivered", more, now_ms);
    }
    let at_ms = now_ms + sendgrid.options.step_ms;
    sendgrid.agenda.add(at_ms, Step::After(delivery, fate));
}

/// What the person does with it.
fn after(sendgrid: &mut SendGrid, delivery: &Delivery, fate: Fate, now_ms: i64) {
    let address = delivery.letter.to.to_lowercase();
    match fate {
        Fate::Opened if delivery.letter.tracks_opens => {
            let more =
                json!({ "sg_machine_open": false, "useragent": "Mozilla/5.0", "ip": "192.0.2.1" });
            events::note(sendgrid, delivery, "open", more, now_ms);
        }
        Fate::ReportedAsSpam => {
            sendgrid
                .suppressed
                .insert(address, Suppression::ReportedAsSpam);
            events::note(sendgrid, delivery, "spamreport", Value::Null, now_ms);
        }
        Fate::Unsubscribed => {
            sendgrid
                .suppressed
                .insert(address, Suppression::Unsubscribed);
            let kind = match delivery.letter.group {
                Some(_) => "group_unsubscribe",
                None => "unsubscribe",
            };
            events::note(sendgrid, delivery, kind, Value::Null, now_ms);
        }
        _ => {}
    }
}

fn arrive(sendgrid: &mut SendGrid, delivery: &Delivery, now_ms: i64) {
    let letter = &delivery.letter;
    let mut marks: BTreeMap<String, String> = letter.arguments.clone();
    for (name, value) in &letter.headers {
        marks.insert(format!("header {name}"), value.clone());
    }
    sendgrid.inbox.receive(Received {
        at_ms: now_ms,
        to: letter.to.clone(),
        from: letter.from.clone(),
        subject: Some(letter.subject.clone()),
        text: letter.text.clone(),
        html: letter.html.clone(),
        attachments: letter.attachments.clone(),
        id: delivery.message_id.clone(),
        marks,
    });
}
