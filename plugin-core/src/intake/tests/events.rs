//! Reading Dataverse events.

use expect_test::{Expect, expect};
use serde_json::{Value, json};

use super::{fixtures, show, show_problem};
use crate::contract::exports::punctual::reminders::events::Event;
use crate::intake::read_event;
use crate::time::rfc3339;

pub(super) fn show_event(event: &Event) -> String {
    let mut lines = vec![format!(
        "{:?} {} {}{}{}",
        event.kind,
        event.table,
        event.id,
        if event.mapped { "" } else { " unmapped" },
        if event.complete { "" } else { " incomplete" },
    )];
    lines.extend(
        event
            .modified_at
            .map(|at| format!("modified {}", rfc3339(at).unwrap())),
    );
    lines.extend(event.changes.iter().map(show));
    lines.join("\n") + "\n"
}

#[track_caller]
pub(super) fn check(body: &[u8], mapping: &str, expected: Expect) {
    let shown = match read_event(body, mapping) {
        Ok(event) => show_event(&event),
        Err(problem) => show_problem(&problem) + "\n",
    };
    expected.assert_eq(&shown);
}

#[track_caller]
fn check_fixture(name: &str, mapping: &str, expected: Expect) {
    let (_, body) = fixtures()
        .into_iter()
        .find(|(file, _)| file == name)
        .unwrap();
    check(&body, mapping, expected);
}

/// A fixture with one member changed; the path is a JSON pointer.
#[track_caller]
pub(super) fn check_changed(name: &str, pointer: &str, value: Value, expected: Expect) {
    let (_, body) = fixtures()
        .into_iter()
        .find(|(file, _)| file == name)
        .unwrap();
    let mut body: Value = serde_json::from_slice(&body).unwrap();
    *body
        .pointer_mut(pointer)
        .expect("the pointer leads somewhere") = value;
    check(body.to_string().as_bytes(), "", expected);
}

