//! Every branch of the fence, and of what follows from a provider's answer.

mod receipts;

use chrono::DateTime;
use expect_test::{Expect, expect};

use super::{after, last_look};
use crate::contract::exports::punctual::reminders::delivering::{
    Decision, Next, Outcome, Settlement, Stale,
};
use crate::time::rfc3339;
use crate::types::{
    Appointment, AppointmentStatus, Blocks, Channel, Instant, Notification,
    NotificationStatus as Status, Policy, Reason, Switches,
};

const START: &str = "2026-06-01T09:00:00Z";
const DUE: &str = "2026-05-31T09:00:00Z";
const EARLIER: &str = "2026-05-31T08:59:59Z";
const LATER: &str = "2026-05-31T09:00:10Z";

fn at(text: &str) -> Instant {
    DateTime::parse_from_rfc3339(text)
        .unwrap()
        .timestamp_millis()
}

const NO_BLOCKS: Blocks = Blocks {
    email: None,
    sms: None,
};

const ALL_ON: Switches = Switches {
    email: true,
    sms: true,
};

/// The decision for a person who is not blocked, with both channels on.
fn decide(
    row: Option<&Notification>,
    appointment: Option<&Appointment>,
    message_due_at: Instant,
    now: Instant,
) -> Decision {
    super::decide(row, appointment, NO_BLOCKS, ALL_ON, message_due_at, now)
}

fn appointment() -> Appointment {
    Appointment {
        id: "6f9619ff-8b86-d011-b42d-00cf4fc964ff".into(),
        service: None,
        customer_name: None,
        email: Some("ada@example.org".into()),
        phone: Some("+4930123456".into()),
        start_at: Some(at(START)),
        end_at: None,
        time_zone: None,
        locale: None,
        status: AppointmentStatus::Scheduled,
        resource: None,
        notes: None,
    }
}

fn row(status: Status) -> Notification {
    Notification {
        id: "56a94a9c-6083-5c07-ad1b-fe969cacdd3d".into(),
        appointment_id: appointment().id,
        step: "P1D".into(),
        channel: Channel::Email,
        start_at: at(START),
        due_at: at(DUE),
        status,
        reason: None,
        attempts: 0,
        lease_until: None,
        retry_at: None,
        send_now_at: None,
    }
}

const EVERY_STATUS: [Status; 9] = [
    Status::Pending,
    Status::Scheduled,
    Status::Sending,
    Status::Sent,
    Status::Delivered,
    Status::Unknown,
    Status::Failed,
    Status::Canceled,
    Status::Skipped,
];

const EVERY_REASON: [Reason; 25] = [
    Reason::DueInPast,
    Reason::NoStart,
    Reason::AppointmentStarted,
    Reason::AppointmentMoved,
    Reason::AppointmentCanceled,
    Reason::AppointmentCompleted,
    Reason::AppointmentNoShow,
    Reason::AppointmentDeleted,
    Reason::PolicyChanged,
    Reason::NoEmail,
    Reason::EmailInvalid,
    Reason::NoPhone,
    Reason::PhoneInvalid,
    Reason::TimeZoneUnknown,
    Reason::CanceledByStaff,
    Reason::ProviderRejected,
    Reason::RetriesExhausted,
    Reason::NoTimeLeft,
    Reason::TemplateError,
    Reason::OutcomeUnknown,
    Reason::OptedOut,
    Reason::AddressSuppressed,
    Reason::DailyCap,
    Reason::Undeliverable,
    Reason::ProviderMisconfigured,
];

/// The last part of a name as Rust prints it: `NotificationStatus::Sent` is `Sent`.
fn word(value: impl std::fmt::Debug) -> String {
    let text = format!("{value:?}");
    text.rsplit("::").next().unwrap().to_owned()
}

fn settled(settlement: &Settlement) -> String {
    format!("{} {}", word(settlement.status), word(settlement.reason))
}

fn when(instant: Instant) -> String {
    rfc3339(instant).unwrap()
}

mod the_fence {
    use super::*;

    fn tell(decision: &Decision) -> String {
        match decision {
            Decision::Send => "send".into(),
            Decision::Hold(until) => format!("hold {}", when(*until)),
            Decision::Wait(until) => format!("wait {}", when(*until)),
            Decision::Busy(until) => format!("busy {}", when(*until)),
            Decision::Ask => "ask".into(),
            Decision::Settle(settlement) => settled(settlement),
            Decision::Drop(stale) => format!("drop {}", word(stale)),
        }
    }

