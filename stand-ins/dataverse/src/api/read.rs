//! `GET`: rows, a row, what belongs to a row, how many there are.

use bytes::Bytes;
use http::{Response, StatusCode};
use serde_json::{Value as Json, json};

use super::answer;
use super::ask::{Ask, LARGEST_PAGE, What};
use super::url::Key;
use super::{Env, metadata};
use crate::query::{self, Options};
use crate::refusal::Refusal;
use crate::schema::Table;
use crate::store::Store;

/// Answers a `GET`.
pub(super) fn read(
    env: &Env<'_>,
    store: &Store,
    ask: &Ask<'_>,
) -> Result<Response<Bytes>, Refusal> {
    if ask.prefer().track_changes {
        return Err(Refusal::not_built("Change tracking"));
    }
    match &ask.what {
        What::Rows(table) => match ask.option("$apply") {
            Some(apply) => groups(env, store, ask, table, apply),
            None => rows(env, store, ask, table, None),
        },
        What::Count(table) => {
            let options = Options {
                count: true,
                ..Options::read(env.schema, table, &ask.url.query)?
            };
            let annotations = Default::default();
            let page = query::page(env.schema, store, table, &options, 0, &annotations)?;
            Ok(answer::text(page.count.unwrap_or(0).to_string()))
        }
        What::Row(table, key) => row(env, store, ask, table, key),
        What::Related(table, key, navigation, false) => {
            related(env, store, ask, table, key, navigation)
        }
        What::Definitions => metadata::read(env, ask),
        What::Unbound(name) if name == "WhoAmI" => Ok(answer::body(
            StatusCode::OK,
            &json!({
                "@odata.context": format!("{}$metadata#Microsoft.Dynamics.CRM.WhoAmIResponse", env.root),
                "BusinessUnitId": env.ids.unit,
                "UserId": env.user,
                "OrganizationId": env.ids.organization,
            }),
        )),
        What::Related(..) | What::Bulk(..) | What::Unbound(_) => Err(method_not_allowed()),
    }
}

/// 405
pub(super) fn method_not_allowed() -> Refusal {
    Refusal::new(
        405,
        "0x80060888",
        "The requested resource does not support this http method.",
    )
}

/// A page of rows. `of` narrows them to those whose lookup points at a row.
fn rows(
    env: &Env<'_>,
    store: &Store,
    ask: &Ask<'_>,
    table: &Table,
    of: Option<query::Filter>,
) -> Result<Response<Bytes>, Refusal> {
    let prefer = ask.prefer();
    let mut options = Options::read(env.schema, table, &ask.url.query)?;
    if let Some(of) = of {
        options.filter = Some(match options.filter.take() {
            Some(filter) => query::Filter::And(vec![of, filter]),
            None => of,
        });
    }
    // The service does not mix the two: $top wins and the page size is not heard.
    let size = match options.top {
        Some(_) => LARGEST_PAGE,
        None => prefer.page_size.unwrap_or(LARGEST_PAGE),
    };
    let page = query::page(
        env.schema,
        store,
        table,
        &options,
        size,
        &prefer.annotations,
    )?;
    let set = &table.definition.entity_set;
    let mut shown = json!({
        "@odata.context": format!("{}$metadata#{set}{}", env.root, selected(table, &options)),
        "value": page.rows,
    });
    if let Some(count) = page.count {
        shown["@odata.count"] = count.into();
        if prefer
            .annotations
            .wants("Microsoft.Dynamics.CRM.totalrecordcount")
        {
            shown["@Microsoft.Dynamics.CRM.totalrecordcount"] = count.into();
            let exceeded = json!(false);
            shown["@Microsoft.Dynamics.CRM.totalrecordcountlimitexceeded"] = exceeded;
        }
    }
    if let Some(token) = page.next {
        let raw = ask.url.raw_query.split('&');
        let is_token =
            |part: &&str| part.starts_with("$skiptoken=") || part.starts_with("%24skiptoken=");
        let mut query: Vec<_> = raw
            .filter(|part| !part.is_empty() && !is_token(part))
            .collect();
        let token = format!("$skiptoken={token}");
        query.push(&token);
        let path = ask.url.segments.join("/");
        shown["@odata.nextLink"] = format!("{}{path}?{}", env.root, query.join("&")).into();
    }
    Ok(applied(
        answer::body(StatusCode::OK, &shown),
        &prefer.applied,
    ))
}

