//! Rows, with indexes for alternate keys and lookups. Nothing here knows rules; see [`work`].

mod body;
mod event;
mod state;
pub mod work;

use std::collections::{BTreeMap, BTreeSet, HashMap};

use punctual_stand_ins::Guid;

use crate::schema::{Schema, Table};
use crate::value::Value;

pub use body::{Change, Changes, read_changes};
pub use event::{Cause, Event, Message};
pub use work::Work;

/// A row. Its id and its version are among the values too.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// Its id.
    pub id: Guid,
    /// Its version: greater with each write, in the whole environment. It is the ETag.
    pub version: u64,
    /// The cells that are not empty, by column.
    pub values: BTreeMap<String, Value>,
}

impl Row {
    /// The cell, if it is not empty.
    pub fn get(&self, column: &str) -> Option<&Value> {
        self.values.get(column)
    }

    /// The text in a cell, or nothing.
    pub fn text(&self, column: &str) -> &str {
        match self.get(column) {
            Some(Value::Text(text)) => text,
            _ => "",
        }
    }

    /// The number in a cell.
    pub fn integer(&self, column: &str) -> Option<i64> {
        match self.get(column)? {
            Value::Integer(number) => Some(*number),
            _ => None,
        }
    }

    /// The flag in a cell; false if there is none.
    pub fn flag(&self, column: &str) -> bool {
        self.get(column) == Some(&Value::Boolean(true))
    }

    /// The id that a lookup holds.
    pub fn reference(&self, column: &str) -> Option<Guid> {
        match self.get(column)? {
            Value::Reference(_, id) => Some(*id),
            _ => None,
        }
    }

    /// `W/"1234"`
    pub fn etag(&self) -> String {
        format!("W/\"{}\"", self.version)
    }
}

/// All rows of an environment.
#[derive(Debug)]
pub struct Store {
    tables: BTreeMap<String, Rows>,
    version: u64,
}

/// The rows of a table.
#[derive(Debug, Default)]
pub struct Rows {
    rows: BTreeMap<Guid, Row>,
    /// By alternate key: the values of its columns → the row.
    keys: Vec<HashMap<String, Guid>>,
    /// By lookup: what it points at → the rows that do.
    references: BTreeMap<String, BTreeMap<Guid, BTreeSet<Guid>>>,
}

impl Store {
    /// No rows yet.
    pub fn new(schema: &Schema) -> Self {
        let empty = |table: &Table| {
            let rows = Rows {
                keys: vec![HashMap::new(); table.definition.keys.len()],
                ..Rows::default()
            };
            (table.name().to_owned(), rows)
        };
        Self {
            tables: schema.tables().map(empty).collect(),
            version: 1_000_000,
        }
    }

    /// A version that no row had.
    pub(crate) fn next_version(&mut self) -> u64 {
        self.version += 1;
        self.version
    }

    /// The rows of a table that is in the schema.
    pub fn rows(&self, table: &Table) -> &Rows {
        &self.tables[table.name()]
    }

    /// The row with this id.
    pub fn get(&self, table: &str, id: Guid) -> Option<&Row> {
        self.tables.get(table)?.rows.get(&id)
    }

    /// Puts a row in place of the one with its id, or takes it away; the answer is the one that was there.
    pub(crate) fn replace(&mut self, table: &Table, id: Guid, row: Option<Row>) -> Option<Row> {
        let rows = self.tables.get_mut(table.name())?;
        let old = rows.rows.remove(&id);
        if let Some(old) = &old {
            rows.unlist(table, old);
        }
        if let Some(row) = row {
            rows.list(table, &row);
            rows.rows.insert(id, row);
        }
        old
    }
}

impl Rows {
    /// All rows, by id.
    pub fn all(&self) -> impl Iterator<Item = &Row> {
        self.rows.values()
    }

    /// How many there are.
    pub fn count(&self) -> usize {
        self.rows.len()
    }

    /// The row with this alternate key, which is the one of this number in the table's definition.
    pub fn by_key(&self, number: usize, folded: &str) -> Option<&Row> {
        self.rows.get(self.keys.get(number)?.get(folded)?)
    }

    /// The rows whose lookup points at `id`, by their id.
    pub fn pointing_at<'a>(&'a self, column: &str, id: Guid) -> impl Iterator<Item = &'a Row> {
        let ids = self.references.get(column).and_then(|ends| ends.get(&id));
        ids.into_iter().flatten().filter_map(|id| self.rows.get(id))
    }

    fn list(&mut self, table: &Table, row: &Row) {
        for (number, key) in table.definition.keys.iter().enumerate() {
            if let Some(folded) = folded_key(&key.columns, row) {
                self.keys[number].insert(folded, row.id);
            }
        }
        for (column, end) in ends(row) {
            let column = self.references.entry(column.to_owned()).or_default();
            column.entry(end).or_default().insert(row.id);
        }
    }

    fn unlist(&mut self, table: &Table, row: &Row) {
        for (number, key) in table.definition.keys.iter().enumerate() {
            if let Some(folded) = folded_key(&key.columns, row) {
                self.keys[number].remove(&folded);
            }
        }
        for (column, end) in ends(row) {
            let Some(ends) = self.references.get_mut(column) else {
                continue;
            };
            if let Some(ids) = ends.get_mut(&end) {
                ids.remove(&row.id);
                if ids.is_empty() {
                    ends.remove(&end);
                }
            }
        }
    }
}

/// The lookups that are worth an index: not those of users and units, which are the same in every row.
fn ends(row: &Row) -> impl Iterator<Item = (&str, Guid)> {
    row.values.iter().filter_map(|(column, value)| match value {
        Value::Reference(table, id) if table != "systemuser" && table != "businessunit" => {
            Some((column.as_str(), *id))
        }
        _ => None,
    })
}

/// The values of a key's columns as one text; none if one of them is empty, for then nothing is checked.
pub(crate) fn folded_key(columns: &[String], row: &Row) -> Option<String> {
    let mut folded = String::new();
    for column in columns {
        folded += &row.get(column)?.folded();
        folded.push('\u{1f}');
    }
    Some(folded)
}
