//! Any order and any repetition of the same changes ends in the same appointment.

use expect_test::{Expect, expect};
use proptest::prelude::*;

use super::show;
use crate::contract::exports::punctual::reminders::events::DatedAppointment;
use crate::intake::merge;
use crate::types::{AppointmentStatus, FieldChange};

const ID: &str = "6f1d3a52-8c0e-f011-998a-7c1e5247a3b1";

type Write = (Vec<FieldChange>, i64);

fn all<'a>(writes: impl IntoIterator<Item = &'a Write>) -> Option<DatedAppointment> {
    writes.into_iter().fold(None, |stored, (changes, at)| {
        Some(merge(ID, stored, changes.clone(), *at).dated)
    })
}

/// Merges the same pair of values at one instant, both ways round, and shows what is left.
#[track_caller]
fn tie(a: FieldChange, b: FieldChange, expected: Expect) {
    let (first, second) = ((vec![a], 5), (vec![b], 5));
    let merged = all([&first, &second]).unwrap();
    assert_eq!(Some(&merged), all([&second, &first]).as_ref());
    let appointment = merged.appointment;
    let left = match first.0[0] {
        FieldChange::Status(_) => FieldChange::Status(appointment.status),
        FieldChange::StartAt(_) => FieldChange::StartAt(appointment.start_at),
        _ => FieldChange::Service(appointment.service),
    };
    expected.assert_eq(&show(&left));
}

#[test]
fn at_the_same_instant() {
    use AppointmentStatus::{Canceled, Completed, Confirmed, NoShow, Scheduled};
    let text = |text: &str| FieldChange::Service(Some(text.to_owned()));
    tie(text("a"), text("b"), expect![[r#"service "b""#]]);
    tie(
        text("a"),
        FieldChange::Service(None),
        expect![[r#"service "a""#]],
    );
    tie(
        FieldChange::StartAt(Some(0)),
        FieldChange::StartAt(Some(3_600_000)),
        expect!["start_at 1970-01-01T01:00:00Z"],
    );
    tie(
        FieldChange::Status(Scheduled),
        FieldChange::Status(Canceled),
        expect!["status canceled"],
    );
    tie(
        FieldChange::Status(Confirmed),
        FieldChange::Status(Canceled),
        expect!["status canceled"],
    );
    tie(
        FieldChange::Status(Scheduled),
        FieldChange::Status(Confirmed),
        expect!["status scheduled"],
    );
    tie(
        FieldChange::Status(Completed),
        FieldChange::Status(Canceled),
        expect!["status completed"],
    );
    tie(
        FieldChange::Status(Completed),
        FieldChange::Status(NoShow),
        expect!["status no_show"],
    );
}

#[test]
fn the_later_write_wins_per_field() {
    let phone = |text: &str| FieldChange::Phone(Some(text.to_owned()));
    let stored = all([&(
        vec![phone("new"), FieldChange::Email(Some("old".into()))],
        20,
    )]);
    let merged = merge(
        ID,
        stored,
        vec![phone("old"), FieldChange::Notes(Some("n".into()))],
        10,
    );
    assert!(merged.changed);
    assert_eq!(merged.dated.appointment.phone.as_deref(), Some("new"));
    assert_eq!(merged.dated.appointment.notes.as_deref(), Some("n"));
    assert_eq!(merged.dated.stamps, [0, 0, 20, 20, 0, 0, 0, 0, 0, 0, 10]);
}

#[test]
fn changed_speaks_of_values() {
    let first = merge(
        ID,
        None,
        vec![FieldChange::Status(AppointmentStatus::Scheduled)],
        10,
    );
    assert!(!first.changed, "a blank appointment is scheduled already");
    let again = merge(
        ID,
        Some(first.dated.clone()),
        vec![FieldChange::Status(AppointmentStatus::Scheduled)],
        20,
    );
    assert!(!again.changed);
    assert_eq!(again.dated.stamps[8], 20, "yet the stamp moves on");
    assert!(
        merge(
            ID,
            Some(first.dated),
            vec![FieldChange::Status(AppointmentStatus::Canceled)],
            20
        )
        .changed
    );
}

#[test]
fn stored_stamps_of_a_wrong_number_are_no_panic() {
    for stamps in [vec![], vec![7; 3], vec![7; 40]] {
        let mut stored = all([&(vec![], 1)]).unwrap();
        stored.stamps = stamps;
        assert_eq!(
            merge(ID, Some(stored), vec![FieldChange::Notes(None)], 9)
                .dated
                .stamps
                .len(),
            11
        );
    }
}

fn change() -> impl Strategy<Value = FieldChange> {
    let text = || prop::option::of("[ab]{1,2}");
    let time = || prop::option::of(-2_i64..3);
    let status = prop::sample::select(vec![
        AppointmentStatus::Scheduled,
        AppointmentStatus::Confirmed,
        AppointmentStatus::Canceled,
        AppointmentStatus::Completed,
        AppointmentStatus::NoShow,
    ]);
    prop_oneof![
        text().prop_map(FieldChange::Service),
        text().prop_map(FieldChange::CustomerName),
        text().prop_map(FieldChange::Email),
        text().prop_map(FieldChange::Phone),
        time().prop_map(FieldChange::StartAt),
        time().prop_map(FieldChange::EndAt),
        text().prop_map(FieldChange::TimeZone),
        text().prop_map(FieldChange::Locale),
        status.prop_map(FieldChange::Status),
        text().prop_map(FieldChange::Resource),
        text().prop_map(FieldChange::Notes),
    ]
}

/// Few instants and few values, so that ties are common; some before 1970.
fn writes() -> impl Strategy<Value = Vec<Write>> {
    prop::collection::vec((prop::collection::vec(change(), 0..5), -1_i64..4), 1..8)
}

proptest! {
    #[test]
    fn order_and_repetition_do_not_matter(
        (writes, shuffled) in writes().prop_flat_map(|writes| {
            let twice = [writes.clone(), writes.clone()].concat();
            (Just(writes), Just(twice).prop_shuffle())
        })
    ) {
        prop_assert_eq!(all(&writes), all(&shuffled));
    }

    #[test]
    fn a_repetition_changes_nothing(writes in writes()) {
        let merged = all(&writes);
        for (changes, at) in &writes {
            let again = merge(ID, merged.clone(), changes.clone(), *at);
            prop_assert!(!again.changed);
            prop_assert_eq!(Some(again.dated), merged.clone());
        }
    }
}
