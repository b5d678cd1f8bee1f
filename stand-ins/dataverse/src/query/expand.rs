//! `$expand`: related rows beside a row.

use super::options::Options;
use crate::refusal::Refusal;
use crate::schema::{Schema, Table};

/// One navigation property to show.
#[derive(Debug, Clone)]
pub struct Expand {
    /// Its name.
    pub navigation: String,
    /// The table of the related rows.
    pub table: String,
    /// The lookup: of this table if single-valued, of the other if not.
    pub lookup: String,
    /// Whether it is a collection.
    pub many: bool,
    /// What is asked of them.
    pub options: Options,
}

impl Expand {
    /// Reads `navigation($select=a,b;$filter=…),other`.
    pub(super) fn read(schema: &Schema, table: &Table, text: &str) -> Result<Vec<Self>, Refusal> {
        let parts = split(text, ',')?;
        let read = |part: &&str| Self::read_one(schema, table, part.trim());
        parts.iter().map(read).collect()
    }

    fn read_one(schema: &Schema, table: &Table, text: &str) -> Result<Self, Refusal> {
        let (navigation, inner) = match text.split_once('(') {
            Some((navigation, rest)) => {
                let inner = rest.strip_suffix(')');
                let inner = inner.ok_or_else(|| Refusal::query("Syntax error in $expand."))?;
                (navigation.trim(), inner)
            }
            None => (text, ""),
        };
        let single = table.navigation(navigation);
        let single = single.map(|(column, target)| (target.table.as_str(), column.name.as_str()));
        let many = || {
            let (other, column) = schema.collection(table.name(), navigation)?;
            Some((other.name(), column.name.as_str()))
        };
        let found = single
            .map(|end| (end, false))
            .or_else(|| many().map(|end| (end, true)));
        let Some(((other, lookup), many)) = found else {
            return Err(Refusal::query(format!(
                "Could not find a property named '{navigation}' on type 'Microsoft.Dynamics.CRM.{}'.",
                table.name()
            )));
        };
        let other = schema
            .table(other)
            .ok_or_else(|| Refusal::no_segment(other))?;
        let mut pairs = Vec::new();
        for option in split(inner, ';')? {
            if let Some((name, value)) = option.split_once('=') {
                pairs.push((name.trim().to_owned(), value.trim().to_owned()));
            }
        }
        Ok(Self {
            navigation: navigation.to_owned(),
            table: other.name().to_owned(),
            lookup: lookup.to_owned(),
            many,
            options: Options::read(schema, other, &pairs)?,
        })
    }
}

/// Splits where the mark is neither inside parentheses nor inside quotes.
fn split(text: &str, mark: char) -> Result<Vec<&str>, Refusal> {
    let (mut parts, mut depth, mut quoted, mut from) = (Vec::new(), 0_usize, false, 0);
    for (at, letter) in text.char_indices() {
        match letter {
            '\'' => quoted = !quoted,
            '(' if !quoted => depth += 1,
            ')' if !quoted => {
                depth = depth
                    .checked_sub(1)
                    .ok_or_else(|| Refusal::query("Syntax error in $expand."))?;
            }
            _ if letter == mark && depth == 0 && !quoted => {
                parts.push(&text[from..at]);
                from = at + mark.len_utf8();
            }
            _ => {}
        }
    }
    if depth != 0 || quoted {
        return Err(Refusal::query("Syntax error in $expand."));
    }
    if from < text.len() {
        parts.push(&text[from..]);
    }
    Ok(parts)
}
