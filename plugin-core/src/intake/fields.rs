//! From columns to the fields of an appointment.

use serde_json::Value;

use super::datacontract::{choice, guid, instant, whole_seconds};
use super::mapping::Mapping;
use super::object::{expected, problem};
use super::{change, contact, status};
use crate::types::{FieldChange, Instant, Problem};
use crate::zones;

/// Where columns are read from: an event, or a row of the Web API.
pub(super) trait Columns {
    /// A column's value for a field, and where it stands. An explicit null is a value: it empties the field.
    fn get(&self, field: &str, column: &str) -> Option<(String, &Value)>;
}

/// The mapped columns that are there, as changes. An Update carries only some.
pub(super) fn changes(
    columns: &impl Columns,
    mapping: &Mapping,
) -> Result<Vec<FieldChange>, Problem> {
    let mut changes = Vec::new();
    for (field, column) in &mapping.columns {
        let Some((path, value)) = columns.get(field, column) else {
            continue;
        };
        if is_nameless_lookup(field, value) {
            continue;
        }
        if matches!(*field, "start_at" | "end_at") {
            let at = time(value, path)?.map(whole_seconds);
            changes.extend(change::instant(field, at));
        } else {
            let text = text(field, value, path)?;
            changes.extend(change::text(field, text.map(|text| normal(field, text))));
        }
    }
    let status = number(columns, &mapping.status.column)?;
    let state = number(columns, &mapping.status.state_column)?;
    changes.extend(status::read(&mapping.status, status, state).map(FieldChange::Status));
    Ok(changes)
}

/// When the row was written, by Dataverse's own clock.
pub(super) fn modified_at(columns: &impl Columns) -> Result<Option<Instant>, Problem> {
    columns
        .get("", "modifiedon")
        .map_or(Ok(None), |(path, value)| time(value, path))
}

fn time(value: &Value, path: String) -> Result<Option<Instant>, Problem> {
    match value {
        Value::Null => Ok(None),
        Value::String(text) => match instant(text) {
            Some(at) => Ok(Some(at)),
            None => Err(problem(
                path,
                "Not a date. Dataverse writes /Date(milliseconds)/, in the years 1 to 9999.",
            )),
        },
        other => Err(expected(path, "a date", other)),
    }
}

fn number(columns: &impl Columns, column: &str) -> Result<Option<i64>, Problem> {
    match columns.get("status", column) {
        None | Some((_, Value::Null)) => Ok(None),
        Some((path, value)) => choice(value)
            .map(Some)
            .ok_or_else(|| expected(path, "a choice (OptionSetValue)", value)),
    }
}

/// A text, trimmed; empty is none. A zone may be a number (Dataverse's code) or a choice, and a lookup stands
/// for the row that it names: by that row's name, or by its id where only equality matters.
fn text(field: &str, value: &Value, path: String) -> Result<Option<String>, Problem> {
    let text = match value {
        Value::Null => return Ok(None),
        Value::String(text) => text.trim().to_owned(),
        value if field == "time_zone" && choice(value).is_some() => {
            choice(value).unwrap_or_default().to_string()
        }
        value => match lookup(field, value) {
            Some(text) => text,
            None => return Err(expected(path, "a text", value)),
        },
    };
    Ok((!text.is_empty()).then_some(text))
}

/// A lookup that can be told in a word. The resource is told by its id, since only equality matters there and
/// the name is not always sent.
fn lookup(field: &str, value: &Value) -> Option<String> {
    value.get("LogicalName")?;
    match field {
        "resource" => guid(value.get("Id")?.as_str()?),
        "service" | "customer_name" => Some(value.get("Name")?.as_str()?.trim().to_owned()),
        _ => None,
    }
}

/// Asynchronous steps leave a lookup's name null: that says nothing of the field, least of all that it is empty.
fn is_nameless_lookup(field: &str, value: &Value) -> bool {
    field != "resource"
        && value.get("LogicalName").is_some()
        && value.get("Name").is_none_or(Value::is_null)
}

/// What can be recognised takes its one form; the rest stays as it came, to be judged where it is used.
fn normal(field: &str, text: String) -> String {
    match field {
        "phone" => contact::e164(&text).unwrap_or(text),
        "time_zone" => zones::iana_time_zone(&text).unwrap_or(text),
        _ => text,
    }
}
