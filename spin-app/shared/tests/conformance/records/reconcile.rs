//! A sweep finds all that may lack a message, and little else.

use punctual_app::core::{Instant, NotificationStatus as Status};
use punctual_app::records::Records;

use super::{Desk, HOUR_MS, NOW, appointment_id, booked, fresh, store, write};

const NEVER: Instant = i64::MAX;

pub async fn what_changed_since_is_found<D: Desk>(desk: &D) {
    for n in 1..=3 {
        let now = NOW + i64::from(n);
        let stored = desk.records().store(&booked(n), false, 0, now).await;
        assert!(stored.unwrap());
    }
    check(desk, (0, 0), &[1, 2, 3]).await;
    check(desk, (NOW + 2, 0), &[2, 3]).await;
    check(desk, (NOW + 4, 0), &[]).await;
    // A deletion is a change.
    let deleted = desk.records().store(&booked(1), true, 1, NOW + 9).await;
    assert!(deleted.unwrap());
    check(desk, (NOW + 4, 0), &[1]).await;
}

pub async fn open_rows_are_found_when_a_message_may_be_missing<D: Desk>(desk: &D) {
    // The n-th row is of the n-th appointment and due in n hours.
    let mut rows = Vec::new();
    for (n, (status, _)) in (1..).zip(<Status as punctual_app::core::Code>::TABLE) {
        store(desk, &[booked(n)]).await;
        let mut row = fresh(n, n);
        row.core.status = *status;
        rows.push(row);
    }
    write(desk, &mut rows).await;
    let numbers = |wanted: &[Status]| -> Vec<u32> {
        (1..)
            .zip(&rows)
            .filter(|(_, row)| wanted.contains(&row.core.status))
            .map(|(n, _)| n)
            .collect()
    };
    check(desk, (NEVER, 0), &numbers(&[Status::Pending])).await;
    let open = [
        Status::Pending,
        Status::Scheduled,
        Status::Sending,
        Status::Unknown,
    ];
    check(desk, (NEVER, NEVER), &numbers(&open)).await;
}

pub async fn a_row_is_overdue_when_its_time_its_lease_and_its_retry_are_past<D: Desk>(desk: &D) {
    store(desk, &[booked(1), booked(2), booked(3)]).await;
    let mut rows = [fresh(1, 1), fresh(1, 2), fresh(1, 3)];
    for (row, n) in rows.iter_mut().zip(1..) {
        row.core.id = super::row_id(n);
        row.core.status = Status::Scheduled;
    }
    let due = rows[0].core.due_at;
    rows[1].core.lease_until = Some(due + HOUR_MS);
    rows[2].core.retry_at = Some(due + 2 * HOUR_MS);
    write(desk, &mut rows).await;
    check(desk, (NEVER, due), &[]).await;
    check(desk, (NEVER, due + 1), &[1]).await;
    check(desk, (NEVER, due + HOUR_MS), &[1]).await;
    check(desk, (NEVER, due + HOUR_MS + 1), &[1, 2]).await;
    check(desk, (NEVER, due + 2 * HOUR_MS + 1), &[1, 2, 3]).await;
}

pub async fn pages_have_no_gaps_and_no_repeats<D: Desk>(desk: &D) {
    let all: Vec<_> = (1..=7).map(booked).collect();
    store(desk, &all).await;
    // Found for several reasons, listed once.
    write(desk, &mut [fresh(1, 3), fresh(2, 3), fresh(3, 7)]).await;
    for limit in 1..=8 {
        let (mut seen, mut after) = (Vec::new(), String::new());
        loop {
            let page = desk.records().to_reconcile(NOW, NOW, &after, limit).await;
            let page = page.unwrap();
            assert!(page.len() <= limit as usize);
            let Some(last) = page.last() else { break };
            after.clone_from(last);
            seen.extend(page);
        }
        assert_eq!(seen, (1..=7).map(appointment_id).collect::<Vec<_>>());
    }
}

async fn check<D: Desk>(desk: &D, (since, overdue_before): (Instant, Instant), expected: &[u32]) {
    let records = desk.records();
    let found = records.to_reconcile(since, overdue_before, "", 100);
    let expected: Vec<_> = expected.iter().map(|n| appointment_id(*n)).collect();
    assert_eq!(found.await.unwrap(), expected, "{since} {overdue_before}");
}
