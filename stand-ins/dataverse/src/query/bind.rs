//! Names and literals of a query, against the columns of a table.

use super::filter::Path;
use super::lexer::Word;
use super::parser::syntax;
use crate::refusal::Refusal;
use crate::schema::{Column, Kind, Schema, Table};
use crate::value::{Value, read_instant};

/// The column that a name in a filter means: `column`, `_lookup_value`, or `navigation/column`.
pub(super) fn path<'a>(
    schema: &'a Schema,
    table: &'a Table,
    name: &str,
) -> Result<(Path, &'a Column), Refusal> {
    let missing = |table: &Table, name: &str| {
        Refusal::query(format!(
            "Could not find a property named '{name}' on type 'Microsoft.Dynamics.CRM.{}'.",
            table.name()
        ))
    };
    let mut table = table;
    let mut lookups = Vec::new();
    let mut parts = name.split('/').peekable();
    while let Some(part) = parts.next() {
        if parts.peek().is_some() {
            let (column, target) = table.navigation(part).ok_or_else(|| missing(table, part))?;
            lookups.push(column.name.clone());
            table = schema
                .table(&target.table)
                .ok_or_else(|| missing(table, part))?;
            continue;
        }
        let column = table.property(part).ok_or_else(|| missing(table, part))?;
        let path = Path {
            lookups,
            column: column.name.clone(),
        };
        return Ok((path, column));
    }
    Err(missing(table, name))
}

/// A literal as the column's kind wants it.
pub(super) fn literal(column: &Column, word: &Word) -> Result<Value, Refusal> {
    let is_text = matches!(column.kind, Kind::Text { .. } | Kind::MultiChoice { .. });
    match word {
        Word::Quoted(_) if !is_text => Err(incompatible(column)),
        Word::Bare(_) if is_text => Err(incompatible(column)),
        word => loose(column, word),
    }
}

fn incompatible(column: &Column) -> Refusal {
    Refusal::query(format!(
        "A binary operator with incompatible types was detected at '{}'.",
        column.name
    ))
}

/// A value that may be between quotes whatever it is, as in query functions.
pub(super) fn loose(column: &Column, word: &Word) -> Result<Value, Refusal> {
    let text = match word {
        Word::Bare(text) | Word::Quoted(text) => text,
        other => return Err(syntax(other)),
    };
    let value = match &column.kind {
        Kind::Text { .. } => Some(Value::Text(text.clone())),
        Kind::Integer { .. }
        | Kind::BigInteger
        | Kind::Choice { .. }
        | Kind::State
        | Kind::Status => text.parse().ok().map(Value::Integer),
        Kind::Decimal => text.parse().ok().map(Value::Decimal),
        Kind::Boolean => text.parse().ok().map(Value::Boolean),
        Kind::Instant => read_instant(text)
            .or_else(|| read_instant(&format!("{text}T00:00:00Z")))
            .map(Value::Instant),
        Kind::Guid | Kind::Id | Kind::Lookup { .. } => text.parse().ok().map(Value::Guid),
        Kind::MultiChoice { .. } => {
            let numbers: Result<Vec<i64>, _> = text.split(',').map(str::parse).collect();
            numbers.ok().map(Value::Choices)
        }
    };
    value.ok_or_else(|| incompatible(column))
}
