//! `RemoteExecutionContext` in DataContract JSON: members in the order of their names, but `__type` first.

use punctual_stand_ins::Guid;
use serde::Serialize;

/// The namespace of the platform's types.
const CONTRACTS: &str = "http://schemas.microsoft.com/xrm/2011/Contracts";

/// The whole body. What is none is left out, as in a body that was too large.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Context {
    pub business_unit_id: Guid,
    pub correlation_id: Guid,
    pub depth: u32,
    pub initiating_user_agent: String,
    pub initiating_user_azure_active_directory_object_id: Guid,
    pub initiating_user_id: Guid,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub input_parameters: Option<Vec<Pair<Parameter>>>,
    pub is_executing_offline: bool,
    pub is_in_transaction: bool,
    pub is_offline_playback: bool,
    pub isolation_mode: u32,
    pub message_name: &'static str,
    pub mode: u32,
    pub operation_created_on: String,
    pub operation_id: Guid,
    pub organization_id: Guid,
    pub organization_name: String,
    pub output_parameters: Vec<Pair<Guid>>,
    pub owning_extension: Reference,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub parent_context: Option<Option<Box<Context>>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub post_entity_images: Option<Vec<Pair<Entity>>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pre_entity_images: Option<Vec<Pair<Entity>>>,
    pub primary_entity_id: Guid,
    pub primary_entity_name: String,
    pub request_id: Guid,
    pub secondary_entity_name: &'static str,
    pub shared_variables: Vec<Pair<Variable>>,
    pub stage: u32,
    pub user_azure_active_directory_object_id: Guid,
    pub user_id: Guid,
}

/// An entry of a collection.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Pair<T> {
    pub key: String,
    pub value: T,
}

/// A shared variable.
#[derive(Debug, Clone, Serialize)]
#[serde(untagged)]
pub(super) enum Variable {
    Flag(bool),
    Text(String),
}

/// An input parameter.
#[derive(Debug, Clone, Serialize)]
#[serde(untagged)]
pub(super) enum Parameter {
    Entity(Entity),
    Reference(Reference),
    Choice(Choice),
    Id(Guid),
}

/// A row, or a part of one.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Entity {
    /// Images have none.
    #[serde(rename = "__type", skip_serializing_if = "Option::is_none")]
    pub type_name: Option<String>,
    pub attributes: Vec<Pair<Attribute>>,
    pub entity_state: (),
    pub formatted_values: Vec<Pair<String>>,
    pub id: Guid,
    pub key_attributes: [(); 0],
    pub logical_name: String,
    pub related_entities: [(); 0],
    pub row_version: (),
}

/// A cell.
#[derive(Debug, Clone, Serialize)]
#[serde(untagged)]
pub(super) enum Attribute {
    Null,
    Text(String),
    Integer(i64),
    Decimal(f64),
    Flag(bool),
    Id(Guid),
    Choice(Choice),
    Choices(Vec<Choice>),
    Reference(Reference),
}

/// `OptionSetValue`
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Choice {
    #[serde(rename = "__type")]
    type_name: String,
    value: i64,
}

/// `EntityReference`
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Reference {
    /// The one of the owning extension has none.
    #[serde(rename = "__type", skip_serializing_if = "Option::is_none")]
    type_name: Option<String>,
    id: Guid,
    key_attributes: [(); 0],
    logical_name: String,
    name: Option<String>,
    row_version: (),
}

impl Entity {
    /// The type of an entity that is a parameter.
    pub fn typed() -> Option<String> {
        Some(format!("Entity:{CONTRACTS}"))
    }
}

impl Choice {
    pub fn new(value: i64) -> Self {
        Self {
            type_name: format!("OptionSetValue:{CONTRACTS}"),
            value,
        }
    }
}

impl Reference {
    /// A value.
    pub fn new(table: &str, id: Guid, name: Option<String>) -> Self {
        Self {
            type_name: Some(format!("EntityReference:{CONTRACTS}")),
            ..Self::bare(table, id, name)
        }
    }

    /// A member of the context.
    pub fn bare(table: &str, id: Guid, name: Option<String>) -> Self {
        Self {
            type_name: None,
            id,
            key_attributes: [],
            logical_name: table.to_owned(),
            name,
            row_version: (),
        }
    }
}

/// `/Date(1767261600000)/`
pub(super) fn date(at_ms: i64) -> String {
    format!("/Date({at_ms})/")
}

/// `OperationCreatedOn` of an asynchronous step: whole seconds, skewed so that the instant is the number plus the offset.
pub(super) fn skewed_date(at_ms: i64, skew_minutes: i64) -> String {
    let whole_ms = at_ms.div_euclid(1000) * 1000 - skew_minutes * 60_000;
    let sign = if skew_minutes < 0 { '-' } else { '+' };
    let minutes = skew_minutes.abs();
    format!(
        "/Date({whole_ms}{sign}{:02}{:02})/",
        minutes / 60,
        minutes % 60
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_skewed_as_measured_in_genuine_bodies() {
        // Facts, section 1.6: the true instant is the number plus the offset.
        assert_eq!(
            skewed_date(1_506_384_248_123, 0),
            "/Date(1506384248000+0000)/"
        );
        assert_eq!(
            skewed_date(1_506_384_248_123, -420),
            "/Date(1506409448000-0700)/"
        );
        assert_eq!(
            skewed_date(1_724_658_196_000, 180),
            "/Date(1724647396000+0300)/"
        );
        assert_eq!(date(-5), "/Date(-5)/");
    }
}
