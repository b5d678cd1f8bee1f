//! The variable `appointment_mapping`: where in Dataverse the fields of an appointment are kept.

mod preset;
mod read;

use std::collections::BTreeMap;

use serde::{Serialize, Serializer};

use super::appointment::status_name;
use crate::types::{AppointmentStatus, Problem};

/// What a sender calls the whole of it.
const NAME: &str = "appointment_mapping";

/// One table and its columns. All names are logical names, checked to be fit for a URL.
#[derive(Serialize)]
pub(super) struct Mapping {
    pub table: String,
    pub entity_set: String,
    /// Column of the row's GUID.
    pub id: String,
    /// Field and column, in the order of the fields; a field that is not mapped is not here.
    #[serde(serialize_with = "as_object")]
    pub columns: Vec<(&'static str, String)>,
    pub status: StatusMapping,
}

/// Where the status is kept, and what its numbers mean.
#[derive(Serialize)]
pub(super) struct StatusMapping {
    pub column: String,
    pub state_column: String,
    #[serde(serialize_with = "as_names")]
    pub values: BTreeMap<i64, AppointmentStatus>,
    /// What the state says where the status says nothing.
    #[serde(serialize_with = "as_names")]
    pub states: BTreeMap<i64, AppointmentStatus>,
}

impl Mapping {
    /// Reads the variable; an empty text is Punctual's own table.
    pub fn read(json: &str) -> Result<Self, Problem> {
        read::mapping(json)
    }
}

/// Checks the variable and returns it in its full form: presets resolved, every member present.
/// The full form reads as itself.
pub fn read_mapping(json: &str) -> Result<String, Problem> {
    let mapping = Mapping::read(json)?;
    serde_json::to_string(&mapping).map_err(|error| {
        super::object::problem(NAME, format!("Cannot be written as JSON: {error}."))
    })
}

fn as_object<S: Serializer>(
    columns: &[(&'static str, String)],
    serializer: S,
) -> Result<S::Ok, S::Error> {
    serializer.collect_map(columns.iter().map(|(field, column)| (field, column)))
}

fn as_names<S: Serializer>(
    statuses: &BTreeMap<i64, AppointmentStatus>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    serializer.collect_map(
        statuses
            .iter()
            .map(|(number, status)| (number.to_string(), status_name(*status))),
    )
}
