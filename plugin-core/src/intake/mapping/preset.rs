//! The mappings that need no writing down.

use std::collections::BTreeMap;

use super::{Mapping, StatusMapping};
use crate::types::AppointmentStatus::{self, Canceled, Completed, Confirmed, NoShow, Scheduled};

pub(super) const NAMES: [&str; 2] = ["punctual", "appointment"];

pub(super) fn find(name: &str) -> Option<Mapping> {
    match name {
        "punctual" => Some(punctual()),
        "appointment" => Some(appointment()),
        _ => None,
    }
}

/// Punctual's own table, as its solution creates it.
pub(super) fn punctual() -> Mapping {
    let columns = [
        ("service", "punctual_service"),
        ("customer_name", "punctual_customername"),
        ("email", "punctual_email"),
        ("phone", "punctual_phone"),
        ("start_at", "punctual_start"),
        ("end_at", "punctual_end"),
        ("time_zone", "punctual_timezone"),
        ("locale", "punctual_locale"),
        ("resource", "punctual_resource"),
        ("notes", "punctual_notes"),
    ];
    let values = [
        (1, Scheduled),
        (749_700_001, Confirmed),
        (2, Canceled),
        (749_700_002, Completed),
        (749_700_003, NoShow),
    ];
    Mapping {
        table: "punctual_appointment".to_owned(),
        entity_set: "punctual_appointments".to_owned(),
        id: "punctual_appointmentid".to_owned(),
        columns: owned(&columns),
        status: status(&values, &custom_states()),
    }
}

/// The built-in activity table. It has no column for a person's email or phone (its parties are rows of
/// other tables): a clinic that uses it adds columns and names them beside the preset.
fn appointment() -> Mapping {
    let columns = [
        ("service", "subject"),
        ("start_at", "scheduledstart"),
        ("end_at", "scheduledend"),
    ];
    // Free, tentative, completed, canceled, busy, out of office.
    let values = [
        (1, Scheduled),
        (2, Scheduled),
        (3, Completed),
        (4, Canceled),
        (5, Scheduled),
        (6, Scheduled),
    ];
    // Open, completed, canceled, scheduled.
    let states = [
        (0, Scheduled),
        (1, Completed),
        (2, Canceled),
        (3, Scheduled),
    ];
    Mapping {
        table: "appointment".to_owned(),
        entity_set: "appointments".to_owned(),
        id: "activityid".to_owned(),
        columns: owned(&columns),
        status: status(&values, &states),
    }
}

/// Active and inactive, the states of every custom table.
pub(super) fn custom_states() -> [(i64, AppointmentStatus); 2] {
    [(0, Scheduled), (1, Canceled)]
}

fn owned(columns: &[(&'static str, &str)]) -> Vec<(&'static str, String)> {
    columns
        .iter()
        .map(|(field, column)| (*field, (*column).to_owned()))
        .collect()
}

pub(super) fn status(
    values: &[(i64, AppointmentStatus)],
    states: &[(i64, AppointmentStatus)],
) -> StatusMapping {
    StatusMapping {
        column: "statuscode".to_owned(),
        state_column: "statecode".to_owned(),
        values: map(values),
        states: map(states),
    }
}

/// One by one: collecting would bring a sort of 10 KB into the component.
fn map(statuses: &[(i64, AppointmentStatus)]) -> BTreeMap<i64, AppointmentStatus> {
    let mut map = BTreeMap::new();
    map.extend(statuses.iter().copied());
    map
}
