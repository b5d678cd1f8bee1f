use expect_test::{Expect, expect};

use super::{appointment, at, plan, policy, snake, step, within};
use crate::planning::identity::channel_code;
use crate::time::rfc3339;
use crate::types::{Appointment, AppointmentStatus, Channel, Offset, Policy, Step};

const EARLY: &str = "2026-01-01T00:00:00Z";

#[track_caller]
fn check(appointment: &Appointment, policy: &Policy, now: &str, expected: Expect) {
    let mut text = String::new();
    for item in plan(appointment, policy, at(now)) {
        let verdict = item.skip.map_or("send".into(), snake);
        text += &format!(
            "{} {} {} {verdict}\n",
            item.step,
            channel_code(item.channel),
            rfc3339(item.due_at).unwrap()
        );
    }
    expected.assert_eq(&text);
}

#[test]
fn six_reminders() {
    check(
        &appointment(),
        &policy(),
        EARLY,
        expect![[r#"
        P7D email 2026-05-25T09:00:00Z send
        P7D sms 2026-05-25T09:00:00Z send
        P1D email 2026-05-31T09:00:00Z send
        P1D sms 2026-05-31T09:00:00Z send
        PT1H email 2026-06-01T08:00:00Z send
        PT1H sms 2026-06-01T08:00:00Z send
    "#]],
    );
}

#[test]
fn the_policys_own_channels_in_its_own_order() {
    let steps = vec![
        Step {
            channels: vec![Channel::Sms],
            ..step("PT2H", Offset::Seconds(7200))
        },
        Step {
            channels: vec![],
            ..step("P3D", Offset::Days(3))
        },
        step("P2D", Offset::Days(2)),
    ];
    let policy = Policy { steps, ..policy() };
    check(
        &appointment(),
        &policy,
        EARLY,
        expect![[r#"
        PT2H sms 2026-06-01T07:00:00Z send
        P2D email 2026-05-30T09:00:00Z send
        P2D sms 2026-05-30T09:00:00Z send
    "#]],
    );
}

#[test]
fn the_zone_of_the_policy_where_the_appointment_names_none() {
    let start_at = Some(at("2026-03-29T07:00:00Z"));
    let appointment = Appointment {
        start_at,
        time_zone: None,
        ..appointment()
    };
    check(
        &appointment,
        &policy(),
        EARLY,
        expect![[r#"
        P7D email 2026-03-22T07:00:00Z send
        P7D sms 2026-03-22T07:00:00Z send
        P1D email 2026-03-28T07:00:00Z send
        P1D sms 2026-03-28T07:00:00Z send
        PT1H email 2026-03-29T06:00:00Z send
        PT1H sms 2026-03-29T06:00:00Z send
    "#]],
    );
    let policy = Policy {
        default_time_zone: "Europe/Berlin".into(),
        ..policy()
    };
    check(
        &appointment,
        &policy,
        EARLY,
        expect![[r#"
        P7D email 2026-03-22T08:00:00Z send
        P7D sms 2026-03-22T08:00:00Z send
        P1D email 2026-03-28T08:00:00Z send
        P1D sms 2026-03-28T08:00:00Z send
        PT1H email 2026-03-29T06:00:00Z send
        PT1H sms 2026-03-29T06:00:00Z send
    "#]],
    );
}

mod clock_changes {
    use super::*;

    /// Emails only: the times of SMS are the same. An appointment at 09:00 local on the day of the change.
    #[track_caller]
    fn check(zone: &str, start: &str, expected: Expect) {
        let appointment = Appointment {
            start_at: Some(at(start)),
            time_zone: Some(zone.into()),
            ..appointment()
        };
        let mut policy = policy();
        for step in &mut policy.steps {
            step.channels = vec![Channel::Email];
        }
        super::check(&appointment, &policy, EARLY, expected);
    }

    // Every expected time here was computed by Python's zoneinfo.

    #[test]
    fn berlin() {
        check(
            "Europe/Berlin",
            "2026-03-29T07:00:00Z",
            expect![[r#"
            P7D email 2026-03-22T08:00:00Z send
            P1D email 2026-03-28T08:00:00Z send
            PT1H email 2026-03-29T06:00:00Z send
        "#]],
        );
        check(
            "Europe/Berlin",
            "2026-10-25T08:00:00Z",
            expect![[r#"
            P7D email 2026-10-18T07:00:00Z send
            P1D email 2026-10-24T07:00:00Z send
            PT1H email 2026-10-25T07:00:00Z send
        "#]],
        );
    }

    #[test]
    fn new_york() {
        check(
            "America/New_York",
            "2026-03-08T13:00:00Z",
            expect![[r#"
            P7D email 2026-03-01T14:00:00Z send
            P1D email 2026-03-07T14:00:00Z send
            PT1H email 2026-03-08T12:00:00Z send
        "#]],
        );
        check(
            "America/New_York",
            "2026-11-01T14:00:00Z",
            expect![[r#"
            P7D email 2026-10-25T13:00:00Z send
            P1D email 2026-10-31T13:00:00Z send
            PT1H email 2026-11-01T13:00:00Z send
        "#]],
        );
    }

    #[test]
    fn auckland() {
        check(
            "Pacific/Auckland",
            "2026-04-04T21:00:00Z",
            expect![[r#"
            P7D email 2026-03-28T20:00:00Z send
            P1D email 2026-04-03T20:00:00Z send
            PT1H email 2026-04-04T20:00:00Z send
        "#]],
        );
        check(
            "Pacific/Auckland",
            "2026-09-26T20:00:00Z",
            expect![[r#"
            P7D email 2026-09-19T21:00:00Z send
            P1D email 2026-09-25T21:00:00Z send
            PT1H email 2026-09-26T19:00:00Z send
        "#]],
        );
    }

    #[test]
    fn lord_howe_changes_by_half_an_hour() {
        check(
            "Australia/Lord_Howe",
            "2026-04-04T22:30:00Z",
            expect![[r#"
            P7D email 2026-03-28T22:00:00Z send
            P1D email 2026-04-03T22:00:00Z send
            PT1H email 2026-04-04T21:30:00Z send
        "#]],
        );
        check(
            "Australia/Lord_Howe",
            "2026-10-03T22:00:00Z",
            expect![[r#"
            P7D email 2026-09-26T22:30:00Z send
            P1D email 2026-10-02T22:30:00Z send
            PT1H email 2026-10-03T21:00:00Z send
        "#]],
        );
    }

    #[test]
    fn a_time_that_the_day_before_skips() {
        check(
            "Europe/Berlin",
            "2026-03-30T00:30:00Z",
            expect![[r#"
            P7D email 2026-03-23T01:30:00Z send
            P1D email 2026-03-29T01:30:00Z send
            PT1H email 2026-03-29T23:30:00Z send
        "#]],
        );
    }

    #[test]
    fn a_time_that_the_day_before_has_twice() {
        check(
            "Europe/Berlin",
            "2026-10-26T01:30:00Z",
            expect![[r#"
            P7D email 2026-10-19T00:30:00Z send
            P1D email 2026-10-25T00:30:00Z send
            PT1H email 2026-10-26T00:30:00Z send
        "#]],
        );
    }

    #[test]
    fn an_hour_before_reaches_across_the_change() {
        check(
            "Europe/Berlin",
            "2026-03-29T01:30:00Z",
            expect![[r#"
            P7D email 2026-03-22T02:30:00Z send
            P1D email 2026-03-28T02:30:00Z send
            PT1H email 2026-03-29T00:30:00Z send
        "#]],
        );
        check(
            "Europe/Berlin",
            "2026-10-25T01:30:00Z",
            expect![[r#"
            P7D email 2026-10-18T00:30:00Z send
            P1D email 2026-10-24T00:30:00Z send
            PT1H email 2026-10-25T00:30:00Z send
        "#]],
        );
    }

    #[test]
    fn the_day_before_may_be_the_same_moment() {
        // Samoa had no 30 December 2011.
        let appointment = Appointment {
            start_at: Some(at("2011-12-30T20:00:00Z")),
            time_zone: Some("Pacific/Apia".into()),
            ..appointment()
        };
        super::check(
            &appointment,
            &policy(),
            "2011-01-01T00:00:00Z",
            expect![[r#"
            P7D email 2011-12-24T20:00:00Z send
            P7D sms 2011-12-24T20:00:00Z send
            P1D email 2011-12-30T20:00:00Z due_in_past
            P1D sms 2011-12-30T20:00:00Z due_in_past
            PT1H email 2011-12-30T19:00:00Z send
            PT1H sms 2011-12-30T19:00:00Z send
        "#]],
        );
    }
}

#[test]
fn booked_late() {
    let appointment = appointment();
    // In the very moment of a step it is still sent; a second later it is skipped.
    check(
        &appointment,
        &policy(),
        "2026-05-25T09:00:00Z",
        expect![[r#"
        P7D email 2026-05-25T09:00:00Z send
        P7D sms 2026-05-25T09:00:00Z send
        P1D email 2026-05-31T09:00:00Z send
        P1D sms 2026-05-31T09:00:00Z send
        PT1H email 2026-06-01T08:00:00Z send
        PT1H sms 2026-06-01T08:00:00Z send
    "#]],
    );
    check(
        &appointment,
        &policy(),
        "2026-05-25T09:00:01Z",
        expect![[r#"
        P7D email 2026-05-25T09:00:00Z due_in_past
        P7D sms 2026-05-25T09:00:00Z due_in_past
        P1D email 2026-05-31T09:00:00Z send
        P1D sms 2026-05-31T09:00:00Z send
        PT1H email 2026-06-01T08:00:00Z send
        PT1H sms 2026-06-01T08:00:00Z send
    "#]],
    );
    check(
        &appointment,
        &policy(),
        "2026-05-31T21:00:00Z",
        expect![[r#"
        P7D email 2026-05-25T09:00:00Z due_in_past
        P7D sms 2026-05-25T09:00:00Z due_in_past
        P1D email 2026-05-31T09:00:00Z due_in_past
        P1D sms 2026-05-31T09:00:00Z due_in_past
        PT1H email 2026-06-01T08:00:00Z send
        PT1H sms 2026-06-01T08:00:00Z send
    "#]],
    );
    check(
        &appointment,
        &policy(),
        "2026-06-01T08:30:00Z",
        expect![[r#"
        P7D email 2026-05-25T09:00:00Z due_in_past
        P7D sms 2026-05-25T09:00:00Z due_in_past
        P1D email 2026-05-31T09:00:00Z due_in_past
        P1D sms 2026-05-31T09:00:00Z due_in_past
        PT1H email 2026-06-01T08:00:00Z due_in_past
        PT1H sms 2026-06-01T08:00:00Z due_in_past
    "#]],
    );
    check(
        &appointment,
        &policy(),
        "2026-06-01T10:00:00Z",
        expect![[r#"
        P7D email 2026-05-25T09:00:00Z due_in_past
        P7D sms 2026-05-25T09:00:00Z due_in_past
        P1D email 2026-05-31T09:00:00Z due_in_past
        P1D sms 2026-05-31T09:00:00Z due_in_past
        PT1H email 2026-06-01T08:00:00Z due_in_past
        PT1H sms 2026-06-01T08:00:00Z due_in_past
    "#]],
    );
}

mod contacts {
    use super::*;

    #[track_caller]
    fn check(email: Option<&str>, phone: Option<&str>, expected: Expect) {
        let appointment = Appointment {
            email: email.map(Into::into),
            phone: phone.map(Into::into),
            ..appointment()
        };
        let mut policy = policy();
        policy.steps.truncate(1);
        let planned = plan(&appointment, &policy, at(EARLY));
        let verdict = |index: usize| planned[index].skip.map_or("send".into(), snake);
        expected.assert_eq(&format!("{} {}", verdict(0), verdict(1)));
    }

    #[test]
    fn missing() {
        check(None, None, expect!["no_email no_phone"]);
        check(Some(""), Some(""), expect!["no_email no_phone"]);
        check(None, Some("+4930123456"), expect!["no_email send"]);
        check(Some("ada@example.org"), None, expect!["send no_phone"]);
    }

    #[test]
    fn each_channel_is_judged_alone() {
        check(
            Some("ada at example"),
            Some("+4930123456"),
            expect!["email_invalid send"],
        );
        check(
            Some("ada@example.org"),
            Some("030 123456"),
            expect!["send phone_invalid"],
        );
    }

    #[test]
    fn mailboxes() {
        for good in [
            "a@b.de",
            "ada.lovelace+clinic@sub.example.org",
            "o'hara@example.ie",
            "jürgen@müller.de",
            "ada@xn--mller-kva.de",
            &format!("{}@example.org", "a".repeat(64)),
        ] {
            check(Some(good), None, expect!["send no_phone"]);
        }
        for bad in [
            "@",
            "ada",
            "ada@",
            "@example.org",
            "ada@localhost",
            "ada@example.",
            "ada@.org",
            "ada@example..org",
            "ada@-example.org",
            "ada@example-.org",
            "ada@bob@example.org",
            "ada lovelace@example.org",
            "ada@example.org, bob@example.org",
            "Ada <ada@example.org>",
            "ada@example.org\r\nBcc: bob@example.org",
            "ada@exam\u{0}ple.org",
            "ada@example.org\u{a0}",
            "ada@[127.0.0.1]",
            &format!("{}@example.org", "a".repeat(65)),
            &format!("a@{}.org", "b".repeat(250)),
        ] {
            check(Some(bad), None, expect!["email_invalid no_phone"]);
        }
    }

    #[test]
    fn numbers() {
        for good in ["+1234567", "+4915112345678", "+123456789012345"] {
            check(None, Some(good), expect!["no_email send"]);
        }
        for bad in [
            "+",
            "+123456",
            "+1234567890123456",
            "+0491511234567",
            "4915112345678",
            "004915112345678",
            "+49 151 1234567",
            "+49-151-1234567",
            "++4915112345678",
            "+٤٩١٥١١٢٣٤٥٦٧",
        ] {
            check(None, Some(bad), expect!["no_email phone_invalid"]);
        }
    }

    #[test]
    fn what_is_past_is_past_whatever_the_contact() {
        let appointment = Appointment {
            email: None,
            ..appointment()
        };
        super::check(
            &appointment,
            &policy(),
            "2026-05-31T21:00:00Z",
            expect![[r#"
            P7D email 2026-05-25T09:00:00Z due_in_past
            P7D sms 2026-05-25T09:00:00Z due_in_past
            P1D email 2026-05-31T09:00:00Z due_in_past
            P1D sms 2026-05-31T09:00:00Z due_in_past
            PT1H email 2026-06-01T08:00:00Z no_email
            PT1H sms 2026-06-01T08:00:00Z send
        "#]],
        );
    }
}

#[test]
fn no_start() {
    let appointment = Appointment {
        start_at: None,
        ..appointment()
    };
    check(
        &appointment,
        &policy(),
        "2026-05-01T12:00:00Z",
        expect![[r#"
        P7D email 2026-05-01T12:00:00Z no_start
        P7D sms 2026-05-01T12:00:00Z no_start
        P1D email 2026-05-01T12:00:00Z no_start
        P1D sms 2026-05-01T12:00:00Z no_start
        PT1H email 2026-05-01T12:00:00Z no_start
        PT1H sms 2026-05-01T12:00:00Z no_start
    "#]],
    );
}

#[test]
fn only_the_living_are_reminded() {
    for status in [
        AppointmentStatus::Canceled,
        AppointmentStatus::Completed,
        AppointmentStatus::NoShow,
    ] {
        for start_at in [None, appointment().start_at] {
            let appointment = Appointment {
                status,
                start_at,
                ..appointment()
            };
            check(&appointment, &policy(), EARLY, expect![[""]]);
        }
    }
    let confirmed = Appointment {
        status: AppointmentStatus::Confirmed,
        ..appointment()
    };
    assert_eq!(
        plan(&confirmed, &policy(), at(EARLY)),
        plan(&appointment(), &policy(), at(EARLY))
    );
}

#[test]
fn what_has_no_identity_has_no_plan() {
    for start_at in [None, appointment().start_at, Some(i64::MAX)] {
        let nameless = Appointment {
            id: "42".into(),
            start_at,
            ..appointment()
        };
        check(&nameless, &policy(), EARLY, expect![[""]]);
    }
    let timeless = Appointment {
        start_at: Some(i64::MAX),
        ..appointment()
    };
    check(&timeless, &policy(), EARLY, expect![[""]]);
}

#[test]
fn a_zone_that_nobody_knows() {
    let mars = Appointment {
        time_zone: Some("Mars/Olympus_Mons".into()),
        ..appointment()
    };
    check(
        &mars,
        &policy(),
        EARLY,
        expect![[r#"
        P7D email 2026-06-01T09:00:00Z time_zone_unknown
        P7D sms 2026-06-01T09:00:00Z time_zone_unknown
        P1D email 2026-06-01T09:00:00Z time_zone_unknown
        P1D sms 2026-06-01T09:00:00Z time_zone_unknown
        PT1H email 2026-06-01T09:00:00Z time_zone_unknown
        PT1H sms 2026-06-01T09:00:00Z time_zone_unknown
    "#]],
    );
    // No zone, no due time: neither can it be past, nor does a contact matter.
    let mars = Appointment {
        email: None,
        ..mars
    };
    check(
        &mars,
        &policy(),
        "2027-01-01T00:00:00Z",
        expect![[r#"
        P7D email 2026-06-01T09:00:00Z time_zone_unknown
        P7D sms 2026-06-01T09:00:00Z time_zone_unknown
        P1D email 2026-06-01T09:00:00Z time_zone_unknown
        P1D sms 2026-06-01T09:00:00Z time_zone_unknown
        PT1H email 2026-06-01T09:00:00Z time_zone_unknown
        PT1H sms 2026-06-01T09:00:00Z time_zone_unknown
    "#]],
    );
}

mod windows {
    use super::*;

    #[track_caller]
    fn check(zone: &str, start: &str, policy: &Policy, expected: Expect) {
        let appointment = Appointment {
            start_at: Some(at(start)),
            time_zone: Some(zone.into()),
            phone: None,
            ..appointment()
        };
        let mut policy = policy.clone();
        for step in &mut policy.steps {
            step.channels = vec![Channel::Email];
        }
        super::check(&appointment, &policy, EARLY, expected);
    }

    #[test]
    fn inside_nothing_moves() {
        check(
            "Europe/Berlin",
            "2026-06-01T09:00:00Z",
            &within(8, 20),
            expect![[r#"
            P7D email 2026-05-25T09:00:00Z send
            P1D email 2026-05-31T09:00:00Z send
            PT1H email 2026-06-01T08:00:00Z send
        "#]],
        );
    }

    #[test]
    fn before_it_opens_the_evening_before() {
        check(
            "Europe/Berlin",
            "2026-06-01T05:30:00Z",
            &within(8, 20),
            expect![[r#"
            P7D email 2026-05-24T18:00:00Z send
            P1D email 2026-05-30T18:00:00Z send
            PT1H email 2026-05-31T18:00:00Z send
        "#]],
        );
    }

    #[test]
    fn after_it_closed_the_same_evening() {
        check(
            "Europe/Berlin",
            "2026-06-01T20:30:00Z",
            &within(8, 20),
            expect![[r#"
            P7D email 2026-05-25T18:00:00Z send
            P1D email 2026-05-31T18:00:00Z send
            PT1H email 2026-06-01T18:00:00Z send
        "#]],
        );
    }

    #[test]
    fn it_is_the_window_of_the_appointments_zone() {
        check(
            "America/New_York",
            "2026-06-01T13:00:00Z",
            &within(8, 20),
            expect![[r#"
            P7D email 2026-05-25T13:00:00Z send
            P1D email 2026-05-31T13:00:00Z send
            PT1H email 2026-06-01T12:00:00Z send
        "#]],
        );
        check(
            "Asia/Kolkata",
            "2026-06-01T13:00:00Z",
            &within(8, 20),
            expect![[r#"
            P7D email 2026-05-25T13:00:00Z send
            P1D email 2026-05-31T13:00:00Z send
            PT1H email 2026-06-01T12:00:00Z send
        "#]],
        );
    }

    #[test]
    fn the_evening_before_a_clock_change() {
        check(
            "Europe/Berlin",
            "2026-03-29T05:00:00Z",
            &within(8, 20),
            expect![[r#"
            P7D email 2026-03-21T19:00:00Z send
            P1D email 2026-03-27T19:00:00Z send
            PT1H email 2026-03-28T19:00:00Z send
        "#]],
        );
        check(
            "Europe/Berlin",
            "2026-10-25T06:00:00Z",
            &within(8, 20),
            expect![[r#"
            P7D email 2026-10-17T18:00:00Z send
            P1D email 2026-10-23T18:00:00Z send
            PT1H email 2026-10-24T18:00:00Z send
        "#]],
        );
    }

    #[test]
    fn midnight_ends_a_window_that_ends_with_the_day() {
        check(
            "Europe/Berlin",
            "2026-06-01T05:30:00Z",
            &within(8, 24),
            expect![[r#"
            P7D email 2026-05-24T22:00:00Z send
            P1D email 2026-05-30T22:00:00Z send
            PT1H email 2026-05-31T22:00:00Z send
        "#]],
        );
    }

    #[test]
    fn a_closing_time_that_the_clocks_skip() {
        // Nuuk goes from 23:00 on 28 March straight to midnight; 23:30 is read with the offset of before.
        let late = Policy {
            window: Some(crate::types::Window {
                opens_minute: 480,
                closes_minute: 1410,
            }),
            ..policy()
        };
        check(
            "America/Nuuk",
            "2026-03-29T02:10:00Z",
            &late,
            expect![[r#"
            P7D email 2026-03-22T01:30:00Z send
            P1D email 2026-03-28T01:30:00Z send
            PT1H email 2026-03-29T01:10:00Z send
        "#]],
        );
        check(
            "America/Nuuk",
            "2026-03-29T08:00:00Z",
            &late,
            expect![[r#"
            P7D email 2026-03-22T01:30:00Z send
            P1D email 2026-03-28T01:30:00Z send
            PT1H email 2026-03-29T01:30:00Z send
        "#]],
        );
    }

    #[test]
    fn what_the_window_moved_into_the_past_is_past() {
        let early = Appointment {
            start_at: Some(at("2026-06-01T05:30:00Z")),
            ..appointment()
        };
        // 21:00 in Berlin: the reminder of one hour before would have gone out at 20:00.
        super::check(
            &early,
            &within(8, 20),
            "2026-05-31T19:00:00Z",
            expect![[r#"
            P7D email 2026-05-24T18:00:00Z due_in_past
            P7D sms 2026-05-24T18:00:00Z due_in_past
            P1D email 2026-05-30T18:00:00Z due_in_past
            P1D sms 2026-05-30T18:00:00Z due_in_past
            PT1H email 2026-05-31T18:00:00Z due_in_past
            PT1H sms 2026-05-31T18:00:00Z due_in_past
        "#]],
        );
    }
}
