//! The way of a message to a person, and of a person's text to us.
//!
//! ```text
//! scheduled ─▶ accepted ─▶ queued ─▶ sending ─▶ sent ─▶ delivered
//!     │                      │                   └────▶ undelivered
//!     ▼                      └──▶ failed
//! canceled
//! ```

use std::collections::BTreeMap;

use punctual_stand_ins::messaging::Received;
use punctual_stand_ins::messaging::sms::{Wish, is_e164, segments};
use punctual_stand_ins::{FaultKind, Form};
use serde::{Deserialize, Serialize};

use crate::callbacks;
use crate::message::{Message, Status};
use crate::twilio::Twilio;

/// What becomes of messages to a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Fate {
    /// It arrives, and the carrier says so.
    Delivered,
    /// It arrives, and the carrier says nothing: the message stays `sent`.
    Unconfirmed,
    /// It does not arrive, and the carrier says nothing.
    Lost,
    /// It does not arrive, and the carrier says why: 30003 to 30008.
    Undelivered {
        /// Twilio's number for it.
        code: u32,
    },
    /// Twilio does not even send it.
    Failed {
        /// Twilio's number for it.
        code: u32,
    },
    /// The phone is off. The message arrives then, if it is still valid.
    Away {
        /// Until when; milliseconds since 1970.
        until_ms: i64,
    },
}

/// What happens to a message by itself.
#[derive(Debug, Clone)]
pub(crate) enum Step {
    /// It is at this status now.
    To(Status, Option<u32>),
    /// The phone gets it, and the carrier says so, or not.
    Arrive { confirmed: bool },
}

/// Lets a message begin its way.
pub(crate) fn set_out(twilio: &mut Twilio, sid: &str, now_ms: i64) {
    let Some(message) = twilio.messages.get(sid) else {
        return;
    };
    let next = match message.status {
        Status::Accepted => Status::Queued,
        Status::Scheduled => Status::Accepted,
        _ => Status::Sending,
    };
    let at_ms = now_ms + twilio.options.step_ms;
    twilio
        .agenda
        .add(at_ms, (sid.to_owned(), Step::To(next, None)));
}

/// Does a step.
pub(crate) fn happen(twilio: &mut Twilio, sid: &str, step: Step, now_ms: i64) {
    match step {
        Step::To(status, error) => enter(twilio, sid, status, error, now_ms),
        Step::Arrive { confirmed } => {
            arrive(twilio, sid, now_ms);
            if confirmed {
                enter(twilio, sid, Status::Delivered, None, now_ms);
            }
        }
    }
}

fn enter(twilio: &mut Twilio, sid: &str, status: Status, error: Option<u32>, now_ms: i64) {
    let step_ms = twilio.options.step_ms;
    let Some(message) = twilio.messages.get_mut(sid) else {
        return;
    };
    let over = [Status::Canceled, Status::Failed];
    if over.contains(&message.status) {
        return;
    }
    if status == Status::Accepted && message.status != Status::Scheduled {
        return;
    }
    message.status = status;
    message.error = error;
    message.updated_ms = now_ms;
    let next = match status {
        Status::Accepted => Some(Step::To(Status::Queued, None)),
        Status::Queued => {
            if message.from.is_none() {
                let service = message.service.as_deref();
                let service = service.and_then(|sid| twilio.options.service(sid));
                message.from = service.and_then(|service| service.numbers.first().cloned());
            }
            Some(Step::To(Status::Sending, None))
        }
        Status::Sending => match twilio.people.of(&message.to) {
            Fate::Failed { code } => Some(Step::To(Status::Failed, Some(code))),
            _ => Some(Step::To(Status::Sent, None)),
        },
        Status::Sent => {
            message.sent_ms = Some(now_ms);
            None
        }
        _ => None,
    };
    let told = message.clone();
    if let Some(next) = next {
        twilio.agenda.add(now_ms + step_ms, (sid.to_owned(), next));
    }
    // Twilio tells of these and of no others.
    let worth_telling = match status {
        Status::Queued => told.service.is_some(),
        Status::Sent
        | Status::Delivered
        | Status::Undelivered
        | Status::Failed
        | Status::Canceled => true,
        _ => false,
    };
    if worth_telling {
        callbacks::tell_status(twilio, &told, now_ms);
    }
    if status == Status::Sent {
        carry(twilio, &told, now_ms);
    }
}