/// Groups and figures: no rows, so no version and no id.
fn groups(
    env: &Env<'_>,
    store: &Store,
    ask: &Ask<'_>,
    table: &Table,
    apply: &str,
) -> Result<Response<Bytes>, Refusal> {
    let mut names = ask.url.query.iter().map(|(name, _)| name.as_str());
    if names.clone().any(|name| name == "$orderby") {
        let message = "The query node SingleValueOpenPropertyAccess is not supported";
        return Err(Refusal::query(message));
    }
    if names.any(|name| name.starts_with('$') && name != "$apply") {
        return Err(Refusal::not_built("$apply beside other options"));
    }
    let prefer = ask.prefer();
    let groups = query::Apply::read(env.schema, table, apply)?.run(
        env.schema,
        store,
        table,
        env.aggregate_rows,
        &prefer.annotations,
    )?;
    let set = &table.definition.entity_set;
    let shown =
        json!({ "@odata.context": format!("{}$metadata#{set}", env.root), "value": groups });
    Ok(applied(
        answer::body(StatusCode::OK, &shown),
        &prefer.applied,
    ))
}

fn selected(table: &Table, options: &Options) -> String {
    let Some(select) = &options.select else {
        return String::new();
    };
    let properties = select.iter().filter_map(|name| table.column(name));
    let properties: Vec<_> = properties.map(|column| column.property()).collect();
    format!("({})", properties.join(","))
}

fn row(
    env: &Env<'_>,
    store: &Store,
    ask: &Ask<'_>,
    table: &Table,
    key: &Key,
) -> Result<Response<Bytes>, Refusal> {
    let prefer = ask.prefer();
    let options = Options::read(env.schema, table, &ask.url.query)?;
    let row = key.find(store, table).ok_or_else(|| key.missing(table))?;
    if ask.header("if-none-match") == Some(row.etag().as_str()) {
        let mut response = Response::new(Bytes::new());
        *response.status_mut() = StatusCode::NOT_MODIFIED;
        return Ok(response);
    }
    let mut shown = query::one(env.schema, store, table, row, &options, &prefer.annotations);
    contextualize(env, table, &options, &mut shown);
    let mut response = applied(answer::body(StatusCode::OK, &shown), &prefer.applied);
    answer::put(response.headers_mut(), "etag", &row.etag());
    Ok(response)
}

fn contextualize(env: &Env<'_>, table: &Table, options: &Options, shown: &mut Json) {
    let set = &table.definition.entity_set;
    let context = format!(
        "{}$metadata#{set}{}/$entity",
        env.root,
        selected(table, options)
    );
    shown["@odata.context"] = context.into();
}

/// A row as `return=representation` shows it.
pub(super) fn representation(
    env: &Env<'_>,
    store: &Store,
    ask: &Ask<'_>,
    table: &Table,
    id: punctual_stand_ins::Guid,
    status: StatusCode,
) -> Result<Response<Bytes>, Refusal> {
    let prefer = ask.prefer();
    let options = Options::read(env.schema, table, &ask.url.query)?;
    let row = store
        .get(table.name(), id)
        .ok_or_else(|| Refusal::no_row(table.name(), id))?;
    let mut shown = query::one(env.schema, store, table, row, &options, &prefer.annotations);
    contextualize(env, table, &options, &mut shown);
    let mut response = applied(answer::body(status, &shown), &prefer.applied);
    let url = env.url_of(table, &id.to_string());
    answer::put(response.headers_mut(), "odata-entityid", &url);
    answer::put(response.headers_mut(), "location", &url);
    Ok(response)
}

fn related(
    env: &Env<'_>,
    store: &Store,
    ask: &Ask<'_>,
    table: &Table,
    key: &Key,
    navigation: &str,
) -> Result<Response<Bytes>, Refusal> {
    let from = key.find(store, table).ok_or_else(|| key.missing(table))?;
    if let Some((other, column)) = env.schema.collection(table.name(), navigation) {
        let path = query::filter::Path {
            lookups: Vec::new(),
            column: column.name.clone(),
        };
        let here = crate::value::Value::Guid(from.id);
        let of = query::Filter::Compare(path, query::filter::Comparison::Equal, Some(here));
        return rows(env, store, ask, other, Some(of));
    }
    if let Some((column, target)) = table.navigation(navigation) {
        let Some(id) = from.reference(&column.name) else {
            return Ok(answer::no_content(None));
        };
        let other = env.schema.table(&target.table);
        let other = other.ok_or_else(|| Refusal::no_segment(navigation))?;
        return row(env, store, ask, other, &Key::Id(id));
    }
    // A property of its own: /rows(id)/column
    let column = table
        .property(navigation)
        .ok_or_else(|| Refusal::no_segment(navigation))?;
    match from.get(&column.name) {
        None => Ok(answer::no_content(None)),
        Some(value) => {
            let set = &table.definition.entity_set;
            let context = format!("{}$metadata#{set}({})/{navigation}", env.root, from.id);
            let shown = json!({ "@odata.context": context, "value": value.to_json() });
            Ok(answer::body(StatusCode::OK, &shown))
        }
    }
}

fn applied(mut response: Response<Bytes>, applied: &[String]) -> Response<Bytes> {
    if !applied.is_empty() {
        answer::put(
            response.headers_mut(),
            "preference-applied",
            &applied.join(","),
        );
    }
    response
}
