//! The daily cap.

use expect_test::{Expect, expect};

use super::{STRANGER, appointment, at, policy, snake, step, within};
use crate::contract::exports::punctual::reminders::planning::{Person, Taken};
use crate::planning::{identity::channel_code, notification_id, plan, reconcile};
use crate::time::rfc3339;
use crate::types::{
    Appointment, Blocks, Channel, Notification, NotificationStatus as Status, Offset, Policy,
    Reason,
};

const EARLY: &str = "2026-05-01T00:00:00Z";
const START: &str = "2026-06-01T09:00:00Z";

fn capped(cap: u16) -> Policy {
    Policy {
        daily_cap: Some(cap),
        ..policy()
    }
}

/// A reminder of another appointment.
fn other(id: &str, step: &str, channel: Channel, due_at: &str) -> Taken {
    Taken {
        id: id.into(),
        step: step.into(),
        channel,
        due_at: at(due_at),
    }
}

fn person(others: &[Taken]) -> Person {
    Person {
        others: others.to_vec(),
        ..STRANGER
    }
}

/// What is left, and the day of what the cap took away.
#[track_caller]
fn check(appointment: &Appointment, policy: &Policy, person: &Person, expected: Expect) {
    let mut text = String::new();
    for item in plan(appointment, policy, person, at(EARLY)) {
        let verdict = item.skip.map_or("send".into(), snake);
        let due_at = rfc3339(item.due_at).unwrap();
        text += &format!(
            "{} {} {due_at} {verdict}\n",
            item.step,
            channel_code(item.channel)
        );
    }
    expected.assert_eq(&text);
}

#[test]
fn without_a_cap_nothing_counts() {
    let many: Vec<Taken> = (0..50)
        .map(|n| other(&n.to_string(), "P1D", Channel::Sms, "2026-05-31T08:00:00Z"))
        .collect();
    assert_eq!(
        plan(&appointment(), &policy(), &person(&many), at(EARLY)),
        plan(&appointment(), &policy(), &STRANGER, at(EARLY))
    );
}

