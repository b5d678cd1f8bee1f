//! URLs of the Web API: which table, which row, which operation.

use percent_encoding::percent_decode_str;
use punctual_stand_ins::Guid;

use crate::query::pairs;
use crate::refusal::Refusal;
use crate::schema::{Kind, Schema, Table};
use crate::store::{Changes, Row, Store};
use crate::value::{Value, read_instant};

/// The service root, without the version.
pub(super) const ROOT: &str = "api/data/v9.";

/// A URL, in its parts.
#[derive(Debug, Clone)]
pub(super) struct Url {
    /// The segments below the service root, encoded.
    pub segments: Vec<String>,
    /// The query options, decoded.
    pub query: Vec<(String, String)>,
    /// The query as it came.
    pub raw_query: String,
}

impl Url {
    /// Reads an absolute URL, an absolute path, or a path relative to the service root.
    pub fn read(text: &str) -> Option<Self> {
        let (path, query) = text.split_once('?').unwrap_or((text, ""));
        let path = match path.split_once("://") {
            Some((_, rest)) => rest.split_once('/').map_or("", |(_, path)| path),
            None => path.trim_start_matches('/'),
        };
        let below = match path.strip_prefix(ROOT) {
            Some(rest) => rest.split_once('/').map_or("", |(_, below)| below),
            None if text.starts_with('/') || text.contains("://") => return None,
            None => path,
        };
        let segments = below.split('/').filter(|segment| !segment.is_empty());
        Some(Self {
            segments: segments.map(str::to_owned).collect(),
            query: pairs(query),
            raw_query: query.to_owned(),
        })
    }
}

/// A segment: a name, and what is between its parentheses.
pub(super) fn name_and_key(segment: &str) -> (String, Option<String>) {
    let decode = |text: &str| percent_decode_str(text).decode_utf8_lossy().into_owned();
    let decoded = decode(segment);
    match decoded.split_once('(') {
        Some((name, rest)) => {
            let inner = rest.strip_suffix(')').unwrap_or(rest);
            (name.to_owned(), Some(inner.to_owned()))
        }
        None => (decoded, None),
    }
}

/// Which row a URL means.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Key {
    /// By its id.
    Id(Guid),
    /// By an alternate key.
    Alternate {
        /// The key's number in the table's definition.
        number: usize,
        /// Its values, as the index has them.
        folded: String,
        /// The values, for a row that is made by this.
        values: Changes,
        /// As it was written.
        text: String,
    },
}

impl Key {
    /// Reads what is between the parentheses.
    pub fn read(table: &Table, text: &str, keys_active: bool) -> Result<Self, Refusal> {
        if let Ok(id) = text.parse() {
            return Ok(Self::Id(id));
        }
        let mut values = Changes::new();
        for part in split(text) {
            let (name, literal) = part.split_once('=').ok_or_else(|| {
                Refusal::query(format!("Bad Request - Error in query syntax: '{text}'."))
            })?;
            let (name, literal) = (name.trim(), literal.trim());
            let column = table.property(name).or_else(|| table.column(name));
            let column = column.ok_or_else(|| Refusal::no_key(table.name()))?;
            let value = match literal
                .strip_prefix('\'')
                .and_then(|rest| rest.strip_suffix('\''))
            {
                Some(quoted) => {
                    check_letters(quoted)?;
                    Some(Value::Text(quoted.replace("''", "'")))
                }
                None => bare(
                    &column.kind,
                    column.targets().first().map(|it| it.table.as_str()),
                    literal,
                ),
            };
            let value = value
                .ok_or_else(|| Refusal::query(format!("The key value {literal} is malformed.")))?;
            values.insert(column.name.clone(), Some(value));
        }
        if let (1, Some(Some(Value::Guid(id)))) =
            (values.len(), values.get(&table.definition.primary_id))
        {
            return Ok(Self::Id(*id));
        }
        let same = |columns: &[String]| {
            columns.len() == values.len()
                && columns.iter().all(|column| values.contains_key(column))
        };
        let mut keys = table.definition.keys.iter().enumerate();
        let found = keys.find(|(_, key)| same(&key.columns));
        let Some((number, key)) = found.filter(|_| keys_active) else {
            return Err(Refusal::no_key(table.name()));
        };
        let mut folded = String::new();
        for column in &key.columns {
            if let Some(Some(value)) = values.get(column) {
                folded += &value.folded();
            }
            folded.push('\u{1f}');
        }
        Ok(Self::Alternate {
            number,
            folded,
            values,
            text: text.to_owned(),
        })
    }

    /// The row, if it is there.
    pub fn find<'a>(&self, store: &'a Store, table: &Table) -> Option<&'a Row> {
        match self {
            Self::Id(id) => store.get(table.name(), *id),
            Self::Alternate { number, folded, .. } => store.rows(table).by_key(*number, folded),
        }
    }

    /// The refusal of a row that is not there.
    pub fn missing(&self, table: &Table) -> Refusal {
        match self {
            Self::Id(id) => Refusal::no_row(table.name(), *id),
            Self::Alternate { .. } => Refusal::no_row_with_key(table.name()),
        }
    }
}

fn bare(kind: &Kind, end: Option<&str>, literal: &str) -> Option<Value> {
    match kind {
        Kind::Guid | Kind::Id => literal.parse().ok().map(Value::Guid),
        Kind::Lookup { .. } => Some(Value::Reference(end?.to_owned(), literal.parse().ok()?)),
        Kind::Instant => read_instant(literal).map(Value::Instant),
        Kind::Decimal => literal.parse().ok().map(Value::Decimal),
        Kind::Boolean => literal.parse().ok().map(Value::Boolean),
        Kind::Text { .. } | Kind::MultiChoice { .. } => None,
        _ => literal.parse().ok().map(Value::Integer),
    }
}

/// These letters cannot be in a key's value in a URL, encoded or not.
fn check_letters(text: &str) -> Result<(), Refusal> {
    match text.chars().find(|letter| "/<>*%&:\\?+".contains(*letter)) {
        Some(letter) => Err(Refusal::new(
            400,
            "0x80060888",
            format!(
                "A potentially dangerous Request.Path value was detected from the client ({letter})."
            ),
        )),
        None => Ok(()),
    }
}

/// Splits at commas outside quotes.
fn split(text: &str) -> Vec<&str> {
    let (mut parts, mut quoted, mut from) = (Vec::new(), false, 0);
    for (at, letter) in text.char_indices() {
        match letter {
            '\'' => quoted = !quoted,
            ',' if !quoted => {
                parts.push(&text[from..at]);
                from = at + 1;
            }
            _ => {}
        }
    }
    parts.push(&text[from..]);
    parts
}

/// The row that a reference in a body means, by its URL.
pub(super) fn referenced(
    schema: &Schema,
    store: &Store,
    text: &str,
    keys_active: bool,
) -> Result<(String, Guid), Refusal> {
    let malformed = || Refusal::query(format!("The reference '{text}' is malformed."));
    let url = Url::read(text)
        .or_else(|| Url::read(text.trim_start_matches('/')))
        .ok_or_else(malformed)?;
    let [segment] = url.segments.as_slice() else {
        return Err(malformed());
    };
    let (set, key) = name_and_key(segment);
    let table = schema
        .by_set(&set)
        .ok_or_else(|| Refusal::no_segment(&set))?;
    let key = Key::read(table, &key.ok_or_else(malformed)?, keys_active)?;
    let row = key.find(store, table).ok_or_else(|| key.missing(table))?;
    Ok((table.name().to_owned(), row.id))
}
