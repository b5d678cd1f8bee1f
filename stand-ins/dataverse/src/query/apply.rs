//! `$apply`: rows counted and added up, group by group. Of the transformations, Dataverse has `filter` at the front
//! and one `groupby` or `aggregate`.
//!
//! A group shows no column that is empty in it, nor a sum of nothing. Text is grouped without its case.

use std::collections::BTreeMap;

use serde_json::{Map, Value as Json};

use super::filter::{Filter, compare};
use super::lexer::Word;
use super::parser::{Parser, syntax};
use crate::api::annotations::Annotations;
use crate::refusal::Refusal;
use crate::schema::{Column, Kind, Schema, Table};
use crate::store::{Row, Store};
use crate::value::Value;

const LARGEST_COUNT_OF_GROUPS: usize = 5_000;

/// What is asked for.
#[derive(Debug, Clone)]
pub struct Apply {
    filter: Option<Filter>,
    /// The columns to group by; none where all rows are one group.
    groups: Option<Vec<String>>,
    measures: Vec<Measure>,
}

/// A figure of a group.
#[derive(Debug, Clone)]
struct Measure {
    figure: Figure,
    alias: String,
}

#[derive(Debug, Clone)]
enum Figure {
    Count,
    Sum(String),
    Least(String),
    Greatest(String),
}

impl Apply {
    /// Reads what stands after `$apply=`.
    pub fn read(schema: &Schema, table: &Table, text: &str) -> Result<Self, Refusal> {
        let mut parser = Parser::new(schema, table, text)?;
        let mut apply = Self {
            filter: None,
            groups: None,
            measures: Vec::new(),
        };
        let mut slash = "";
        if parser.takes("filter") {
            parser.mark('(')?;
            apply.filter = Some(parser.or()?);
            parser.mark(')')?;
            slash = "/";
        }
        if parser.takes(&format!("{slash}groupby")) {
            parser.mark('(')?;
            apply.groups = Some(groups(&mut parser)?);
            if parser.is_mark(',') {
                parser.mark(',')?;
                if !parser.takes("aggregate") {
                    return Err(Refusal::not_built("Anything but aggregate in groupby"));
                }
                apply.measures = measures(&mut parser)?;
            }
            parser.mark(')')?;
        } else if parser.takes(&format!("{slash}aggregate")) {
            apply.measures = measures(&mut parser)?;
        } else {
            return Err(Refusal::not_built("This transformation in $apply"));
        }
        parser.end()?;
        apply.check_names(table)?;
        Ok(apply)
    }

    /// No two members of an answer may have the same name.
    fn check_names(&self, table: &Table) -> Result<(), Refusal> {
        let groups = self.groups.iter().flatten();
        let groups = groups.filter_map(|name| table.column(name).map(Column::property));
        let aliases = self.measures.iter().map(|measure| measure.alias.clone());
        let mut names: Vec<_> = groups.chain(aliases).collect();
        names.sort_unstable();
        match names.windows(2).find(|pair| pair[0] == pair[1]) {
            None => Ok(()),
            Some(pair) => Err(Refusal::query(format!(
                "The name '{}' comes twice.",
                pair[0]
            ))),
        }
    }

    /// The groups, as JSON. More rows than `limit` are refused, as Dataverse does.
    pub fn run(
        &self,
        schema: &Schema,
        store: &Store,
        table: &Table,
        limit: usize,
        annotations: &Annotations,
    ) -> Result<Vec<Json>, Refusal> {
        let filter = self.filter.as_ref();
        let fits = |row: &&Row| filter.is_none_or(|filter| filter.matches(store, row));
        let mut groups: BTreeMap<Vec<Option<String>>, Vec<&Row>> = BTreeMap::new();
        if self.groups.is_none() {
            // All rows are one group, also where there are none.
            groups.insert(Vec::new(), Vec::new());
        }
        for (count, row) in store.rows(table).all().filter(fits).enumerate() {
            if count >= limit {
                return Err(Refusal::too_many_to_aggregate());
            }
            let columns = self.groups.iter().flatten();
            let cells = columns.map(|column| row.get(column).map(Value::folded));
            groups.entry(cells.collect()).or_default().push(row);
        }
        if groups.len() > LARGEST_COUNT_OF_GROUPS {
            return Err(Refusal::not_built("More than a page of groups"));
        }
        let shown = groups
            .values()
            .map(|rows| self.show(schema, store, table, rows, annotations));
        shown.collect()
    }

    fn show(
        &self,
        schema: &Schema,
        store: &Store,
        table: &Table,
        rows: &[&Row],
        annotations: &Annotations,
    ) -> Result<Json, Refusal> {
        let mut shown = Map::new();
        let mut put = |column: &Column, name: &str, value: &Value| {
            annotations.add(&mut shown, store, schema, table, column, name, value);
            shown.insert(name.to_owned(), value.to_json());
        };
        for name in self.groups.iter().flatten() {
            let cell = rows.first().and_then(|row| row.get(name));
            if let (Some(column), Some(cell)) = (table.column(name), cell) {
                put(column, &column.property(), cell);
            }
        }
        for Measure { figure, alias } in &self.measures {
            let (name, value) = match figure {
                Figure::Count => ("versionnumber", Some(Value::Integer(rows.len() as i64))),
                Figure::Sum(name) => (name.as_str(), sum(table, name, rows)?),
                Figure::Least(name) => (name.as_str(), extreme(name, rows, false)),
                Figure::Greatest(name) => (name.as_str(), extreme(name, rows, true)),
            };
            // A count is formatted as any number is; every table has one in its version.
            if let (Some(column), Some(value)) = (table.column(name), value) {
                put(column, alias, &value);
            }
        }
        Ok(Json::Object(shown))
    }
}

