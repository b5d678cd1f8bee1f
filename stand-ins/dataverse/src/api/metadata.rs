//! `EntityDefinitions`: what clients and scripts ask about tables. Making and changing tables is not built.

use bytes::Bytes;
use http::{Method, Response, StatusCode};
use punctual_stand_ins::Guid;
use serde_json::{Value as Json, json};

use super::ask::Ask;
use super::url::name_and_key;
use super::{Env, answer};
use crate::refusal::Refusal;
use crate::schema::{Column, Kind, Table};

/// Answers a `GET` below `EntityDefinitions`.
pub(super) fn read(env: &Env<'_>, ask: &Ask<'_>) -> Result<Response<Bytes>, Refusal> {
    if ask.method != Method::GET {
        return Err(Refusal::not_built("Changing tables by the API"));
    }
    let segments: Vec<_> = ask.url.segments.iter().map(|it| name_and_key(it)).collect();
    let Some(key) = &segments[0].1 else {
        let wanted = ask.option("$filter").map(names).transpose()?;
        let tables = env.schema.tables();
        let meant = tables.filter(|table| {
            wanted.as_ref().is_none_or(|all| {
                all.iter().any(|(column, value)| match column.as_str() {
                    "EntitySetName" => table.definition.entity_set == *value,
                    "SchemaName" => table.definition.schema_name == *value,
                    _ => table.name() == value,
                })
            })
        });
        let shown: Vec<_> = meant.map(|table| select(ask, entity(env, table))).collect();
        return Ok(list(env, "EntityDefinitions", shown));
    };
    let table = find(env, key)?;
    let rest: Vec<_> = segments[1..]
        .iter()
        .map(|(name, key)| (name.as_str(), key.as_deref()))
        .collect();
    match rest.as_slice() {
        [] => {
            let mut shown = select(ask, entity(env, table));
            if let Some(expand) = ask.option("$expand") {
                if expand.starts_with("Keys") {
                    shown["Keys"] = keys(env, table).into();
                }
                if expand.starts_with("Attributes") {
                    shown["Attributes"] = table
                        .columns
                        .values()
                        .map(|it| attribute(table, it))
                        .collect();
                }
            }
            let context = format!("{}$metadata#EntityDefinitions/$entity", env.root);
            shown["@odata.context"] = context.into();
            Ok(answer::body(StatusCode::OK, &shown))
        }
        [("Attributes", None)] => {
            let shown = table
                .columns
                .values()
                .map(|column| select(ask, attribute(table, column)));
            Ok(list(env, "EntityDefinitions/Attributes", shown.collect()))
        }
        [("Attributes", None), (kind, None)] => {
            let of_kind = table.columns.values().filter(|column| {
                kind.strip_prefix("Microsoft.Dynamics.CRM.") == Some(metadata_type(&column.kind))
            });
            let shown = of_kind.map(|column| option_set(ask, table, column));
            Ok(list(env, "EntityDefinitions/Attributes", shown.collect()))
        }
        [("Attributes", Some(key))] | [("Attributes", Some(key)), (_, None)] => {
            let name = key
                .strip_prefix("LogicalName=")
                .unwrap_or(key)
                .trim_matches('\'');
            let column = table
                .column(name)
                .ok_or_else(|| missing("attribute", name))?;
            let shown = match rest.len() {
                1 => select(ask, attribute(table, column)),
                _ => option_set(ask, table, column),
            };
            Ok(answer::body(StatusCode::OK, &shown))
        }
        [("Keys", None)] => {
            let shown = keys(env, table).into_iter().map(|key| select(ask, key));
            Ok(list(env, "EntityDefinitions/Keys", shown.collect()))
        }
        [("Keys", Some(key))] => {
            let name = key
                .strip_prefix("LogicalName=")
                .unwrap_or(key)
                .trim_matches('\'');
            let mut all = keys(env, table).into_iter();
            let found = all.find(|it| it["LogicalName"] == name || it["MetadataId"] == name);
            let found = found.ok_or_else(|| missing("key", name))?;
            Ok(answer::body(StatusCode::OK, &select(ask, found)))
        }
        [(other, _), ..] => Err(Refusal::not_built(&format!("{other} of a table"))),
    }
}

