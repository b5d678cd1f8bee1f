//! The body of `POST /v3/mail/send`: what it must look like, and what no specification says.

use std::collections::{BTreeMap, BTreeSet};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use punctual_stand_ins::messaging::shape::{Shape, may, needed};
use serde_json::{Map, Value};

use crate::options::Options;
use crate::refusal::Refusal;

const MOST_RECIPIENTS: usize = 1_000;
const MOST_ARGUMENT_BYTES: usize = 10_000;
const FURTHEST_MS: i64 = 72 * 3_600_000;
const ANY: usize = usize::MAX;

/// Headers that SendGrid writes itself.
const RESERVED: &[&str] = &[
    "x-sg-id",
    "x-sg-eid",
    "received",
    "dkim-signature",
    "content-type",
    "content-transfer-encoding",
    "to",
    "from",
    "subject",
    "reply-to",
    "cc",
    "bcc",
];

const ADDRESS: Shape = Shape::Object(&[
    needed("email", Shape::Email),
    may("name", Shape::Text(0, ANY)),
]);

const SWITCH: Shape = Shape::Object(&[may("enable", Shape::Boolean)]);

const PERSONALIZATION: Shape = Shape::Object(&[
    needed("to", Shape::List(1, MOST_RECIPIENTS, &ADDRESS)),
    may("from", ADDRESS),
    may("cc", Shape::List(0, MOST_RECIPIENTS, &ADDRESS)),
    may("bcc", Shape::List(0, MOST_RECIPIENTS, &ADDRESS)),
    may("subject", Shape::Text(1, ANY)),
    may("headers", Shape::Texts),
    may("custom_args", Shape::Texts),
    may("send_at", Shape::Integer(0, i64::MAX)),
    may("dynamic_template_data", Shape::Anything),
    may("substitutions", Shape::Texts),
]);

const CONTENT: Shape = Shape::Object(&[
    needed("type", Shape::Text(1, ANY)),
    needed("value", Shape::Text(1, ANY)),
]);

const ATTACHMENT: Shape = Shape::Object(&[
    needed("content", Shape::Text(1, ANY)),
    needed("filename", Shape::Text(1, ANY)),
    may("type", Shape::Text(1, ANY)),
    may("disposition", Shape::OneOf(&["inline", "attachment"])),
    may("content_id", Shape::Text(1, ANY)),
]);

const BODY: Shape = Shape::Object(&[
    needed("personalizations", Shape::List(1, 1_000, &PERSONALIZATION)),
    needed("from", ADDRESS),
    may("reply_to", ADDRESS),
    may("reply_to_list", Shape::List(1, 1_000, &ADDRESS)),
    may("subject", Shape::Text(1, ANY)),
    may("content", Shape::List(1, 10, &CONTENT)),
    may("attachments", Shape::List(0, 100, &ATTACHMENT)),
    may("template_id", Shape::Text(1, ANY)),
    may("headers", Shape::Texts),
    may("categories", Shape::List(0, 10, &Shape::Text(1, 255))),
    may("custom_args", Shape::Texts),
    may("send_at", Shape::Integer(0, i64::MAX)),
    may("batch_id", Shape::Text(1, ANY)),
    may(
        "asm",
        Shape::Object(&[
            needed("group_id", Shape::Integer(0, i64::MAX)),
            may(
                "groups_to_display",
                Shape::List(0, 25, &Shape::Integer(0, i64::MAX)),
            ),
        ]),
    ),
    may("ip_pool_name", Shape::Text(2, 64)),
    may(
        "mail_settings",
        Shape::Object(&[
            may("bypass_list_management", SWITCH),
            may("bypass_spam_management", SWITCH),
            may("bypass_bounce_management", SWITCH),
            may("bypass_unsubscribe_management", SWITCH),
            may("footer", Shape::Anything),
            may("sandbox_mode", SWITCH),
        ]),
    ),
    may(
        "tracking_settings",
        Shape::Object(&[
            may(
                "click_tracking",
                Shape::Object(&[
                    may("enable", Shape::Boolean),
                    may("enable_text", Shape::Boolean),
                ]),
            ),
            may(
                "open_tracking",
                Shape::Object(&[
                    may("enable", Shape::Boolean),
                    may("substitution_tag", Shape::Text(0, ANY)),
                ]),
            ),
            may("subscription_tracking", Shape::Anything),
            may("ganalytics", Shape::Anything),
        ]),
    ),
]);

/// What is not built; a client that leans on it must not think that it worked.
const UNBUILT: &[&str] = &[
    "/template_id",
    "/batch_id",
    "/mail_settings/bypass_list_management",
    "/mail_settings/bypass_spam_management",
    "/mail_settings/bypass_bounce_management",
    "/mail_settings/bypass_unsubscribe_management",
    "/mail_settings/footer",
    "/tracking_settings/subscription_tracking",
    "/tracking_settings/ganalytics",
];

