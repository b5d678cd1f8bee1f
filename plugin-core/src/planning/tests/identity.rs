use expect_test::{Expect, expect};

use super::{APPOINTMENT, at};
use crate::planning::notification_id;
use crate::types::Channel;

/// Every expected id here was computed by Python: `uuid.uuid5(UUID(appointment), name)`.
#[track_caller]
fn check(appointment: &str, step: &str, channel: Channel, start: &str, expected: Expect) {
    let id = notification_id(appointment, step, channel, at(start));
    expected.assert_eq(id.as_deref().unwrap_or("none"));
}

#[test]
fn ids_are_what_any_other_program_computes() {
    let start = "2026-06-01T09:00:00Z";
    let (email, sms) = (Channel::Email, Channel::Sms);
    check(
        APPOINTMENT,
        "P7D",
        email,
        start,
        expect!["2b20c986-88c8-5c3c-bd32-3110c31fecbd"],
    );
    check(
        APPOINTMENT,
        "P1D",
        email,
        start,
        expect!["56a94a9c-6083-5c07-ad1b-fe969cacdd3d"],
    );
    check(
        APPOINTMENT,
        "P1D",
        sms,
        start,
        expect!["7ad82a9c-63ce-5e2f-884e-fd510b1ecd39"],
    );
    check(
        APPOINTMENT,
        "PT1H",
        sms,
        start,
        expect!["15aa0ff2-3c00-511d-81da-fa6ca6fe70f7"],
    );
    check(
        "00000000-0000-0000-0000-000000000001",
        "P1D",
        email,
        start,
        expect!["ac48d94d-4ec7-51f7-82ac-bd539cd8c226"],
    );
}

#[test]
fn one_second_is_another_start() {
    check(
        APPOINTMENT,
        "P1D",
        Channel::Email,
        "2026-06-01T09:00:01Z",
        expect!["f5b68e3e-c4e8-584f-a9a3-f759506272ba"],
    );
    check(
        APPOINTMENT,
        "P1D",
        Channel::Email,
        "1970-01-01T00:00:00Z",
        expect!["5afaa382-eda4-551f-bd72-3ad4d6248b7a"],
    );
    check(
        APPOINTMENT,
        "P1D",
        Channel::Email,
        "1969-12-31T23:59:59Z",
        expect!["dad3cbb5-f4f6-5901-bcd2-e9f724e8329b"],
    );
}

#[test]
fn the_same_moment_and_the_same_guid_however_written() {
    check(
        &APPOINTMENT.to_uppercase(),
        "P1D",
        Channel::Email,
        "2026-06-01T11:00:00+02:00",
        expect!["56a94a9c-6083-5c07-ad1b-fe969cacdd3d"],
    );
}

#[test]
fn what_is_no_guid_has_no_reminders() {
    let start = "2026-06-01T09:00:00Z";
    for text in ["", "42", "6f9619ff-8b86-d011-b42d-00cf4fc964f", "zzz"] {
        check(text, "P1D", Channel::Email, start, expect!["none"]);
    }
}

#[test]
fn a_start_outside_the_calendar_has_no_id() {
    for start_at in [i64::MIN, i64::MAX] {
        assert_eq!(
            notification_id(APPOINTMENT, "P1D", Channel::Email, start_at),
            None
        );
    }
}
