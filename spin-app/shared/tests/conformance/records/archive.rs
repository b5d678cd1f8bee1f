//! Old notifications are counted and taken away in one step.

use std::sync::Barrier;
use std::sync::atomic::{AtomicU32, Ordering};

use futures::executor::block_on;
use punctual_app::core::{Channel, NotificationStatus as Status, Reason};
use punctual_app::records::archive::{Archive, Taken, Waiting};
use punctual_app::records::{NotificationRow, Records, Tally};

use super::{Desk, HOUR_MS, NOW, booked, fresh, row_id, store, write};

/// Starts and due times of the tests are hours after [`NOW`]; before this all of them are.
const LATER: i64 = NOW + 1_000 * HOUR_MS;

/// Rows of appointment 1, due from hour 1 on, each of which ended so.
fn ended(kinds: &[(Status, Option<Reason>, Channel)]) -> Vec<NotificationRow> {
    let rows = (1..).zip(kinds).map(|(n, (status, reason, channel))| {
        let mut row = fresh(n, 1);
        row.turn(*status, *reason);
        row.core.channel = *channel;
        row
    });
    rows.collect()
}

/// Takes until there is nothing left, and tells how many rows that were.
async fn take_all<D: Desk>(desk: &D, before: i64) -> u32 {
    let mut rows = 0;
    loop {
        let taken = desk.records().take(before, 7).await.unwrap();
        if taken.is_nothing() {
            return rows;
        }
        assert!(taken.rows <= 7);
        rows += taken.rows;
    }
}

/// Numbers of the rows that are still there.
async fn left<D: Desk>(desk: &D, all: std::ops::RangeInclusive<u32>) -> Vec<u32> {
    let ids: Vec<_> = all.clone().map(row_id).collect();
    let found = desk.records().for_delivery(&ids).await.unwrap();
    let is_there = |n: &u32| found.rows.iter().any(|(row, _)| row.core.id == row_id(*n));
    all.filter(is_there).collect()
}

fn tell(tally: &Tally) -> String {
    let Tally {
        status,
        reason,
        channel,
        count,
        ..
    } = tally;
    format!("{status} {reason} {channel} {count}")
}

async fn archived<D: Desk>(desk: &D) -> Vec<String> {
    let archived = desk.records().archived().await.unwrap();
    let mut told: Vec<_> = archived.iter().map(tell).collect();
    told.sort();
    told
}

pub async fn what_ended_and_is_old_is_counted_and_gone<D: Desk>(desk: &D) {
    store(desk, &[booked(1)]).await;
    let mut rows = ended(&[
        (Status::Sent, None, Channel::Email),
        (Status::Sent, None, Channel::Sms),
        (Status::Delivered, None, Channel::Sms),
        (Status::Failed, Some(Reason::NoTimeLeft), Channel::Sms),
        (
            Status::Canceled,
            Some(Reason::AppointmentMoved),
            Channel::Email,
        ),
        (Status::Skipped, Some(Reason::NoEmail), Channel::Email),
        (Status::Sent, None, Channel::Email),
        (Status::Skipped, Some(Reason::DueInPast), Channel::Email),
    ]);
    write(desk, &mut rows).await;
    assert_eq!(archived(desk).await, [""; 0]);
    let waiting = desk.records().waiting(LATER).await.unwrap();
    let expected = Waiting {
        rows: 8,
        is_exact: true,
        open: 0,
        oldest: Some(NOW + HOUR_MS),
        newest: Some(NOW + 8 * HOUR_MS),
        gravestones: 0,
    };
    assert_eq!(waiting, expected);
    // To look is to change nothing.
    assert_eq!(left(desk, 1..=8).await.len(), 8);

    assert_eq!(take_all(desk, LATER).await, 8);
    assert_eq!(left(desk, 1..=8).await, [0; 0]);
    let told = archived(desk).await;
    let expected = [
        "canceled appointment_moved email 1",
        "delivered  sms 1",
        "failed no_time_left sms 1",
        "sent  email 2",
        "sent  sms 1",
        "skipped due_in_past email 1",
        "skipped no_email email 1",
    ];
    assert_eq!(told, expected);
    assert_eq!(desk.records().tally(0).await.unwrap().len(), 0);
    // The appointment stays, and nothing is left to do.
    let loaded = desk.records().load(&booked(1).appointment.id).await;
    assert_eq!(loaded.unwrap().unwrap().rows.len(), 0);
    let waiting = desk.records().waiting(LATER).await.unwrap();
    let nothing = Waiting {
        is_exact: true,
        ..Waiting::default()
    };
    assert_eq!(waiting, nothing);
}

pub async fn what_is_open_or_young_or_without_a_start_stays<D: Desk>(desk: &D) {
    store(desk, &[booked(1)]).await;
    let open = [
        Status::Pending,
        Status::Scheduled,
        Status::Sending,
        Status::Unknown,
    ];
    let open = open.map(|status| (status, None, Channel::Email));
    let mut rows = ended(&open);
    let before = NOW + 100 * HOUR_MS;
    // Young by its start, by its time, by both; on the edge; without a start.
    for (n, start_at, due_at) in [
        (5, before + HOUR_MS, NOW),
        (6, NOW, before + HOUR_MS),
        (7, before + HOUR_MS, before),
        (8, before, NOW),
        (9, NOW, before),
        (10, 0, NOW),
    ] {
        let mut row = fresh(n, 1);
        row.turn(Status::Skipped, Some(Reason::NoStart));
        row.core.start_at = start_at;
        row.core.due_at = due_at;
        rows.push(row);
    }
    write(desk, &mut rows).await;
    let waiting = desk.records().waiting(before).await.unwrap();
    assert_eq!((waiting.rows, waiting.open), (0, 4));
    assert_eq!((waiting.oldest, waiting.newest), (None, None));
    assert_eq!(take_all(desk, before).await, 0);
    assert_eq!(left(desk, 1..=10).await.len(), 10);
    assert_eq!(archived(desk).await, [""; 0]);
    // A moment later those on the edge are old.
    assert_eq!(take_all(desk, before + D::TICK_MS).await, 2);
    assert_eq!(left(desk, 1..=10).await, [1, 2, 3, 4, 5, 6, 7, 10]);
}

