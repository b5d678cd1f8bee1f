//! Sending: every check that Twilio makes, and those that its specification and a forgiving service would leave out.

use bytes::Bytes;
use chrono::DateTime;
use http::{Response, StatusCode, Uri};
use punctual_stand_ins::Form;
use punctual_stand_ins::control::json;
use punctual_stand_ins::messaging::sms::{is_e164, segments};

use crate::access::Caller;
use crate::carrier;
use crate::magic;
use crate::message::{Message, Status};
use crate::options::Options;
use crate::refusal::Refusal;
use crate::twilio::Twilio;

const LONGEST_BODY: usize = 1_600;
const LONGEST_VALIDITY_S: i64 = 36_000;
/// How far ahead a message may be scheduled.
const SCHEDULE_MS: std::ops::RangeInclusive<i64> = 15 * 60_000..=35 * 86_400_000;

/// What the specification knows and this does not do.
const UNBUILT: &[&str] = &[
    "ApplicationSid",
    "Attempt",
    "ContentSid",
    "ContentVariables",
    "FallbackFrom",
    "ForceDelivery",
    "MaxPrice",
    "MediaUrl",
    "PersistentAction",
    "ProvideFeedback",
    "SendAsMms",
    "ShortenUrls",
];

fn invalid(message: impl Into<String>) -> Refusal {
    Refusal::new(400, 20_001, message)
}

pub(super) fn create(
    twilio: &mut Twilio,
    form: &Form,
    caller: Caller,
    now_ms: i64,
) -> Result<Response<Bytes>, Refusal> {
    check_names(form)?;
    check_choices(form)?;
    let to = form.get("To");
    let to = to.ok_or_else(|| Refusal::new(400, 21_604, "A 'To' phone number is required."))?;
    magic::recipient(to)?;
    if !is_e164(to) {
        let message = "The 'To' number is not a valid phone number.";
        return Err(Refusal::new(400, 21_211, message));
    }
    let (service, from) = sender(&twilio.options, form, caller)?;
    if from.as_deref() == Some(to) {
        let message = "'To' and 'From' number cannot be the same";
        return Err(Refusal::new(400, 21_266, message));
    }
    let body = form.get("Body");
    let body = body.ok_or_else(|| Refusal::new(400, 21_602, "Message body is required."))?;
    if body.chars().count() > LONGEST_BODY {
        let message = "The concatenated message body exceeds the 1600 character limit.";
        return Err(Refusal::new(400, 21_617, message));
    }
    let callback = form.get("StatusCallback").map(check_url).transpose()?;
    let validity_s = match form.get("ValidityPeriod") {
        None => LONGEST_VALIDITY_S,
        Some(text) => {
            let seconds = text.parse().ok();
            let seconds = seconds.filter(|it| (1..=LONGEST_VALIDITY_S).contains(it));
            seconds.ok_or_else(|| invalid("ValidityPeriod must be a number from 1 to 36000"))?
        }
    };
    let send_at_ms = schedule(form, now_ms)?;
    if is_blocked(twilio, service.as_deref(), from.as_deref(), to) {
        let message = "Attempt to send to unsubscribed recipient";
        return Err(Refusal::new(400, 21_610, message));
    }
    let status = match (send_at_ms, &service) {
        (Some(_), _) => Status::Scheduled,
        (None, Some(_)) => Status::Accepted,
        (None, None) => Status::Queued,
    };
    let account = match caller {
        Caller::Live => &twilio.options.account_sid,
        Caller::Test => &twilio.options.test_credentials.0,
    };
    let message = Message {
        account: account.clone(),
        sid: twilio.sid(),
        from,
        service,
        to: to.to_owned(),
        body: body.to_owned(),
        segments: segments(body),
        inbound: false,
        status,
        error: None,
        created_ms: now_ms,
        sent_ms: None,
        updated_ms: now_ms,
        valid_until_ms: send_at_ms.unwrap_or(now_ms) + validity_s * 1000,
        callback,
    };
    let response = json(StatusCode::CREATED, &message.show());
    if caller == Caller::Live {
        let sid = message.sid.clone();
        twilio.keep(message);
        carrier::set_out(twilio, &sid, send_at_ms.unwrap_or(now_ms));
    }
    Ok(response)
}

/// A typo in a name would pass at Twilio, and the message would be sent without what was meant.
fn check_names(form: &Form) -> Result<(), Refusal> {
    const KNOWN: &[&str] = &[
        "AddressRetention",
        "Body",
        "ContentRetention",
        "From",
        "MessagingServiceSid",
        "RiskCheck",
        "ScheduleType",
        "SendAt",
        "SmartEncoded",
        "StatusCallback",
        "To",
        "TrafficType",
        "ValidityPeriod",
    ];
    let mut seen: Vec<&str> = Vec::new();
    for (name, _) in &form.0 {
        if UNBUILT.contains(&name.as_str()) {
            let message = format!("{name} is not built in this stand-in");
            return Err(Refusal::new(501, 20_001, message));
        }
        if !KNOWN.contains(&name.as_str()) {
            return Err(invalid(format!("there is no parameter {name:?}")));
        }
        if seen.contains(&name.as_str()) {
            return Err(invalid(format!("{name} is there more than once")));
        }
        seen.push(name);
    }
    Ok(())
}