    fn decision(row: &Notification, appointment: Option<&Appointment>, now: &str) -> String {
        tell(&decide(Some(row), appointment, at(DUE), at(now)))
    }

    #[track_caller]
    fn check(row: &Notification, appointment: Option<&Appointment>, now: &str, expected: Expect) {
        expected.assert_eq(&decision(row, appointment, now));
    }

    #[test]
    fn nothing_to_send() {
        assert_eq!(
            decide(None, Some(&appointment()), at(DUE), at(LATER)),
            Decision::Drop(Stale::NoRow)
        );
        assert_eq!(
            decide(None, None, at(DUE), at(LATER)),
            Decision::Drop(Stale::NoRow)
        );
    }

    #[test]
    fn what_ended_stays_ended() {
        for status in [
            Status::Sent,
            Status::Delivered,
            Status::Failed,
            Status::Canceled,
            Status::Skipped,
        ] {
            let row = row(status);
            assert_eq!(decision(&row, Some(&appointment()), LATER), "drop Settled");
            assert_eq!(decision(&row, None, LATER), "drop Settled");
        }
    }

    #[test]
    fn pending_is_as_good_as_scheduled() {
        for now in [EARLIER, DUE, LATER, START] {
            for appointment in [None, Some(&appointment())] {
                assert_eq!(
                    decision(&row(Status::Pending), appointment, now),
                    decision(&row(Status::Scheduled), appointment, now)
                );
            }
        }
    }

    #[test]
    fn due() {
        let row = row(Status::Scheduled);
        check(
            &row,
            Some(&appointment()),
            EARLIER,
            expect!["hold 2026-05-31T09:00:00Z"],
        );
        check(&row, Some(&appointment()), DUE, expect!["send"]);
        check(&row, Some(&appointment()), LATER, expect!["send"]);
        // Late, but not too late.
        check(
            &row,
            Some(&appointment()),
            "2026-06-01T08:59:59Z",
            expect!["send"],
        );
    }

    #[test]
    fn due_at_another_time() {
        let mut row = row(Status::Scheduled);
        row.due_at = at(EARLIER);
        check(
            &row,
            Some(&appointment()),
            LATER,
            expect!["drop Superseded"],
        );
        // Another message will find out that the appointment is gone.
        check(&row, None, LATER, expect!["drop Superseded"]);
        row.due_at = at(LATER);
        check(
            &row,
            Some(&appointment()),
            LATER,
            expect!["drop Superseded"],
        );
    }

    #[test]
    fn after_a_failed_attempt() {
        let mut row = row(Status::Scheduled);
        row.retry_at = Some(at("2026-05-31T09:10:00Z"));
        check(
            &row,
            Some(&appointment()),
            LATER,
            expect!["hold 2026-05-31T09:10:00Z"],
        );
        check(
            &row,
            Some(&appointment()),
            "2026-05-31T09:10:00Z",
            expect!["send"],
        );
        // A row put off after its attempt waits for the later of the two.
        row.retry_at = Some(at("2026-05-30T09:00:00Z"));
        check(
            &row,
            Some(&appointment()),
            EARLIER,
            expect!["hold 2026-05-31T09:00:00Z"],
        );
        check(&row, Some(&appointment()), DUE, expect!["send"]);
    }

    #[test]
    fn a_worker_has_it() {
        let mut row = row(Status::Sending);
        row.lease_until = Some(at("2026-05-31T09:01:00Z"));
        check(
            &row,
            Some(&appointment()),
            LATER,
            expect!["busy 2026-05-31T09:01:00Z"],
        );
        check(&row, None, LATER, expect!["busy 2026-05-31T09:01:00Z"]);
        check(
            &row,
            Some(&appointment()),
            "2026-05-31T09:01:00Z",
            expect!["ask"],
        );
        check(&row, None, "2026-05-31T09:02:00Z", expect!["ask"]);
        row.lease_until = None;
        check(&row, Some(&appointment()), LATER, expect!["ask"]);
    }

