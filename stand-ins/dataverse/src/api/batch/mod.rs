//! `$batch`: several requests in one, in order; change sets are done as a whole or not at all.

mod parse;
mod write;

use std::collections::BTreeMap;

use bytes::Bytes;
use http::{Request, Response, StatusCode};
use punctual_stand_ins::FaultKind;

use super::ask::{Ask, Prefer};
use super::url::Url;
use super::{answer, cause_of, note, perform_alone, race, refusal_of};
use crate::dataverse::Dataverse;
use crate::refusal::Refusal;
use crate::store::Work;
use parse::{Item, Part};
use write::Answered;

/// Who asks for the batch.
#[derive(Clone, Copy)]
pub(super) struct Outer<'a> {
    pub root: &'a str,
    pub user: punctual_stand_ins::Guid,
    pub now_ms: i64,
}

/// Performs a batch.
pub(super) fn perform(
    dataverse: &mut Dataverse,
    request: &Request<Bytes>,
    prefer: &Prefer,
    outer: Outer<'_>,
) -> Result<Response<Bytes>, Refusal> {
    let kind = request.headers().get("content-type");
    let kind = kind.and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    let items = parse::items(kind, request.body())?;
    let mut answered = Vec::new();
    let mut failed = false;
    for item in items {
        let answer = match item {
            Item::Single(part) => {
                let response = single(dataverse, &part, outer);
                failed |= is_failure(&response);
                Answered::Single(part.content_id, response)
            }
            Item::ChangeSet(parts) => match change_set(dataverse, parts, outer) {
                Ok(responses) => Answered::ChangeSet(responses),
                Err(refusal) => {
                    failed = true;
                    // One answer in place of all.
                    Answered::ChangeSet(vec![(refusal.0, answer::error(&refusal.1))])
                }
            },
        };
        answered.push(answer);
        if failed && !prefer.continue_on_error {
            break;
        }
    }
    let status = match failed && !prefer.continue_on_error {
        true => StatusCode::BAD_REQUEST,
        false => StatusCode::OK,
    };
    Ok(write::response(status, &answered, &mut dataverse.random))
}

fn is_failure(response: &Response<Bytes>) -> bool {
    response.status().is_client_error() || response.status().is_server_error()
}

fn single(dataverse: &mut Dataverse, part: &Part, outer: Outer<'_>) -> Response<Bytes> {
    let schema = dataverse.schema.clone();
    let keys_active = dataverse.keys_active(outer.now_ms);
    let ask = ask(&schema, part, &BTreeMap::new(), keys_active);
    let (label, done) = match ask {
        Ok(ask) => {
            let struck = strike(dataverse, &ask, outer);
            let done = match struck {
                Some(refusal) => Err(refusal),
                None => perform_alone(dataverse, &ask, outer),
            };
            (label(&ask), done)
        }
        Err(refusal) => ("part.refused".to_owned(), Err(refusal)),
    };
    let response = done.unwrap_or_else(|refusal| answer::error(&refusal));
    note(dataverse, &label, &response, outer.now_ms);
    response
}

fn label(ask: &Ask<'_>) -> String {
    match ask.table() {
        Some(table) => format!("part.{} {}", ask.kind(), table.name()),
        None => format!("part.{}", ask.kind()),
    }
}

/// What a fault makes of an operation: a refusal, or a rival that was faster.
fn strike(dataverse: &mut Dataverse, ask: &Ask<'_>, outer: Outer<'_>) -> Option<Refusal> {
    let strike = dataverse.strike(&format!("part.{}", ask.kind()))?;
    if strike.kind == FaultKind::Race {
        race(dataverse, ask, outer);
        return None;
    }
    refusal_of(dataverse, strike)
}

fn ask<'a>(
    schema: &'a crate::schema::Schema,
    part: &Part,
    known: &BTreeMap<String, String>,
    keys_active: bool,
) -> Result<Ask<'a>, Refusal> {
    let url = refer(&part.url, known)?;
    let url = Url::read(&url).ok_or_else(|| Refusal::no_segment(&part.url))?;
    if url.segments.first().is_some_and(|first| first == "$batch") {
        return Err(Refusal::query("There is no batch inside a batch."));
    }
    let body = refer_in_body(&part.body, known)?;
    Ask::read(
        schema,
        part.method.clone(),
        url,
        part.headers.clone(),
        body,
        keys_active,
    )
}