/// The columns between the parentheses.
fn groups(parser: &mut Parser<'_>) -> Result<Vec<String>, Refusal> {
    parser.mark('(')?;
    let mut columns = Vec::new();
    loop {
        let column = column(parser)?;
        if matches!(column.kind, Kind::Instant) {
            let message = format!(
                "groupby with the datetime '{}' is not supported.",
                column.name
            );
            return Err(Refusal::query(message));
        }
        columns.push(column.name.clone());
        match parser.next()? {
            Word::Mark(',') => {}
            Word::Mark(')') => return Ok(columns),
            other => return Err(syntax(&other)),
        }
    }
}

/// `($count as a,b with sum as c)`
fn measures(parser: &mut Parser<'_>) -> Result<Vec<Measure>, Refusal> {
    parser.mark('(')?;
    let mut measures = Vec::new();
    loop {
        let figure = match parser.takes("$count") {
            true => Figure::Count,
            false => figure(parser)?,
        };
        if !parser.takes("as") {
            return Err(Refusal::query(
                "A figure in aggregate needs a name after 'as'.",
            ));
        }
        let alias = match parser.next()? {
            Word::Bare(alias) if is_name(&alias) => alias,
            other => return Err(syntax(&other)),
        };
        measures.push(Measure { figure, alias });
        match parser.next()? {
            Word::Mark(',') => {}
            Word::Mark(')') => return Ok(measures),
            other => return Err(syntax(&other)),
        }
    }
}

fn figure(parser: &mut Parser<'_>) -> Result<Figure, Refusal> {
    let column = column(parser)?;
    let name = column.name.clone();
    if !parser.takes("with") {
        return Err(Refusal::query(format!("How is '{name}' to be aggregated?")));
    }
    let adds = matches!(
        column.kind,
        Kind::Integer { .. } | Kind::BigInteger | Kind::Decimal
    );
    match parser.next()? {
        Word::Bare(method) => match method.as_str() {
            "sum" if adds => Ok(Figure::Sum(name)),
            "sum" => Err(Refusal::query(format!("'{name}' is no number."))),
            "min" | "max" if !adds && !matches!(column.kind, Kind::Instant) => Err(Refusal::query(
                format!("'{name}' is neither a number nor a datetime."),
            )),
            "min" => Ok(Figure::Least(name)),
            "max" => Ok(Figure::Greatest(name)),
            "countdistinct" => Err(Refusal::query("countdistinct is not supported.")),
            _ => Err(Refusal::not_built(&format!("Aggregating with {method}"))),
        },
        other => Err(syntax(&other)),
    }
}

/// A column of the table itself.
fn column<'a>(parser: &mut Parser<'a>) -> Result<&'a Column, Refusal> {
    let name = match parser.next()? {
        Word::Bare(name) => name,
        other => return Err(syntax(&other)),
    };
    if name.contains('/') {
        return Err(Refusal::not_built("Aggregating over related rows"));
    }
    parser.column(&name)
}

fn is_name(text: &str) -> bool {
    let mut letters = text.chars();
    letters
        .next()
        .is_some_and(|first| first.is_ascii_alphabetic() || first == '_')
        && letters.all(|letter| letter.is_ascii_alphanumeric() || letter == '_')
}

/// Empty cells do not count. A sum is of its column's kind: where that has 32 bits, the sum has too.
fn sum(table: &Table, name: &str, rows: &[&Row]) -> Result<Option<Value>, Refusal> {
    let narrow = table
        .column(name)
        .is_some_and(|column| matches!(column.kind, Kind::Integer { .. }));
    let mut sum = None;
    for cell in rows.iter().filter_map(|row| row.get(name)) {
        sum = Some(match (sum, cell) {
            (None, cell) => cell.clone(),
            (Some(Value::Integer(sum)), Value::Integer(number)) => {
                let sum = sum.checked_add(*number);
                let fits = sum.filter(|sum| !narrow || i32::try_from(*sum).is_ok());
                Value::Integer(fits.ok_or_else(Refusal::overflow)?)
            }
            (Some(Value::Decimal(sum)), Value::Decimal(number)) => Value::Decimal(sum + number),
            (Some(sum), _) => sum,
        });
    }
    Ok(sum)
}

fn extreme(name: &str, rows: &[&Row], greatest: bool) -> Option<Value> {
    let cells = rows.iter().filter_map(|row| row.get(name));
    let found = cells.reduce(|one, other| match compare(one, other) {
        Some(order) if order.is_gt() == greatest && order.is_ne() => one,
        _ => other,
    });
    found.cloned()
}
