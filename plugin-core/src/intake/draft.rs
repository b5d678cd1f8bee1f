//! Appointments as the API takes them. Everything that is wrong is listed, so that a form can mark it all.

use serde_json::Value;

use super::appointment::{FIELDS, status, status_expected};
use super::datacontract::whole_seconds;
use super::object::{expected, kind, problem, read, unknown};
use super::{change, contact};
use crate::types::{FieldChange, Instant, Problem};
use crate::zones;

/// Members that a client reads and may send back; they are not its to write.
const PASSED_OVER: [&str; 2] = ["id", "version"];
const MAX_CHARS: usize = 200;
const NOTES_MAX_CHARS: usize = 4_000;

/// Reads an appointment, or the part of one that a PATCH changes.
pub fn read_draft(json: &[u8]) -> Result<Vec<FieldChange>, Vec<Problem>> {
    let map = read(json, "body").map_err(|problem| vec![problem])?;
    let mut changes = Vec::new();
    let mut problems = Vec::new();
    for (field, value) in map
        .iter()
        .filter(|(field, _)| !PASSED_OVER.contains(&field.as_str()))
    {
        match member(field, value) {
            Ok(change) => changes.push(change),
            Err(problem) => problems.push(problem),
        }
    }
    if problems.is_empty() {
        Ok(changes)
    } else {
        Err(problems)
    }
}

fn member(field: &str, value: &Value) -> Result<FieldChange, Problem> {
    if field == "status" {
        let known = value.as_str().and_then(status);
        return known
            .map(FieldChange::Status)
            .ok_or_else(|| problem(field, status_expected()));
    }
    if matches!(field, "start_at" | "end_at") {
        return time(field, value)
            .map(|at| change::instant(field, at))?
            .ok_or_else(|| unknown(field, &FIELDS));
    }
    if !FIELDS.contains(&field) {
        return Err(unknown(field, &FIELDS));
    }
    let text = match value {
        Value::Null => None,
        Value::String(text) => Some(text.trim()).filter(|text| !text.is_empty()),
        other => return Err(expected(field, "a text or null", other)),
    };
    let text = text.map(|text| checked(field, text)).transpose()?;
    change::text(field, text).ok_or_else(|| unknown(field, &FIELDS))
}

fn time(field: &str, value: &Value) -> Result<Option<Instant>, Problem> {
    let wrong = |found: &str| {
        problem(
            field,
            format!(
                "Not a time with an offset: {found}. Write RFC 3339, as in 2026-06-01T09:00:00+02:00."
            ),
        )
    };
    match value {
        Value::Null => Ok(None),
        Value::String(text) => match chrono::DateTime::parse_from_rfc3339(text.trim()) {
            Ok(at) => Ok(Some(whole_seconds(at.timestamp_millis()))),
            Err(_) => Err(wrong(&format!("{:?}", shortened(text)))),
        },
        other => Err(wrong(kind(other))),
    }
}

/// A text that is not empty, judged by what its field holds, in the form that is stored.
fn checked(field: &str, text: &str) -> Result<String, Problem> {
    let found = shortened(text);
    match field {
        "email" if contact::is_email(text) => Ok(text.to_owned()),
        "email" => Err(problem(field, format!("Not an email address: {found:?}."))),
        "phone" => contact::e164(text).ok_or_else(|| {
            problem(field, format!("Not an international phone number: {found:?}. Write it with its country, as in +49 30 901820."))
        }),
        "time_zone" => zones::iana_time_zone(text)
            .ok_or_else(|| problem(field, format!("No such time zone: {found:?}. Write an IANA name, as in Europe/Berlin."))),
        "locale" if contact::is_locale(text) => Ok(text.to_owned()),
        "locale" => Err(problem(field, format!("Not a language tag: {found:?}. Write it as in en or pt-BR."))),
        _ => bounded(field, text),
    }
}

/// Free text goes into messages, so it is bounded and has no control characters; notes may have lines.
fn bounded(field: &str, text: &str) -> Result<String, Problem> {
    let (most, lines) = if field == "notes" {
        (NOTES_MAX_CHARS, true)
    } else {
        (MAX_CHARS, false)
    };
    if text.chars().count() > most {
        return Err(problem(field, format!("Longer than {most} characters.")));
    }
    let text = if lines {
        text.replace("\r\n", "\n")
    } else {
        text.to_owned()
    };
    match text
        .chars()
        .find(|c| c.is_control() && !(lines && matches!(c, '\n' | '\t')))
    {
        Some(c) => Err(problem(
            field,
            format!("Has the control character U+{:04X}.", u32::from(c)),
        )),
        None => Ok(text),
    }
}

/// What a problem quotes of a text.
fn shortened(text: &str) -> String {
    text.chars().take(60).collect()
}