fn find<'a>(env: &Env<'a>, key: &str) -> Result<&'a Table, Refusal> {
    let name = key
        .strip_prefix("LogicalName=")
        .map(|name| name.trim_matches('\''));
    let by_id = |id: Guid| env.schema.tables().find(|table| table.metadata_id == id);
    let found = match name {
        Some(name) => env.schema.table(name),
        None => key
            .trim_start_matches("MetadataId=")
            .parse()
            .ok()
            .and_then(by_id),
    };
    found.ok_or_else(|| missing("entity", name.unwrap_or(key)))
}

fn missing(what: &str, name: &str) -> Refusal {
    Refusal::new(
        404,
        "0x80060888",
        format!("Could not find an {what} with name '{name}'."),
    )
}

/// `LogicalName eq 'a' or LogicalName eq 'b'`: the only filters that are known here.
fn names(filter: &str) -> Result<Vec<(String, String)>, Refusal> {
    let part = |part: &str| {
        let mut words = part.trim().splitn(3, ' ');
        let (name, operator, value) = (words.next()?, words.next()?, words.next()?);
        let known =
            ["LogicalName", "SchemaName", "EntitySetName"].contains(&name) && operator == "eq";
        let value = value.trim().strip_prefix('\'')?.strip_suffix('\'')?;
        known.then(|| (name.to_owned(), value.to_owned()))
    };
    let parts: Option<Vec<_>> = filter.split(" or ").map(part).collect();
    parts.ok_or_else(|| Refusal::not_built(&format!("The filter {filter} on EntityDefinitions")))
}

fn list(env: &Env<'_>, what: &str, value: Vec<Json>) -> Response<Bytes> {
    let context = format!("{}$metadata#{what}", env.root);
    answer::body(
        StatusCode::OK,
        &json!({ "@odata.context": context, "value": value }),
    )
}

/// What `$select` leaves of it, and the id.
fn select(ask: &Ask<'_>, mut whole: Json) -> Json {
    if let (Some(wanted), Json::Object(members)) = (ask.option("$select"), &mut whole) {
        let wanted: Vec<_> = wanted.split(',').map(str::trim).collect();
        members.retain(|name, _| {
            name == "MetadataId" || name.starts_with('@') || wanted.contains(&name.as_str())
        });
    }
    whole
}

fn label(text: &str) -> Json {
    let one = json!({ "Label": text, "LanguageCode": 1033, "IsManaged": true });
    json!({ "LocalizedLabels": [one], "UserLocalizedLabel": one })
}

fn entity(env: &Env<'_>, table: &Table) -> Json {
    let definition = &table.definition;
    let _ = env;
    json!({
        "MetadataId": table.metadata_id,
        "LogicalName": definition.logical_name,
        "SchemaName": definition.schema_name,
        "EntitySetName": definition.entity_set,
        "LogicalCollectionName": definition.entity_set,
        "PrimaryIdAttribute": definition.primary_id,
        "PrimaryNameAttribute": definition.primary_name,
        "ObjectTypeCode": table.type_code,
        "IsCustomEntity": table.type_code >= 10_000,
        "IsPrivate": false,
        "OwnershipType": if table.standard { "UserOwned" } else { "OrganizationOwned" },
        "TableType": "Standard",
        "DisplayName": label(&definition.schema_name),
    })
}

