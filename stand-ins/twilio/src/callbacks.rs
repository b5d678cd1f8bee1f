//! What Twilio tells: status callbacks and inbound texts, signed.

use std::collections::BTreeSet;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use hmac::{Hmac, Mac};
use http::Request;
use punctual_stand_ins::messaging::Parcel;
use punctual_stand_ins::{Answer, Form, NoAnswer};
use sha1::Sha1;

use crate::message::{Message, Status};
use crate::twilio::Twilio;

/// How long Twilio waits for an answer.
pub const LONGEST_ANSWER_MS: u64 = 15_000;
/// How long it waits before it tries again.
const PAUSE_MS: i64 = 1_000;

/// Something to tell.
#[derive(Debug, Clone)]
pub struct Callback {
    /// As it was configured, overrides and all.
    url: String,
    form: Form,
    /// The same for each repetition.
    token: String,
}

impl Parcel for Callback {
    fn label(&self) -> String {
        let get = |name| self.form.get(name).unwrap_or_default();
        format!("{} {}", get("MessageSid"), get("SmsStatus"))
    }
}

/// `X-Twilio-Signature` of a form that is posted to a URL: the URL and all parameters, sorted by name, under HMAC-SHA1. Of
/// a name that comes twice, each value counts once.
pub fn signature(auth_token: &str, url: &str, form: &Form) -> String {
    let mut signed = url.to_owned();
    let pairs: BTreeSet<_> = form.0.iter().collect();
    for (name, value) in pairs {
        signed += name;
        signed += value;
    }
    // A key of any length will do for HMAC (RFC 2104, section 2).
    let mut mac = Hmac::<Sha1>::new_from_slice(auth_token.as_bytes())
        .unwrap_or_else(|_| unreachable!("HMAC takes keys of any length"));
    mac.update(signed.as_bytes());
    STANDARD.encode(mac.finalize().into_bytes())
}

/// `#rc=2&rp=5xx`: how often Twilio tries again, and after what.
fn overrides(url: &str) -> (&str, u32, &str) {
    let (bare, fragment) = url.split_once('#').unwrap_or((url, ""));
    let mut wanted = (bare, 1, "ct");
    for pair in fragment.split('&') {
        match pair.split_once('=') {
            Some(("rc", count)) => wanted.1 = count.parse().unwrap_or(1).min(5),
            Some(("rp", policy)) => wanted.2 = policy,
            _ => {}
        }
    }
    wanted
}

/// After how many milliseconds the attempt with this number is followed by another.
pub(crate) fn again(callback: &Callback, attempt: u32, answer: &Answer) -> Option<i64> {
    let (_, count, policies) = overrides(&callback.url);
    let kind = match answer {
        Ok(response) if response.status().is_client_error() => "4xx",
        Ok(response) if response.status().is_server_error() => "5xx",
        Err(NoAnswer::Broken) => "ct",
        Err(NoAnswer::TimedOut) => "rt",
        _ => return None,
    };
    let wanted = policies.split(',').any(|it| it == kind || it == "all");
    (wanted && attempt <= count).then_some(PAUSE_MS)
}

/// The request for a callback.
pub(crate) fn request(callback: &Callback, auth_token: &str) -> Result<Request<Bytes>, String> {
    let (url, ..) = overrides(&callback.url);
    Request::post(url)
        .header(
            "content-type",
            "application/x-www-form-urlencoded; charset=utf-8",
        )
        .header("accept", "*/*")
        .header("user-agent", "TwilioProxy/1.1")
        .header("i-twilio-idempotency-token", &callback.token)
        .header(
            "x-twilio-signature",
            signature(auth_token, url, &callback.form),
        )
        .body(Bytes::from(callback.form.write()))
        .map_err(|_| "the callback's URL is malformed".into())
}

/// What all callbacks say.
fn form(message: &Message) -> Form {
    let mut form = Form::default();
    form.add("AccountSid", &message.account);
    form.add("ApiVersion", "2010-04-01");
    form.add("From", message.from.clone().unwrap_or_default());
    form.add("MessageSid", &message.sid);
    if let Some(service) = &message.service {
        form.add("MessagingServiceSid", service);
    }
    form.add("SmsSid", &message.sid);
    form.add("SmsStatus", message.status.name());
    form.add("To", &message.to);
    form
}

/// Tells of a message's status, if somebody wants to hear.
pub(crate) fn tell_status(twilio: &mut Twilio, message: &Message, now_ms: i64) {
    let service = message.service.as_deref();
    let service = service.and_then(|sid| twilio.options.service(sid));
    let of_service = service.and_then(|service| service.status_callback.clone());
    let Some(url) = message.callback.clone().or(of_service) else {
        return;
    };
    let mut form = form(message);
    form.add("MessageStatus", message.status.name());
    if let Some(code) = message.error {
        form.add("ErrorCode", code.to_string());
    }
    if matches!(message.status, Status::Delivered | Status::Undelivered) {
        let at = chrono::DateTime::from_timestamp_millis(now_ms).unwrap_or_default();
        form.add("RawDlrDoneDate", at.format("%y%m%d%H%M").to_string());
    }
    post(twilio, url, form, "callback.status", now_ms);
}

/// Tells of a text that a person sent.
pub(crate) fn tell_inbound(twilio: &mut Twilio, message: &Message, more: Form, now_ms: i64) {
    let Some(url) = twilio.options.inbound_url.clone() else {
        return;
    };
    let mut form = form(message);
    form.add("Body", &message.body);
    form.add("FromCountry", "US");
    form.add("NumMedia", "0");
    form.add("NumSegments", message.segments.to_string());
    form.add("SmsMessageSid", &message.sid);
    form.add("ToCountry", "US");
    form.0.extend(more.0);
    post(twilio, url, form, "callback.inbound", now_ms);
}

fn post(twilio: &mut Twilio, url: String, form: Form, point: &str, now_ms: i64) {
    let strike = twilio.strike(point);
    let token = twilio.hex();
    let callback = Callback { url, form, token };
    twilio.courier.post(callback, now_ms, strike);
}
