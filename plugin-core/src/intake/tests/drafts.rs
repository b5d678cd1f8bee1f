//! Appointments as the API takes them.

use expect_test::{Expect, expect};
use serde_json::json;

use super::{show, show_problem};
use crate::intake::read_draft;

#[track_caller]
fn check(json: &str, expected: Expect) {
    let lines: Vec<_> = match read_draft(json.as_bytes()) {
        Ok(changes) => changes.iter().map(show).collect(),
        Err(problems) => problems.iter().map(show_problem).collect(),
    };
    expected.assert_eq(&lines.join("\n"));
}

#[test]
fn a_whole_appointment() {
    check(
        r#"{"id":"x","version":7,"service":" Dental check-up ","customer_name":"Anna Berger","email":"anna@example.com",
            "phone":"0049 (0)30 90-18.20","start_at":"2026-06-01T09:00:00.999+02:00","end_at":"2026-06-01T07:30:00Z",
            "time_zone":"W. Europe Standard Time","locale":"de-DE","status":"no_show","resource":"Room 1","notes":"a\r\n\tb"}"#,
        expect![[r#"
            customer_name "Anna Berger"
            email "anna@example.com"
            end_at 2026-06-01T07:30:00Z
            locale "de-DE"
            notes "a\n\tb"
            phone "+4930901820"
            resource "Room 1"
            service "Dental check-up"
            start_at 2026-06-01T07:00:00Z
            status no_show
            time_zone "Europe/Berlin""#]],
    );
}

#[test]
fn null_and_blank_empty_a_field() {
    check(
        r#"{"email":null,"notes":"  ","start_at":null}"#,
        expect![[r#"
        email None
        notes None
        start_at None"#]],
    );
    check("{}", expect![[""]]);
}

#[test]
fn everything_wrong_is_listed() {
    check(
        r#"{"service":7,"customer_name":"a\u0000b","email":"anna","phone":"030 901820","start_at":"2026-06-01T09:00:00",
            "end_at":1780297200,"time_zone":"Berlin","locale":"de_DE","status":"cancelled","resource":"a\nb","notes":"\u0007",
            "starts_at":"2026-06-01T09:00:00Z"}"#,
        expect![[r#"
            customer_name: Has the control character U+0000.
            email: Not an email address: "anna".
            end_at: Not a time with an offset: a number. Write RFC 3339, as in 2026-06-01T09:00:00+02:00.
            locale: Not a language tag: "de_DE". Write it as in en or pt-BR.
            notes: Has the control character U+0007.
            phone: Not an international phone number: "030 901820". Write it with its country, as in +49 30 901820.
            resource: Has the control character U+000A.
            service: Expected a text or null, found a number.
            start_at: Not a time with an offset: "2026-06-01T09:00:00". Write RFC 3339, as in 2026-06-01T09:00:00+02:00.
            starts_at: No such member. There are: service, customer_name, email, phone, start_at, end_at, time_zone, locale, status, resource, notes.
            status: Expected one of scheduled, confirmed, canceled, completed, no_show.
            time_zone: No such time zone: "Berlin". Write an IANA name, as in Europe/Berlin."#]],
    );
    check(
        r#"{"status":null}"#,
        expect!["status: Expected one of scheduled, confirmed, canceled, completed, no_show."],
    );
}

#[test]
fn what_is_no_draft() {
    check("", expect!["body: Empty where a JSON object is expected."]);
    check("[]", expect!["body: Expected a JSON object, found a list."]);
    check(
        "{",
        expect!["body: Not readable as JSON: EOF while parsing an object at line 1 column 1."],
    );
    assert!(read_draft(&b"[".repeat(100_000)).is_err());
    assert!(read_draft(b"{\"notes\":\"\xFF\"}").is_err());
}

#[test]
fn lengths_count_characters() {
    for (field, most) in [
        ("service", 200),
        ("customer_name", 200),
        ("resource", 200),
        ("notes", 4_000),
    ] {
        let of = |count: usize| json!({ field: "ü".repeat(count) }).to_string();
        assert!(read_draft(of(most).as_bytes()).is_ok());
        assert!(read_draft(of(most + 1).as_bytes()).is_err());
    }
}
