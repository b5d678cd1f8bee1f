//! What a provider's later word does to a row, over every status, reason and receipt.

use expect_test::expect;
use proptest::prelude::*;
use proptest::sample::select;

use super::*;
use crate::contract::exports::punctual::reminders::delivering::{Receipt, Turn};
use crate::delivering::on_receipt;

/// A row as it may be: only some statuses have a reason.
fn every_row() -> Vec<Notification> {
    let mut rows = Vec::new();
    for status in EVERY_STATUS {
        let reasons: Vec<Option<Reason>> = match status {
            Status::Failed | Status::Canceled | Status::Skipped => {
                EVERY_REASON.into_iter().map(Some).collect()
            }
            _ => vec![None],
        };
        for reason in reasons {
            for attempts in [0, 1] {
                rows.push(Notification {
                    reason,
                    attempts,
                    ..row(status)
                });
            }
        }
    }
    rows
}

fn every_receipt() -> Vec<Receipt> {
    let failed = EVERY_REASON.into_iter().map(Receipt::Failed);
    [Receipt::Sent, Receipt::Delivered]
        .into_iter()
        .chain(failed)
        .collect()
}

fn turned(row: &Notification, receipt: Receipt) -> Notification {
    match on_receipt(row, receipt) {
        None => row.clone(),
        Some(Turn { status, reason }) => Notification {
            status,
            reason,
            ..row.clone()
        },
    }
}

fn state(row: &Notification) -> String {
    let reason = row.reason.map(|reason| format!(" {}", word(reason)));
    format!("{}{}", word(row.status), reason.unwrap_or_default())
}