fn metadata_type(kind: &Kind) -> &'static str {
    match kind {
        Kind::Text { max_length } if *max_length > 4_000 => "MemoAttributeMetadata",
        Kind::Text { .. } => "StringAttributeMetadata",
        Kind::Integer { .. } => "IntegerAttributeMetadata",
        Kind::BigInteger => "BigIntAttributeMetadata",
        Kind::Decimal => "DecimalAttributeMetadata",
        Kind::Boolean => "BooleanAttributeMetadata",
        Kind::Instant => "DateTimeAttributeMetadata",
        Kind::Guid | Kind::Id => "UniqueIdentifierAttributeMetadata",
        Kind::Choice { .. } => "PicklistAttributeMetadata",
        Kind::MultiChoice { .. } => "MultiSelectPicklistAttributeMetadata",
        Kind::State => "StateAttributeMetadata",
        Kind::Status => "StatusAttributeMetadata",
        Kind::Lookup { .. } => "LookupAttributeMetadata",
    }
}

fn attribute(table: &Table, column: &Column) -> Json {
    let kind = metadata_type(&column.kind);
    let type_name = kind.trim_end_matches("AttributeMetadata");
    json!({
        "@odata.type": format!("#Microsoft.Dynamics.CRM.{kind}"),
        "MetadataId": crate::schema::id_of(&format!("{}.{}", table.name(), column.name)),
        "LogicalName": column.name,
        "SchemaName": column.schema_name,
        "EntityLogicalName": table.name(),
        "AttributeType": type_name,
        "AttributeTypeName": { "Value": format!("{type_name}Type") },
        "IsPrimaryId": matches!(column.kind, Kind::Id),
        "IsPrimaryName": column.name == table.definition.primary_name,
        "IsValidForCreate": !column.read_only && !matches!(column.kind, Kind::State),
        "IsValidForUpdate": !column.read_only && !matches!(column.kind, Kind::Id),
        "IsValidForRead": !column.secret,
        "DisplayName": label(&column.schema_name),
    })
}

/// A column with its choices, as `$expand=OptionSet` shows it.
fn option_set(ask: &Ask<'_>, table: &Table, column: &Column) -> Json {
    let mut shown = select(ask, attribute(table, column));
    let options: Vec<_> = column
        .labels(table)
        .into_iter()
        .map(|(value, text)| json!({ "Value": value, "Label": label(text) }))
        .collect();
    if ask
        .option("$expand")
        .is_some_and(|expand| expand.contains("OptionSet"))
    {
        let id = crate::schema::id_of(&format!("{}.{}.options", table.name(), column.name));
        shown["OptionSet"] = json!({ "MetadataId": id, "Options": options });
    }
    shown
}

/// The key that a body of `ReactivateEntityKey` names, by its logical name.
pub(super) fn key_to_reactivate(env: &Env<'_>, ask: &Ask<'_>) -> Result<String, Refusal> {
    let body = super::write::object(ask)?;
    let named = |member: &str| {
        let name = body.get(member).and_then(Json::as_str);
        name.ok_or_else(|| Refusal::query(format!("The parameter {member} is missing.")))
    };
    let (table, key) = (named("EntityLogicalName")?, named("EntityKeyLogicalName")?);
    let keys = env.schema.table(table).map(|table| &table.definition.keys);
    let mut keys = keys.ok_or_else(|| missing("entity", table))?.iter();
    match keys.any(|known| known.name.to_lowercase() == key) {
        true => Ok(key.to_owned()),
        false => Err(missing("key", key)),
    }
}

/// Alternate keys, with the state of their index.
fn keys(env: &Env<'_>, table: &Table) -> Vec<Json> {
    let show = |key: &crate::schema::KeyDefinition| {
        json!({
            "MetadataId": crate::schema::id_of(&format!("{}.{}", table.name(), key.name)),
            "SchemaName": key.name,
            "LogicalName": key.name.to_lowercase(),
            "EntityLogicalName": table.name(),
            "KeyAttributes": key.columns,
            "EntityKeyIndexStatus": env.key_indexes.status(&key.name.to_lowercase(), env.now_ms),
            "DisplayName": label(&key.name),
        })
    };
    table.definition.keys.iter().map(show).collect()
}