    #[test]
    fn nobody_knows_whether_it_went_out() {
        let mut row = row(Status::Unknown);
        check(&row, Some(&appointment()), LATER, expect!["ask"]);
        row.retry_at = Some(at("2026-05-31T09:01:00Z"));
        check(
            &row,
            Some(&appointment()),
            LATER,
            expect!["hold 2026-05-31T09:01:00Z"],
        );
        check(&row, None, "2026-05-31T09:01:00Z", expect!["ask"]);
    }

    /// What forbids a living row to go out, whatever the hour of the message.
    #[track_caller]
    fn forbidden(appointment: Option<&Appointment>, channel: Channel, expected: Expect) {
        let mut row = row(Status::Scheduled);
        row.channel = channel;
        let scheduled = decision(&row, appointment, LATER);
        assert_eq!(decision(&row, appointment, EARLIER), scheduled);
        row.status = Status::Pending;
        assert_eq!(decision(&row, appointment, LATER), scheduled);
        expected.assert_eq(&scheduled);
    }

    #[test]
    fn the_appointment_is_gone() {
        forbidden(None, Channel::Email, expect!["Canceled AppointmentDeleted"]);
        for (status, expected) in [
            (
                AppointmentStatus::Canceled,
                expect!["Canceled AppointmentCanceled"],
            ),
            (
                AppointmentStatus::Completed,
                expect!["Canceled AppointmentCompleted"],
            ),
            (
                AppointmentStatus::NoShow,
                expect!["Canceled AppointmentNoShow"],
            ),
        ] {
            let appointment = Appointment {
                status,
                ..appointment()
            };
            forbidden(Some(&appointment), Channel::Email, expected);
        }
    }

    #[test]
    fn confirmed_is_as_good_as_scheduled() {
        let appointment = Appointment {
            status: AppointmentStatus::Confirmed,
            ..appointment()
        };
        check(
            &row(Status::Scheduled),
            Some(&appointment),
            LATER,
            expect!["send"],
        );
    }

    #[test]
    fn the_appointment_is_at_another_time() {
        for (start_at, expected) in [
            (None, expect!["Canceled NoStart"]),
            (
                Some(at("2026-06-02T09:00:00Z")),
                expect!["Canceled AppointmentMoved"],
            ),
            (Some(at(EARLIER)), expect!["Canceled AppointmentMoved"]),
        ] {
            let appointment = Appointment {
                start_at,
                ..appointment()
            };
            forbidden(Some(&appointment), Channel::Sms, expected);
        }
    }

    #[test]
    fn the_appointment_has_begun() {
        let row = row(Status::Scheduled);
        check(
            &row,
            Some(&appointment()),
            START,
            expect!["Skipped AppointmentStarted"],
        );
        check(
            &row,
            Some(&appointment()),
            "2027-01-01T00:00:00Z",
            expect!["Skipped AppointmentStarted"],
        );
        // Also where the attempt would have to wait beyond the start.
        let put_off = Notification {
            retry_at: Some(at("2026-06-01T10:00:00Z")),
            ..row
        };
        check(
            &put_off,
            Some(&appointment()),
            START,
            expect!["Skipped AppointmentStarted"],
        );
    }

    #[test]
    fn there_is_nowhere_to_send_it() {
        let nowhere = Appointment {
            email: None,
            phone: None,
            ..appointment()
        };
        forbidden(Some(&nowhere), Channel::Email, expect!["Skipped NoEmail"]);
        forbidden(Some(&nowhere), Channel::Sms, expect!["Skipped NoPhone"]);
        let wrong = Appointment {
            email: Some("ada".into()),
            phone: Some("030".into()),
            ..appointment()
        };
        forbidden(
            Some(&wrong),
            Channel::Email,
            expect!["Skipped EmailInvalid"],
        );
        forbidden(Some(&wrong), Channel::Sms, expect!["Skipped PhoneInvalid"]);
        // The other channel's contact does not matter.
        let half = Appointment {
            phone: None,
            ..appointment()
        };
        check(&row(Status::Scheduled), Some(&half), LATER, expect!["send"]);
    }

