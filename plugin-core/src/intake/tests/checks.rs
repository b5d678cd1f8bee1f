//! Rules over whole appointments.

use expect_test::{Expect, expect};

use super::show_problem;
use crate::intake::appointment::blank;
use crate::intake::{check_appointment, overlap};
use crate::types::{Appointment, AppointmentStatus};

const HOUR: i64 = 3_600_000;

fn appointment(id: &str, resource: &str, start: i64, end: Option<i64>) -> Appointment {
    Appointment {
        resource: Some(resource.to_owned()),
        start_at: Some(start),
        end_at: end,
        ..blank(id)
    }
}

#[track_caller]
fn check(appointment: &Appointment, expected: Expect) {
    let lines: Vec<_> = check_appointment(appointment)
        .iter()
        .map(show_problem)
        .collect();
    expected.assert_eq(&lines.join("\n"));
}

#[test]
fn what_must_be_mended() {
    check(&appointment("a", "r", HOUR, Some(2 * HOUR)), expect![[""]]);
    check(&appointment("a", "r", HOUR, None), expect![[""]]);
    check(
        &blank("a"),
        expect![
            "start_at: Missing. Write when the appointment begins, as in 2026-06-01T09:00:00+02:00."
        ],
    );
    check(
        &appointment("a", "r", HOUR, Some(HOUR)),
        expect!["end_at: Not after start_at."],
    );
    check(
        &appointment("a", "r", 0, Some(31 * 24 * HOUR)),
        expect![[""]],
    );
    check(
        &appointment("a", "r", 0, Some(31 * 24 * HOUR + 1_000)),
        expect!["end_at: More than 31 days after start_at."],
    );
    check(
        &appointment("a", "r", i64::MIN, Some(i64::MAX)),
        expect!["end_at: More than 31 days after start_at."],
    );
    check(
        &Appointment {
            time_zone: Some("Berlin".into()),
            ..blank("a")
        },
        expect![[r#"
        start_at: Missing. Write when the appointment begins, as in 2026-06-01T09:00:00+02:00.
        time_zone: No such time zone: "Berlin". Write an IANA name, as in Europe/Berlin."#]],
    );
}

#[test]
fn two_of_one_resource() {
    let a = appointment("a", "Room 1", 10 * HOUR, Some(11 * HOUR));
    let with = |start, end| overlap(&a, &appointment("b", " room 1", start, end));
    assert!(with(10 * HOUR, Some(11 * HOUR)));
    assert!(with(9 * HOUR, Some(12 * HOUR)));
    assert!(with(10 * HOUR + 1, Some(10 * HOUR + 2)));
    assert!(!with(9 * HOUR, Some(10 * HOUR)), "touching before");
    assert!(!with(11 * HOUR, Some(12 * HOUR)), "touching after");
    assert!(with(10 * HOUR + 1, None), "a moment within");
    assert!(!with(10 * HOUR, None), "a moment at the start");
    assert!(!with(11 * HOUR, None), "a moment at the end");
    assert!(
        !with(10 * HOUR, Some(9 * HOUR)),
        "an end before the start is no time"
    );
}

#[test]
fn what_claims_nothing() {
    let a = appointment("a", "Room 1", 10 * HOUR, Some(11 * HOUR));
    assert!(!overlap(&a, &a), "itself");
    assert!(!overlap(
        &a,
        &Appointment {
            resource: Some("Room 2".into()),
            id: "b".into(),
            ..a.clone()
        }
    ));
    for (status, claims) in [
        (AppointmentStatus::Scheduled, true),
        (AppointmentStatus::Confirmed, true),
        (AppointmentStatus::Completed, true),
        (AppointmentStatus::Canceled, false),
        (AppointmentStatus::NoShow, false),
    ] {
        let b = Appointment {
            id: "b".into(),
            status,
            ..a.clone()
        };
        assert_eq!(
            (overlap(&a, &b), overlap(&b, &a)),
            (claims, claims),
            "{status:?}"
        );
    }
    for resource in [None, Some(String::new())] {
        let nowhere = |id: &str| Appointment {
            id: id.into(),
            resource: resource.clone(),
            ..a.clone()
        };
        assert!(
            !overlap(&nowhere("a"), &nowhere("b")),
            "no resource is not one resource"
        );
    }
}
