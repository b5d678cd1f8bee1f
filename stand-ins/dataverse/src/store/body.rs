//! A body in JSON becomes changes of columns, checked against their kinds.

use std::collections::BTreeMap;

use punctual_stand_ins::Guid;
use serde_json::{Map, Value as Json};

use crate::refusal::Refusal;
use crate::schema::{Column, Kind, Table};
use crate::value::{EARLIEST_MS, Value, read_instant};

/// What a column becomes; none is empty.
pub type Change = Option<Value>;
/// By logical name.
pub type Changes = BTreeMap<String, Change>;

/// Finds the row that a reference in a body means: `/punctual_appointments(…)`, or `$1` in a batch.
pub type Resolve<'a> = dyn Fn(&str) -> Result<(String, Guid), Refusal> + 'a;

/// Reads a body. What only the platform writes is left out, as the service does.
pub fn read_changes(
    table: &Table,
    body: &Map<String, Json>,
    resolve: &Resolve<'_>,
) -> Result<Changes, Refusal> {
    let set = &table.definition.entity_set;
    let mut changes = Changes::new();
    for (name, json) in body {
        if let Some(navigation) = name.strip_suffix("@odata.bind") {
            let (column, change) = bind(table, navigation, json, resolve)?;
            changes.insert(column, change);
            continue;
        }
        if name.contains('@') {
            continue;
        }
        let Some(column) = table.column(name) else {
            return Err(match table.navigation(name) {
                Some(_) if json.is_object() => {
                    Refusal::not_built("Creating a related row inside another")
                }
                _ => Refusal::payload(
                    set,
                    &format!(
                        "Microsoft.OData.ODataException: Invalid property '{name}' was found in entity 'Microsoft.Dynamics.CRM.{}'.",
                        table.name()
                    ),
                ),
            });
        };
        if column.is_lookup() {
            let message = "CRM do not support direct update of Entity Reference properties, Use Navigation properties instead.";
            return Err(Refusal::payload(set, message));
        }
        if !column.read_only {
            changes.insert(column.name.clone(), read_cell(table, column, json)?);
        }
    }
    Ok(changes)
}

fn bind(
    table: &Table,
    navigation: &str,
    json: &Json,
    resolve: &Resolve<'_>,
) -> Result<(String, Change), Refusal> {
    let set = &table.definition.entity_set;
    let Some((column, target)) = table.navigation(navigation) else {
        return Err(Refusal::payload(
            set,
            &format!(
                "Microsoft.OData.ODataException: An undeclared property '{navigation}' which only has property annotations in the payload but no property value was found in the payload."
            ),
        ));
    };
    let change = match json {
        Json::Null => None,
        Json::String(text) => {
            let (end, id) = resolve(text)?;
            if end != target.table {
                let message = format!("{navigation} takes a {}, not a {end}", target.table);
                return Err(Refusal::payload(set, &message));
            }
            Some(Value::Reference(end, id))
        }
        _ => {
            return Err(Refusal::payload(
                set,
                &format!("{navigation} must be bound to a text"),
            ));
        }
    };
    Ok((column.name.clone(), change))
}

fn read_cell(table: &Table, column: &Column, json: &Json) -> Result<Change, Refusal> {
    let wrong = |wanted: &str| {
        let message = format!(
            "Microsoft.OData.ODataException: Cannot convert the literal '{json}' of '{}' to the expected type '{wanted}'.",
            column.name
        );
        Refusal::payload(&table.definition.entity_set, &message)
    };
    if json.is_null() {
        return Ok(None);
    }
    let value = match &column.kind {
        Kind::Text { max_length } => {
            let text = json.as_str().ok_or_else(|| wrong("Edm.String"))?;
            check_length(table, column, text, *max_length)?;
            if text.is_empty() {
                // The service keeps no empty texts: they become null.
                return Ok(None);
            }
            Value::Text(text.to_owned())
        }
        Kind::Integer { min, max } => {
            let number = json.as_i64().ok_or_else(|| wrong("Edm.Int32"))?;
            if !(*min..=*max).contains(&number) {
                let message = format!(
                    "A validation error occurred. The value {number} of '{}' on record of type '{}' is outside the valid range.",
                    column.name,
                    table.name()
                );
                return Err(Refusal::new(400, "0x80044330", message));
            }
            Value::Integer(number)
        }
        Kind::BigInteger => Value::Integer(json.as_i64().ok_or_else(|| wrong("Edm.Int64"))?),
        Kind::Decimal => Value::Decimal(json.as_f64().ok_or_else(|| wrong("Edm.Decimal"))?),
        Kind::Boolean => Value::Boolean(json.as_bool().ok_or_else(|| wrong("Edm.Boolean"))?),
        Kind::Instant => {
            let at_ms = json.as_str().and_then(read_instant);
            let at_ms = at_ms.ok_or_else(|| wrong("Edm.DateTimeOffset"))?;
            if at_ms < EARLIEST_MS {
                let message = "DateTime is less than minumum value supported by CrmDateTime. Actual value: before 01/01/1753 00:00:00, Minimum value supported: 01/01/1753 00:00:00";
                return Err(Refusal::new(400, "0x80044352", message));
            }
            Value::Instant(at_ms)
        }
        Kind::Guid | Kind::Id => {
            let id = json.as_str().and_then(|text| text.parse().ok());
            Value::Guid(id.ok_or_else(|| wrong("Edm.Guid"))?)
        }
        Kind::Choice { .. } | Kind::State | Kind::Status => {
            let number = json.as_i64().ok_or_else(|| wrong("Edm.Int32"))?;
            check_choices(table, column, &[number])?;
            Value::Integer(number)
        }
        Kind::MultiChoice { .. } => {
            let text = json.as_str().ok_or_else(|| wrong("Edm.String"))?;
            let numbers: Result<Vec<i64>, _> =
                text.split(',').map(|part| part.trim().parse()).collect();
            let numbers = numbers.map_err(|_| wrong("Edm.String"))?;
            check_choices(table, column, &numbers)?;
            Value::Choices(numbers)
        }
        Kind::Lookup { .. } => return Err(wrong("a navigation property")),
    };
    Ok(Some(value))
}

fn check_length(
    table: &Table,
    column: &Column,
    text: &str,
    max_length: usize,
) -> Result<(), Refusal> {
    if text.encode_utf16().count() <= max_length {
        return Ok(());
    }
    let message = format!(
        "A validation error occurred. The length of the '{}' attribute of the '{}' entity exceeded the maximum allowed length of '{max_length}'.",
        column.name,
        table.name()
    );
    Err(Refusal::new(400, "0x80044331", message))
}

fn check_choices(table: &Table, column: &Column, numbers: &[i64]) -> Result<(), Refusal> {
    let labels = column.labels(table);
    let unknown = |number: &&i64| !labels.iter().any(|(value, _)| value == *number);
    let Some(number) = numbers.iter().find(unknown) else {
        return Ok(());
    };
    let known: Vec<_> = labels.iter().map(|(value, _)| value.to_string()).collect();
    let message = format!(
        "A validation error occurred. The value {number} of '{}' on record of type '{}' is outside the valid range. Accepted Values: {}",
        column.name,
        table.name(),
        known.join(",")
    );
    Err(Refusal::new(400, "0x8004431a", message))
}