fn check_choices(form: &Form) -> Result<(), Refusal> {
    const CHOICES: &[(&str, &[&str])] = &[
        ("AddressRetention", &["retain", "obfuscate"]),
        ("ContentRetention", &["retain", "discard"]),
        ("RiskCheck", &["enable", "disable"]),
        ("ScheduleType", &["fixed"]),
        ("SmartEncoded", &["true", "false"]),
        ("TrafficType", &["free"]),
    ];
    for (name, known) in CHOICES {
        if form.get(name).is_some_and(|value| !known.contains(&value)) {
            return Err(invalid(format!(
                "{name} must be one of {}",
                known.join(", ")
            )));
        }
    }
    Ok(())
}

/// The messaging service, and the number if it is known already.
fn sender(
    options: &Options,
    form: &Form,
    caller: Caller,
) -> Result<(Option<String>, Option<String>), Refusal> {
    let from = form.get("From");
    if let (Some(from), Caller::Test) = (from, caller) {
        magic::sender(from)?;
        return Ok((None, Some(from.to_owned())));
    }
    if from.is_some_and(|from| !is_e164(from)) {
        let message = "The 'From' number is not a valid phone number.";
        return Err(Refusal::new(400, 21_212, message));
    }
    let foreign = || {
        let message = "The 'From' phone number is not a valid, SMS-capable inbound phone number or short code for your account.";
        Refusal::new(400, 21_606, message)
    };
    let Some(sid) = form.get("MessagingServiceSid") else {
        let message = "A 'From' phone number is required.";
        let from = from.ok_or_else(|| Refusal::new(400, 21_603, message))?;
        let own = options.numbers.iter().any(|number| number == from);
        return own
            .then(|| (None, Some(from.to_owned())))
            .ok_or_else(foreign);
    };
    let service = options.service(sid);
    let service = service.ok_or_else(|| invalid("there is no such messaging service"))?;
    if from.is_some_and(|from| !service.numbers.iter().any(|number| number == from)) {
        return Err(foreign());
    }
    Ok((Some(service.sid.clone()), from.map(str::to_owned)))
}

fn check_url(url: &str) -> Result<String, Refusal> {
    let parsed = url
        .split('#')
        .next()
        .and_then(|url| url.parse::<Uri>().ok());
    let good = parsed.is_some_and(|parsed| {
        let scheme = matches!(parsed.scheme_str(), Some("http" | "https"));
        scheme
            && parsed
                .host()
                .is_some_and(|host| !host.is_empty() && !host.contains('_'))
    });
    let message = "The 'StatusCallback' URL is not a valid URL.";
    good.then(|| url.to_owned())
        .ok_or_else(|| Refusal::new(400, 21_609, message))
}

/// When a message is to be sent, if it is scheduled.
fn schedule(form: &Form, now_ms: i64) -> Result<Option<i64>, Refusal> {
    let (kind, at) = (form.get("ScheduleType"), form.get("SendAt"));
    let (Some(_), Some(at)) = (kind, at) else {
        return match (kind, at) {
            (None, None) => Ok(None),
            _ => Err(Refusal::new(
                400,
                35_111,
                "ScheduleType and SendAt come together",
            )),
        };
    };
    if form.get("MessagingServiceSid").is_none() {
        let message = "MessagingServiceSid is required to schedule a message";
        return Err(Refusal::new(400, 35_118, message));
    }
    let at = DateTime::parse_from_rfc3339(at);
    let at = at.map_err(|_| Refusal::new(400, 35_113, "SendAt must be a time in ISO 8601"))?;
    let at_ms = at.timestamp_millis();
    if !SCHEDULE_MS.contains(&(at_ms - now_ms)) {
        let message = "SendAt must be 15 minutes to 35 days ahead";
        return Err(Refusal::new(400, 35_114, message));
    }
    Ok(Some(at_ms))
}

/// Whether the person wants nothing from this sender. A service's numbers are blocked together.
fn is_blocked(twilio: &Twilio, service: Option<&str>, from: Option<&str>, to: &str) -> bool {
    let pooled = twilio.options.services.iter().filter(|known| {
        let has_it = from.is_some_and(|from| known.numbers.iter().any(|number| number == from));
        has_it || service == Some(known.sid.as_str())
    });
    let mut senders = pooled.map(|service| service.sid.as_str()).chain(from);
    senders.any(|sender| twilio.is_opted_out(sender, to))
}
