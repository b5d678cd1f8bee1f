//! Bodies that are refused, and what they are told.

use expect_test::expect;
use serde_json::{Value, json};

use super::events::{check, check_changed};
use super::fixtures;
use crate::intake::read_event;

#[test]
fn needed_members_that_are_missing_or_wrong_are_named() {
    for member in ["MessageName", "PrimaryEntityName", "PrimaryEntityId"] {
        for value in [json!(null), json!(7), json!("")] {
            let (_, body) = &fixtures()[0];
            let mut body: Value = serde_json::from_slice(body).unwrap();
            body[member] = value;
            assert_eq!(
                read_event(body.to_string().as_bytes(), "")
                    .unwrap_err()
                    .field,
                member
            );
        }
    }
    check(
        b"{}",
        "",
        expect![[r#"
        MessageName: Missing. Is this the body of a Dataverse step?
    "#]],
    );
    check_changed(
        "delete",
        "/PrimaryEntityId",
        json!("42"),
        expect![[r#"
        PrimaryEntityId: Not a GUID.
    "#]],
    );
    check_changed(
        "delete",
        "/PrimaryEntityId",
        json!("00000000-0000-0000-0000-000000000000"),
        expect![[r#"
        PrimaryEntityId: The empty GUID: "Delete" names no row. Register the step for Create, Update and Delete.
    "#]],
    );
}

#[test]
fn mapped_columns_of_the_wrong_type_are_named() {
    let start = "/InputParameters/0/value/Attributes/0/value";
    check_changed(
        "update-moved",
        start,
        json!(1780297200),
        expect![[r#"
        InputParameters.Target.punctual_start: Expected a date, found a number.
    "#]],
    );
    check_changed(
        "update-moved",
        start,
        json!("tomorrow"),
        expect![[r#"
        InputParameters.Target.punctual_start: Not a date. Dataverse writes /Date(milliseconds)/, in the years 1 to 9999.
    "#]],
    );
    check_changed(
        "update-moved",
        start,
        json!({ "Value": 3 }),
        expect![[r#"
        InputParameters.Target.punctual_start: Expected a date, found an object.
    "#]],
    );
    check_changed(
        "update-moved",
        "/InputParameters/0/value/Attributes",
        json!("none"),
        expect![[r#"
        InputParameters.Target.Attributes: Expected a list of key and value, found a text.
    "#]],
    );
    check_changed(
        "update-moved",
        "/InputParameters/0/value/Attributes/2/value",
        json!(true),
        expect![[r#"
        InputParameters.Target.modifiedon: Expected a date, found true or false.
    "#]],
    );
    check_changed(
        "setstate-as-update",
        "/InputParameters/0/value/Attributes/2/value",
        json!("Canceled"),
        expect![[r#"
        InputParameters.Target.statuscode: Expected a choice (OptionSetValue), found a text.
    "#]],
    );
    check_changed(
        "update-post-image",
        "/PostEntityImages/1/value/Attributes/0/value",
        json!(true),
        expect![[r#"
        PostEntityImages.punctual.punctual_service: Expected a text, found true or false.
    "#]],
    );
}

#[test]
fn a_body_that_contradicts_itself() {
    let other = "c0ffee00-0000-4000-8000-000000000000";
    check_changed(
        "update-moved",
        "/InputParameters/0/value/Id",
        json!(other),
        expect![[r#"
        InputParameters.Target.Id: Another row than PrimaryEntityId.
    "#]],
    );
    check_changed(
        "update-moved",
        "/InputParameters/0/value/LogicalName",
        json!("account"),
        expect![[r#"
        InputParameters.Target.LogicalName: Another table than PrimaryEntityName.
    "#]],
    );
    // An image of another row is not ours to read, but no contradiction.
    check_changed(
        "update-post-image",
        "/PostEntityImages/1/value/Id",
        json!(other),
        expect![[r#"
        EventKind::Updated punctual_appointment 6f1d3a52-8c0e-f011-998a-7c1e5247a3b1
        modified 2026-05-18T12:00:00Z
        start_at 2026-06-02T07:00:00Z
    "#]],
    );
}

#[test]
fn what_is_no_json_object() {
    check(
        b"",
        "",
        expect![[r#"
        body: Empty where a JSON object is expected.
    "#]],
    );
    check(
        b"[]",
        "",
        expect![[r#"
        body: Expected a JSON object, found a list.
    "#]],
    );
    check(
        b"{\"MessageName\":",
        "",
        expect![[r#"
        body: Not readable as JSON: EOF while parsing a value at line 1 column 15.
    "#]],
    );
    check(
        b"{\"MessageName\":\"\xE9\"}",
        "",
        expect![[r#"
        body: Not UTF-8: byte 17 is part of no character. Send JSON in UTF-8.
    "#]],
    );
    check(
        "{\"MessageName\":\"Update\"}"
            .encode_utf16()
            .flat_map(u16::to_le_bytes)
            .collect::<Vec<_>>()
            .as_slice(),
        "",
        expect![[r#"
        body: Not readable as JSON: key must be a string at line 1 column 2.
    "#]],
    );
    for bomb in [
        "[".repeat(200_000),
        "{\"a\":".repeat(100_000),
        format!(
            "{{\"ParentContext\":{}1{}}}",
            "[".repeat(5_000),
            "]".repeat(5_000)
        ),
    ] {
        assert!(read_event(bomb.as_bytes(), "").is_err());
    }
}
