//! The variable `appointment_mapping`.

use expect_test::{Expect, expect};

use super::show_problem;
use crate::intake::read_mapping;

#[track_caller]
fn check(json: &str, expected: Expect) {
    let shown = match read_mapping(json) {
        Ok(full) => {
            assert_eq!(
                read_mapping(&full).as_ref(),
                Ok(&full),
                "the full form reads as itself"
            );
            full
        }
        Err(problem) => show_problem(&problem),
    };
    expected.assert_eq(&shown);
}

#[test]
fn presets() {
    check(
        "",
        expect![[
            r#"{"table":"punctual_appointment","entity_set":"punctual_appointments","id":"punctual_appointmentid","columns":{"service":"punctual_service","customer_name":"punctual_customername","email":"punctual_email","phone":"punctual_phone","start_at":"punctual_start","end_at":"punctual_end","time_zone":"punctual_timezone","locale":"punctual_locale","resource":"punctual_resource","notes":"punctual_notes"},"status":{"column":"statuscode","state_column":"statecode","values":{"1":"scheduled","2":"canceled","749700001":"confirmed","749700002":"completed","749700003":"no_show"},"states":{"0":"scheduled","1":"canceled"}}}"#
        ]],
    );
    check(
        r#"{"preset":"appointment"}"#,
        expect![[
            r#"{"table":"appointment","entity_set":"appointments","id":"activityid","columns":{"service":"subject","start_at":"scheduledstart","end_at":"scheduledend"},"status":{"column":"statuscode","state_column":"statecode","values":{"1":"scheduled","2":"scheduled","3":"completed","4":"canceled","5":"scheduled","6":"scheduled"},"states":{"0":"scheduled","1":"completed","2":"canceled","3":"scheduled"}}}"#
        ]],
    );
    for same in [
        " \n",
        "{}",
        r#"{"preset":"punctual"}"#,
        r#"{"preset":"punctual","columns":{}}"#,
    ] {
        assert_eq!(read_mapping(same), read_mapping(""));
    }
}

#[test]
fn a_preset_with_differences() {
    check(
        r#"{"preset":"appointment","columns":{"email":"new_email","phone":"new_phone","service":null},"status":{"values":{"5":"confirmed"}}}"#,
        expect![[
            r#"{"table":"appointment","entity_set":"appointments","id":"activityid","columns":{"email":"new_email","phone":"new_phone","start_at":"scheduledstart","end_at":"scheduledend"},"status":{"column":"statuscode","state_column":"statecode","values":{"5":"confirmed"},"states":{"0":"scheduled","1":"completed","2":"canceled","3":"scheduled"}}}"#
        ]],
    );
}

#[test]
fn a_table_of_the_clinic() {
    check(
        r#"{"table":"cr1_visit","entity_set":"cr1_visits","columns":{"start_at":"cr1_begin","service":"cr1_what"},
            "status":{"column":"cr1_state","values":{"1":"scheduled","100":"no_show"}}}"#,
        expect![[
            r#"{"table":"cr1_visit","entity_set":"cr1_visits","id":"cr1_visitid","columns":{"service":"cr1_what","start_at":"cr1_begin"},"status":{"column":"cr1_state","state_column":"statecode","values":{"1":"scheduled","100":"no_show"},"states":{"0":"scheduled","1":"canceled"}}}"#
        ]],
    );
}

#[test]
fn what_is_refused() {
    check(
        "nonsense",
        expect!["appointment_mapping: Not readable as JSON: expected ident at line 1 column 2."],
    );
    check(
        r#"{"tabel":"x"}"#,
        expect![
            "appointment_mapping.tabel: No such member. There are: preset, table, entity_set, id, columns, status."
        ],
    );
    check(
        r#"{"table":"x"}"#,
        expect![
            "appointment_mapping.entity_set: Missing. Without a preset, table, entity_set and columns are needed."
        ],
    );
    check(
        r#"{"preset":"visits"}"#,
        expect!["appointment_mapping.preset: No such preset. There are: punctual, appointment."],
    );
    check(
        r#"{"table":"x","entity_set":"xs","columns":{"service":"x_service"}}"#,
        expect![
            "appointment_mapping.columns.start_at: Missing. Without a start there is nothing to remind of."
        ],
    );
    check(
        r#"{"preset":"punctual","columns":{"start":"x_start"}}"#,
        expect![
            "appointment_mapping.columns.start: No such member. There are: service, customer_name, email, phone, start_at, end_at, time_zone, locale, resource, notes."
        ],
    );
    check(
        r#"{"preset":"punctual","columns":{"status":"x_status"}}"#,
        expect![
            "appointment_mapping.columns.status: No such member. There are: service, customer_name, email, phone, start_at, end_at, time_zone, locale, resource, notes."
        ],
    );
    check(
        r#"{"preset":"punctual","columns":{"start_at":null}}"#,
        expect![
            "appointment_mapping.columns.start_at: Missing. Without a start there is nothing to remind of."
        ],
    );
    check(
        r#"{"preset":"punctual","columns":{"service":"x' or 1"}}"#,
        expect![[
            r#"appointment_mapping.columns.service: Not a logical name: "x' or 1". It has lower-case letters, digits and _ only."#
        ]],
    );
    check(
        r#"{"preset":"punctual","table":"Punctual_Appointment"}"#,
        expect![[
            r#"appointment_mapping.table: Not a logical name: "Punctual_Appointment". It has lower-case letters, digits and _ only."#
        ]],
    );
    check(
        r#"{"preset":"punctual","entity_set":7}"#,
        expect!["appointment_mapping.entity_set: Expected a text, found a number."],
    );
    check(
        r#"{"preset":"punctual","status":{"value":{}}}"#,
        expect![
            "appointment_mapping.status.value: No such member. There are: column, state_column, values, states."
        ],
    );
    check(
        r#"{"preset":"punctual","status":{"values":{"one":"scheduled"}}}"#,
        expect![[
            r#"appointment_mapping.status.values.one: Not a number. Write the choice's value, as in "749700001"."#
        ]],
    );
    check(
        r#"{"preset":"punctual","status":{"values":{"1":"Scheduled"}}}"#,
        expect![
            "appointment_mapping.status.values.1: Expected one of scheduled, confirmed, canceled, completed, no_show."
        ],
    );
}
