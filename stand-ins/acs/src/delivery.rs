//! The way of messages to people, and what Event Grid is told of it.

use std::collections::BTreeMap;

use punctual_stand_ins::messaging::Received;
use punctual_stand_ins::messaging::sms::segments;
use punctual_stand_ins::{FaultKind, Guid};
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::acs::Acs;
use crate::email::Email;
use crate::eventgrid::{self, Event};

/// What becomes of messages to a person. What means nothing for a text is `undelivered` with 4004; what means nothing for
/// an email has the status `Failed`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Fate {
    /// It arrives, and that is told.
    Delivered,
    /// It arrives, and nothing is told.
    Unconfirmed,
    /// It does not arrive, and nothing is told.
    Lost,
    /// A text that does not arrive: 4000 to 5002, 9999.
    Undelivered {
        /// As it stands in `deliveryStatusDetails`.
        code: u32,
    },
    /// There is no such mailbox; later emails to it are suppressed.
    Bounced,
    /// An email that is taken for spam.
    FilteredSpam,
    /// An email that is put aside.
    Quarantined,
}

/// A text on its way.
#[derive(Debug, Clone)]
pub(crate) struct Sms {
    pub id: String,
    pub from: String,
    pub to: String,
    pub text: String,
    pub tag: Option<String>,
    pub reports: bool,
    pub timeout_s: Option<i64>,
    pub repeatability_id: Option<String>,
}

/// What happens by itself.
#[derive(Debug, Clone)]
pub(crate) enum Step {
    /// The carrier has a text.
    Carry(Sms),
    /// It is at the phone; or not, with this code.
    End(Sms, Option<u32>),
    /// It is at the phone once more, or with nobody being told.
    Arrive(Sms),
    /// An email's operation ends.
    Finish(Guid),
    /// An email is at one recipient's server.
    Deliver(Email, String, Option<FaultKind>),
}

/// Does a step.
pub(crate) fn happen(acs: &mut Acs, step: Step, now_ms: i64) {
    match step {
        Step::Carry(sms) => carry(acs, sms, now_ms),
        Step::End(sms, None) => {
            arrive(acs, &sms, now_ms);
            report(acs, &sms, None, now_ms);
        }
        Step::End(sms, code) => report(acs, &sms, code, now_ms),
        Step::Arrive(sms) => arrive(acs, &sms, now_ms),
        Step::Finish(id) => crate::email::finish(acs, id, now_ms),
        Step::Deliver(email, to, struck) => deliver(acs, &email, &to, struck, now_ms),
    }
}

fn carry(acs: &mut Acs, sms: Sms, now_ms: i64) {
    let strike = acs.strike("carrier");
    let held_ms = strike.map_or(0, |strike| strike.delay_ms as i64);
    let at_ms = now_ms + acs.options.step_ms + held_ms;
    let mut fate = acs.people.of(&sms.to);
    if acs.is_opted_out(&sms.from, &sms.to) {
        fate = Fate::Undelivered { code: 4007 };
    }
    match strike.map(|strike| strike.kind) {
        Some(FaultKind::Drop) => fate = Fate::Lost,
        Some(FaultKind::Twice) => acs.agenda.add(at_ms, Step::Arrive(sms.clone())),
        _ => {}
    }
    // Without a word from the carrier, the report that was asked for says so in time.
    let silence_ms = sms.timeout_s.map(|seconds| now_ms + seconds * 1000);
    let silence = |acs: &mut Acs, sms: Sms| {
        if let Some(silence_ms) = silence_ms {
            acs.agenda.add(silence_ms, Step::End(sms, Some(5002)));
        }
    };
    match fate {
        Fate::Delivered => acs.agenda.add(at_ms, Step::End(sms, None)),
        Fate::Unconfirmed => {
            acs.agenda.add(at_ms, Step::Arrive(sms.clone()));
            silence(acs, sms);
        }
        Fate::Lost => silence(acs, sms),
        Fate::Undelivered { code } => acs.agenda.add(at_ms, Step::End(sms, Some(code))),
        Fate::Bounced | Fate::FilteredSpam | Fate::Quarantined => {
            acs.agenda.add(at_ms, Step::End(sms, Some(4004)));
        }
    }
}