/// A mail to one person.
#[derive(Debug, Clone)]
pub(crate) struct Letter {
    pub to: String,
    pub from: String,
    pub subject: String,
    pub text: String,
    pub html: Option<String>,
    /// Files by name.
    pub attachments: BTreeMap<String, String>,
    pub headers: BTreeMap<String, String>,
    pub arguments: BTreeMap<String, String>,
    pub categories: Vec<String>,
    pub group: Option<i64>,
    pub send_at_ms: i64,
    pub tracks_opens: bool,
}

/// What a body asks for.
#[derive(Debug)]
pub(crate) struct Mail {
    pub letters: Vec<Letter>,
    /// Whether it is only looked at.
    pub sandbox: bool,
}

/// Reads a body, or says all that is wrong with it.
pub(crate) fn read(options: &Options, body: &[u8], now_ms: i64) -> Result<Mail, Refusal> {
    let body: Value =
        serde_json::from_slice(body).map_err(|_| Refusal::new(400, "Bad Request", None))?;
    let found = BODY.check(&body);
    if !found.is_empty() {
        return Err(found.into());
    }
    for pointer in UNBUILT {
        // What is switched off changes nothing.
        let asked = body.pointer(pointer);
        if asked.is_some_and(|asked| asked.get("enable") != Some(&Value::Bool(false))) {
            let field = pointer.trim_start_matches('/').replace('/', ".");
            let message = "this is not built in this stand-in";
            return Err(Refusal::new(501, message, Some(&field)));
        }
    }
    check_whole(&body)?;
    let attachments = attachments(&body)?;
    let mut letters = Vec::new();
    for (number, one) in items(&body, "personalizations").enumerate() {
        letters.extend(personal(options, &body, &attachments, one, number, now_ms)?);
    }
    if letters.len() > MOST_RECIPIENTS {
        let message = "The total number of recipients must be no more than 1000.";
        return Err(Refusal::bad("personalizations", message));
    }
    Ok(Mail {
        letters,
        sandbox: is_on(&body, "/mail_settings/sandbox_mode/enable", false),
    })
}

fn items<'a>(value: &'a Value, name: &str) -> impl Iterator<Item = &'a Value> {
    value
        .get(name)
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
}

fn text<'a>(value: &'a Value, name: &str) -> Option<&'a str> {
    value.get(name).and_then(Value::as_str)
}

fn texts(value: &Value, name: &str) -> BTreeMap<String, String> {
    let pairs = value.get(name).and_then(Value::as_object);
    let pairs = pairs.into_iter().flatten();
    let pairs = pairs.filter_map(|(name, value)| Some((name.clone(), value.as_str()?.to_owned())));
    pairs.collect()
}

fn is_on(body: &Value, pointer: &str, usual: bool) -> bool {
    body.pointer(pointer)
        .and_then(Value::as_bool)
        .unwrap_or(usual)
}

/// What holds for the body as a whole.
fn check_whole(body: &Value) -> Result<(), Refusal> {
    if body.get("reply_to").is_some() && body.get("reply_to_list").is_some() {
        let message = "reply_to and reply_to_list cannot be used together.";
        return Err(Refusal::bad("reply_to_list", message));
    }
    let kinds: Vec<&str> = items(body, "content")
        .filter_map(|it| text(it, "type"))
        .collect();
    if kinds.is_empty() {
        let message = "Unless a valid template_id is provided, the content parameter is required. There must be at least one defined content block.";
        return Err(Refusal::bad("content", message));
    }
    if kinds.iter().skip(1).any(|kind| *kind == "text/plain") {
        let message = "If present, text/plain and text/html may only be provided once and text/plain must be first.";
        return Err(Refusal::bad("content", message));
    }
    let categories: Vec<_> = items(body, "categories")
        .filter_map(Value::as_str)
        .collect();
    if categories.iter().collect::<BTreeSet<_>>().len() != categories.len() {
        return Err(Refusal::bad("categories", "The categories must be unique."));
    }
    Ok(())
}

/// Files by name, and their content as far as it is text.
fn attachments(body: &Value) -> Result<BTreeMap<String, String>, Refusal> {
    let read = |(number, file): (usize, &Value)| {
        let content = STANDARD.decode(text(file, "content").unwrap_or_default());
        let content = content.map_err(|_| {
            let field = format!("attachments.{number}.content");
            Refusal::bad(&field, "The attachment content must be base64 encoded.")
        })?;
        let name = text(file, "filename").unwrap_or_default().to_owned();
        Ok((name, String::from_utf8_lossy(&content).into_owned()))
    };
    items(body, "attachments").enumerate().map(read).collect()
}

