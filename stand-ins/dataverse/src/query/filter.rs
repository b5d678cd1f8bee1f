//! `$filter`, understood: conditions on columns of a row, or of the rows that its lookups point at.
//!
//! A condition on an empty cell is false, except `eq null` and `ne`; `not` turns the whole around. So `ne 'x'` is true of
//! an empty cell, as the service's queries have it. Text is compared without its case.

use std::cmp::Ordering;

use punctual_stand_ins::Guid;

use crate::schema::Table;
use crate::store::{Row, Store};
use crate::value::Value;

/// A filter.
#[derive(Debug, Clone, PartialEq)]
pub enum Filter {
    /// All of them.
    And(Vec<Filter>),
    /// One of them at least.
    Or(Vec<Filter>),
    /// The contrary.
    Not(Box<Filter>),
    /// A comparison.
    Compare(Path, Comparison, Option<Value>),
    /// The cell is one of these.
    Among(Path, Vec<Value>),
    /// Something about a text.
    Text(Path, TextTest, String),
}

/// A column of a row, or of one that it points at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Path {
    /// The lookups to follow first.
    pub lookups: Vec<String>,
    /// The column's logical name.
    pub column: String,
}

/// `eq ne gt ge lt le`
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Comparison {
    /// `eq`
    Equal,
    /// `ne`
    Other,
    /// `gt`
    Greater,
    /// `ge`
    GreaterOrEqual,
    /// `lt`
    Less,
    /// `le`
    LessOrEqual,
}

/// What can be asked of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TextTest {
    /// `contains`
    Contains,
    /// `startswith`
    StartsWith,
    /// `endswith`
    EndsWith,
}

impl Filter {
    /// Whether the row is meant.
    pub fn matches(&self, store: &Store, row: &Row) -> bool {
        let cell = |path: &Path| cell(store, row, path);
        match self {
            Self::And(all) => all.iter().all(|it| it.matches(store, row)),
            Self::Or(all) => all.iter().any(|it| it.matches(store, row)),
            Self::Not(inner) => !inner.matches(store, row),
            Self::Compare(path, comparison, wanted) => match (cell(path), wanted) {
                (None, None) => *comparison == Comparison::Equal,
                (Some(_), None) | (None, Some(_)) => *comparison == Comparison::Other,
                (Some(found), Some(wanted)) => comparison.holds(compare(found, wanted)),
            },
            Self::Among(path, wanted) => cell(path).is_some_and(|found| {
                let equal = |wanted| compare(found, wanted) == Some(Ordering::Equal);
                wanted.iter().any(equal)
            }),
            Self::Text(path, test, wanted) => match cell(path) {
                Some(Value::Text(found)) => {
                    test.holds(&found.to_lowercase(), &wanted.to_lowercase())
                }
                _ => false,
            },
        }
    }

    /// A lookup that must point at one row: the rows that do are all that need be looked at.
    pub fn lookup(&self) -> Option<(&str, Guid)> {
        match self {
            Self::And(all) => all.iter().find_map(Self::lookup),
            Self::Compare(path, Comparison::Equal, Some(Value::Guid(id)))
                if path.lookups.is_empty() =>
            {
                Some((&path.column, *id))
            }
            _ => None,
        }
    }

    /// An alternate key's value that must be: (its number, its folded text).
    pub fn key(&self, table: &Table) -> Option<(usize, String)> {
        let single = |column: &str| {
            let mut keys = table.definition.keys.iter().enumerate();
            keys.find(|(_, key)| key.columns.len() == 1 && key.columns[0] == column)
        };
        match self {
            Self::And(all) => all.iter().find_map(|it| it.key(table)),
            Self::Compare(path, Comparison::Equal, Some(value)) if path.lookups.is_empty() => {
                let (number, _) = single(&path.column)?;
                Some((number, value.folded() + "\u{1f}"))
            }
            _ => None,
        }
    }
}

impl Comparison {
    fn holds(self, found: Option<Ordering>) -> bool {
        let Some(order) = found else {
            return false;
        };
        match self {
            Self::Equal => order.is_eq(),
            Self::Other => order.is_ne(),
            Self::Greater => order.is_gt(),
            Self::GreaterOrEqual => order.is_ge(),
            Self::Less => order.is_lt(),
            Self::LessOrEqual => order.is_le(),
        }
    }
}

impl TextTest {
    fn holds(self, found: &str, wanted: &str) -> bool {
        match self {
            Self::Contains => found.contains(wanted),
            Self::StartsWith => found.starts_with(wanted),
            Self::EndsWith => found.ends_with(wanted),
        }
    }
}

/// The cell at a path.
pub(super) fn cell<'a>(store: &'a Store, row: &'a Row, path: &Path) -> Option<&'a Value> {
    let mut row = row;
    for lookup in &path.lookups {
        let Value::Reference(table, id) = row.get(lookup)? else {
            return None;
        };
        row = store.get(table, *id)?;
    }
    row.get(&path.column)
}

/// The order of two cells, if they can be compared.
pub(super) fn compare(one: &Value, other: &Value) -> Option<Ordering> {
    Some(match (one, other) {
        (Value::Text(one), Value::Text(other)) => one.to_lowercase().cmp(&other.to_lowercase()),
        (Value::Integer(one), Value::Integer(other)) => one.cmp(other),
        (Value::Instant(one), Value::Instant(other)) => one.cmp(other),
        (Value::Boolean(one), Value::Boolean(other)) => one.cmp(other),
        (Value::Choices(one), Value::Choices(other)) => one.cmp(other),
        (Value::Decimal(one), Value::Decimal(other)) => one.partial_cmp(other)?,
        (
            Value::Guid(one) | Value::Reference(_, one),
            Value::Guid(other) | Value::Reference(_, other),
        ) => one.cmp(other),
        _ => return None,
    })
}