    /// A block ends the row on its own channel alone, and only where there is somewhere to send it.
    #[test]
    fn a_channel_that_is_off_holds_back_what_would_be_sent() {
        let email_off = Switches {
            email: false,
            sms: true,
        };
        let tell = |row: &Notification, appointment: Option<&Appointment>, now: &str| {
            let (due, now) = (row.due_at, at(now));
            tell(&super::super::decide(
                Some(row),
                appointment,
                NO_BLOCKS,
                email_off,
                due,
                now,
            ))
        };
        let email = row(Status::Scheduled);
        let there = appointment();
        let there = Some(&there);
        let soon = "2026-06-01T08:58:00Z";
        let sms = Notification {
            channel: Channel::Sms,
            ..email.clone()
        };
        let vanished = Notification {
            status: Status::Sending,
            lease_until: Some(at(DUE)),
            ..email.clone()
        };
        for (row, appointment, now, expected) in [
            (&email, there, DUE, expect!["wait 2026-05-31T09:05:00Z"]),
            // Not beyond the start.
            (&email, there, soon, expect!["wait 2026-06-01T09:00:00Z"]),
            // What ends it ends it all the same, and the other channel goes on.
            (&email, there, START, expect!["Skipped AppointmentStarted"]),
            (&email, None, DUE, expect!["Canceled AppointmentDeleted"]),
            (&sms, there, DUE, expect!["send"]),
            // Asking sends nothing.
            (&vanished, there, LATER, expect!["ask"]),
        ] {
            expected.assert_eq(&tell(row, appointment, now));
        }
    }

    #[test]
    fn the_person_does_not_want_it() {
        let blocked = Blocks {
            email: Some(Reason::AddressSuppressed),
            sms: Some(Reason::OptedOut),
        };
        let nowhere = Appointment {
            email: None,
            ..appointment()
        };
        let tell = |channel, appointment: &Appointment, blocks: &Blocks| {
            let row = Notification {
                channel,
                ..row(Status::Scheduled)
            };
            tell(&super::super::decide(
                Some(&row),
                Some(appointment),
                *blocks,
                ALL_ON,
                at(DUE),
                at(LATER),
            ))
        };
        for (channel, appointment, blocks, expected) in [
            (
                Channel::Email,
                &appointment(),
                &blocked,
                expect!["Skipped AddressSuppressed"],
            ),
            (
                Channel::Sms,
                &appointment(),
                &blocked,
                expect!["Skipped OptedOut"],
            ),
            (
                Channel::Email,
                &appointment(),
                &Blocks {
                    email: None,
                    ..blocked
                },
                expect!["send"],
            ),
            (
                Channel::Email,
                &nowhere,
                &blocked,
                expect!["Skipped NoEmail"],
            ),
        ] {
            expected.assert_eq(&tell(channel, appointment, blocks));
        }
    }

    #[test]
    fn the_start_comes_between_claim_and_call() {
        let row = row(Status::Sending);
        for (now, expected) in [
            (LATER, expect!["call"]),
            ("2026-06-01T08:59:59Z", expect!["call"]),
            (START, expect!["Skipped AppointmentStarted"]),
            (
                "2027-01-01T00:00:00Z",
                expect!["Skipped AppointmentStarted"],
            ),
        ] {
            let last = last_look(&row, at(now));
            expected.assert_eq(&last.as_ref().map_or("call".into(), settled));
        }
    }

    /// Promise 1 over the whole space: whatever the row, nothing is sent for an appointment that is gone, ended,
    /// elsewhere or begun, and nothing before its time.
    #[test]
    fn nothing_that_is_forbidden_is_sent() {
        let starts = [None, Some(at(START)), Some(at("2026-06-02T09:00:00Z"))];
        let times = [EARLIER, DUE, LATER, START, "2026-06-01T09:00:01Z"].map(at);
        let some_times = || std::iter::once(None).chain(times.map(Some));
        let mut appointments = vec![None];
        for start_at in starts {
            for status in [
                AppointmentStatus::Scheduled,
                AppointmentStatus::Confirmed,
                AppointmentStatus::Canceled,
                AppointmentStatus::Completed,
                AppointmentStatus::NoShow,
            ] {
                for email in [None, Some("ada".to_owned()), Some("ada@example.org".into())] {
                    appointments.push(Some(Appointment {
                        start_at,
                        status,
                        email,
                        ..appointment()
                    }));
                }
            }
        }
        let mut sent = 0;
        for appointment in &appointments {
            for (status, now) in EVERY_STATUS.iter().flat_map(|s| times.map(|now| (*s, now))) {
                for (retry_at, due_at) in
                    some_times().flat_map(|retry| times.map(|due| (retry, due)))
                {
                    let row = Notification {
                        retry_at,
                        lease_until: retry_at,
                        ..row(status)
                    };
                    let decision = decide(Some(&row), appointment.as_ref(), due_at, now);
                    if decision != Decision::Send {
                        continue;
                    }
                    sent += 1;
                    let appointment = appointment.as_ref().unwrap();
                    assert!(matches!(status, Status::Pending | Status::Scheduled));
                    assert!(matches!(
                        appointment.status,
                        AppointmentStatus::Scheduled | AppointmentStatus::Confirmed
                    ));
                    assert_eq!(appointment.start_at, Some(row.start_at));
                    assert!(now < row.start_at);
                    assert!(now >= row.due_at && due_at == row.due_at);
                    assert!(retry_at.is_none_or(|retry_at| retry_at <= now));
                    assert_eq!(appointment.email.as_deref(), Some("ada@example.org"));
                }
            }
        }
        assert!(sent > 0, "the test proves nothing");
    }
}

