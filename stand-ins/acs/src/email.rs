//! Emails: sending begins an operation, which a client asks for until it has ended.

use std::collections::BTreeMap;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::{HeaderName, HeaderValue, Request, Response, StatusCode, header};
use punctual_stand_ins::Guid;
use punctual_stand_ins::control::json;
use punctual_stand_ins::messaging::shape::{Shape, may, needed};
use serde_json::{Value, json};

use crate::acs::Acs;
use crate::delivery::Step;
use crate::refusal::Refusal;

const ANY: usize = usize::MAX;
const MOST_RECIPIENTS: usize = 50;
/// The longest request, attachments and all: 10 MB.
pub(crate) const LARGEST_EMAIL_BYTES: usize = 10 << 20;

const ADDRESS: Shape = Shape::Object(&[
    needed("address", Shape::Email),
    may("displayName", Shape::Text(0, ANY)),
]);

const EMAIL: Shape = Shape::Object(&[
    needed("senderAddress", Shape::Email),
    needed(
        "content",
        Shape::Object(&[
            needed("subject", Shape::Text(1, ANY)),
            may("plainText", Shape::Text(0, ANY)),
            may("html", Shape::Text(0, ANY)),
        ]),
    ),
    needed(
        "recipients",
        Shape::Object(&[
            needed("to", Shape::List(1, MOST_RECIPIENTS, &ADDRESS)),
            may("cc", Shape::List(0, MOST_RECIPIENTS, &ADDRESS)),
            may("bcc", Shape::List(0, MOST_RECIPIENTS, &ADDRESS)),
        ]),
    ),
    may(
        "attachments",
        Shape::List(
            0,
            100,
            &Shape::Object(&[
                needed("name", Shape::Text(1, ANY)),
                needed("contentType", Shape::Text(1, ANY)),
                needed("contentInBase64", Shape::Text(1, ANY)),
                may("contentId", Shape::Text(1, ANY)),
            ]),
        ),
    ),
    may("replyTo", Shape::List(0, MOST_RECIPIENTS, &ADDRESS)),
    may("headers", Shape::Texts),
    may("userEngagementTrackingDisabled", Shape::Boolean),
]);

/// An email that was taken.
#[derive(Debug, Clone)]
pub(crate) struct Email {
    pub operation: Guid,
    pub from: String,
    pub to: Vec<String>,
    pub subject: String,
    pub text: String,
    pub html: Option<String>,
    pub attachments: BTreeMap<String, String>,
    pub headers: BTreeMap<String, String>,
}

/// Where sending stands.
#[derive(Debug, Clone)]
pub(crate) struct Operation {
    email: Email,
    /// None while it runs; then nothing, or an error's code.
    ended: Option<Result<(), &'static str>>,
}

impl Operation {
    fn show(&self) -> Value {
        let id = self.email.operation;
        match self.ended {
            None => json!({ "id": id, "status": "Running" }),
            Some(Ok(())) => json!({ "id": id, "status": "Succeeded" }),
            Some(Err(code)) => {
                let message = "All recipients are on the list of suppressed addresses.";
                let error = json!({ "code": code, "message": message });
                json!({ "id": id, "status": "Failed", "error": error })
            }
        }
    }
}

pub(crate) fn send(
    acs: &mut Acs,
    request: &Request<Bytes>,
    now_ms: i64,
) -> Result<Response<Bytes>, Refusal> {
    if request.body().len() > LARGEST_EMAIL_BYTES {
        let message = "The request is larger than 10 MB.";
        return Err(Refusal::new(413, "RequestEntityTooLarge", message));
    }
    let id = match request.headers().get("operation-id") {
        None => Guid::next(&mut acs.random),
        Some(id) => {
            let id = id.to_str().ok().and_then(|id| id.parse().ok());
            id.ok_or_else(|| Refusal::bad("Operation-Id must be a UUID."))?
        }
    };
    let body: Value = serde_json::from_slice(request.body())
        .map_err(|_| Refusal::bad("The body must be a JSON object."))?;
    let email = read(acs, &body, id)?;
    // The same operation, whatever the request says now: the first email stands.
    if !acs.operations.contains_key(&id) {
        if let Some(throttle) = acs.options.email_throttle {
            let taken = acs.usage.take("email", throttle, now_ms);
            if taken.over {
                let seconds = (taken.reset_ms - now_ms).div_euclid(1000) + 1;
                return Err(Refusal::busy(u32::try_from(seconds).ok()));
            }
        }
        let operation = Operation { email, ended: None };
        acs.operations.insert(id, operation);
        let at_ms = now_ms + acs.options.step_ms;
        acs.agenda.add(at_ms, Step::Finish(id));
    }
    let mut response = show(acs, id, StatusCode::ACCEPTED);
    let scheme = request.uri().scheme_str().unwrap_or("https");
    let host = request.headers().get(header::HOST);
    let host = host.and_then(|host| host.to_str().ok()).unwrap_or_default();
    let query = request.uri().query().unwrap_or_default();
    let location = format!("{scheme}://{host}/emails/operations/{id}?{query}");
    if let Ok(location) = HeaderValue::from_str(&location) {
        let name = HeaderName::from_static("operation-location");
        response.headers_mut().insert(name, location);
    }
    Ok(response)
}