#[test]
fn a_new_row() {
    check_fixture(
        "create",
        "",
        expect![[r#"
        EventKind::Created punctual_appointment 6f1d3a52-8c0e-f011-998a-7c1e5247a3b1
        modified 2026-05-18T12:00:00Z
        service "Dental check-up"
        customer_name "Anna Berger"
        email "anna.berger@example.com"
        phone "+4930901820"
        start_at 2026-06-01T07:00:00Z
        end_at 2026-06-01T07:30:00Z
        time_zone "Europe/Berlin"
        locale "de-DE"
        resource "Dr. Weiß"
        notes "Bring the X-ray.\nRing twice."
        status scheduled
    "#]],
    );
    check_fixture(
        "create-wrapped-scalars",
        "",
        expect![[r#"
        EventKind::Created punctual_appointment 6f1d3a52-8c0e-f011-998a-7c1e5247a3b1
        modified 2026-05-18T12:00:00Z
        service "Dental check-up"
        phone "030 901820"
        start_at 2026-06-01T07:00:00Z
        time_zone "Europe/Berlin"
        resource None
        notes None
        status confirmed
    "#]],
    );
}

#[test]
fn an_update_carries_what_changed() {
    check_fixture(
        "update-moved",
        "",
        expect![[r#"
        EventKind::Updated punctual_appointment 6f1d3a52-8c0e-f011-998a-7c1e5247a3b1
        modified 2026-05-18T12:00:00Z
        start_at 2026-06-02T07:00:00Z
    "#]],
    );
    check_fixture(
        "update-emptied",
        "",
        expect![[r#"
        EventKind::Updated punctual_appointment 6f1d3a52-8c0e-f011-998a-7c1e5247a3b1
        modified 2026-05-18T12:00:00Z
        email None
        phone None
        end_at None
    "#]],
    );
    check_fixture(
        "assign-as-update",
        "",
        expect![[r#"
        EventKind::Updated punctual_appointment 6f1d3a52-8c0e-f011-998a-7c1e5247a3b1
        modified 2026-05-18T12:00:00Z
    "#]],
    );
}

#[test]
fn a_post_image_fills_in_and_the_target_wins() {
    check_fixture(
        "update-post-image",
        "",
        expect![[r#"
        EventKind::Updated punctual_appointment 6f1d3a52-8c0e-f011-998a-7c1e5247a3b1
        modified 2026-05-18T12:00:00Z
        service "Dental check-up"
        customer_name "Anna Berger"
        email "anna.berger@example.com"
        phone "+4930901820"
        start_at 2026-06-02T07:00:00Z
        end_at 2026-06-01T07:30:00Z
        time_zone "Europe/Berlin"
        locale "de-DE"
        resource "Dr. Weiß"
        notes "Bring the X-ray.\nRing twice."
        status scheduled
    "#]],
    );
}

#[test]
fn a_state_change_arrives_as_an_update() {
    check_fixture(
        "setstate-as-update",
        "",
        expect![[r#"
        EventKind::Updated punctual_appointment 6f1d3a52-8c0e-f011-998a-7c1e5247a3b1
        modified 2026-05-18T12:00:00Z
        status canceled
    "#]],
    );
    check_fixture(
        "update-custom-status",
        "",
        expect![[r#"
        EventKind::Updated punctual_appointment 6f1d3a52-8c0e-f011-998a-7c1e5247a3b1
        modified 2026-05-18T12:00:00Z
        status canceled
    "#]],
    );
}

#[test]
fn deletion_and_other_messages_say_only_which_row() {
    check_fixture(
        "delete",
        "",
        expect![[r#"
        EventKind::Deleted punctual_appointment 6f1d3a52-8c0e-f011-998a-7c1e5247a3b1
    "#]],
    );
    check_fixture(
        "assign",
        "",
        expect![[r#"
        EventKind::Other punctual_appointment 6f1d3a52-8c0e-f011-998a-7c1e5247a3b1
    "#]],
    );
}

#[test]
fn a_body_over_the_size_limit_lost_its_attributes() {
    check_fixture(
        "size-exceeded",
        "",
        expect![[r#"
        EventKind::Updated punctual_appointment 6f1d3a52-8c0e-f011-998a-7c1e5247a3b1 incomplete
    "#]],
    );
    check_changed(
        "update-moved",
        "/InputParameters",
        json!([]),
        expect![[r#"
        EventKind::Updated punctual_appointment 6f1d3a52-8c0e-f011-998a-7c1e5247a3b1 incomplete
    "#]],
    );
    check_changed(
        "update-moved",
        "/InputParameters",
        json!(null),
        expect![[r#"
        EventKind::Updated punctual_appointment 6f1d3a52-8c0e-f011-998a-7c1e5247a3b1 incomplete
    "#]],
    );
}

#[test]
fn the_built_in_appointment_table() {
    check_fixture(
        "appointment-table",
        "",
        expect![[r#"
        EventKind::Updated appointment 6f1d3a52-8c0e-f011-998a-7c1e5247a3b1 unmapped
    "#]],
    );
    check_fixture(
        "appointment-table",
        r#"{"preset":"appointment"}"#,
        expect![[r#"
        EventKind::Updated appointment 6f1d3a52-8c0e-f011-998a-7c1e5247a3b1
        modified 2026-05-18T12:00:00Z
        service "Dental check-up"
        start_at 2026-06-01T07:00:00Z
        end_at 2026-06-01T07:30:00Z
        status scheduled
    "#]],
    );
    check_fixture(
        "other-table",
        r#"{"preset":"appointment"}"#,
        expect![[r#"
        EventKind::Updated account d90e4f7b-0d0e-f011-998a-7c1e5247a3b1 unmapped
    "#]],
    );
}

#[test]
fn values_that_stand_for_others() {
    let service = "/InputParameters/0/value/Attributes/0";
    let lookup = |column: &str, name: Value| json!({ "key": column, "value": { "Id": "C0FFEE00-0000-4000-8000-000000000000", "LogicalName": "account", "Name": name } });
    check_changed(
        "update-moved",
        service,
        lookup("punctual_service", json!(" Check-up ")),
        expect![[r#"
        EventKind::Updated punctual_appointment 6f1d3a52-8c0e-f011-998a-7c1e5247a3b1
        modified 2026-05-18T12:00:00Z
        service "Check-up"
    "#]],
    );
    check_changed(
        "update-moved",
        service,
        lookup("punctual_service", json!(null)),
        expect![[r#"
        EventKind::Updated punctual_appointment 6f1d3a52-8c0e-f011-998a-7c1e5247a3b1
        modified 2026-05-18T12:00:00Z
    "#]],
    );
    check_changed(
        "update-moved",
        service,
        lookup("punctual_resource", json!("Dr. Weiß")),
        expect![[r#"
            EventKind::Updated punctual_appointment 6f1d3a52-8c0e-f011-998a-7c1e5247a3b1
            modified 2026-05-18T12:00:00Z
            resource "c0ffee00-0000-4000-8000-000000000000"
        "#]],
    );
    check_changed(
        "update-moved",
        service,
        lookup("punctual_email", json!("a@b.de")),
        expect![[r#"
        InputParameters.Target.punctual_email: Expected a text, found an object.
    "#]],
    );
    check_changed(
        "update-moved",
        service,
        json!({ "key": "punctual_timezone", "value": { "Value": 35 } }),
        expect![[r#"
        EventKind::Updated punctual_appointment 6f1d3a52-8c0e-f011-998a-7c1e5247a3b1
        modified 2026-05-18T12:00:00Z
        time_zone "America/New_York"
    "#]],
    );
    check_changed(
        "update-moved",
        service,
        json!({ "key": "punctual_timezone", "value": "Middle Earth" }),
        expect![[r#"
        EventKind::Updated punctual_appointment 6f1d3a52-8c0e-f011-998a-7c1e5247a3b1
        modified 2026-05-18T12:00:00Z
        time_zone "Middle Earth"
    "#]],
    );
    check_changed(
        "update-moved",
        service,
        json!({ "key": "punctual_start", "value": "/Date(-1500)/" }),
        expect![[r#"
        EventKind::Updated punctual_appointment 6f1d3a52-8c0e-f011-998a-7c1e5247a3b1
        modified 2026-05-18T12:00:00Z
        start_at 1969-12-31T23:59:58Z
    "#]],
    );
}

#[test]
fn a_byte_order_mark_is_passed_over() {
    for (_, body) in fixtures() {
        let marked = [b"\xEF\xBB\xBF".as_slice(), &body].concat();
        assert_eq!(read_event(&marked, ""), read_event(&body, ""));
    }
}

#[test]
fn the_delivery_is_named() {
    let (_, body) = fixtures()
        .into_iter()
        .find(|(name, _)| name == "delete")
        .unwrap();
    let event = read_event(&body, "").unwrap();
    assert_eq!(
        event.operation_id.as_deref(),
        Some("0c2e7d51-9d0e-f011-998a-7c1e5247a3b1")
    );
    assert_eq!(
        event.step_id.as_deref(),
        Some("a2d0c1f4-0b0e-f011-998a-7c1e5247a3b1")
    );
    assert_eq!(
        event.correlation_id.as_deref(),
        Some("5e8a4c37-2f61-4b0d-9a7e-d3c1f0b2a486")
    );
}