/// Email comes before SMS, and each day counts for itself.
#[test]
fn of_one_appointment() {
    check(
        &appointment(),
        &capped(1),
        &STRANGER,
        expect![[r#"
        P7D email 2026-05-25T09:00:00Z send
        P7D sms 2026-05-25T09:00:00Z daily_cap
        P1D email 2026-05-31T09:00:00Z send
        P1D sms 2026-05-31T09:00:00Z daily_cap
        PT1H email 2026-06-01T08:00:00Z send
        PT1H sms 2026-06-01T08:00:00Z daily_cap
    "#]],
    );
    check(
        &appointment(),
        &capped(2),
        &STRANGER,
        expect![[r#"
        P7D email 2026-05-25T09:00:00Z send
        P7D sms 2026-05-25T09:00:00Z send
        P1D email 2026-05-31T09:00:00Z send
        P1D sms 2026-05-31T09:00:00Z send
        PT1H email 2026-06-01T08:00:00Z send
        PT1H sms 2026-06-01T08:00:00Z send
    "#]],
    );
    let same_day = Policy {
        steps: vec![
            step("PT1H", Offset::Seconds(3600)),
            step("PT3H", Offset::Seconds(3 * 3600)),
            step("PT2H", Offset::Seconds(2 * 3600)),
        ],
        ..capped(3)
    };
    check(
        &appointment(),
        &same_day,
        &STRANGER,
        expect![[r#"
            PT1H email 2026-06-01T08:00:00Z daily_cap
            PT1H sms 2026-06-01T08:00:00Z daily_cap
            PT3H email 2026-06-01T06:00:00Z send
            PT3H sms 2026-06-01T06:00:00Z send
            PT2H email 2026-06-01T07:00:00Z send
            PT2H sms 2026-06-01T07:00:00Z daily_cap
        "#]],
    );
}

/// The step's name decides between two that a window put on the same moment, then the channel.
#[test]
fn at_the_same_moment() {
    let policy = Policy {
        daily_cap: Some(3),
        steps: vec![
            step("PT2H", Offset::Seconds(2 * 3600)),
            step("PT1H", Offset::Seconds(3600)),
        ],
        ..within(18, 20)
    };
    check(
        &appointment(),
        &policy,
        &STRANGER,
        expect![[r#"
        PT2H email 2026-05-31T18:00:00Z send
        PT2H sms 2026-05-31T18:00:00Z daily_cap
        PT1H email 2026-05-31T18:00:00Z send
        PT1H sms 2026-05-31T18:00:00Z send
    "#]],
    );
}

/// The day is that of the clocks in Berlin, where the second one is due at 00:30 on the next day.
#[test]
fn the_day_is_the_zones() {
    let policy = Policy {
        steps: vec![
            step("PT2H", Offset::Seconds(2 * 3600)),
            step("PT1H", Offset::Seconds(3600)),
        ],
        ..capped(2)
    };
    let late = Appointment {
        start_at: Some(at("2026-05-31T23:30:00Z")),
        ..appointment()
    };
    check(
        &late,
        &policy,
        &STRANGER,
        expect![[r#"
        PT2H email 2026-05-31T21:30:00Z send
        PT2H sms 2026-05-31T21:30:00Z send
        PT1H email 2026-05-31T22:30:00Z send
        PT1H sms 2026-05-31T22:30:00Z send
    "#]],
    );
    let utc = Appointment {
        time_zone: Some("Etc/UTC".into()),
        ..late
    };
    check(
        &utc,
        &policy,
        &STRANGER,
        expect![[r#"
        PT2H email 2026-05-31T21:30:00Z send
        PT2H sms 2026-05-31T21:30:00Z send
        PT1H email 2026-05-31T22:30:00Z daily_cap
        PT1H sms 2026-05-31T22:30:00Z daily_cap
    "#]],
    );
}

/// What another appointment's reminder takes: a place on its day, if it comes earlier.
#[test]
fn of_another_appointment() {
    let earlier = other("a", "P7D", Channel::Sms, "2026-05-31T06:00:00Z");
    let later = other("b", "P7D", Channel::Sms, "2026-05-31T12:00:00Z");
    let on_another_day = other("c", "P7D", Channel::Sms, "2026-05-30T21:00:00Z");
    check(
        &appointment(),
        &capped(2),
        &person(std::slice::from_ref(&earlier)),
        expect![[r#"
            P7D email 2026-05-25T09:00:00Z send
            P7D sms 2026-05-25T09:00:00Z send
            P1D email 2026-05-31T09:00:00Z send
            P1D sms 2026-05-31T09:00:00Z daily_cap
            PT1H email 2026-06-01T08:00:00Z send
            PT1H sms 2026-06-01T08:00:00Z send
        "#]],
    );
    check(
        &appointment(),
        &capped(1),
        &person(&[earlier, later.clone(), on_another_day.clone()]),
        expect![[r#"
            P7D email 2026-05-25T09:00:00Z send
            P7D sms 2026-05-25T09:00:00Z daily_cap
            P1D email 2026-05-31T09:00:00Z daily_cap
            P1D sms 2026-05-31T09:00:00Z daily_cap
            PT1H email 2026-06-01T08:00:00Z send
            PT1H sms 2026-06-01T08:00:00Z daily_cap
        "#]],
    );
    assert_eq!(
        plan(
            &appointment(),
            &capped(2),
            &person(&[later, on_another_day]),
            at(EARLY)
        ),
        plan(&appointment(), &capped(2), &STRANGER, at(EARLY))
    );
}

/// The last word of the order is the id, so that one of the two gives way, and not both or none.
#[test]
fn another_one_at_the_same_moment() {
    let own = notification_id(super::APPOINTMENT, "P1D", Channel::Email, at(START)).unwrap();
    let place = |id: &str, step: &str, channel| {
        let others = [other(id, step, channel, "2026-05-31T09:00:00Z")];
        let planned = plan(&appointment(), &capped(1), &person(&others), at(EARLY));
        let of_that_day = planned.iter().filter(|item| item.step == "P1D");
        let kept = of_that_day.filter(|item| item.skip.is_none()).count();
        if kept == 1 { "own" } else { "other" }
    };
    assert_eq!(
        place(
            "00000000-0000-0000-0000-000000000000",
            "P1D",
            Channel::Email
        ),
        "other"
    );
    assert_eq!(
        place(
            "ffffffff-ffff-ffff-ffff-ffffffffffff",
            "P1D",
            Channel::Email
        ),
        "own"
    );
    assert_eq!(
        place("00000000-0000-0000-0000-000000000000", "P1D", Channel::Sms),
        "own"
    );
    assert_eq!(
        place("ffffffff-ffff-ffff-ffff-ffffffffffff", "P12H", Channel::Sms),
        "other"
    );
    assert_eq!(
        place(
            "00000000-0000-0000-0000-000000000000",
            "P7D",
            Channel::Email
        ),
        "own"
    );
    assert_eq!(own.len(), 36);
}

/// What is skipped for another reason takes no place.
#[test]
fn only_what_would_be_sent_counts() {
    let blocked = Person {
        blocks: Blocks {
            email: Some(Reason::AddressSuppressed),
            sms: None,
        },
        others: Vec::new(),
    };
    check(
        &appointment(),
        &capped(1),
        &blocked,
        expect![[r#"
        P7D email 2026-05-25T09:00:00Z address_suppressed
        P7D sms 2026-05-25T09:00:00Z send
        P1D email 2026-05-31T09:00:00Z address_suppressed
        P1D sms 2026-05-31T09:00:00Z send
        PT1H email 2026-06-01T08:00:00Z address_suppressed
        PT1H sms 2026-06-01T08:00:00Z send
    "#]],
    );
    let no_number = Appointment {
        phone: None,
        ..appointment()
    };
    check(
        &no_number,
        &capped(1),
        &STRANGER,
        expect![[r#"
        P7D email 2026-05-25T09:00:00Z send
        P7D sms 2026-05-25T09:00:00Z no_phone
        P1D email 2026-05-31T09:00:00Z send
        P1D sms 2026-05-31T09:00:00Z no_phone
        PT1H email 2026-06-01T08:00:00Z send
        PT1H sms 2026-06-01T08:00:00Z no_phone
    "#]],
    );
}

mod with_rows {
    use super::*;

    /// Three hours and one hour before, by email and SMS, and two a day.
    fn same_day() -> Policy {
        Policy {
            steps: vec![
                step("PT3H", Offset::Seconds(3 * 3600)),
                step("PT1H", Offset::Seconds(3600)),
            ],
            ..capped(2)
        }
    }

    fn row(step: &str, channel: Channel, start: &str, due: &str, status: Status) -> Notification {
        Notification {
            id: notification_id(super::super::APPOINTMENT, step, channel, at(start)).unwrap(),
            appointment_id: super::super::APPOINTMENT.into(),
            step: step.into(),
            channel,
            start_at: at(start),
            due_at: at(due),
            status,
            reason: match status {
                Status::Failed => Some(Reason::ProviderRejected),
                Status::Canceled => Some(Reason::CanceledByStaff),
                Status::Skipped => Some(Reason::DailyCap),
                _ => None,
            },
            attempts: 0,
            lease_until: None,
            retry_at: None,
            send_now_at: None,
        }
    }

    #[track_caller]
    fn check(rows: &[Notification], now: &str, expected: Expect) {
        let changes = reconcile(Some(&appointment()), &same_day(), &STRANGER, rows, at(now));
        let text: String = changes
            .iter()
            .map(|change| {
                let action = format!("{:?}", change.action);
                let action = action.rsplit("::").next().unwrap().to_lowercase();
                let reason = change.reason.map(snake).unwrap_or_default();
                let channel = channel_code(change.channel);
                format!("{} {channel} {action} {reason}", change.step)
                    .trim_end()
                    .to_owned()
                    + "\n"
            })
            .collect();
        expected.assert_eq(&text);
    }

    /// Both of three hours before, in that state, and both of one hour before, skipped.
    fn after_three_hours(status: Status) -> [Notification; 4] {
        let (first, second) = ("2026-06-01T06:00:00Z", "2026-06-01T08:00:00Z");
        [
            row("PT3H", Channel::Email, START, first, status),
            row("PT3H", Channel::Sms, START, first, status),
            row("PT1H", Channel::Email, START, second, Status::Skipped),
            row("PT1H", Channel::Sms, START, second, Status::Skipped),
        ]
    }

    #[test]
    fn nothing_is_there_yet() {
        check(
            &[],
            EARLY,
            expect![[r#"
            PT3H email create
            PT3H sms create
            PT1H email skip daily_cap
            PT1H sms skip daily_cap
        "#]],
        );
    }

    /// Once its time has passed the plan calls it past, but it went out and has its place.
    #[test]
    fn what_reached_the_person_keeps_its_place() {
        for status in [
            Status::Sending,
            Status::Unknown,
            Status::Sent,
            Status::Delivered,
            Status::Scheduled,
        ] {
            for now in [EARLY, "2026-06-01T05:59:59Z", "2026-06-01T07:00:00Z"] {
                check(&after_three_hours(status), now, expect![[r#""#]]);
            }
        }
    }

    #[test]
    fn what_did_not_frees_it() {
        for now in [EARLY, "2026-06-01T07:00:00Z"] {
            for status in [Status::Failed, Status::Canceled] {
                let expected = expect![[r#"
                    PT1H email revive
                    PT1H sms revive
                "#]];
                check(&after_three_hours(status), now, expected);
            }
        }
    }

    /// Sent for the time that the appointment had in the morning.
    #[test]
    fn what_was_sent_for_another_start_counts() {
        let sent = row(
            "PT1H",
            Channel::Email,
            "2026-06-01T05:30:00Z",
            "2026-06-01T04:30:00Z",
            Status::Sent,
        );
        check(
            std::slice::from_ref(&sent),
            "2026-06-01T05:00:00Z",
            expect![[r#"
            PT3H email create
            PT3H sms skip daily_cap
            PT1H email skip daily_cap
            PT1H sms skip daily_cap
        "#]],
        );
        let waiting = Notification {
            status: Status::Scheduled,
            ..sent
        };
        check(
            &[waiting],
            EARLY,
            expect![[r#"
            PT3H email create
            PT3H sms create
            PT1H email skip daily_cap
            PT1H sms skip daily_cap
            PT1H email cancel appointment_moved
        "#]],
        );
    }

    /// Staff are not held to the cap, but what they want sent is one of the day's.
    #[test]
    fn what_staff_want_now_counts_and_is_never_capped() {
        let mut rows = after_three_hours(Status::Scheduled);
        let now = "2026-06-01T05:00:00Z";
        rows[3] = Notification {
            status: Status::Scheduled,
            reason: None,
            due_at: at(now),
            send_now_at: Some(at(now)),
            ..rows[3].clone()
        };
        check(
            &rows,
            now,
            expect![[r#"
            PT3H sms skip daily_cap
        "#]],
        );
    }

    #[test]
    fn a_higher_cap_revives() {
        let rows = after_three_hours(Status::Scheduled);
        let three = Policy {
            daily_cap: Some(3),
            ..same_day()
        };
        let changes = reconcile(Some(&appointment()), &three, &STRANGER, &rows, at(EARLY));
        assert_eq!(changes.len(), 1);
        assert_eq!(changes[0].id, rows[2].id);
    }
}
