//! JSON objects that people write: settings and drafts. Unlike in events, a member that nobody knows is a
//! typing error here, and the answer says which members there are.

use serde_json::{Map, Value};

use crate::types::Problem;

pub(super) fn problem(field: impl Into<String>, detail: impl Into<String>) -> Problem {
    Problem {
        field: field.into(),
        detail: detail.into(),
    }
}

/// A byte-order mark is not JSON, yet some tools put one in front.
pub(super) fn without_bom(body: &[u8]) -> &[u8] {
    body.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(body)
}

/// Reads one JSON object. `name` is what the sender calls the whole of it.
pub(super) fn read(body: &[u8], name: &str) -> Result<Map<String, Value>, Problem> {
    let text = std::str::from_utf8(without_bom(body)).map_err(|error| {
        problem(
            name,
            format!(
                "Not UTF-8: byte {} is part of no character. Send JSON in UTF-8.",
                error.valid_up_to() + 1
            ),
        )
    })?;
    if text.trim().is_empty() {
        return Err(problem(name, "Empty where a JSON object is expected."));
    }
    match serde_json::from_str(text) {
        Ok(Value::Object(map)) => Ok(map),
        Ok(other) => Err(expected(name, "a JSON object", &other)),
        // serde_json counts nesting and gives up at 128 levels, so that no body exhausts the stack.
        Err(error) => Err(problem(name, format!("Not readable as JSON: {error}."))),
    }
}

/// What a value is, in a sender's words.
pub(super) fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "true or false",
        Value::Number(_) => "a number",
        Value::String(_) => "a text",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}

pub(super) fn expected(field: impl Into<String>, wanted: &str, found: &Value) -> Problem {
    problem(field, format!("Expected {wanted}, found {}.", kind(found)))
}

/// Refuses the first member that is not among `known`.
pub(super) fn only(map: &Map<String, Value>, path: &str, known: &[&str]) -> Result<(), Problem> {
    match map.keys().find(|name| !known.contains(&name.as_str())) {
        Some(name) => Err(unknown(&format!("{path}.{name}"), known)),
        None => Ok(()),
    }
}

pub(super) fn unknown(field: &str, known: &[&str]) -> Problem {
    problem(
        field,
        format!("No such member. There are: {}.", known.join(", ")),
    )
}

/// A text that must not be blank, trimmed.
pub(super) fn text<'a>(value: &'a Value, path: &str) -> Result<&'a str, Problem> {
    match value {
        Value::String(text) if text.trim().is_empty() => {
            Err(problem(path, "Empty where a text is expected."))
        }
        Value::String(text) => Ok(text.trim()),
        other => Err(expected(path, "a text", other)),
    }
}

pub(super) fn object<'a>(value: &'a Value, path: &str) -> Result<&'a Map<String, Value>, Problem> {
    value
        .as_object()
        .ok_or_else(|| expected(path, "an object", value))
}

pub(super) fn list<'a>(value: &'a Value, path: &str) -> Result<&'a [Value], Problem> {
    value
        .as_array()
        .map(Vec::as_slice)
        .ok_or_else(|| expected(path, "a list", value))
}
