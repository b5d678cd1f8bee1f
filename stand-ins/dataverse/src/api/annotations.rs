//! Annotations beside a value: the label of a choice, the table of a lookup.

use serde_json::{Map, Value as Json};

use crate::schema::{Column, Kind, Schema, Table};
use crate::store::Store;
use crate::value::{Value, instant};

const FORMATTED: &str = "OData.Community.Display.V1.FormattedValue";
const TABLE: &str = "Microsoft.Dynamics.CRM.lookuplogicalname";
const NAVIGATION: &str = "Microsoft.Dynamics.CRM.associatednavigationproperty";

/// Which annotations a caller wants: names, or beginnings of names with a `*`.
#[derive(Debug, Clone, Default)]
pub struct Annotations(Vec<String>);

impl Annotations {
    /// Reads the value of `odata.include-annotations`.
    pub fn read(text: &str) -> Self {
        Self(text.split(',').map(|part| part.trim().to_owned()).collect())
    }

    /// Whether this one is wanted.
    pub fn wants(&self, name: &str) -> bool {
        self.0
            .iter()
            .any(|pattern| match pattern.strip_suffix('*') {
                Some(beginning) => name.starts_with(beginning),
                None => pattern == name,
            })
    }

    /// Adds what is wanted about a value.
    #[allow(clippy::too_many_arguments)]
    pub(crate) fn add(
        &self,
        shown: &mut Map<String, Json>,
        store: &Store,
        schema: &Schema,
        table: &Table,
        column: &Column,
        property: &str,
        value: &Value,
    ) {
        if self.0.is_empty() {
            return;
        }
        if self.wants(FORMATTED) {
            let formatted = formatted(store, schema, table, column, value);
            if let Some(formatted) = formatted {
                shown.insert(format!("{property}@{FORMATTED}"), formatted.into());
            }
        }
        let Value::Reference(end, _) = value else {
            return;
        };
        if self.wants(TABLE) {
            shown.insert(format!("{property}@{TABLE}"), end.as_str().into());
        }
        let target = column.targets().iter().find(|target| target.table == *end);
        if let Some(target) = target.filter(|_| self.wants(NAVIGATION)) {
            let navigation = target.navigation.as_str().into();
            shown.insert(format!("{property}@{NAVIGATION}"), navigation);
        }
    }
}

/// A value for people, in English and UTC. Texts and ids have none.
pub(crate) fn formatted(
    store: &Store,
    schema: &Schema,
    table: &Table,
    column: &Column,
    value: &Value,
) -> Option<String> {
    match value {
        Value::Boolean(flag) => Some(if *flag { "Yes" } else { "No" }.into()),
        Value::Integer(number) => match column.kind {
            Kind::Integer { .. } | Kind::BigInteger => Some(grouped(*number)),
            _ => label(table, column, *number),
        },
        Value::Decimal(number) => Some(number.to_string()),
        Value::Instant(at_ms) => Some(instant(*at_ms).replace('Z', "-00:00")),
        Value::Choices(numbers) => {
            let labels: Option<Vec<_>> =
                numbers.iter().map(|it| label(table, column, *it)).collect();
            Some(labels?.join("; "))
        }
        Value::Reference(end, id) => {
            let name = &schema.table(end)?.definition.primary_name;
            let text = store.get(end, *id)?.text(name).to_owned();
            Some(text).filter(|text| !text.is_empty())
        }
        Value::Text(_) | Value::Guid(_) => None,
    }
}

fn label(table: &Table, column: &Column, number: i64) -> Option<String> {
    let labels = column.labels(table);
    let found = labels.into_iter().find(|(value, _)| *value == number)?;
    Some(found.1.to_owned())
}

/// `987,654,321`
fn grouped(number: i64) -> String {
    let digits = number.unsigned_abs().to_string();
    let mut shown = String::from(if number < 0 { "-" } else { "" });
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            shown.push(',');
        }
        shown.push(digit);
    }
    shown
}
