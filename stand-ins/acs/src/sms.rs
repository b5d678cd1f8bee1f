//! Texts: each recipient has a verdict of their own, and a repeatable request is done once.

use bytes::Bytes;
use http::{Response, StatusCode};
use punctual_stand_ins::control::json;
use punctual_stand_ins::messaging::shape::{Shape, may, needed};
use punctual_stand_ins::messaging::sms::is_e164;
use punctual_stand_ins::{FaultKind, Guid};
use serde_json::{Value, json};

use crate::access::read_rfc1123;
use crate::acs::Acs;
use crate::delivery::{Sms, Step};
use crate::refusal::Refusal;

const ANY: usize = usize::MAX;
const MOST_RECIPIENTS: usize = 100;

const RECIPIENT: Shape = Shape::Object(&[
    needed("to", Shape::Text(1, ANY)),
    may("repeatabilityRequestId", Shape::Text(0, ANY)),
    may("repeatabilityFirstSent", Shape::Text(0, ANY)),
]);

const SEND: Shape = Shape::Object(&[
    needed("from", Shape::Text(1, ANY)),
    needed("smsRecipients", Shape::List(1, MOST_RECIPIENTS, &RECIPIENT)),
    needed("message", Shape::Text(1, 2048)),
    may(
        "smsSendOptions",
        Shape::Object(&[
            needed("enableDeliveryReport", Shape::Boolean),
            may("tag", Shape::Text(0, ANY)),
            may("deliveryReportTimeoutInSeconds", Shape::Integer(60, 43_200)),
        ]),
    ),
]);

const OPT_OUT: Shape = Shape::Object(&[
    needed("from", Shape::Text(1, ANY)),
    needed(
        "recipients",
        Shape::List(
            1,
            MOST_RECIPIENTS,
            &Shape::Object(&[needed("to", Shape::Text(1, ANY))]),
        ),
    ),
]);

/// A repeatable request that was done.
#[derive(Debug, Clone)]
pub(crate) struct Done {
    to: String,
    text: String,
    message_id: String,
    at_ms: i64,
}

/// What a recipient is told.
struct Verdict {
    status: u16,
    message_id: Option<String>,
    /// Accepted or rejected, if the request was meant to be repeatable.
    repeatability: Option<&'static str>,
    error: Option<String>,
}

impl Verdict {
    fn refused(status: u16, error: &str) -> Self {
        Self {
            status,
            message_id: None,
            repeatability: None,
            error: Some(error.to_owned()),
        }
    }

    fn rejected(error: &str) -> Self {
        Self {
            repeatability: Some("rejected"),
            ..Self::refused(400, error)
        }
    }

    fn show(self, to: &str) -> Value {
        let mut shown = json!({
            "to": to,
            "httpStatusCode": self.status,
            "successful": self.status == 202,
        });
        let texts = [
            ("messageId", self.message_id.as_deref()),
            ("repeatabilityResult", self.repeatability),
            ("errorMessage", self.error.as_deref()),
        ];
        for (name, value) in texts {
            if let Some(value) = value {
                shown[name] = value.into();
            }
        }
        shown
    }
}

fn read(shape: &Shape, body: &[u8]) -> Result<Value, Refusal> {
    let body: Value = serde_json::from_slice(body)
        .map_err(|_| Refusal::bad("The body must be a JSON object."))?;
    match shape.check(&body) {
        found if found.is_empty() => Ok(body),
        found => Err(found.into()),
    }
}

fn text<'a>(value: &'a Value, name: &str) -> Option<&'a str> {
    value.get(name).and_then(Value::as_str)
}

fn items<'a>(body: &'a Value, name: &str) -> impl Iterator<Item = &'a Value> {
    body[name].as_array().into_iter().flatten()
}

pub(crate) fn send(acs: &mut Acs, body: &[u8], now_ms: i64) -> Result<Response<Bytes>, Refusal> {
    let body = read(&SEND, body)?;
    let from = text(&body, "from").unwrap_or_default();
    if let Some(throttle) = acs.options.sms_throttle
        && acs.usage.take(from, throttle, now_ms).over
    {
        return Err(Refusal::busy(None));
    }
    forget(acs, now_ms);
    let verdicts = items(&body, "smsRecipients").map(|recipient| {
        let to = text(recipient, "to").unwrap_or_default();
        one(acs, &body, from, recipient, now_ms).show(to)
    });
    let verdicts: Vec<_> = verdicts.collect();
    Ok(json(StatusCode::ACCEPTED, &json!({ "value": verdicts })))
}

/// What was done too long ago is known no more.
fn forget(acs: &mut Acs, now_ms: i64) {
    let known_ms = acs.options.repeatability_ms;
    acs.repeatable
        .retain(|_, done| now_ms - done.at_ms < known_ms);
}