fn arrive(acs: &mut Acs, sms: &Sms, now_ms: i64) {
    let mut marks = BTreeMap::new();
    let known = [
        ("tag", &sms.tag),
        ("repeatabilityRequestId", &sms.repeatability_id),
    ];
    for (name, value) in known {
        if let Some(value) = value {
            marks.insert(name.to_owned(), value.clone());
        }
    }
    acs.inbox.receive(Received {
        at_ms: now_ms,
        to: sms.to.clone(),
        from: sms.from.clone(),
        subject: None,
        text: sms.text.clone(),
        html: None,
        attachments: BTreeMap::new(),
        id: sms.id.clone(),
        marks,
    });
}

/// Samples have the sender without its plus.
pub(crate) fn bare(number: &str) -> &str {
    number.trim_start_matches('+')
}

fn report(acs: &mut Acs, sms: &Sms, code: Option<u32>, now_ms: i64) {
    if !sms.reports {
        return;
    }
    let count = segments(&sms.text);
    let (status, details, (good, bad)) = match code {
        None => ("Delivered", "No error.".to_owned(), (count, 0)),
        Some(code) => ("Failed", code.to_string(), (0, count)),
    };
    let mut data = json!({
        "messageId": sms.id,
        "from": bare(&sms.from),
        "to": sms.to,
        "deliveryStatus": status,
        "deliveryStatusDetails": details,
        "receivedTimestamp": eventgrid::instant(now_ms),
        "deliveryAttempts": [{
            "timestamp": eventgrid::instant(now_ms),
            "segmentsSucceeded": good,
            "segmentsFailed": bad,
        }],
    });
    if let Some(tag) = &sms.tag {
        data["tag"] = tag.as_str().into();
    }
    let event = Event {
        id: sms.id.clone(),
        kind: eventgrid::SMS_REPORT,
        subject: format!("/phonenumber/{}", bare(&sms.from)),
        data,
        at_ms: now_ms,
    };
    eventgrid::tell(acs, event, now_ms);
}

fn deliver(acs: &mut Acs, email: &Email, to: &str, struck: Option<FaultKind>, now_ms: i64) {
    let fate = match struck {
        Some(FaultKind::Drop) => Fate::Lost,
        _ => acs.people.of(to),
    };
    let again = struck == Some(FaultKind::Twice);
    let suppressed = acs.suppressed.contains(&to.to_lowercase());
    let (status, text) = match fate {
        _ if suppressed => ("suppressed", "Suppressed"),
        Fate::Lost => return,
        Fate::Unconfirmed => return email_arrives(acs, email, to, now_ms),
        Fate::Delivered => ("delivered", "No error."),
        Fate::Bounced => ("bounced", "DestinationMailboxUnknown"),
        Fate::FilteredSpam => ("filteredSpam", "Spam"),
        Fate::Quarantined => ("quarantined", "Quarantined"),
        Fate::Undelivered { .. } => ("failed", "Failed"),
    };
    if status == "delivered" {
        for _ in 0..=usize::from(again) {
            email_arrives(acs, email, to, now_ms);
        }
    }
    if status == "bounced" {
        acs.suppressed.insert(to.to_lowercase());
    }
    let id = email.operation.to_string();
    let event = Event {
        id: Guid::next(&mut acs.random).to_string(),
        kind: eventgrid::EMAIL_REPORT,
        subject: format!("sender/{}/message/{id}", email.from),
        data: json!({
            "sender": email.from,
            "recipient": to,
            "messageId": id,
            "internetMessageId": format!("<{id}@example.com>"),
            "status": status,
            "deliveryAttemptTimeStamp": eventgrid::instant(now_ms),
            "deliveryStatusDetails": { "statusMessage": text, "recipientMailServerHostName": "mx.example.com" },
        }),
        at_ms: now_ms,
    };
    eventgrid::tell(acs, event, now_ms);
}

fn email_arrives(acs: &mut Acs, email: &Email, to: &str, now_ms: i64) {
    let mut marks: BTreeMap<_, _> = email
        .headers
        .iter()
        .map(|(name, value)| (format!("header {name}"), value.clone()))
        .collect();
    marks.insert("Operation-Id".into(), email.operation.to_string());
    acs.inbox.receive(Received {
        at_ms: now_ms,
        to: to.to_owned(),
        from: email.from.clone(),
        subject: Some(email.subject.clone()),
        text: email.text.clone(),
        html: email.html.clone(),
        attachments: email.attachments.clone(),
        id: email.operation.to_string(),
        marks,
    });
}
