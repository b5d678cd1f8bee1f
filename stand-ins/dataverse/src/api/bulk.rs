//! `CreateMultiple`, `UpdateMultiple`, `UpsertMultiple`: all or nothing. And `BulkDelete`, whose job is done at once.

use bytes::Bytes;
use http::{Response, StatusCode};
use punctual_stand_ins::Guid;
use serde_json::{Map, Value as Json, json};

use super::ask::Ask;
use super::url::{Key, Url, name_and_key};
use super::write::{changes, object};
use super::{Env, answer};
use crate::query::Filter;
use crate::query::filter::{Comparison, Path};
use crate::refusal::Refusal;
use crate::schema::Table;
use crate::store::Work;
use crate::value::{Value, read_instant};

const LARGEST_COUNT_OF_TARGETS: usize = 1_000;

/// Performs a bulk action on a table.
pub(super) fn act<'a>(
    env: &Env<'a>,
    work: &mut Work<'a>,
    ask: &Ask<'a>,
    table: &'a Table,
    action: &str,
) -> Result<Response<Bytes>, Refusal> {
    let targets = targets(ask)?;
    match action {
        "CreateMultiple" => {
            let mut ids = Vec::new();
            for target in &targets {
                let changes = changes(env, work, table, target)?;
                ids.push(work.create(table, changes)?);
            }
            let context = format!(
                "{}$metadata#Microsoft.Dynamics.CRM.CreateMultipleResponse",
                env.root
            );
            let shown = json!({ "@odata.context": context, "Ids": ids });
            Ok(answer::body(StatusCode::OK, &shown))
        }
        "UpdateMultiple" => {
            for target in &targets {
                let changes = changes(env, work, table, target)?;
                let id = match changes.get(&table.definition.primary_id) {
                    Some(Some(Value::Guid(id))) => *id,
                    _ => match key(env, table, target)? {
                        Some(key) => {
                            key.find(work.store(), table)
                                .ok_or_else(|| key.missing(table))?
                                .id
                        }
                        None => {
                            return Err(Refusal::query("A target of UpdateMultiple has no id."));
                        }
                    },
                };
                work.update(table, id, changes)?;
            }
            Ok(answer::no_content(None))
        }
        "UpsertMultiple" => {
            for target in &targets {
                upsert(env, work, table, target)?;
            }
            Ok(answer::no_content(None))
        }
        _ => Err(Refusal::no_segment(&format!(
            "Microsoft.Dynamics.CRM.{action}"
        ))),
    }
}

fn targets(ask: &Ask<'_>) -> Result<Vec<Map<String, Json>>, Refusal> {
    let malformed = || Refusal::query("The body must have Targets, a list of objects.");
    let Some(Json::Array(targets)) = object(ask)?.remove("Targets") else {
        return Err(malformed());
    };
    if targets.len() > LARGEST_COUNT_OF_TARGETS {
        return Err(Refusal::query("There are more than 1000 targets."));
    }
    let objects = targets.into_iter().map(|target| match target {
        Json::Object(object) => Ok(object),
        _ => Err(malformed()),
    });
    objects.collect()
}

/// The row that `@odata.id` means.
fn key(env: &Env<'_>, table: &Table, target: &Map<String, Json>) -> Result<Option<Key>, Refusal> {
    let Some(text) = target.get("@odata.id").and_then(Json::as_str) else {
        return Ok(None);
    };
    let url = Url::read(text).filter(|url| url.segments.len() == 1);
    let key = url.and_then(|url| name_and_key(&url.segments[0]).1);
    let key = key.ok_or_else(|| Refusal::query(format!("The reference '{text}' is malformed.")))?;
    Key::read(table, &key, env.keys_active).map(Some)
}

fn upsert<'a>(
    env: &Env<'a>,
    work: &mut Work<'a>,
    table: &'a Table,
    target: &Map<String, Json>,
) -> Result<(), Refusal> {
    let mut changes = changes(env, work, table, target)?;
    let key = match key(env, table, target)? {
        Some(key) => key,
        None => match changes.get(&table.definition.primary_id) {
            Some(Some(Value::Guid(id))) => Key::Id(*id),
            _ => {
                return Err(Refusal::query(
                    "A target of UpsertMultiple has neither @odata.id nor an id.",
                ));
            }
        },
    };
    if let Some(id) = key.find(work.store(), table).map(|row| row.id) {
        return work.update(table, id, changes);
    }
    match key {
        Key::Id(id) => {
            let primary_id = table.definition.primary_id.clone();
            changes.insert(primary_id, Some(Value::Guid(id)));
        }
        Key::Alternate { values, .. } => {
            for (column, value) in values {
                changes.entry(column).or_insert(value);
            }
        }
    }
    work.create(table, changes).map(drop)
}