/// Custom headers: none that is reserved, and nothing that could break out of its line.
fn check_headers(headers: &BTreeMap<String, String>, field: &str) -> Result<(), Refusal> {
    for (name, value) in headers {
        let field = format!("{field}.{name}");
        if RESERVED.contains(&name.to_ascii_lowercase().as_str()) {
            let message = "This header is reserved and cannot be set.";
            return Err(Refusal::bad(&field, message));
        }
        let plain = !name.is_empty() && name.bytes().all(|it| it.is_ascii_graphic() && it != b':');
        if !plain || value.chars().any(char::is_control) {
            let message = "A header has a name of ASCII letters and a value on one line.";
            return Err(Refusal::bad(&field, message));
        }
    }
    Ok(())
}

/// The letters of one personalization.
fn personal(
    options: &Options,
    body: &Value,
    attachments: &BTreeMap<String, String>,
    one: &Value,
    number: usize,
    now_ms: i64,
) -> Result<Vec<Letter>, Refusal> {
    let field = |name: &str| format!("personalizations.{number}.{name}");
    if one.get("substitutions").is_some() || one.get("dynamic_template_data").is_some() {
        let message = "templates are not built in this stand-in";
        return Err(Refusal::new(
            501,
            message,
            Some(&field("dynamic_template_data")),
        ));
    }
    let people = ["to", "cc", "bcc"]
        .into_iter()
        .flat_map(|kind| items(one, kind));
    let people: Vec<&str> = people.filter_map(|it| text(it, "email")).collect();
    let unique: BTreeSet<_> = people.iter().map(|email| email.to_lowercase()).collect();
    if unique.len() != people.len() {
        let message = "Each email address in the personalization block should be unique between to, cc, and bcc.";
        return Err(Refusal::bad(&format!("personalizations.{number}"), message));
    }
    let from = one.get("from").or(body.get("from"));
    let from = from
        .and_then(|from| text(from, "email"))
        .unwrap_or_default();
    if !options.may_send_as(from) {
        let message = "The from address does not match a verified Sender Identity. Mail cannot be sent until this error is resolved.";
        return Err(Refusal::new(403, message, Some("from")));
    }
    let subject = text(one, "subject").or(text(body, "subject"));
    let message = "The subject is required. You can get around this requirement if you use a template with a subject defined or if every personalization has a subject defined.";
    let subject = subject.ok_or_else(|| Refusal::bad("subject", message))?;
    check_headers(&texts(body, "headers"), "headers")?;
    check_headers(&texts(one, "headers"), &field("headers"))?;
    let merged = |name: &str| {
        let mut all = texts(body, name);
        all.extend(texts(one, name));
        all
    };
    let arguments = merged("custom_args");
    let size = serde_json::to_string(&arguments).map_or(0, |text| text.len());
    if size > MOST_ARGUMENT_BYTES {
        let message = "The total size of custom arguments must be no more than 10000 bytes.";
        return Err(Refusal::bad(&field("custom_args"), message));
    }
    let send_at = one.get("send_at").or(body.get("send_at"));
    let send_at_ms = send_at
        .and_then(Value::as_i64)
        .map(|at| at.saturating_mul(1000));
    if send_at_ms.is_some_and(|at| at > now_ms + FURTHEST_MS) {
        let message = "Scheduling more than 72 hours in advance is forbidden.";
        return Err(Refusal::bad("send_at", message));
    }
    let of_kind = |kind: &str| {
        let mut content = items(body, "content").filter(|it| text(it, "type") == Some(kind));
        content.find_map(|it| text(it, "value")).map(str::to_owned)
    };
    let letter = Letter {
        to: String::new(),
        from: from.to_owned(),
        subject: subject.to_owned(),
        text: of_kind("text/plain").unwrap_or_default(),
        html: of_kind("text/html"),
        attachments: attachments.clone(),
        headers: merged("headers"),
        arguments,
        categories: items(body, "categories")
            .filter_map(|it| Some(it.as_str()?.to_owned()))
            .collect(),
        group: body.pointer("/asm/group_id").and_then(Value::as_i64),
        send_at_ms: send_at_ms.unwrap_or(now_ms).max(now_ms),
        tracks_opens: is_on(body, "/tracking_settings/open_tracking/enable", true),
    };
    let to_each = people.into_iter().map(|to| Letter {
        to: to.to_owned(),
        ..letter.clone()
    });
    Ok(to_each.collect())
}

/// What an event says of the letter beside what kind it is.
pub(crate) fn common(letter: &Letter) -> Map<String, Value> {
    let mut members = Map::new();
    for (name, value) in &letter.arguments {
        members.insert(name.clone(), value.clone().into());
    }
    match letter.categories.as_slice() {
        [] => {}
        [one] => drop(members.insert("category".into(), one.clone().into())),
        several => drop(members.insert("category".into(), several.into())),
    }
    if let Some(group) = letter.group {
        members.insert("asm_group_id".into(), group.into());
    }
    members
}