pub async fn the_oldest_go_first_and_no_more_than_asked_for<D: Desk>(desk: &D) {
    store(desk, &[booked(1)]).await;
    let mut rows = ended(&[(Status::Sent, None, Channel::Email); 5]);
    rows.reverse();
    write(desk, &mut rows).await;
    let taken = desk.records().take(LATER, 2).await.unwrap();
    assert_eq!(taken.rows, 2);
    assert_eq!(left(desk, 1..=5).await, [3, 4, 5]);
    let waiting = desk.records().waiting(LATER).await.unwrap();
    assert_eq!((waiting.rows, waiting.oldest), (3, Some(NOW + 3 * HOUR_MS)));
    // Before that hour there is nothing.
    let taken = desk.records().take(NOW + 3 * HOUR_MS, 2).await.unwrap();
    assert_eq!(taken, Taken::default());
    assert_eq!(archived(desk).await, ["sent  email 2"]);
}

pub async fn counts_add_up_over_orders<D: Desk>(desk: &D) {
    store(desk, &[booked(1)]).await;
    for round in 1..=3 {
        let mut rows = ended(&[
            (Status::Sent, None, Channel::Email),
            (Status::Failed, Some(Reason::RetriesExhausted), Channel::Sms),
        ]);
        write(desk, &mut rows).await;
        assert_eq!(take_all(desk, LATER).await, 2);
        let expected = [
            format!("failed retries_exhausted sms {round}"),
            format!("sent  email {round}"),
        ];
        assert_eq!(archived(desk).await, expected);
    }
}

pub async fn two_at_once_count_each_row_once<D: Desk>(desk: &D) {
    const ROWS: u32 = 40;
    store(desk, &[booked(1)]).await;
    let mut rows = ended(&[(Status::Sent, None, Channel::Email); ROWS as usize]);
    write(desk, &mut rows).await;
    let (start, taken) = (Barrier::new(3), AtomicU32::new(0));
    std::thread::scope(|scope| {
        for _ in 0..3 {
            let (desk, start, taken) = (desk.another(), &start, &taken);
            scope.spawn(move || {
                start.wait();
                // Whoever meets others too often gives up, and says so.
                while let Ok(step) = block_on(desk.records().take(LATER, 3)) {
                    if step.is_nothing() {
                        break;
                    }
                    taken.fetch_add(step.rows, Ordering::SeqCst);
                }
            });
        }
    });
    let rest = take_all(desk, LATER).await;
    assert_eq!(taken.into_inner() + rest, ROWS);
    assert_eq!(archived(desk).await, [format!("sent  email {ROWS}")]);
}

pub async fn a_row_that_comes_back_is_not_there_any_more<D: Desk>(desk: &D) {
    store(desk, &[booked(1)]).await;
    let mut rows = ended(&[(Status::Failed, Some(Reason::NoTimeLeft), Channel::Sms)]);
    write(desk, &mut rows).await;
    assert_eq!(take_all(desk, LATER).await, 1);
    // A receipt that was read before and is written now: it makes no row anew.
    rows[0].turn(Status::Delivered, None);
    let written = desk.records().write_rows(&mut rows, NOW).await.unwrap();
    assert_eq!(written, [false]);
    assert_eq!(left(desk, 1..=1).await, [0; 0]);
}

pub async fn days_come_in_order_and_by_pages<D: Desk>(desk: &D) {
    store(desk, &[booked(1)]).await;
    // An hour apart from 01:00 on: 23 of the first day, 24 of the second, three of the third.
    let mut rows = ended(&[(Status::Sent, None, Channel::Email); 50]);
    rows[49].turn(Status::Skipped, Some(Reason::OptedOut));
    write(desk, &mut rows).await;
    take_all(desk, LATER).await;
    let records = desk.records();
    let expected = [
        "2026-01-01 sent  email 23",
        "2026-01-02 sent  email 24",
        "2026-01-03 sent  email 2",
        "2026-01-03 skipped opted_out email 1",
    ];
    for limit in [1, 2, 3, 4, 100] {
        let (mut told, mut after) = (Vec::new(), None);
        loop {
            let page = records
                .archived_days("2026-01-01", "2026-01-04", after.as_deref(), limit)
                .await
                .unwrap();
            assert!(page.items.len() <= limit as usize);
            let items = page.items.iter();
            told.extend(items.map(|day| format!("{} {}", day.day, tell(&day.tally))));
            match page.next {
                Some(next) => after = Some(next),
                None => break,
            }
        }
        assert_eq!(told, expected, "{limit}");
    }
    // The first day is in it, the last is not.
    let page = records.archived_days("2026-01-02", "2026-01-03", None, 10);
    let days: Vec<_> = page
        .await
        .unwrap()
        .items
        .into_iter()
        .map(|it| it.day)
        .collect();
    assert_eq!(days, ["2026-01-02"]);
    for wrong in ["", "a b", "#"] {
        let refused = records.archived_days("2026-01-01", "2026-01-04", Some(wrong), 1);
        let fault = refused.await.unwrap_err().fault;
        assert_eq!(fault, punctual_app::records::Fault::Cursor, "{wrong}");
    }
}