/// `$1` or `$1/navigation` at the beginning of a URL becomes the URL of the row that part 1 wrote.
fn refer(url: &str, known: &BTreeMap<String, String>) -> Result<String, Refusal> {
    let Some(rest) = url.trim_start_matches('/').strip_prefix('$') else {
        return Ok(url.to_owned());
    };
    let end = rest.find(['/', '?', '(']).unwrap_or(rest.len());
    let (id, rest) = rest.split_at(end);
    if id.starts_with(|letter: char| letter.is_alphabetic()) {
        return Ok(url.to_owned());
    }
    match known.get(id) {
        Some(row) => Ok(format!("{row}{rest}")),
        None => Err(Refusal::query(format!(
            "Content-ID Reference: '${id}' does not exist in the batch context."
        ))),
    }
}

/// The same for what is bound in a body.
fn refer_in_body(body: &Bytes, known: &BTreeMap<String, String>) -> Result<Bytes, Refusal> {
    let Ok(serde_json::Value::Object(mut object)) = serde_json::from_slice(body) else {
        return Ok(body.clone());
    };
    let mut referred = false;
    for (name, value) in &mut object {
        let text = value
            .as_str()
            .filter(|text| text.trim_start_matches('/').starts_with('$'));
        if let Some(text) = text.filter(|_| name.ends_with("@odata.bind")) {
            *value = refer(text, known)?.into();
            referred = true;
        }
    }
    Ok(match referred {
        true => Bytes::from(serde_json::Value::Object(object).to_string()),
        false => body.clone(),
    })
}

type Answers = Vec<(Option<String>, Response<Bytes>)>;

/// Performs a change set. A refusal comes with the id of the part that was refused.
fn change_set(
    dataverse: &mut Dataverse,
    parts: Vec<Part>,
    outer: Outer<'_>,
) -> Result<Answers, (Option<String>, Refusal)> {
    let schema = dataverse.schema.clone();
    let keys_active = dataverse.keys_active(outer.now_ms);
    // Faults first: a rival's write is not undone with ours.
    let mut struck = Vec::new();
    for part in &parts {
        let ask = ask(&schema, part, &BTreeMap::new(), keys_active);
        struck.push(ask.ok().and_then(|ask| strike(dataverse, &ask, outer)));
    }
    let env = super::env(dataverse, &schema, outer);
    let unit = dataverse.ids.unit;
    let first = dataverse.cause(outer.user);
    let mut causes = Vec::new();
    for _ in &parts {
        causes.push(dataverse.cause(outer.user));
    }
    let mut work = Work::begin(
        &schema,
        &mut dataverse.store,
        &mut dataverse.random,
        unit,
        first,
        outer.now_ms,
    );
    let mut known = BTreeMap::new();
    let mut answers: Answers = Vec::new();
    let mut labels = Vec::new();
    let mut refused = None;
    for ((part, struck), cause) in parts.into_iter().zip(struck).zip(causes) {
        let done = match struck {
            Some(refusal) => Err(refusal),
            None => ask(&schema, &part, &known, keys_active).and_then(|ask| {
                labels.push(label(&ask));
                work.because_of(cause_of(cause, &ask));
                super::write::write(&env, &mut work, &ask)
            }),
        };
        match done {
            Ok(response) => {
                let url = response.headers().get("odata-entityid");
                let url = url.and_then(|url| url.to_str().ok());
                if let (Some(id), Some(url)) = (&part.content_id, url) {
                    known.insert(id.clone(), url.to_owned());
                }
                answers.push((part.content_id, response));
            }
            Err(refusal) => {
                refused = Some((part.content_id, refusal));
                break;
            }
        }
    }
    let result = match refused {
        None => {
            let events = work.commit();
            dataverse.announce(events, outer.now_ms);
            Ok(answers)
        }
        Some(refused) => {
            work.roll_back();
            Err(refused)
        }
    };
    let status = result
        .as_ref()
        .err()
        .map_or(204, |refused| refused.1.status);
    for label in labels {
        dataverse.requests.note(outer.now_ms, &label, status);
    }
    result
}