pub(crate) fn poll(acs: &Acs, id: &str) -> Result<Response<Bytes>, Refusal> {
    let id = id.parse().ok().filter(|id| acs.operations.contains_key(id));
    let message = "There is no such operation.";
    let id = id.ok_or_else(|| Refusal::new(404, "OperationNotFound", message))?;
    Ok(show(acs, id, StatusCode::OK))
}

fn show(acs: &Acs, id: Guid, status: StatusCode) -> Response<Bytes> {
    let operation = acs.operations.get(&id);
    let mut response = json(status, &operation.map_or(Value::Null, Operation::show));
    if operation.is_some_and(|operation| operation.ended.is_none()) {
        let seconds = HeaderValue::from(acs.options.poll_after_seconds);
        response.headers_mut().insert(header::RETRY_AFTER, seconds);
    }
    response
}

/// The email of a body, or what is wrong with it.
fn read(acs: &Acs, body: &Value, operation: Guid) -> Result<Email, Refusal> {
    let found = EMAIL.check(body);
    if !found.is_empty() {
        return Err(found.into());
    }
    let text = |pointer: &str| body.pointer(pointer).and_then(Value::as_str);
    let from = text("/senderAddress").unwrap_or_default();
    let known = |it: &String| it.eq_ignore_ascii_case(from);
    if !acs.options.email_senders.iter().any(known) {
        let message = "The specified sender domain has not been linked.";
        return Err(Refusal::new(404, "DomainNotLinked", message));
    }
    let full = |pointer| text(pointer).filter(|text| !text.is_empty());
    if full("/content/plainText").is_none() && full("/content/html").is_none() {
        return Err(Refusal::bad("content needs plainText or html."));
    }
    let people = ["to", "cc", "bcc"]
        .iter()
        .filter_map(|kind| body["recipients"][kind].as_array());
    let people = people.flatten().filter_map(|it| it["address"].as_str());
    let to: Vec<String> = people.map(str::to_owned).collect();
    if to.len() > MOST_RECIPIENTS {
        return Err(Refusal::bad("There may be 50 recipients."));
    }
    let mut attachments = BTreeMap::new();
    for file in body["attachments"].as_array().into_iter().flatten() {
        let text = |name: &str| file[name].as_str().unwrap_or_default();
        let Ok(content) = STANDARD.decode(text("contentInBase64")) else {
            return Err(Refusal::bad("contentInBase64 must be base64."));
        };
        let content = String::from_utf8_lossy(&content).into_owned();
        attachments.insert(text("name").to_owned(), content);
    }
    let headers = body["headers"].as_object().into_iter().flatten();
    let headers: BTreeMap<_, _> = headers
        .filter_map(|(name, value)| Some((name.clone(), value.as_str()?.to_owned())))
        .collect();
    let plain = |(name, value): (&String, &String)| {
        let name_is =
            !name.is_empty() && name.bytes().all(|it| it.is_ascii_graphic() && it != b':');
        name_is && !value.chars().any(char::is_control)
    };
    if !headers.iter().all(plain) {
        let message = "headers have names of ASCII letters and values on one line.";
        return Err(Refusal::bad(message));
    }
    Ok(Email {
        operation,
        from: from.to_owned(),
        to,
        subject: text("/content/subject").unwrap_or_default().to_owned(),
        text: text("/content/plainText").unwrap_or_default().to_owned(),
        html: full("/content/html").map(str::to_owned),
        attachments,
        headers,
    })
}

/// The operation ends: the email is handed over, unless nobody is left to get it.
pub(crate) fn finish(acs: &mut Acs, id: Guid, now_ms: i64) {
    let Some(operation) = acs.operations.get_mut(&id) else {
        return;
    };
    let gone = |to: &String| acs.suppressed.contains(&to.to_lowercase());
    if operation.email.to.iter().all(gone) {
        operation.ended = Some(Err("EmailDroppedAllRecipientsSuppressed"));
        return;
    }
    operation.ended = Some(Ok(()));
    let email = operation.email.clone();
    for to in email.to.clone() {
        let strike = acs.strike("carrier");
        let held_ms = strike.map_or(0, |strike| strike.delay_ms as i64);
        let struck = strike.map(|strike| strike.kind);
        let at_ms = now_ms + acs.options.step_ms + held_ms;
        acs.agenda
            .add(at_ms, Step::Deliver(email.clone(), to, struck));
    }
}