fn one(acs: &mut Acs, body: &Value, from: &str, recipient: &Value, now_ms: i64) -> Verdict {
    let to = text(recipient, "to").unwrap_or_default();
    let message = text(body, "message").unwrap_or_default();
    let key = match repeatable(acs, recipient, now_ms) {
        Ok(key) => key,
        Err(verdict) => return verdict,
    };
    if !is_e164(to) {
        return Verdict::refused(400, "Invalid To phone number format.");
    }
    if !acs.options.numbers.iter().any(|number| number == from) {
        return Verdict::refused(
            404,
            "The From phone number does not belong to the resource.",
        );
    }
    let accepted = |message_id: &str| Verdict {
        status: 202,
        message_id: Some(message_id.to_owned()),
        repeatability: key.as_ref().map(|_| "accepted"),
        error: None,
    };
    if let Some(done) = key.as_ref().and_then(|key| acs.repeatable.get(key)) {
        return match done.to == to && done.text == message {
            true => accepted(&done.message_id),
            false => {
                Verdict::rejected("The repeatability-request-id was used for another message.")
            }
        };
    }
    let kind = acs.strike("sms.item").map(|strike| strike.kind);
    match kind {
        Some(FaultKind::Busy) => return Verdict::refused(429, "TooManyRequests"),
        Some(FaultKind::Fail) => return Verdict::refused(503, "ServiceUnavailable"),
        _ => {}
    }
    let id = format!("Outgoing_{}_noam", acs.message_id(now_ms));
    let options = &body["smsSendOptions"];
    let sms = Sms {
        id: id.clone(),
        from: from.to_owned(),
        to: to.to_owned(),
        text: message.to_owned(),
        tag: text(options, "tag").map(str::to_owned),
        reports: options["enableDeliveryReport"] == true,
        timeout_s: options["deliveryReportTimeoutInSeconds"].as_i64(),
        repeatability_id: key.as_ref().map(|(id, _)| id.to_string()),
    };
    let verdict = accepted(&id);
    if let Some(key) = key {
        let done = Done {
            to: to.to_owned(),
            text: message.to_owned(),
            message_id: id,
            at_ms: now_ms,
        };
        acs.repeatable.insert(key, done);
    }
    let at_ms = now_ms + acs.options.step_ms;
    acs.agenda.add(at_ms, Step::Carry(sms));
    match kind {
        Some(FaultKind::FailAfter) => Verdict::refused(500, "InternalServerError"),
        _ => verdict,
    }
}

/// By what a repeated request is known again: its id and its date, both or neither.
fn repeatable(
    acs: &Acs,
    recipient: &Value,
    now_ms: i64,
) -> Result<Option<(Guid, String)>, Verdict> {
    let id = text(recipient, "repeatabilityRequestId").filter(|it| !it.is_empty());
    let date = text(recipient, "repeatabilityFirstSent").filter(|it| !it.is_empty());
    let (id, date) = match (id, date) {
        (None, None) => return Ok(None),
        (None, Some(_)) => {
            let error =
                "Request sent with repeatability-first-sent and without repeatability-request-id.";
            return Err(Verdict::rejected(error));
        }
        (Some(id), date) => (id, date.unwrap_or_default()),
    };
    let wrong = "Request sent with Invalid DateTime value for repeatability-first-sent. Expected is DateTime ,RFC1123 pattern.";
    let at_ms = read_rfc1123(date).ok_or_else(|| Verdict::rejected(wrong))?;
    let wrong = "Request sent with a repeatability-request-id that is no UUID.";
    let id = id.parse().map_err(|_| Verdict::rejected(wrong))?;
    if now_ms - at_ms >= acs.options.repeatability_ms {
        // Whether it was done is not known any more, so it must not be done.
        let error = "The repeatability-first-sent is too long ago.";
        return Err(Verdict::rejected(error));
    }
    Ok(Some((id, date.to_owned())))
}

/// Adds, removes or checks people who want nothing from a number.
pub(crate) fn opt_outs(acs: &mut Acs, path: &str, body: &[u8]) -> Result<Response<Bytes>, Refusal> {
    let body = read(&OPT_OUT, body)?;
    let from = text(&body, "from").unwrap_or_default();
    if !acs.options.numbers.iter().any(|number| number == from) {
        let message = "The From phone number does not belong to the resource.";
        return Err(Refusal::new(404, "NotFound", message));
    }
    let shown = items(&body, "recipients").map(|recipient| {
        let to = text(recipient, "to").unwrap_or_default();
        if !is_e164(to) {
            let error = "Invalid To phone number format.";
            return json!({ "to": to, "httpStatusCode": 400, "errorMessage": error });
        }
        let pair = (from.to_owned(), to.to_owned());
        match path.rsplit(':').next() {
            Some("add") => drop(acs.opt_outs.insert(pair)),
            Some("remove") => drop(acs.opt_outs.remove(&pair)),
            _ => {
                let is_out = acs.opt_outs.contains(&pair);
                return json!({ "to": to, "httpStatusCode": 200, "isOptedOut": is_out });
            }
        }
        json!({ "to": to, "httpStatusCode": 200 })
    });
    let shown: Vec<_> = shown.collect();
    Ok(json(StatusCode::OK, &json!({ "value": shown })))
}