/// The carrier has it.
fn carry(twilio: &mut Twilio, message: &Message, now_ms: i64) {
    let strike = twilio.strike("carrier");
    let held_ms = strike.map_or(0, |strike| strike.delay_ms as i64);
    let fate = match strike.map(|strike| strike.kind) {
        Some(FaultKind::Drop) => Fate::Lost,
        _ => twilio.people.of(&message.to),
    };
    let soon_ms = now_ms + twilio.options.step_ms + held_ms;
    let (at_ms, step) = match fate {
        Fate::Delivered => (soon_ms, Step::Arrive { confirmed: true }),
        Fate::Unconfirmed => (soon_ms, Step::Arrive { confirmed: false }),
        Fate::Undelivered { code } => (soon_ms, Step::To(Status::Undelivered, Some(code))),
        Fate::Away { until_ms } if until_ms.max(soon_ms) < message.valid_until_ms => {
            (until_ms.max(soon_ms), Step::Arrive { confirmed: true })
        }
        Fate::Away { .. } => {
            let at_ms = message.valid_until_ms.max(now_ms);
            (at_ms, Step::To(Status::Undelivered, Some(30_036)))
        }
        Fate::Lost | Fate::Failed { .. } => return,
    };
    twilio.agenda.add(at_ms, (message.sid.clone(), step));
    if strike.is_some_and(|strike| strike.kind == FaultKind::Twice) {
        let again = Step::Arrive { confirmed: false };
        twilio.agenda.add(at_ms, (message.sid.clone(), again));
    }
}

fn arrive(twilio: &mut Twilio, sid: &str, now_ms: i64) {
    let Some(message) = twilio.messages.get(sid) else {
        return;
    };
    let mut marks = BTreeMap::new();
    if let Some(service) = &message.service {
        marks.insert("messaging_service_sid".into(), service.clone());
    }
    if let Some(callback) = &message.callback {
        marks.insert("status_callback".into(), callback.clone());
    }
    twilio.inbox.receive(Received {
        at_ms: now_ms,
        to: message.to.clone(),
        from: message.from.clone().unwrap_or_default(),
        subject: None,
        text: message.body.clone(),
        html: None,
        attachments: BTreeMap::new(),
        id: message.sid.clone(),
        marks,
    });
}

impl Twilio {
    /// A person texts one of the account's numbers. Gives the message's SID, or says why it cannot be.
    pub fn write(
        &mut self,
        from: &str,
        to: &str,
        text: &str,
        now_ms: i64,
    ) -> Result<String, String> {
        if !is_e164(from) {
            return Err("from must be a number in E.164".into());
        }
        if !self.options.numbers.iter().any(|number| number == to) {
            let numbers = self.options.numbers.join(", ");
            return Err(format!(
                "to must be one of the account's numbers: {numbers}"
            ));
        }
        let wish = Wish::of(text);
        let services = self.options.services.iter();
        let service = services
            .filter(|service| service.numbers.iter().any(|number| number == to))
            .map(|service| service.sid.clone())
            .next();
        // A service's numbers are blocked together.
        let sender = service.clone().unwrap_or_else(|| to.to_owned());
        let pair = (sender, from.to_owned());
        match wish {
            Some(Wish::Stop) => drop(self.opt_outs.insert(pair)),
            Some(Wish::Start) => drop(self.opt_outs.remove(&pair)),
            Some(Wish::Help) | None => {}
        }
        let message = Message {
            sid: self.sid(),
            account: self.options.account_sid.clone(),
            service,
            from: Some(from.to_owned()),
            to: to.to_owned(),
            body: text.to_owned(),
            segments: segments(text),
            inbound: true,
            status: Status::Received,
            error: None,
            created_ms: now_ms,
            sent_ms: Some(now_ms),
            updated_ms: now_ms,
            valid_until_ms: i64::MAX,
            callback: None,
        };
        let mut more = Form::default();
        if let Some(wish) = wish.filter(|_| self.options.advanced_opt_out) {
            more.add(
                "OptOutType",
                match wish {
                    Wish::Stop => "STOP",
                    Wish::Start => "START",
                    Wish::Help => "HELP",
                },
            );
        }
        callbacks::tell_inbound(self, &message, more, now_ms);
        let sid = message.sid.clone();
        self.keep(message);
        Ok(sid)
    }
}
