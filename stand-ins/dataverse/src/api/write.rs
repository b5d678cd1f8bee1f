//! `POST`, `PATCH` and `DELETE` of rows.
//!
//! | request | row is there | row is not there |
//! |---|---|---|
//! | `PATCH` | updated | **created** |
//! | `PATCH`, `If-Match: *` | updated | 404 |
//! | `PATCH`, `If-Match: W/"n"` | updated, or 412 if the version is another | 404 |
//! | `PATCH`, `If-None-Match: *` | 412 | created |
//! | `DELETE` | deleted | 404 |

use bytes::Bytes;
use http::{Method, Response, StatusCode};
use punctual_stand_ins::Guid;
use serde_json::{Map, Value as Json};

use super::ask::{Ask, What};
use super::url::{Key, referenced};
use super::{Env, answer, bulk, read};
use crate::refusal::Refusal;
use crate::schema::Table;
use crate::store::{Changes, Row, Work, read_changes};
use crate::value::Value;

/// Performs a write, as a part of a unit of work.
pub(super) fn write<'a>(
    env: &Env<'a>,
    work: &mut Work<'a>,
    ask: &Ask<'a>,
) -> Result<Response<Bytes>, Refusal> {
    match (&ask.what, &ask.method) {
        (What::Rows(table), &Method::POST) => create(env, work, ask, table),
        (What::Row(table, key), &Method::PATCH) => patch(env, work, ask, table, key),
        (What::Row(table, key), &Method::DELETE) => delete(work, ask, table, key),
        (What::Bulk(table, action), &Method::POST) => bulk::act(env, work, ask, table, action),
        (What::Related(table, key, navigation, true), method) => {
            reference(env, work, ask, (table, key, navigation), method)
        }
        (What::Unbound(name), &Method::POST) if name == "BulkDelete" => {
            bulk::delete(env, work, ask)
        }
        _ => Err(read::method_not_allowed()),
    }
}

/// The body as an object.
pub(super) fn object(ask: &Ask<'_>) -> Result<Map<String, Json>, Refusal> {
    if ask.body.is_empty() {
        return Ok(Map::new());
    }
    match serde_json::from_slice(&ask.body) {
        Ok(Json::Object(object)) => Ok(object),
        Ok(_) => Err(Refusal::query("The body must be an object in JSON.")),
        Err(error) => Err(Refusal::query(format!(
            "An error occurred while validating input parameters: the body is no JSON ({error})."
        ))),
    }
}

/// The changes that a body asks for.
pub(super) fn changes(
    env: &Env<'_>,
    work: &Work<'_>,
    table: &Table,
    body: &Map<String, Json>,
) -> Result<Changes, Refusal> {
    let resolve = |text: &str| referenced(env.schema, work.store(), text, env.keys_active);
    let changes = read_changes(table, body, &resolve)?;
    crate::webhooks::check_registration(table, &changes)?;
    Ok(changes)
}

fn create<'a>(
    env: &Env<'a>,
    work: &mut Work<'a>,
    ask: &Ask<'a>,
    table: &'a Table,
) -> Result<Response<Bytes>, Refusal> {
    let changes = changes(env, work, table, &object(ask)?)?;
    let id = work.create(table, changes)?;
    created(env, work, ask, table, id, &id.to_string())
}

fn created(
    env: &Env<'_>,
    work: &Work<'_>,
    ask: &Ask<'_>,
    table: &Table,
    id: Guid,
    key: &str,
) -> Result<Response<Bytes>, Refusal> {
    if ask.prefer().representation {
        return read::representation(env, work.store(), ask, table, id, StatusCode::CREATED);
    }
    Ok(answer::no_content(Some(&env.url_of(table, key))))
}

fn patch<'a>(
    env: &Env<'a>,
    work: &mut Work<'a>,
    ask: &Ask<'a>,
    table: &'a Table,
    key: &Key,
) -> Result<Response<Bytes>, Refusal> {
    let found = key.find(work.store(), table);
    check_conditions(ask, found)?;
    let found = found.map(|row| row.id);
    let mut changes = changes(env, work, table, &object(ask)?)?;
    // After an upsert by key the URL repeats the key.
    let shown = match key {
        Key::Id(id) => id.to_string(),
        Key::Alternate { text, .. } => text.clone(),
    };
    if let Some(id) = found {
        if let Key::Alternate { values, .. } = key {
            // A key's columns in the body are not heard when the row is there.
            changes.retain(|column, _| !values.contains_key(column));
        }
        work.update(table, id, changes)?;
        if ask.prefer().representation {
            return read::representation(env, work.store(), ask, table, id, StatusCode::OK);
        }
        return Ok(answer::no_content(Some(&env.url_of(table, &shown))));
    }
    if ask.header("if-match").is_some() {
        return Err(key.missing(table));
    }
    match key {
        Key::Id(id) => {
            let primary_id = table.definition.primary_id.clone();
            changes.insert(primary_id, Some(Value::Guid(*id)));
        }
        Key::Alternate { values, .. } => {
            for (column, value) in values {
                // When the row is made, the body's value beats the URL's.
                changes
                    .entry(column.clone())
                    .or_insert_with(|| value.clone());
            }
        }
    }
    let id = work.create(table, changes)?;
    created(env, work, ask, table, id, &shown)
}

/// `If-Match` and `If-None-Match`.
fn check_conditions(ask: &Ask<'_>, row: Option<&Row>) -> Result<(), Refusal> {
    let Some(row) = row else {
        return Ok(());
    };
    if ask.header("if-none-match") == Some("*") {
        return Err(Refusal::exists());
    }
    match ask.header("if-match") {
        None | Some("*") => Ok(()),
        Some(etag) if etag == row.etag() => Ok(()),
        Some(_) => Err(Refusal::stale()),
    }
}

fn delete<'a>(
    work: &mut Work<'a>,
    ask: &Ask<'a>,
    table: &'a Table,
    key: &Key,
) -> Result<Response<Bytes>, Refusal> {
    let row = key
        .find(work.store(), table)
        .ok_or_else(|| key.missing(table))?;
    check_conditions(ask, Some(row))?;
    let id = row.id;
    work.delete(table, id)?;
    Ok(answer::no_content(None))
}

/// `PUT` and `DELETE /set(key)/navigation/$ref`: sets or empties a lookup.
fn reference<'a>(
    env: &Env<'a>,
    work: &mut Work<'a>,
    ask: &Ask<'a>,
    (table, key, navigation): (&'a Table, &Key, &str),
    method: &Method,
) -> Result<Response<Bytes>, Refusal> {
    let id = key
        .find(work.store(), table)
        .ok_or_else(|| key.missing(table))?
        .id;
    if table.navigation(navigation).is_none() {
        return Err(match env.schema.collection(table.name(), navigation) {
            Some(_) => Refusal::not_built("Changing a collection by its references"),
            None => Refusal::no_segment(navigation),
        });
    }
    let end = match *method {
        Method::DELETE => Json::Null,
        Method::PUT => object(ask)?.remove("@odata.id").unwrap_or(Json::Null),
        _ => return Err(read::method_not_allowed()),
    };
    let mut body = Map::new();
    body.insert(format!("{navigation}@odata.bind"), end);
    let changes = changes(env, work, table, &body)?;
    work.update(table, id, changes)?;
    Ok(answer::no_content(None))
}
