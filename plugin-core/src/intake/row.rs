//! Rows of the Dataverse Web API, read and written by the mapping.
//!
//! A row is plain JSON: dates in RFC 3339, choices as numbers, a lookup as the GUID in `_column_value`. What stands for
//! people is beside it, as `column@OData.Community.Display.V1.FormattedValue` (facts: Dataverse, section 3.2).

use serde_json::{Map, Value};

use super::appointment::{has_ended, status_name};
use super::datacontract::guid;
use super::fields::{self, Columns};
use super::mapping::{Mapping, StatusMapping};
use super::merge::merge;
use super::object::{problem, read};
use crate::time::rfc3339;
use crate::types::{Appointment, AppointmentStatus, Problem};

const FORMATTED: &str = "OData.Community.Display.V1.FormattedValue";

/// Reads a row of the mapped table.
pub fn read_row(row: &[u8], mapping: &str) -> Result<Appointment, Problem> {
    let mapping = Mapping::read(mapping)?;
    let row = read(row, "row")?;
    let id = row.get(&mapping.id).and_then(Value::as_str).and_then(guid);
    let id = id.ok_or_else(|| problem(&mapping.id, "Missing, or not a GUID."))?;
    let changes = fields::changes(&Row(&row), &mapping)?;
    Ok(merge(&id, None, changes, 0).dated.appointment)
}

struct Row<'a>(&'a Map<String, Value>);

impl Columns for Row<'_> {
    fn get(&self, field: &str, column: &str) -> Option<(String, &Value)> {
        let lookup = format!("_{column}_value");
        let name = [column, lookup.as_str()]
            .into_iter()
            .find(|name| self.0.contains_key(*name))?;
        let value = self.0.get(name)?;
        // What people read takes the place of a number or a GUID where people shall read it.
        let is_word = matches!(field, "service" | "customer_name");
        let formatted = self.0.get(&format!("{name}@{FORMATTED}"));
        match formatted {
            Some(formatted) if is_word && !value.is_null() => Some((name.to_owned(), formatted)),
            _ => Some((name.to_owned(), value)),
        }
    }
}

/// The body that makes a row of the mapped table say what the appointment says.
pub fn write_row(appointment: &Appointment, mapping: &str) -> Result<Vec<u8>, Problem> {
    let mapping = Mapping::read(mapping)?;
    let mut body = Map::new();
    for (field, value) in values(appointment) {
        let column = mapping.columns.iter().find(|(known, _)| *known == field);
        match column {
            Some((_, column)) => {
                body.insert(column.clone(), value);
            }
            None if value.is_null() => {}
            None => {
                return Err(problem(
                    field,
                    "The table has no column for it: see the variable appointment_mapping.",
                ));
            }
        }
    }
    let (status, state) = numbers(&mapping.status, appointment.status)?;
    body.insert(mapping.status.column, status.into());
    body.insert(mapping.status.state_column, state.into());
    serde_json::to_vec(&body)
        .map_err(|error| problem("row", format!("Cannot be written as JSON: {error}.")))
}

