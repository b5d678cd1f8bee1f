//! Every cell of the table at the head of `reconcile.rs`.

use expect_test::{Expect, expect};

use super::{APPOINTMENT, STRANGER, appointment, at, policy, reconcile, snake};
use crate::contract::exports::punctual::reminders::planning::{Change, Person};
use crate::planning::{identity::channel_code, notification_id};
use crate::time::rfc3339;
use crate::types::{
    Appointment, AppointmentStatus, Blocks, Channel, Instant, Notification,
    NotificationStatus as Status, Policy, Reason,
};

const START: &str = "2026-06-01T09:00:00Z";
const DUE: &str = "2026-05-31T09:00:00Z";
const EARLY: &str = "2026-05-01T00:00:00Z";
const LATE: &str = "2026-05-31T09:00:01Z";

/// Only the email of one day before.
fn one() -> Policy {
    let mut policy = policy();
    policy.steps.remove(0);
    policy.steps.truncate(1);
    policy.steps[0].channels = vec![Channel::Email];
    policy
}

fn row(status: Status, reason: Option<Reason>, due_at: Instant) -> Notification {
    Notification {
        id: notification_id(APPOINTMENT, "P1D", Channel::Email, at(START)).unwrap(),
        appointment_id: APPOINTMENT.into(),
        step: "P1D".into(),
        channel: Channel::Email,
        start_at: at(START),
        due_at,
        status,
        reason,
        attempts: 0,
        lease_until: None,
        retry_at: None,
        send_now_at: None,
    }
}

fn tell(changes: &[Change]) -> String {
    let word = |change: &Change| {
        let action = format!("{:?}", change.action);
        let action = action.rsplit("::").next().unwrap().to_lowercase();
        let reason = change.reason.map(snake).unwrap_or_default();
        let due_at = rfc3339(change.due_at).unwrap();
        format!("{action} {due_at} {reason}").trim_end().to_owned()
    };
    let words: Vec<_> = changes.iter().map(word).collect();
    if words.is_empty() {
        "–".into()
    } else {
        words.join(", ")
    }
}

#[track_caller]
fn check(status: Option<Status>, reason: Option<Reason>, expected: Expect) {
    expected.assert_eq(&row_of_table(status, reason));
}

/// The same for a row that staff want sent now.
#[track_caller]
fn check_wanted_now(status: Status, expected: Expect) {
    expected.assert_eq(&columns(|due_at| {
        let send_now_at = Some(due_at);
        Some(Notification {
            send_now_at,
            ..row(status, None, due_at)
        })
    }));
}

/// One row of the table.
fn row_of_table(status: Option<Status>, reason: Option<Reason>) -> String {
    columns(|due_at| status.map(|status| row(status, reason, due_at)))
}

/// Column by column what happens to the row that `row` makes for a due time.
fn columns(row: impl Fn(Instant) -> Option<Notification>) -> String {
    let (due_at, other) = (at(DUE), at("2026-05-31T07:00:00Z"));
    let reachable = appointment();
    let unreachable = Appointment {
        email: None,
        ..appointment()
    };
    let no_steps = Policy {
        steps: vec![],
        ..one()
    };
    let columns = [
        ("send, same time", &reachable, one(), due_at, EARLY),
        ("send, other time", &reachable, one(), other, EARLY),
        ("skip, same time", &unreachable, one(), due_at, EARLY),
        ("skip, other time", &unreachable, one(), other, EARLY),
        ("past, same time", &reachable, one(), due_at, LATE),
        ("past, other time", &reachable, one(), other, LATE),
        ("nothing", &reachable, no_steps, due_at, EARLY),
    ];
    let mut text = String::new();
    for (column, appointment, policy, row_due_at, now) in columns {
        let row = row(row_due_at);
        let changes = reconcile(Some(appointment), &policy, row.as_slice(), at(now));
        text += &format!("{column:<18}{}\n", tell(&changes));
    }
    text
}

