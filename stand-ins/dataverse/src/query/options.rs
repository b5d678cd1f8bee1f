//! The options of a query: `$select`, `$filter`, `$orderby`, `$top`, `$expand`, `$count`, `$skiptoken`.

use percent_encoding::percent_decode_str;

use super::expand::Expand;
use super::filter::{Filter, Path};
use super::{bind, parser};
use crate::refusal::Refusal;
use crate::schema::{Schema, Table};

/// What a URL or an `$expand` asks for.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// The columns to show; none means all.
    pub select: Option<Vec<String>>,
    /// Which rows.
    pub filter: Option<Filter>,
    /// In which order, before the id.
    pub order: Vec<Order>,
    /// How many at most.
    pub top: Option<usize>,
    /// Related rows to show too.
    pub expand: Vec<Expand>,
    /// Whether to count them.
    pub count: bool,
    /// Where the page begins.
    pub skip_token: Option<String>,
}

/// One of `$orderby`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Order {
    /// By this column.
    pub path: Path,
    /// The greatest first.
    pub descending: bool,
}

/// The names and values of a query string, decoded.
pub fn pairs(query: &str) -> Vec<(String, String)> {
    let parts = query.split('&').filter(|part| !part.is_empty());
    parts
        .map(|part| {
            let (name, value) = part.split_once('=').unwrap_or((part, ""));
            (decode(name), decode(value))
        })
        .collect()
}

/// Undoes percent-encoding, and `+` for a space.
pub fn decode(text: &str) -> String {
    let spaced = text.replace('+', " ");
    percent_decode_str(&spaced).decode_utf8_lossy().into_owned()
}

impl Options {
    /// Reads the options of a query on rows of a table. Unknown ones are refused.
    pub fn read(
        schema: &Schema,
        table: &Table,
        pairs: &[(String, String)],
    ) -> Result<Self, Refusal> {
        let mut options = Self::default();
        for (name, value) in pairs {
            match name.as_str() {
                "$select" => options.select = Some(select(table, value)?),
                "$filter" => options.filter = Some(parser::parse(schema, table, value)?),
                "$orderby" => options.order = order(schema, table, value)?,
                "$expand" => options.expand = Expand::read(schema, table, value)?,
                "$top" => {
                    let top = value.parse().ok().filter(|top| *top > 0);
                    options.top = Some(top.ok_or_else(|| {
                        Refusal::query("$top must be a whole number above zero.")
                    })?);
                }
                "$count" => options.count = value == "true",
                "$skiptoken" => options.skip_token = Some(value.clone()),
                "$skip" => return Err(Refusal::query("Skip Clause is not supported in CRM")),
                "$apply" | "fetchXml" | "savedQuery" | "userQuery" | "sql" | "$search"
                | "$deltatoken" => {
                    return Err(Refusal::not_built(&format!("The query option {name}")));
                }
                "tag" | "partitionId" | "api-version" => {}
                _ if name.starts_with('$') => {
                    let message = format!("The query parameter '{name}' is not supported.");
                    return Err(Refusal::query(message));
                }
                _ => {}
            }
        }
        Ok(options)
    }
}

fn select(table: &Table, text: &str) -> Result<Vec<String>, Refusal> {
    let mut columns = Vec::new();
    for name in text
        .split(',')
        .map(str::trim)
        .filter(|name| !name.is_empty())
    {
        if name == "*" {
            return Ok(table.columns.keys().cloned().collect());
        }
        // The service takes a lookup by its logical name here too.
        let column = table.property(name).or_else(|| table.column(name));
        let Some(column) = column.filter(|column| !column.secret) else {
            return Err(Refusal::query(format!(
                "Could not find a property named '{name}' on type 'Microsoft.Dynamics.CRM.{}'.",
                table.name()
            )));
        };
        columns.push(column.name.clone());
    }
    Ok(columns)
}

fn order(schema: &Schema, table: &Table, text: &str) -> Result<Vec<Order>, Refusal> {
    let mut order = Vec::new();
    for part in text.split(',').map(str::trim) {
        let mut words = part.split_whitespace();
        let (path, _) = bind::path(schema, table, words.next().unwrap_or_default())?;
        let descending = match words.next() {
            None | Some("asc") => false,
            Some("desc") => true,
            Some(_) => {
                return Err(Refusal::query(format!(
                    "Syntax error in $orderby at '{part}'."
                )));
            }
        };
        order.push(Order { path, descending });
    }
    Ok(order)
}
