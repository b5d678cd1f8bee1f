//! The appointments' table, as the variable `appointment_mapping` names it.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::query::url;
use crate::core::events::{merge, read_row};
use crate::core::{Appointment, AppointmentStatus, FieldChange};
use crate::records::RecordsError;

/// Punctual's own table: only its rows have notifications that are linked to them.
const OWN: &str = "punctual_appointment";
/// Asks for the words beside numbers and GUIDs.
pub const WITH_WORDS: &str =
    "odata.include-annotations=\"OData.Community.Display.V1.FormattedValue\"";

/// The table, and how to read its rows.
pub struct AppointmentTable {
    /// Its set in URLs.
    pub set: String,
    /// The column of the row's GUID.
    pub id: String,
    /// Columns of `start_at`, `end_at` and `resource`, where there are such.
    pub start: String,
    /// See [`start`](Self::start).
    pub end: Option<String>,
    /// See [`start`](Self::start).
    pub resource: Option<String>,
    /// Columns of the person's address and number, where there are such.
    pub contacts: [Option<String>; 2],
    /// Whether it is Punctual's own.
    pub is_own: bool,
    columns: BTreeMap<String, String>,
    select: String,
    /// The columns of status and state.
    state: [String; 2],
    /// The variable in its full form.
    mapping: String,
}

#[derive(Deserialize)]
struct Mapping {
    table: String,
    entity_set: String,
    id: String,
    columns: BTreeMap<String, String>,
    status: Status,
}

#[derive(Deserialize)]
struct Status {
    column: String,
    state_column: String,
}

impl AppointmentTable {
    /// Reads the mapping in its full form, as the core gives it.
    pub fn new(mapping: &str) -> Result<Self, RecordsError> {
        let read: Mapping = serde_json::from_str(mapping)
            .map_err(|_| RecordsError::new("appointment_mapping is not in its full form"))?;
        let column = |field: &str| read.columns.get(field).cloned();
        let mut select = vec![read.id.clone()];
        select.extend(read.columns.values().cloned());
        let state = [read.status.column, read.status.state_column];
        select.extend(state.iter().cloned());
        Ok(Self {
            start: column("start_at").unwrap_or_default(),
            end: column("end_at"),
            resource: column("resource"),
            contacts: [column("email"), column("phone")],
            is_own: read.table == OWN,
            set: read.entity_set,
            id: read.id,
            columns: read.columns,
            select: select.join(","),
            state,
            mapping: mapping.to_owned(),
        })
    }

    /// The columns that are read.
    pub fn select(&self) -> &str {
        &self.select
    }

    /// The columns that people look for somebody in: name and service, and the contacts too.
    pub fn words(&self, in_contacts: bool) -> impl Iterator<Item = &String> {
        let fields: &[&str] = match in_contacts {
            true => &["customer_name", "service", "email", "phone"],
            false => &["customer_name", "service"],
        };
        fields.iter().filter_map(|field| self.columns.get(*field))
    }

    /// The condition that a row is in a status; none where the table has no number for it.
    pub fn status_is(&self, status: AppointmentStatus) -> Option<String> {
        let nothing = merge("", None, &[FieldChange::Status(status)], 0);
        let body = self.write(&nothing.dated.appointment).ok()?;
        let said = self
            .state
            .iter()
            .map(|column| Some(format!("{column} eq {}", body[column].as_i64()?)));
        let said: Vec<_> = said.collect::<Option<_>>()?;
        Some(format!("({})", said.join(" and ")))
    }

    /// One row.
    pub fn row(&self, id: &str) -> String {
        url(&format!("{}({id})", self.set), &[("$select", &self.select)])
    }

    /// One row, of which only the version matters.
    pub fn version_of(&self, id: &str) -> String {
        url(&format!("{}({id})", self.set), &[("$select", &self.id)])
    }

    /// Reads a row.
    pub fn read(&self, row: &serde_json::Value) -> Result<Appointment, RecordsError> {
        let wrong = |why: &str| RecordsError::new(format!("a row of {}: {why}", self.set));
        let bytes = serde_json::to_vec(row).map_err(|_| wrong("no JSON"))?;
        read_row(&bytes, &self.mapping)
            .map_err(|problem| wrong(&format!("{}: {}", problem.field, problem.detail)))
    }

    /// The body that makes a row say what the appointment says.
    pub fn write(&self, appointment: &Appointment) -> Result<serde_json::Value, RecordsError> {
        let written = crate::core::events::write_row(appointment, &self.mapping);
        let body = written.map_err(|problem| {
            let text = format!("{}: {}", problem.field, problem.detail);
            RecordsError::of(crate::records::Fault::Appointment, text)
        })?;
        serde_json::from_slice(&body).map_err(|_| RecordsError::new("no JSON"))
    }

    /// A body that leaves status and state as they are.
    pub fn without_state(&self, mut body: serde_json::Value) -> serde_json::Value {
        if let Some(body) = body.as_object_mut() {
            body.retain(|column, _| !self.state.contains(column));
        }
        body
    }
}

/// Whether an appointment of this status keeps its resource busy.
pub fn is_busy(status: AppointmentStatus) -> bool {
    !matches!(
        status,
        AppointmentStatus::Canceled | AppointmentStatus::NoShow
    )
}