/// `BulkDelete`: deletes what its queries mean, and answers with a job that is done.
pub(super) fn delete<'a>(
    env: &Env<'a>,
    work: &mut Work<'a>,
    ask: &Ask<'a>,
) -> Result<Response<Bytes>, Refusal> {
    let body = object(ask)?;
    for needed in [
        "JobName",
        "StartDateTime",
        "RecurrencePattern",
        "SendEmailNotification",
        "ToRecipients",
        "CCRecipients",
    ] {
        if !body.contains_key(needed) {
            return Err(Refusal::query(format!(
                "The parameter {needed} is missing."
            )));
        }
    }
    let Some(Json::Array(queries)) = body.get("QuerySet") else {
        return Err(Refusal::query("The parameter QuerySet is missing."));
    };
    for query in queries {
        let table = work.table(query["EntityName"].as_str().unwrap_or_default())?;
        let filter = criteria(table, &query["Criteria"])?;
        let rows = work.store().rows(table).all();
        let meant = rows.filter(|row| filter.matches(work.store(), row));
        let ids: Vec<Guid> = meant.map(|row| row.id).collect();
        for id in ids {
            work.delete(table, id)?;
        }
    }
    let table = work.table("asyncoperation")?;
    let number = |number: i64| Some(Value::Integer(number));
    let name = body["JobName"].as_str().unwrap_or_default().to_owned();
    let cells = [
        ("name", Some(Value::Text(name))),
        ("operationtype", number(13)),
        ("statecode", number(3)),
        ("statuscode", number(30)),
    ];
    let cells = cells.map(|(column, change)| (column.to_owned(), change));
    let job = work.create(table, cells.into())?;
    let context = format!(
        "{}$metadata#Microsoft.Dynamics.CRM.BulkDeleteResponse",
        env.root
    );
    Ok(answer::body(
        StatusCode::OK,
        &json!({ "@odata.context": context, "JobId": job }),
    ))
}

/// A `FilterExpression` as a filter. What is not known is refused, for it would delete too much.
fn criteria(table: &Table, json: &Json) -> Result<Filter, Refusal> {
    let mut parts = Vec::new();
    for condition in json["Conditions"].as_array().into_iter().flatten() {
        parts.push(self::condition(table, condition)?);
    }
    for inner in json["Filters"].as_array().into_iter().flatten() {
        parts.push(criteria(table, inner)?);
    }
    if parts.is_empty() {
        return Err(Refusal::not_built("BulkDelete without a condition"));
    }
    match json["FilterOperator"].as_str() {
        None | Some("And") => Ok(Filter::And(parts)),
        Some("Or") => Ok(Filter::Or(parts)),
        Some(other) => Err(Refusal::query(format!("{other} is no FilterOperator."))),
    }
}

fn condition(table: &Table, json: &Json) -> Result<Filter, Refusal> {
    let name = json["AttributeName"].as_str().unwrap_or_default();
    let operator = json["Operator"].as_str().unwrap_or_default();
    let column = table.column(name).ok_or_else(|| {
        Refusal::query(format!(
            "'{}' entity doesn't contain attribute with Name = '{name}'.",
            table.name()
        ))
    })?;
    let path = Path {
        lookups: Vec::new(),
        column: name.to_owned(),
    };
    let mut values = Vec::new();
    for value in json["Values"].as_array().into_iter().flatten() {
        let value = value.get("Value").unwrap_or(value);
        values.push(
            typed(value).ok_or_else(|| {
                Refusal::query(format!("A value for {} is malformed.", column.name))
            })?,
        );
    }
    let comparison = match operator {
        "In" => return Ok(Filter::Among(path, values)),
        "Equal" => Comparison::Equal,
        "NotEqual" => Comparison::Other,
        "LessThan" => Comparison::Less,
        "LessEqual" => Comparison::LessOrEqual,
        "GreaterThan" => Comparison::Greater,
        "GreaterEqual" => Comparison::GreaterOrEqual,
        other => {
            return Err(Refusal::not_built(&format!(
                "The operator {other} in BulkDelete"
            )));
        }
    };
    match values.as_slice() {
        [value] => Ok(Filter::Compare(path, comparison, Some(value.clone()))),
        _ => Err(Refusal::query(format!("{operator} needs one value."))),
    }
}

fn typed(json: &Json) -> Option<Value> {
    Some(match json {
        Json::String(text) => match (text.parse(), read_instant(text)) {
            (Ok(id), _) => Value::Guid(id),
            (_, Some(at_ms)) => Value::Instant(at_ms),
            _ => Value::Text(text.clone()),
        },
        Json::Number(number) => Value::Integer(number.as_i64()?),
        Json::Bool(flag) => Value::Boolean(*flag),
        _ => return None,
    })
}