mod answers {
    use super::*;

    fn policy() -> Policy {
        Policy {
            steps: vec![],
            window: None,
            default_time_zone: "Etc/UTC".into(),
            default_locale: "en".into(),
            retry_after_seconds: vec![30, 120, 600],
            daily_cap: None,
        }
    }

    /// What follows from the outcome of each attempt up to one more than the policy knows, and from none.
    #[track_caller]
    fn check(outcome: Outcome, now: &str, expected: Expect) {
        let mut text = String::new();
        for attempts in 0..=4 {
            let row = Notification {
                attempts,
                ..row(Status::Sending)
            };
            let next = match after(&row, outcome, &policy(), at(now)) {
                Next::Sent => "sent".into(),
                Next::Settle(settlement) => settled(&settlement),
                Next::Retry(at) => format!("retry {}", when(at)),
                Next::AskAgain(at) => format!("ask again {}", when(at)),
            };
            text += &format!("{attempts} {next}\n");
        }
        expected.assert_eq(&text);
    }

    #[test]
    fn accepted() {
        check(
            Outcome::Accepted,
            DUE,
            expect![[r#"
            0 sent
            1 sent
            2 sent
            3 sent
            4 sent
        "#]],
        );
    }

    #[test]
    fn rejected() {
        check(
            Outcome::Rejected(Reason::ProviderRejected),
            DUE,
            expect![[r#"
            0 Failed ProviderRejected
            1 Failed ProviderRejected
            2 Failed ProviderRejected
            3 Failed ProviderRejected
            4 Failed ProviderRejected
        "#]],
        );
    }

    /// What a provider may say ends the row with its word, whatever the attempt; what it cannot know does not.
    #[test]
    fn rejected_for_a_reason() {
        let mut text = String::new();
        for reason in EVERY_REASON {
            let row = Notification {
                attempts: 1,
                ..row(Status::Sending)
            };
            let next = after(&row, Outcome::Rejected(reason), &policy(), at(DUE));
            let Next::Settle(settlement) = next else {
                panic!("{reason:?} settles nothing: {next:?}")
            };
            if (settlement.status, settlement.reason) != (Status::Failed, Reason::ProviderRejected)
            {
                text += &format!("{}: {}\n", word(reason), settled(&settlement));
            }
        }
        expect![[r#"
            EmailInvalid: Failed EmailInvalid
            PhoneInvalid: Failed PhoneInvalid
            OptedOut: Skipped OptedOut
            AddressSuppressed: Skipped AddressSuppressed
            Undeliverable: Failed Undeliverable
            ProviderMisconfigured: Failed ProviderMisconfigured
        "#]]
        .assert_eq(&text);
    }

    #[test]
    fn unavailable() {
        check(
            Outcome::Unavailable(None),
            DUE,
            expect![[r#"
            0 retry 2026-05-31T09:00:30Z
            1 retry 2026-05-31T09:00:30Z
            2 retry 2026-05-31T09:02:00Z
            3 retry 2026-05-31T09:10:00Z
            4 Failed RetriesExhausted
        "#]],
        );
    }

    #[test]
    fn unavailable_with_a_wish() {
        // The longer of schedule and wish, and a wish of at most six hours.
        check(
            Outcome::Unavailable(Some(60)),
            DUE,
            expect![[r#"
            0 retry 2026-05-31T09:01:00Z
            1 retry 2026-05-31T09:01:00Z
            2 retry 2026-05-31T09:02:00Z
            3 retry 2026-05-31T09:10:00Z
            4 Failed RetriesExhausted
        "#]],
        );
        check(
            Outcome::Unavailable(Some(u32::MAX)),
            DUE,
            expect![[r#"
            0 retry 2026-05-31T15:00:00Z
            1 retry 2026-05-31T15:00:00Z
            2 retry 2026-05-31T15:00:00Z
            3 retry 2026-05-31T15:00:00Z
            4 Failed RetriesExhausted
        "#]],
        );
    }

    #[test]
    fn no_attempt_is_put_at_or_after_the_start() {
        check(
            Outcome::Unavailable(None),
            "2026-06-01T08:58:00Z",
            expect![[r#"
                0 retry 2026-06-01T08:58:30Z
                1 retry 2026-06-01T08:58:30Z
                2 Failed NoTimeLeft
                3 Failed NoTimeLeft
                4 Failed RetriesExhausted
            "#]],
        );
        check(
            Outcome::Unavailable(Some(120)),
            "2026-06-01T08:57:59Z",
            expect![[r#"
                0 retry 2026-06-01T08:59:59Z
                1 retry 2026-06-01T08:59:59Z
                2 retry 2026-06-01T08:59:59Z
                3 Failed NoTimeLeft
                4 Failed RetriesExhausted
            "#]],
        );
        check(
            Outcome::NotFound,
            "2026-06-01T08:59:59Z",
            expect![[r#"
                0 retry 2026-06-01T08:59:59Z
                1 retry 2026-06-01T08:59:59Z
                2 retry 2026-06-01T08:59:59Z
                3 retry 2026-06-01T08:59:59Z
                4 Failed RetriesExhausted
            "#]],
        );
        check(
            Outcome::NotFound,
            START,
            expect![[r#"
                0 Failed NoTimeLeft
                1 Failed NoTimeLeft
                2 Failed NoTimeLeft
                3 Failed NoTimeLeft
                4 Failed RetriesExhausted
            "#]],
        );
    }

    #[test]
    fn unanswered_is_asked_never_sent_again() {
        check(
            Outcome::Unanswered,
            DUE,
            expect![[r#"
            0 ask again 2026-05-31T09:00:30Z
            1 ask again 2026-05-31T09:00:30Z
            2 ask again 2026-05-31T09:02:00Z
            3 ask again 2026-05-31T09:10:00Z
            4 Failed OutcomeUnknown
        "#]],
        );
        // Asking is no sending: it goes on after the start, until the matter is settled.
        check(
            Outcome::Unanswered,
            START,
            expect![[r#"
            0 ask again 2026-06-01T09:00:30Z
            1 ask again 2026-06-01T09:00:30Z
            2 ask again 2026-06-01T09:02:00Z
            3 ask again 2026-06-01T09:10:00Z
            4 Failed OutcomeUnknown
        "#]],
        );
    }

    #[test]
    fn not_found_is_sent_again_at_once_but_not_for_ever() {
        check(
            Outcome::NotFound,
            DUE,
            expect![[r#"
            0 retry 2026-05-31T09:00:00Z
            1 retry 2026-05-31T09:00:00Z
            2 retry 2026-05-31T09:00:00Z
            3 retry 2026-05-31T09:00:00Z
            4 Failed RetriesExhausted
        "#]],
        );
    }

    #[test]
    fn a_policy_without_retries_makes_one_attempt() {
        let policy = Policy {
            retry_after_seconds: vec![],
            ..policy()
        };
        let row = Notification {
            attempts: 1,
            ..row(Status::Sending)
        };
        let after = |outcome| after(&row, outcome, &policy, at(DUE));
        assert_eq!(after(Outcome::Accepted), Next::Sent);
        for (outcome, reason) in [
            (Outcome::Unavailable(None), Reason::RetriesExhausted),
            (Outcome::Unanswered, Reason::OutcomeUnknown),
            (Outcome::NotFound, Reason::RetriesExhausted),
        ] {
            assert_eq!(
                after(outcome),
                Next::Settle(Settlement {
                    status: Status::Failed,
                    reason
                })
            );
        }
    }
}