#[test]
fn no_row() {
    check(
        None,
        None,
        expect![[r#"
        send, same time   create 2026-05-31T09:00:00Z
        send, other time  create 2026-05-31T09:00:00Z
        skip, same time   skip 2026-05-31T09:00:00Z no_email
        skip, other time  skip 2026-05-31T09:00:00Z no_email
        past, same time   skip 2026-05-31T09:00:00Z due_in_past
        past, other time  skip 2026-05-31T09:00:00Z due_in_past
        nothing           –
    "#]],
    );
}

#[test]
fn pending() {
    check(
        Some(Status::Pending),
        None,
        expect![[r#"
        send, same time   repair 2026-05-31T09:00:00Z
        send, other time  reschedule 2026-05-31T09:00:00Z
        skip, same time   skip 2026-05-31T09:00:00Z no_email
        skip, other time  skip 2026-05-31T09:00:00Z no_email
        past, same time   repair 2026-05-31T09:00:00Z
        past, other time  skip 2026-05-31T09:00:00Z due_in_past
        nothing           cancel 2026-05-31T09:00:00Z policy_changed
    "#]],
    );
}

#[test]
fn scheduled() {
    check(
        Some(Status::Scheduled),
        None,
        expect![[r#"
        send, same time   –
        send, other time  reschedule 2026-05-31T09:00:00Z
        skip, same time   skip 2026-05-31T09:00:00Z no_email
        skip, other time  skip 2026-05-31T09:00:00Z no_email
        past, same time   –
        past, other time  skip 2026-05-31T09:00:00Z due_in_past
        nothing           cancel 2026-05-31T09:00:00Z policy_changed
    "#]],
    );
}

#[test]
fn canceled() {
    check(
        Some(Status::Canceled),
        Some(Reason::AppointmentMoved),
        expect![[r#"
            send, same time   revive 2026-05-31T09:00:00Z
            send, other time  revive 2026-05-31T09:00:00Z
            skip, same time   skip 2026-05-31T09:00:00Z no_email
            skip, other time  skip 2026-05-31T09:00:00Z no_email
            past, same time   skip 2026-05-31T09:00:00Z due_in_past
            past, other time  skip 2026-05-31T09:00:00Z due_in_past
            nothing           –
        "#]],
    );
}

#[test]
fn canceled_by_staff() {
    check(
        Some(Status::Canceled),
        Some(Reason::CanceledByStaff),
        expect![[r#"
            send, same time   –
            send, other time  –
            skip, same time   –
            skip, other time  –
            past, same time   –
            past, other time  –
            nothing           –
        "#]],
    );
}

#[test]
fn skipped() {
    check(
        Some(Status::Skipped),
        Some(Reason::EmailInvalid),
        expect![[r#"
            send, same time   revive 2026-05-31T09:00:00Z
            send, other time  revive 2026-05-31T09:00:00Z
            skip, same time   skip 2026-05-31T09:00:00Z no_email
            skip, other time  skip 2026-05-31T09:00:00Z no_email
            past, same time   –
            past, other time  skip 2026-05-31T09:00:00Z due_in_past
            nothing           –
        "#]],
    );
    check(
        Some(Status::Skipped),
        Some(Reason::NoEmail),
        expect![[r#"
            send, same time   revive 2026-05-31T09:00:00Z
            send, other time  revive 2026-05-31T09:00:00Z
            skip, same time   –
            skip, other time  skip 2026-05-31T09:00:00Z no_email
            past, same time   –
            past, other time  skip 2026-05-31T09:00:00Z due_in_past
            nothing           –
        "#]],
    );
    check(
        Some(Status::Skipped),
        Some(Reason::DueInPast),
        expect![[r#"
            send, same time   revive 2026-05-31T09:00:00Z
            send, other time  revive 2026-05-31T09:00:00Z
            skip, same time   skip 2026-05-31T09:00:00Z no_email
            skip, other time  skip 2026-05-31T09:00:00Z no_email
            past, same time   –
            past, other time  skip 2026-05-31T09:00:00Z due_in_past
            nothing           –
        "#]],
    );
}

#[test]
fn what_a_worker_holds_or_has_ended_is_never_touched() {
    for status in [
        Status::Sending,
        Status::Unknown,
        Status::Delivered,
        Status::Failed,
    ] {
        assert_eq!(
            row_of_table(Some(status), None),
            row_of_table(Some(Status::Sent), None)
        );
    }
    check(
        Some(Status::Sent),
        None,
        expect![[r#"
        send, same time   –
        send, other time  –
        skip, same time   –
        skip, other time  –
        past, same time   –
        past, other time  –
        nothing           –
    "#]],
    );
}

#[test]
fn wanted_now() {
    check_wanted_now(
        Status::Pending,
        expect![[r#"
        send, same time   repair 2026-05-31T09:00:00Z
        send, other time  repair 2026-05-31T07:00:00Z
        skip, same time   skip 2026-05-31T09:00:00Z no_email
        skip, other time  skip 2026-05-31T09:00:00Z no_email
        past, same time   repair 2026-05-31T09:00:00Z
        past, other time  repair 2026-05-31T07:00:00Z
        nothing           repair 2026-05-31T09:00:00Z
    "#]],
    );
    check_wanted_now(
        Status::Scheduled,
        expect![[r#"
        send, same time   –
        send, other time  –
        skip, same time   skip 2026-05-31T09:00:00Z no_email
        skip, other time  skip 2026-05-31T09:00:00Z no_email
        past, same time   –
        past, other time  –
        nothing           –
    "#]],
    );
}

#[test]
fn no_reminder_without_a_start_and_every_one_says_so() {
    let appointment = Appointment {
        start_at: None,
        ..appointment()
    };
    let now = at(EARLY);
    let changes = reconcile(Some(&appointment), &one(), &[], now);
    expect!["skip 2026-05-01T00:00:00Z no_start"].assert_eq(&tell(&changes));
    assert_eq!(changes[0].start_at, 0);
    let row = Notification {
        id: changes[0].id.clone(),
        start_at: 0,
        ..row(Status::Skipped, changes[0].reason, now)
    };
    // The moment of asking is no reason to write the row again.
    let changes = reconcile(Some(&appointment), &one(), &[row], now + 60_000);
    expect!["–"].assert_eq(&tell(&changes));
}

mod what_the_plan_does_not_know {
    use super::*;

    /// Why a living row of [`START`] ends; then that an ended one is left alone.
    #[track_caller]
    fn check(appointment: Option<Appointment>, policy: &Policy, expected: Expect) {
        let of_row = |status, reason| {
            let row = row(status, reason, at(DUE));
            let id = row.id.clone();
            let mut changes = reconcile(appointment.as_ref(), policy, &[row], at(EARLY));
            changes.retain(|change| change.id == id);
            tell(&changes)
        };
        assert_eq!(
            of_row(Status::Pending, None),
            of_row(Status::Scheduled, None)
        );
        expected.assert_eq(&of_row(Status::Scheduled, None));
        for (status, reason) in [
            (Status::Canceled, Some(Reason::AppointmentMoved)),
            (Status::Canceled, Some(Reason::CanceledByStaff)),
            (Status::Skipped, Some(Reason::NoEmail)),
            (Status::Sending, None),
            (Status::Unknown, None),
            (Status::Sent, None),
            (Status::Delivered, None),
            (Status::Failed, Some(Reason::ProviderRejected)),
        ] {
            assert_eq!(of_row(status, reason), "–", "{status:?}");
        }
    }

    /// Staff may want it now, but not for an appointment that is gone.
    #[track_caller]
    fn check_wanted_now(appointment: Option<Appointment>, policy: &Policy, expected: Expect) {
        let of_row = |status| {
            let send_now_at = Some(at(DUE));
            let row = Notification {
                send_now_at,
                ..row(status, None, at(DUE))
            };
            let id = row.id.clone();
            let mut changes = reconcile(appointment.as_ref(), policy, &[row], at(LATE));
            changes.retain(|change| change.id == id);
            tell(&changes)
        };
        expected.assert_eq(&format!(
            "{}; {}",
            of_row(Status::Pending),
            of_row(Status::Scheduled)
        ));
    }

    #[test]
    fn wanted_now() {
        let moved = Appointment {
            start_at: Some(at("2026-06-02T09:00:00Z")),
            ..appointment()
        };
        let ended = ended(AppointmentStatus::Canceled);
        let no_steps = Policy {
            steps: vec![],
            ..one()
        };
        check_wanted_now(
            None,
            &one(),
            expect![
                "cancel 2026-05-31T09:00:00Z appointment_deleted; cancel 2026-05-31T09:00:00Z appointment_deleted"
            ],
        );
        check_wanted_now(
            ended,
            &one(),
            expect![
                "cancel 2026-05-31T09:00:00Z appointment_canceled; cancel 2026-05-31T09:00:00Z appointment_canceled"
            ],
        );
        check_wanted_now(
            Some(moved),
            &one(),
            expect![
                "cancel 2026-05-31T09:00:00Z appointment_moved; cancel 2026-05-31T09:00:00Z appointment_moved"
            ],
        );
        check_wanted_now(
            Some(appointment()),
            &no_steps,
            expect!["repair 2026-05-31T09:00:00Z; –"],
        );
    }

    fn ended(status: AppointmentStatus) -> Option<Appointment> {
        Some(Appointment {
            status,
            ..appointment()
        })
    }

    #[test]
    fn deleted() {
        check(
            None,
            &one(),
            expect!["cancel 2026-05-31T09:00:00Z appointment_deleted"],
        );
    }

    #[test]
    fn ended_by_its_status() {
        check(
            ended(AppointmentStatus::Canceled),
            &one(),
            expect!["cancel 2026-05-31T09:00:00Z appointment_canceled"],
        );
        check(
            ended(AppointmentStatus::Completed),
            &one(),
            expect!["cancel 2026-05-31T09:00:00Z appointment_completed"],
        );
        check(
            ended(AppointmentStatus::NoShow),
            &one(),
            expect!["cancel 2026-05-31T09:00:00Z appointment_no_show"],
        );
    }

    #[test]
    fn the_status_explains_more_than_the_move() {
        let appointment = Appointment {
            start_at: Some(at("2026-06-02T09:00:00Z")),
            status: AppointmentStatus::Canceled,
            ..appointment()
        };
        check(
            Some(appointment),
            &one(),
            expect!["cancel 2026-05-31T09:00:00Z appointment_canceled"],
        );
    }

    #[test]
    fn moved() {
        let appointment = Appointment {
            start_at: Some(at("2026-06-02T09:00:00Z")),
            ..appointment()
        };
        check(
            Some(appointment),
            &one(),
            expect!["cancel 2026-05-31T09:00:00Z appointment_moved"],
        );
    }

    #[test]
    fn without_a_start_any_more() {
        let appointment = Appointment {
            start_at: None,
            ..appointment()
        };
        check(
            Some(appointment),
            &one(),
            expect!["cancel 2026-05-31T09:00:00Z no_start"],
        );
    }

    #[test]
    fn another_policy() {
        let mut sms = one();
        sms.steps[0].channels = vec![Channel::Sms];
        check(
            Some(appointment()),
            &sms,
            expect!["cancel 2026-05-31T09:00:00Z policy_changed"],
        );
    }
}

#[test]
fn a_move_cancels_the_old_and_creates_the_new() {
    let old = reconcile(Some(&appointment()), &policy(), &[], at(EARLY));
    let rows: Vec<_> = old
        .iter()
        .map(|change| Notification {
            id: change.id.clone(),
            step: change.step.clone(),
            channel: change.channel,
            ..row(Status::Scheduled, None, change.due_at)
        })
        .collect();
    let moved = Appointment {
        start_at: Some(at("2026-06-08T09:00:00Z")),
        ..appointment()
    };
    let mut text = String::new();
    for change in reconcile(Some(&moved), &policy(), &rows, at("2026-05-30T00:00:00Z")) {
        text += &format!(
            "{} {} for {}: {}\n",
            change.step,
            channel_code(change.channel),
            rfc3339(change.start_at).unwrap(),
            tell(std::slice::from_ref(&change))
        );
    }
    expect![[r#"
        P7D email for 2026-06-08T09:00:00Z: create 2026-06-01T09:00:00Z
        P7D sms for 2026-06-08T09:00:00Z: create 2026-06-01T09:00:00Z
        P1D email for 2026-06-08T09:00:00Z: create 2026-06-07T09:00:00Z
        P1D sms for 2026-06-08T09:00:00Z: create 2026-06-07T09:00:00Z
        PT1H email for 2026-06-08T09:00:00Z: create 2026-06-08T08:00:00Z
        PT1H sms for 2026-06-08T09:00:00Z: create 2026-06-08T08:00:00Z
        P7D email for 2026-06-01T09:00:00Z: cancel 2026-05-25T09:00:00Z appointment_moved
        P7D sms for 2026-06-01T09:00:00Z: cancel 2026-05-25T09:00:00Z appointment_moved
        P1D email for 2026-06-01T09:00:00Z: cancel 2026-05-31T09:00:00Z appointment_moved
        P1D sms for 2026-06-01T09:00:00Z: cancel 2026-05-31T09:00:00Z appointment_moved
        PT1H email for 2026-06-01T09:00:00Z: cancel 2026-06-01T08:00:00Z appointment_moved
        PT1H sms for 2026-06-01T09:00:00Z: cancel 2026-06-01T08:00:00Z appointment_moved
    "#]]
    .assert_eq(&text);
}

/// A block skips what lives, and what it skipped comes back when it is lifted.
#[test]
fn a_block_comes_and_goes() {
    let blocked = Person {
        blocks: Blocks {
            email: Some(Reason::OptedOut),
            sms: None,
        },
        others: Vec::new(),
    };
    let look = |row: Option<&Notification>, person: &Person, now: &str| {
        let rows: Vec<_> = row.cloned().into_iter().collect();
        tell(&crate::planning::reconcile(
            Some(&appointment()),
            &one(),
            person,
            &rows,
            at(now),
        ))
    };
    let scheduled = row(Status::Scheduled, None, at(DUE));
    let skipped = row(Status::Skipped, Some(Reason::OptedOut), at(DUE));
    let canceled = row(Status::Canceled, Some(Reason::CanceledByStaff), at(DUE));
    for (row, person, now, expected) in [
        (
            None,
            &blocked,
            EARLY,
            expect!["skip 2026-05-31T09:00:00Z opted_out"],
        ),
        (
            Some(&scheduled),
            &blocked,
            EARLY,
            expect!["skip 2026-05-31T09:00:00Z opted_out"],
        ),
        (Some(&skipped), &blocked, EARLY, expect!["–"]),
        (
            Some(&skipped),
            &STRANGER,
            EARLY,
            expect!["revive 2026-05-31T09:00:00Z"],
        ),
        // Too late to come back.
        (Some(&skipped), &STRANGER, LATE, expect!["–"]),
        (Some(&canceled), &blocked, EARLY, expect!["–"]),
    ] {
        expected.assert_eq(&look(row, person, now));
    }
    // Staff cannot talk to somebody who does not want to hear.
    let wanted_now = Notification {
        send_now_at: Some(at(EARLY)),
        due_at: at(EARLY),
        ..scheduled
    };
    expect!["skip 2026-05-31T09:00:00Z opted_out"].assert_eq(&look(
        Some(&wanted_now),
        &blocked,
        EARLY,
    ));
}

/// What becomes of a row, or of none, so many seconds after the start.
#[track_caller]
fn check_past(after_start_s: i64, rows: &[Notification], expected: &str) {
    let now = at(START) + after_start_s * 1_000;
    let changes = reconcile(Some(&appointment()), &one(), rows, now);
    assert_eq!(
        tell(&changes),
        expected,
        "{after_start_s} s after the start"
    );
}

#[test]
fn a_start_long_past_gets_no_new_rows_and_its_own_are_kept_in_order() {
    const MONTH: i64 = 31 * 86_400;
    let skip = "skip 2026-05-31T09:00:00Z due_in_past";
    for (after, expected) in [
        (0, skip),
        (MONTH, skip),
        (MONTH + 1, "–"),
        (MONTH * 40, "–"),
    ] {
        check_past(after, &[], expected);
    }
    // Rows that are there end as ever.
    for after in [MONTH, MONTH + 1] {
        let at_another_time = row(Status::Scheduled, None, at(EARLY));
        check_past(after, &[at_another_time], skip);
        let mut moved = row(Status::Scheduled, None, at(DUE));
        moved.id = "moved".into();
        moved.start_at = at(EARLY);
        let canceled = "cancel 2026-05-31T09:00:00Z appointment_moved";
        match after {
            MONTH => check_past(after, &[moved], &format!("{skip}, {canceled}")),
            _ => check_past(after, &[moved], canceled),
        }
    }
    // Without a start nothing is past.
    let mut undated = appointment();
    undated.start_at = None;
    let changes = reconcile(Some(&undated), &one(), &[], at(START) + MONTH * 40_000);
    assert_eq!(changes.len(), 1);
    assert_eq!(changes[0].reason, Some(Reason::NoStart));
}
