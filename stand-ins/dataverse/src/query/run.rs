//! Finds the rows of a query, in their order and in pages, and shows them as JSON.

use std::cmp::Ordering;

use serde_json::{Map, Value as Json, json};

use super::cookie::Cookie;
use super::expand::Expand;
use super::filter::{cell, compare};
use super::options::{Options, Order};
use crate::api::annotations::Annotations;
use crate::refusal::Refusal;
use crate::schema::{Schema, Table};
use crate::store::{Row, Store};
use crate::value::Value;

/// `$count` stops here.
const LARGEST_COUNT: usize = 5_000;
/// So many rows does an `$expand` show of a collection.
const LARGEST_EXPANSION: usize = 5_000;

/// A page of rows.
pub struct Page {
    /// The rows as JSON.
    pub rows: Vec<Json>,
    /// The `$skiptoken` of the next page, percent-encoded.
    pub next: Option<String>,
    /// How many there are in all, up to 5,000.
    pub count: Option<usize>,
}

/// The page that is asked for.
pub fn page(
    schema: &Schema,
    store: &Store,
    table: &Table,
    options: &Options,
    page_size: usize,
    annotations: &Annotations,
) -> Result<Page, Refusal> {
    let mut rows = find(store, table, options);
    let count = options.count.then(|| rows.len().min(LARGEST_COUNT));
    if let Some(top) = options.top {
        rows.truncate(top);
    }
    let mut number = 1;
    if let Some(token) = &options.skip_token {
        let cookie = Cookie::read(token, &table.definition.primary_id, options.order.len())?;
        number = cookie.page;
        rows.retain(|row| is_after(store, row, &options.order, &cookie));
    }
    let rest = rows.len() > page_size;
    rows.truncate(page_size);
    let next = rows.last().filter(|_| rest).map(|last| {
        let cookie = Cookie {
            page: number + 1,
            last: last.id,
            cells: options
                .order
                .iter()
                .map(|order| cell(store, last, &order.path).map(sortable))
                .collect(),
        };
        cookie.write(&table.definition.primary_id)
    });
    let shown = rows
        .iter()
        .map(|row| one(schema, store, table, row, options, annotations));
    Ok(Page {
        rows: shown.collect(),
        next,
        count,
    })
}

/// The rows that the filter means, in their order.
fn find<'a>(store: &'a Store, table: &Table, options: &Options) -> Vec<&'a Row> {
    let all = store.rows(table);
    let filter = options.filter.as_ref();
    let fits = |row: &&Row| filter.is_none_or(|filter| filter.matches(store, row));
    let by_key = filter.and_then(|filter| filter.key(table));
    let by_lookup = filter.and_then(|filter| filter.lookup());
    let indexed = by_lookup.filter(|(column, _)| {
        let ends = table.column(column).map(|column| column.targets());
        ends.is_some_and(|ends| {
            ends.iter()
                .any(|end| end.table != "systemuser" && end.table != "businessunit")
        })
    });
    let mut rows: Vec<&Row> = match (by_key, indexed) {
        (Some((number, folded)), _) => all
            .by_key(number, &folded)
            .into_iter()
            .filter(fits)
            .collect(),
        (None, Some((column, id))) => all.pointing_at(column, id).filter(fits).collect(),
        (None, None) => all.all().filter(fits).collect(),
    };
    if !options.order.is_empty() {
        rows.sort_by(|one, other| by_order(store, one, other, &options.order));
    }
    rows
}

fn by_order(store: &Store, one: &Row, other: &Row, orders: &[Order]) -> Ordering {
    for order in orders {
        let cells = (
            cell(store, one, &order.path),
            cell(store, other, &order.path),
        );
        let found = match cells {
            (None, None) => Ordering::Equal,
            (None, Some(_)) => Ordering::Less,
            (Some(_), None) => Ordering::Greater,
            (Some(one), Some(other)) => compare(one, other).unwrap_or(Ordering::Equal),
        };
        let found = if order.descending {
            found.reverse()
        } else {
            found
        };
        if found.is_ne() {
            return found;
        }
    }
    one.id.cmp(&other.id)
}

/// A cell as a text that sorts as the cell does.
fn sortable(value: &Value) -> String {
    match value {
        // Shifted above zero, so that the digits sort.
        Value::Integer(number) | Value::Instant(number) => {
            format!("{:020}", i128::from(*number) - i128::from(i64::MIN))
        }
        Value::Decimal(number) => {
            let bits = number.to_bits();
            let sign = 1 << 63;
            let bits = if bits & sign == 0 { bits | sign } else { !bits };
            format!("{bits:020}")
        }
        other => other.folded(),
    }
}

fn is_after(store: &Store, row: &Row, orders: &[Order], cookie: &Cookie) -> bool {
    for (order, last) in orders.iter().zip(&cookie.cells) {
        let found = cell(store, row, &order.path).map(sortable);
        let found = found.cmp(last);
        let found = if order.descending {
            found.reverse()
        } else {
            found
        };
        if found.is_ne() {
            return found.is_gt();
        }
    }
    row.id > cookie.last
}

/// A row as JSON, with what is asked for.
pub fn one(
    schema: &Schema,
    store: &Store,
    table: &Table,
    row: &Row,
    options: &Options,
    annotations: &Annotations,
) -> Json {
    let mut shown = Map::new();
    shown.insert("@odata.etag".into(), row.etag().into());
    let primary_id = &table.definition.primary_id;
    for column in table.columns.values() {
        let selected = options.select.as_ref();
        let selected = selected.is_none_or(|names| names.contains(&column.name));
        if column.secret || (!selected && column.name != *primary_id) {
            continue;
        }
        let value = row.get(&column.name);
        let property = column.property();
        if let Some(value) = value {
            annotations.add(&mut shown, store, schema, table, column, &property, value);
        }
        shown.insert(property, value.map_or(Json::Null, Value::to_json));
    }
    for expand in &options.expand {
        let related = related(schema, store, row, expand, annotations);
        shown.insert(expand.navigation.clone(), related);
    }
    Json::Object(shown)
}

fn related(
    schema: &Schema,
    store: &Store,
    row: &Row,
    expand: &Expand,
    annotations: &Annotations,
) -> Json {
    let Some(table) = schema.table(&expand.table) else {
        return Json::Null;
    };
    let options = &expand.options;
    let show = |row: &Row| one(schema, store, table, row, options, annotations);
    if !expand.many {
        let end = row.reference(&expand.lookup);
        let end = end.and_then(|id| store.get(&expand.table, id));
        return end.map_or(Json::Null, show);
    }
    let fits = |row: &&Row| {
        let filter = options.filter.as_ref();
        filter.is_none_or(|filter| filter.matches(store, row))
    };
    let pointing = store.rows(table).pointing_at(&expand.lookup, row.id);
    let mut rows: Vec<&Row> = pointing.filter(fits).collect();
    if !options.order.is_empty() {
        rows.sort_by(|one, other| by_order(store, one, other, &options.order));
    }
    rows.truncate(
        options
            .top
            .unwrap_or(LARGEST_EXPANSION)
            .min(LARGEST_EXPANSION),
    );
    json!(rows.into_iter().map(show).collect::<Vec<_>>())
}