/// The whole table, with one reason for all that behave alike.
#[test]
fn every_status_and_receipt() {
    let receipts = [
        Receipt::Sent,
        Receipt::Failed(Reason::Undeliverable),
        Receipt::Failed(Reason::OptedOut),
        Receipt::Failed(Reason::DueInPast),
        Receipt::Delivered,
    ];
    let mut alike: Vec<(String, Vec<String>)> = Vec::new();
    for row in every_row() {
        let turns: Vec<String> = receipts
            .iter()
            .map(|&receipt| match on_receipt(&row, receipt) {
                None => "-".into(),
                Some(_) => state(&turned(&row, receipt)),
            })
            .collect();
        let (turns, of) = (
            turns.join(", "),
            format!("{} {}", state(&row), row.attempts),
        );
        match alike.iter_mut().find(|(known, _)| *known == turns) {
            Some((_, rows)) => rows.push(of),
            None => alike.push((turns, vec![of])),
        }
    }
    let text: String = alike
        .iter()
        .map(|(turns, rows)| format!("{turns}\n    of {}\n", rows.join(", ")))
        .collect();
    expect![[r#"
        -, -, -, -, -
            of Pending 0, Scheduled 0, Delivered 0, Delivered 1, Canceled DueInPast 0, Canceled DueInPast 1, Canceled NoStart 0, Canceled NoStart 1, Canceled AppointmentStarted 0, Canceled AppointmentStarted 1, Canceled AppointmentMoved 0, Canceled AppointmentMoved 1, Canceled AppointmentCanceled 0, Canceled AppointmentCanceled 1, Canceled AppointmentCompleted 0, Canceled AppointmentCompleted 1, Canceled AppointmentNoShow 0, Canceled AppointmentNoShow 1, Canceled AppointmentDeleted 0, Canceled AppointmentDeleted 1, Canceled PolicyChanged 0, Canceled PolicyChanged 1, Canceled NoEmail 0, Canceled NoEmail 1, Canceled EmailInvalid 0, Canceled EmailInvalid 1, Canceled NoPhone 0, Canceled NoPhone 1, Canceled PhoneInvalid 0, Canceled PhoneInvalid 1, Canceled TimeZoneUnknown 0, Canceled TimeZoneUnknown 1, Canceled CanceledByStaff 0, Canceled CanceledByStaff 1, Canceled ProviderRejected 0, Canceled ProviderRejected 1, Canceled RetriesExhausted 0, Canceled RetriesExhausted 1, Canceled NoTimeLeft 0, Canceled NoTimeLeft 1, Canceled TemplateError 0, Canceled TemplateError 1, Canceled OutcomeUnknown 0, Canceled OutcomeUnknown 1, Canceled OptedOut 0, Canceled OptedOut 1, Canceled AddressSuppressed 0, Canceled AddressSuppressed 1, Canceled DailyCap 0, Canceled DailyCap 1, Canceled Undeliverable 0, Canceled Undeliverable 1, Canceled ProviderMisconfigured 0, Canceled ProviderMisconfigured 1, Skipped DueInPast 0, Skipped DueInPast 1, Skipped NoStart 0, Skipped NoStart 1, Skipped AppointmentStarted 0, Skipped AppointmentStarted 1, Skipped AppointmentMoved 0, Skipped AppointmentMoved 1, Skipped AppointmentCanceled 0, Skipped AppointmentCanceled 1, Skipped AppointmentCompleted 0, Skipped AppointmentCompleted 1, Skipped AppointmentNoShow 0, Skipped AppointmentNoShow 1, Skipped AppointmentDeleted 0, Skipped AppointmentDeleted 1, Skipped PolicyChanged 0, Skipped PolicyChanged 1, Skipped NoEmail 0, Skipped NoEmail 1, Skipped EmailInvalid 0, Skipped EmailInvalid 1, Skipped NoPhone 0, Skipped NoPhone 1, Skipped PhoneInvalid 0, Skipped PhoneInvalid 1, Skipped TimeZoneUnknown 0, Skipped TimeZoneUnknown 1, Skipped CanceledByStaff 0, Skipped CanceledByStaff 1, Skipped ProviderRejected 0, Skipped ProviderRejected 1, Skipped RetriesExhausted 0, Skipped RetriesExhausted 1, Skipped NoTimeLeft 0, Skipped NoTimeLeft 1, Skipped TemplateError 0, Skipped TemplateError 1, Skipped OutcomeUnknown 0, Skipped OutcomeUnknown 1, Skipped OptedOut 0, Skipped OptedOut 1, Skipped AddressSuppressed 0, Skipped AddressSuppressed 1, Skipped DailyCap 0, Skipped DailyCap 1, Skipped Undeliverable 0, Skipped Undeliverable 1, Skipped ProviderMisconfigured 0, Skipped ProviderMisconfigured 1
        -, -, -, -, Delivered
            of Pending 1, Scheduled 1, Failed OptedOut 0, Failed OptedOut 1
        Sent, Failed Undeliverable, Failed OptedOut, Failed Undeliverable, Delivered
            of Sending 0, Sending 1, Unknown 0, Unknown 1, Failed DueInPast 0, Failed DueInPast 1, Failed NoStart 0, Failed NoStart 1, Failed AppointmentStarted 0, Failed AppointmentStarted 1, Failed AppointmentMoved 0, Failed AppointmentMoved 1, Failed AppointmentCanceled 0, Failed AppointmentCanceled 1, Failed AppointmentCompleted 0, Failed AppointmentCompleted 1, Failed AppointmentNoShow 0, Failed AppointmentNoShow 1, Failed AppointmentDeleted 0, Failed AppointmentDeleted 1, Failed PolicyChanged 0, Failed PolicyChanged 1, Failed NoEmail 0, Failed NoEmail 1, Failed NoPhone 0, Failed NoPhone 1, Failed TimeZoneUnknown 0, Failed TimeZoneUnknown 1, Failed CanceledByStaff 0, Failed CanceledByStaff 1, Failed RetriesExhausted 0, Failed RetriesExhausted 1, Failed NoTimeLeft 0, Failed NoTimeLeft 1, Failed TemplateError 0, Failed TemplateError 1, Failed OutcomeUnknown 0, Failed OutcomeUnknown 1, Failed DailyCap 0, Failed DailyCap 1
        -, Failed Undeliverable, Failed OptedOut, Failed Undeliverable, Delivered
            of Sent 0, Sent 1
        -, -, Failed OptedOut, -, Delivered
            of Failed EmailInvalid 0, Failed EmailInvalid 1, Failed PhoneInvalid 0, Failed PhoneInvalid 1, Failed ProviderRejected 0, Failed ProviderRejected 1, Failed AddressSuppressed 0, Failed AddressSuppressed 1, Failed Undeliverable 0, Failed Undeliverable 1, Failed ProviderMisconfigured 0, Failed ProviderMisconfigured 1
    "#]].assert_eq(&text);
}

/// What the table must be, said once more in other words.
#[test]
fn nothing_is_ever_lowered() {
    for row in every_row() {
        for receipt in every_receipt() {
            let after = turned(&row, receipt);
            let tell = || format!("{} and {receipt:?} are {}", state(&row), state(&after));
            assert_eq!(turned(&after, receipt), after, "twice: {}", tell());
            match row.status {
                Status::Delivered | Status::Canceled | Status::Skipped => {
                    assert_eq!(after, row, "{}", tell());
                }
                Status::Pending | Status::Scheduled => {
                    let arrived = row.attempts > 0 && receipt == Receipt::Delivered;
                    let expected = if arrived {
                        Status::Delivered
                    } else {
                        row.status
                    };
                    assert_eq!(after.status, expected, "{}", tell());
                }
                Status::Sending | Status::Unknown | Status::Sent | Status::Failed => {
                    match receipt {
                        Receipt::Delivered => assert_eq!(after.status, Status::Delivered),
                        Receipt::Failed(_) => assert_eq!(after.status, Status::Failed),
                        Receipt::Sent => assert!(
                            matches!(after.status, Status::Sent | Status::Failed),
                            "{}",
                            tell()
                        ),
                    }
                }
            }
            assert_eq!(
                after.reason.is_some(),
                matches!(
                    after.status,
                    Status::Failed | Status::Canceled | Status::Skipped
                ),
                "{}",
                tell()
            );
        }
    }
}

/// A failure that a provider told is never taken back but by an arrival.
#[test]
fn sent_does_not_undo_what_a_provider_said() {
    for status in [Status::Sending, Status::Unknown, Status::Sent] {
        for reason in EVERY_REASON {
            let failed = turned(&row(status), Receipt::Failed(reason));
            assert_eq!(failed.status, Status::Failed);
            assert_eq!(on_receipt(&failed, Receipt::Sent), None, "{reason:?}");
            assert_eq!(
                turned(&failed, Receipt::Delivered).status,
                Status::Delivered
            );
        }
    }
}

/// Some receipts, and each of them twice in any order.
fn some_receipts() -> impl Strategy<Value = (Vec<Receipt>, Vec<Receipt>)> {
    prop::collection::vec(select(every_receipt()), 0..6).prop_flat_map(|receipts| {
        let twice = [receipts.clone(), receipts.clone()].concat();
        (Just(receipts), Just(twice).prop_shuffle())
    })
}

proptest! {
    #[test]
    fn any_order_and_repetition_ends_in_the_same_row(
        row in select(every_row()),
        (receipts, again) in some_receipts(),
    ) {
        let hear = |all: &[Receipt]| all.iter().fold(row.clone(), |row, &receipt| turned(&row, receipt));
        prop_assert_eq!(hear(&receipts), hear(&again), "{:?} and {:?}", receipts, again);
    }
}