/// Every field but the status, in the order of the contract.
fn values(appointment: &Appointment) -> [(&'static str, Value); 10] {
    let a = appointment;
    let text = |value: &Option<String>| value.clone().map_or(Value::Null, Value::String);
    let time = |at: Option<i64>| at.and_then(rfc3339).map_or(Value::Null, Value::String);
    [
        ("service", text(&a.service)),
        ("customer_name", text(&a.customer_name)),
        ("email", text(&a.email)),
        ("phone", text(&a.phone)),
        ("start_at", time(a.start_at)),
        ("end_at", time(a.end_at)),
        ("time_zone", text(&a.time_zone)),
        ("locale", text(&a.locale)),
        ("resource", text(&a.resource)),
        ("notes", text(&a.notes)),
    ]
}

/// The first number that means the status, and a state that goes with it: the one that means the same, else the first
/// one that ends, or does not end, the appointment as the status does.
fn numbers(mapping: &StatusMapping, status: AppointmentStatus) -> Result<(i64, i64), Problem> {
    let exactly = |values: &std::collections::BTreeMap<i64, AppointmentStatus>| {
        let mut found = values.iter().filter(|(_, meaning)| **meaning == status);
        found.next().map(|(number, _)| *number)
    };
    let alike = || {
        let mut states = mapping.states.iter();
        states
            .find(|(_, meaning)| has_ended(**meaning) == has_ended(status))
            .map(|(number, _)| *number)
    };
    exactly(&mapping.values)
        .zip(exactly(&mapping.states).or_else(alike))
        .ok_or_else(|| {
            problem(
                "status",
                format!(
                    "The table has no number for {}: see the variable appointment_mapping.",
                    status_name(status)
                ),
            )
        })
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;

    const OWN: &str = r#"{"table":"new_visit","entity_set":"new_visits",
        "columns":{"start_at":"new_when","service":"new_kind","customer_name":"new_contact","resource":"new_room","time_zone":"new_zone"},
        "status":{"values":{"1":"scheduled","5":"no_show"}}}"#;

    #[track_caller]
    fn check(mapping: &str, row: &str, expected: Expect) {
        let found = match read_row(row.as_bytes(), mapping) {
            Ok(appointment) => {
                let told = values(&appointment)
                    .into_iter()
                    .filter(|(_, value)| !value.is_null())
                    .map(|(field, value)| format!("{field}={value} "));
                format!(
                    "{} {}{}",
                    appointment.id,
                    told.collect::<String>(),
                    status_name(appointment.status)
                )
            }
            Err(wrong) => format!("{}: {}", wrong.field, wrong.detail),
        };
        expected.assert_eq(&found);
    }

    #[test]
    fn a_row_of_punctuals_own_table() {
        check(
            "",
            r#"{"@odata.etag":"W/\"77\"","punctual_appointmentid":"3F2B8C1E-5D4A-4F6B-9C7D-000000000001","punctual_service":"Check-up",
                "punctual_email":" a@example.com ","punctual_phone":"+1 (202) 555-0114","punctual_start":"2026-06-15T09:00:00Z","punctual_end":null,
                "punctual_timezone":"W. Europe Standard Time","statecode":0,"statuscode":749700001,"statuscode@OData.Community.Display.V1.FormattedValue":"Confirmed"}"#,
            expect![[
                r#"3f2b8c1e-5d4a-4f6b-9c7d-000000000001 service="Check-up" email="a@example.com" phone="+12025550114" start_at="2026-06-15T09:00:00Z" time_zone="Europe/Berlin" confirmed"#
            ]],
        );
        check(
            "",
            r#"{"punctual_appointmentid":"3f2b8c1e-5d4a-4f6b-9c7d-000000000001","statecode":1,"statuscode":2}"#,
            expect!["3f2b8c1e-5d4a-4f6b-9c7d-000000000001 canceled"],
        );
    }

    #[test]
    fn lookups_and_choices_are_told_in_words_where_people_read_them() {
        check(
            OWN,
            r#"{"new_visitid":"3f2b8c1e-5d4a-4f6b-9c7d-000000000001","new_when":"2026-06-15T09:00:00Z","new_kind":3,
                "new_kind@OData.Community.Display.V1.FormattedValue":"Cleaning","_new_contact_value":"3f2b8c1e-5d4a-4f6b-9c7d-000000000002",
                "_new_contact_value@OData.Community.Display.V1.FormattedValue":"Robin Meyer","_new_room_value":"3f2b8c1e-5d4a-4f6b-9c7d-000000000003",
                "_new_room_value@OData.Community.Display.V1.FormattedValue":"Room 1","new_zone":110,"statecode":0,"statuscode":1}"#,
            expect![[
                r#"3f2b8c1e-5d4a-4f6b-9c7d-000000000001 service="Cleaning" customer_name="Robin Meyer" start_at="2026-06-15T09:00:00Z" time_zone="Europe/Berlin" resource="3f2b8c1e-5d4a-4f6b-9c7d-000000000003" scheduled"#
            ]],
        );
        check(
            OWN,
            r#"{"new_visitid":"3f2b8c1e-5d4a-4f6b-9c7d-000000000001","_new_contact_value":null,"_new_room_value":null,"statecode":1}"#,
            expect!["3f2b8c1e-5d4a-4f6b-9c7d-000000000001 canceled"],
        );
    }

    #[test]
    fn a_row_that_is_none_is_refused_by_name() {
        check(
            "",
            "[]",
            expect!["row: Expected a JSON object, found a list."],
        );
        check(
            "",
            r#"{"punctual_start":"2026-06-15T09:00:00Z"}"#,
            expect!["punctual_appointmentid: Missing, or not a GUID."],
        );
        check(
            "",
            r#"{"punctual_appointmentid":"3f2b8c1e-5d4a-4f6b-9c7d-000000000001","punctual_start":"tomorrow"}"#,
            expect![
                "punctual_start: Not a date. Dataverse writes /Date(milliseconds)/, in the years 1 to 9999."
            ],
        );
    }

    #[track_caller]
    fn written(mapping: &str, appointment: &Appointment, expected: Expect) {
        let found = match write_row(appointment, mapping) {
            Ok(body) => {
                // By name: whether a map keeps its order depends on what else is built with it.
                let row: std::collections::BTreeMap<String, Value> =
                    serde_json::from_slice(&body).unwrap();
                serde_json::to_string(&row).unwrap()
            }
            Err(wrong) => format!("{}: {}", wrong.field, wrong.detail),
        };
        expected.assert_eq(&found);
    }

    #[test]
    fn what_is_written_reads_as_itself() {
        let mut appointment =
            crate::intake::appointment::blank("3f2b8c1e-5d4a-4f6b-9c7d-000000000001");
        appointment.start_at = Some(1_781_514_000_000);
        appointment.service = Some("Check-up".to_owned());
        for (status, _) in crate::intake::appointment::STATUSES.map(|(_, status)| (status, ())) {
            appointment.status = status;
            let body = write_row(&appointment, "").unwrap();
            let mut row: Map<String, Value> = serde_json::from_slice(&body).unwrap();
            row.insert(
                "punctual_appointmentid".to_owned(),
                appointment.id.clone().into(),
            );
            let row = serde_json::to_vec(&row).unwrap();
            assert_eq!(read_row(&row, "").unwrap(), appointment);
        }
    }

    #[test]
    fn a_status_and_its_state() {
        let mut appointment =
            crate::intake::appointment::blank("3f2b8c1e-5d4a-4f6b-9c7d-000000000001");
        written(
            OWN,
            &appointment,
            expect![[
                r#"{"new_contact":null,"new_kind":null,"new_room":null,"new_when":null,"new_zone":null,"statecode":0,"statuscode":1}"#
            ]],
        );
        appointment.status = AppointmentStatus::NoShow;
        written(
            OWN,
            &appointment,
            expect![[
                r#"{"new_contact":null,"new_kind":null,"new_room":null,"new_when":null,"new_zone":null,"statecode":1,"statuscode":5}"#
            ]],
        );
        appointment.status = AppointmentStatus::Completed;
        written(
            OWN,
            &appointment,
            expect![
                "status: The table has no number for completed: see the variable appointment_mapping."
            ],
        );
        appointment.email = Some("a@example.com".to_owned());
        written(
            OWN,
            &appointment,
            expect!["email: The table has no column for it: see the variable appointment_mapping."],
        );
    }
}
