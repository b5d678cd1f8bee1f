//! Dataverse events: the RemoteExecutionContext that a webhook step posts.
//!
//! Decided from `MessageName`, `PrimaryEntityName`, `PrimaryEntityId`, the Target and the images; never from
//! `ParentContext` (it may be another operation), `FormattedValues` (they are for people) or
//! `OperationCreatedOn` (its offset is applied the wrong way round in asynchronous steps).

mod attributes;

use serde_json::{Map, Value};

use self::attributes::Attributes;
use super::datacontract::{guid, member};
use super::fields;
use super::mapping::Mapping;
use super::object::{expected, problem, read};
use crate::contract::exports::punctual::reminders::events::{Event, EventKind};
use crate::types::Problem;

/// What `PrimaryEntityId` holds where a message has no single row.
const NO_ROW: &str = "00000000-0000-0000-0000-000000000000";

/// Reads the body of a Dataverse webhook by the mapping.
pub fn read_event(body: &[u8], mapping: &str) -> Result<Event, Problem> {
    let mapping = Mapping::read(mapping)?;
    let context = read(body, "body")?;
    let message = required(&context, "MessageName")?;
    let table = required(&context, "PrimaryEntityName")?.to_ascii_lowercase();
    let id = row_id(&context)?;
    let mut event = Event {
        kind: kind(message),
        mapped: table == mapping.table,
        table,
        id,
        changes: Vec::new(),
        modified_at: None,
        complete: true,
        operation_id: optional_guid(context.get("OperationId")),
        step_id: optional_guid(
            context
                .get("OwningExtension")
                .and_then(|step| step.get("Id")),
        ),
        correlation_id: optional_guid(context.get("CorrelationId")),
    };
    if !event.mapped {
        return Ok(event);
    }
    if event.id == NO_ROW {
        return Err(problem(
            "PrimaryEntityId",
            format!(
                "The empty GUID: {message:?} names no row. Register the step for Create, Update and Delete."
            ),
        ));
    }
    if matches!(event.kind, EventKind::Created | EventKind::Updated) {
        let attributes = Attributes::of(&context, &event.table, &event.id)?;
        event.complete = attributes.has_target();
        event.changes = fields::changes(&attributes, &mapping)?;
        event.modified_at = fields::modified_at(&attributes)?;
    }
    Ok(event)
}

/// SetState and Assign also raise an Update, which carries what changed; under their own names they only say
/// that the row is worth a look.
fn kind(message: &str) -> EventKind {
    match message {
        "Create" => EventKind::Created,
        "Update" => EventKind::Updated,
        "Delete" => EventKind::Deleted,
        _ => EventKind::Other,
    }
}

fn required<'a>(context: &'a Map<String, Value>, name: &str) -> Result<&'a str, Problem> {
    match member(context, name) {
        Some(Value::String(text)) if !text.trim().is_empty() => Ok(text.trim()),
        Some(Value::String(_)) => Err(problem(
            name,
            "Empty. Is this the body of a Dataverse step?",
        )),
        Some(other) => Err(expected(name, "a text", other)),
        None => Err(problem(
            name,
            "Missing. Is this the body of a Dataverse step?",
        )),
    }
}

fn row_id(context: &Map<String, Value>) -> Result<String, Problem> {
    let text = required(context, "PrimaryEntityId")?;
    guid(text).ok_or_else(|| problem("PrimaryEntityId", "Not a GUID."))
}

/// Names of the delivery, for logs and for telling repetitions; a body without them is read all the same.
fn optional_guid(value: Option<&Value>) -> Option<String> {
    guid(super::datacontract::bare(value?).as_str()?)
}
