//! A sweep finds all that may lack a message, and little else.

use punctual_app::core::{Instant, NotificationStatus as Status};
use punctual_app::records::{Changed, Records};

use super::{Desk, HOUR_MS, NOW, appointment_id, booked, fresh, store, write};

const NEVER: Instant = i64::MAX;

pub async fn what_changed_since_is_found<D: Desk>(desk: &D) {
    let tick = D::TICK_MS;
    for n in 1..=3 {
        let now = NOW + i64::from(n) * tick;
        desk.at(now);
        let stored = desk.records().store(&booked(n), false, 0, now).await;
        assert!(stored.unwrap().is_some());
    }
    changed(desk, 0, &[1, 2, 3]).await;
    changed(desk, NOW + 2 * tick, &[2, 3]).await;
    changed(desk, NOW + 4 * tick, &[]).await;
    if D::MERGES {
        // A deletion is a change. A table that forgets what was deleted tells of it by an event alone.
        let stored = desk.records().store(&booked(1), true, 1, NOW + 9).await;
        assert!(stored.unwrap().is_some());
        changed(desk, NOW + 4, &[1]).await;
    }
}

pub async fn a_later_look_goes_on_where_the_first_ended<D: Desk>(desk: &D) {
    for n in 1..=7 {
        // Against the order of their ids, and some in the same moment.
        let now = NOW - i64::from(n / 3) * D::TICK_MS;
        desk.at(now);
        let stored = desk.records().store(&booked(n), false, 0, now).await;
        assert!(stored.unwrap().is_some());
    }
    for limit in 1..=8 {
        let (mut seen, mut since) = (Vec::<Changed>::new(), 0);
        // Whoever was interrupted after a page knows only when its last change was.
        loop {
            let page = desk
                .records()
                .changed(since, None, limit + 3)
                .await
                .unwrap();
            let last = page.items.last().expect("there is always one").at;
            assert!(page.items.is_sorted_by_key(|changed| changed.at));
            seen.extend(page.items);
            if page.next.is_none() {
                break;
            }
            since = last;
        }
        seen.sort_by(|a, b| a.id.cmp(&b.id));
        seen.dedup();
        let ids: Vec<_> = seen.into_iter().map(|changed| changed.id).collect();
        assert_eq!(ids, (1..=7).map(appointment_id).collect::<Vec<_>>());
    }
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
    stuck(desk, 0, &numbers(&[Status::Pending])).await;
    let open = [
        Status::Pending,
        Status::Scheduled,
        Status::Sending,
        Status::Unknown,
    ];
    stuck(desk, NEVER, &numbers(&open)).await;
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
    stuck(desk, due, &[]).await;
    stuck(desk, due + D::TICK_MS, &[1]).await;
    stuck(desk, due + HOUR_MS, &[1]).await;
    stuck(desk, due + HOUR_MS + D::TICK_MS, &[1, 2]).await;
    stuck(desk, due + 2 * HOUR_MS + D::TICK_MS, &[1, 2, 3]).await;
}

pub async fn pages_have_no_gaps_and_no_repeats<D: Desk>(desk: &D) {
    let all: Vec<_> = (1..=7).map(booked).collect();
    store(desk, &all).await;
    let mut rows: Vec<_> = (1..=7).map(|n| fresh(n, n)).collect();
    // Found for several reasons.
    rows.extend([fresh(8, 3), fresh(9, 3)]);
    write(desk, &mut rows).await;
    let records = desk.records();
    let expected: Vec<_> = (1..=7).map(appointment_id).collect();
    for limit in 1..=10 {
        let (mut seen, mut after) = (Vec::new(), None);
        loop {
            let page = records.changed(NOW, after.as_deref(), limit).await.unwrap();
            assert!(page.items.len() <= limit as usize);
            seen.extend(page.items.into_iter().map(|changed| changed.id));
            let Some(next) = page.next else { break };
            after = Some(next);
        }
        seen.sort();
        assert_eq!(seen, expected, "changed, {limit} a page");

        let (mut seen, mut after) = (Vec::new(), None);
        loop {
            let page = records.stuck(NOW, after.as_deref(), limit).await.unwrap();
            assert!(page.items.len() <= limit as usize);
            seen.extend(page.items);
            let Some(next) = page.next else { break };
            after = Some(next);
        }
        // Whoever has rows on two pages comes twice.
        seen.dedup();
        assert_eq!(seen, expected, "stuck, {limit} a page");
    }
}

async fn changed<D: Desk>(desk: &D, since: Instant, expected: &[u32]) {
    let found = desk.records().changed(since, None, 100).await.unwrap();
    let found: Vec<_> = found.items.into_iter().map(|changed| changed.id).collect();
    let expected: Vec<_> = expected.iter().map(|n| appointment_id(*n)).collect();
    assert_eq!(found, expected, "{since}");
}

async fn stuck<D: Desk>(desk: &D, overdue_before: Instant, expected: &[u32]) {
    let found = desk
        .records()
        .stuck(overdue_before, None, 100)
        .await
        .unwrap();
    let expected: Vec<_> = expected.iter().map(|n| appointment_id(*n)).collect();
    assert_eq!(found.items, expected, "{overdue_before}");
}
