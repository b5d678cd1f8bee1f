//! A table as a value, so that a test or a setting can bring its own.

use serde::{Deserialize, Serialize};

/// A standard table, user-owned. What every such table has (owner, state, dates) is added.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TableDefinition {
    /// `punctual_appointment`
    pub logical_name: String,
    /// `punctual_Appointment`; without one, the logical name.
    #[serde(default)]
    pub schema_name: String,
    /// `punctual_appointments`
    pub entity_set: String,
    /// `punctual_appointmentid`; without one, the logical name with `id`.
    #[serde(default)]
    pub primary_id: String,
    /// The column that names a row for people.
    pub primary_name: String,
    /// All columns of its own but the primary id.
    pub columns: Vec<ColumnDefinition>,
    /// Alternate keys.
    #[serde(default)]
    pub keys: Vec<KeyDefinition>,
    /// Statuses. The first is the default of a new row, the first of a state the default of that state. Without any:
    /// active and inactive.
    #[serde(default)]
    pub statuses: Vec<StatusDefinition>,
}

/// A column of a table.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ColumnDefinition {
    /// Its logical name.
    pub name: String,
    /// Its schema name; without one, the logical name.
    #[serde(default)]
    pub schema_name: String,
    /// What it holds.
    #[serde(flatten)]
    pub kind: Kind,
}

/// What a column holds.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "kebab-case")]
pub enum Kind {
    /// Text of one line or of many.
    Text {
        /// In UTF-16 units, as the platform counts.
        max_length: usize,
    },
    /// A whole number of 32 bits.
    Integer {
        /// The smallest that it takes.
        min: i64,
        /// The largest.
        max: i64,
    },
    /// A whole number of 64 bits.
    BigInteger,
    /// A number with a fraction.
    Decimal,
    /// Yes or no.
    Boolean,
    /// Date and time, user local: UTC in the API.
    Instant,
    /// A GUID that is no lookup.
    Guid,
    /// The primary id.
    Id,
    /// One of some numbers.
    Choice {
        /// The numbers and what they mean.
        options: Vec<Label>,
    },
    /// Several of some numbers.
    MultiChoice {
        /// The numbers and what they mean.
        options: Vec<Label>,
    },
    /// `statecode`
    State,
    /// `statuscode`
    Status,
    /// A row of another table.
    Lookup {
        /// What it can point at.
        targets: Vec<Target>,
    },
}

/// A choice.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Label {
    /// The number.
    pub value: i64,
    /// What people see.
    pub label: String,
}

/// One end of a relationship, as the lookup sees it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Target {
    /// The table at the other end.
    pub table: String,
    /// The single-valued navigation property on this side.
    pub navigation: String,
    /// The collection-valued navigation property on the other side: the name of the relationship.
    #[serde(default)]
    pub collection: Option<String>,
    /// What becomes of this row when the other is deleted.
    #[serde(default)]
    pub on_delete: OnDelete,
}

/// What becomes of a row when what it points at is deleted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum OnDelete {
    /// The lookup becomes empty.
    #[default]
    RemoveLink,
    /// It is deleted too.
    Cascade,
    /// The other cannot be deleted.
    Restrict,
}

/// An alternate key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KeyDefinition {
    /// Its schema name.
    pub name: String,
    /// Its columns.
    pub columns: Vec<String>,
}

/// A status with its state.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StatusDefinition {
    /// `statecode`
    pub state: i64,
    /// What people see.
    pub state_label: String,
    /// `statuscode`
    pub status: i64,
    /// What people see.
    pub label: String,
}
