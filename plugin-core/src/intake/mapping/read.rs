//! Reading a mapping that somebody wrote: all of it, or what differs from a preset.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::{Mapping, NAME, StatusMapping, preset};
use crate::intake::appointment::{FIELDS, status, status_expected};
use crate::intake::object::{object, only, problem, read, text, unknown};
use crate::types::{AppointmentStatus, Problem};

const MEMBERS: [&str; 6] = ["preset", "table", "entity_set", "id", "columns", "status"];
const STATUS_MEMBERS: [&str; 4] = ["column", "state_column", "values", "states"];
/// Dataverse's own limit for a logical name.
const NAME_MAX_BYTES: usize = 128;

pub(super) fn mapping(json: &str) -> Result<Mapping, Problem> {
    if json.trim().is_empty() {
        return Ok(preset::punctual());
    }
    let map = read(json.as_bytes(), NAME)?;
    only(&map, NAME, &MEMBERS)?;
    let mut mapping = base(&map)?;
    if let Some(value) = map.get("table") {
        mapping.table = name(value, &path("table"))?;
        mapping.id = format!("{}id", mapping.table);
    }
    if let Some(value) = map.get("entity_set") {
        mapping.entity_set = name(value, &path("entity_set"))?;
    }
    if let Some(value) = map.get("id") {
        mapping.id = name(value, &path("id"))?;
    }
    if let Some(value) = map.get("columns") {
        columns(object(value, &path("columns"))?, &mut mapping.columns)?;
    }
    if let Some(value) = map.get("status") {
        statuses(object(value, &path("status"))?, &mut mapping.status)?;
    }
    if mapping
        .columns
        .iter()
        .all(|(field, _)| *field != "start_at")
    {
        return Err(problem(
            path("columns.start_at"),
            "Missing. Without a start there is nothing to remind of.",
        ));
    }
    Ok(mapping)
}

/// The preset to start from; without one, the frame of a custom table, whose names must all be given.
fn base(map: &Map<String, Value>) -> Result<Mapping, Problem> {
    if let Some(value) = map.get("preset") {
        let path = path("preset");
        let preset = text(value, &path)?;
        return preset::find(preset).ok_or_else(|| {
            problem(
                path,
                format!("No such preset. There are: {}.", preset::NAMES.join(", ")),
            )
        });
    }
    if map.is_empty() {
        return Ok(preset::punctual());
    }
    if let Some(missing) = ["table", "entity_set", "columns"]
        .iter()
        .find(|name| !map.contains_key(**name))
    {
        return Err(problem(
            path(missing),
            "Missing. Without a preset, table, entity_set and columns are needed.",
        ));
    }
    Ok(Mapping {
        table: String::new(),
        entity_set: String::new(),
        id: String::new(),
        columns: Vec::new(),
        status: preset::status(&[], &preset::custom_states()),
    })
}

/// Sets the columns that are named; null takes a preset's column away.
fn columns(
    map: &Map<String, Value>,
    columns: &mut Vec<(&'static str, String)>,
) -> Result<(), Problem> {
    for (field, value) in map {
        let path = path(&format!("columns.{field}"));
        let known = FIELDS
            .iter()
            .position(|known| known == field)
            .filter(|_| field != "status");
        let Some(position) = known else {
            let fields: Vec<_> = FIELDS
                .into_iter()
                .filter(|field| *field != "status")
                .collect();
            return Err(unknown(&path, &fields));
        };
        columns.retain(|(present, _)| present != field);
        if !value.is_null() {
            columns.push((FIELDS[position], name(value, &path)?));
        }
    }
    let mut unordered = std::mem::take(columns);
    for field in FIELDS {
        let found = unordered.iter().position(|(named, _)| *named == field);
        columns.extend(found.map(|found| unordered.swap_remove(found)));
    }
    Ok(())
}

fn statuses(map: &Map<String, Value>, mapping: &mut StatusMapping) -> Result<(), Problem> {
    only(map, &path("status"), &STATUS_MEMBERS)?;
    if let Some(value) = map.get("column") {
        mapping.column = name(value, &path("status.column"))?;
    }
    if let Some(value) = map.get("state_column") {
        mapping.state_column = name(value, &path("status.state_column"))?;
    }
    if let Some(value) = map.get("values") {
        mapping.values = numbers(value, &path("status.values"))?;
    }
    if let Some(value) = map.get("states") {
        mapping.states = numbers(value, &path("status.states"))?;
    }
    Ok(())
}

/// `{"1": "scheduled", "2": "canceled"}`.
fn numbers(value: &Value, path: &str) -> Result<BTreeMap<i64, AppointmentStatus>, Problem> {
    let mut numbers = BTreeMap::new();
    for (number, value) in object(value, path)? {
        let path = format!("{path}.{number}");
        let number = number.parse().map_err(|_| {
            problem(
                &path,
                "Not a number. Write the choice's value, as in \"749700001\".",
            )
        })?;
        let meaning = value
            .as_str()
            .and_then(status)
            .ok_or_else(|| problem(&path, status_expected()))?;
        numbers.insert(number, meaning);
    }
    Ok(numbers)
}

/// A logical name. It will stand in URLs, so nothing else may pass.
fn name(value: &Value, path: &str) -> Result<String, Problem> {
    let name = text(value, path)?;
    let starts_well = name.starts_with(|c: char| c.is_ascii_lowercase() || c == '_');
    let fit = name
        .bytes()
        .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_');
    if starts_well && fit && name.len() <= NAME_MAX_BYTES {
        Ok(name.to_owned())
    } else {
        Err(problem(
            path,
            format!("Not a logical name: {name:?}. It has lower-case letters, digits and _ only."),
        ))
    }
}

fn path(member: &str) -> String {
    format!("{NAME}.{member}")
}
