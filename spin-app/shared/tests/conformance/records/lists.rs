//! What people look at.

use punctual_app::core::{AppointmentStatus, Channel, Instant, NotificationStatus as Status};
use punctual_app::records::reports::{AppointmentFilter, Reports};
use punctual_app::records::{Fault, NotificationFilter, Records};

use super::{
    Desk, HOUR_MS, NOW, appointment_id, booked, fresh, put, row_id, store, version, write,
};

/// Three appointments with two rows each: the odd ones by email and sent, the even ones by SMS and scheduled.
async fn clinic<D: Desk>(desk: &D) {
    let mut all = [booked(1), booked(2), booked(3)];
    let people = [
        ("Ada 50%", "Check-up"),
        ("Bob", "X_ray"),
        ("Cyd", "Filling"),
    ];
    for (dated, (name, service)) in all.iter_mut().zip(people) {
        dated.appointment.customer_name = Some(name.to_owned());
        dated.appointment.service = Some(service.to_owned());
    }
    store(desk, &all).await;
    let mut rows: Vec<_> = (1..=6).map(|n| fresh(n, n.div_ceil(2))).collect();
    for row in rows.iter_mut().step_by(2) {
        row.core.status = Status::Sent;
    }
    for row in rows.iter_mut().skip(1).step_by(2) {
        row.core.status = Status::Scheduled;
        row.core.channel = Channel::Sms;
    }
    write(desk, &mut rows).await;
}

pub async fn each_filter_narrows<D: Desk>(desk: &D) {
    clinic(desk).await;
    let all = || NotificationFilter {
        limit: 100,
        ..NotificationFilter::default()
    };
    check(desk, all(), &[1, 2, 3, 4, 5, 6]).await;
    for (id, expected) in [(2, &[3, 4][..]), (9, &[])] {
        let appointment = Some(appointment_id(id));
        check(
            desk,
            NotificationFilter {
                appointment,
                ..all()
            },
            expected,
        )
        .await;
    }
    for (statuses, expected) in [
        (&["sent"][..], &[1, 3, 5][..]),
        (&["scheduled"], &[2, 4, 6]),
        (&["failed"], &[]),
        (&["failed", "scheduled"], &[2, 4, 6]),
        (&["scheduled", "sent"], &[1, 2, 3, 4, 5, 6]),
    ] {
        let statuses = statuses.iter().copied().map(str::to_owned).collect();
        check(desk, NotificationFilter { statuses, ..all() }, expected).await;
    }
    for (channel, expected) in [("email", &[1, 3, 5]), ("sms", &[2, 4, 6])] {
        let channel = Some(channel.to_owned());
        check(desk, NotificationFilter { channel, ..all() }, expected).await;
    }
    // From is within, to is not.
    let (from, to) = (Some(NOW + 2 * HOUR_MS), Some(NOW + 5 * HOUR_MS));
    check(desk, NotificationFilter { from, ..all() }, &[2, 3, 4, 5, 6]).await;
    check(desk, NotificationFilter { to, ..all() }, &[1, 2, 3, 4]).await;
    check(desk, NotificationFilter { from, to, ..all() }, &[2, 3, 4]).await;
    let narrow = NotificationFilter {
        appointment: Some(appointment_id(2)),
        statuses: vec!["sent".to_owned()],
        channel: Some("email".to_owned()),
        text: Some("bob".to_owned()),
        from,
        to,
        ..all()
    };
    check(desk, narrow, &[3]).await;
}

pub async fn text_is_part_of_a_name_or_a_service_or_a_whole_id<D: Desk>(desk: &D) {
    clinic(desk).await;
    let (row, appointment) = (row_id(5), appointment_id(2));
    let cases: &[(&str, &[u32])] = &[
        ("ada", &[1, 2]),
        ("DA 5", &[1, 2]),
        ("b", &[3, 4]),
        ("check-UP", &[1, 2]),
        ("fill", &[5, 6]),
        // Nothing in it is a pattern.
        ("%", &[1, 2]),
        ("_", &[3, 4]),
        ("*", &[]),
        ("'", &[]),
        ("nobody", &[]),
        (&row, &[5]),
        (&appointment, &[3, 4]),
    ];
    for (text, expected) in cases {
        let filter = NotificationFilter {
            text: Some((*text).to_owned()),
            limit: 100,
            ..NotificationFilter::default()
        };
        check(desk, filter, expected).await;
    }
}

pub async fn pages_of_notifications_have_no_gaps_and_no_repeats<D: Desk>(desk: &D) {
    store(desk, &[booked(1)]).await;
    // Many are due at once, and ids do not follow times.
    let mut rows: Vec<_> = (1..=9).map(|n| fresh(n, 1)).collect();
    for (row, n) in rows.iter_mut().zip(1..) {
        row.core.due_at = NOW - n / 4 * D::TICK_MS;
    }
    write(desk, &mut rows).await;
    rows.sort_by_key(|row| (row.core.due_at, row.core.id.clone()));
    let expected: Vec<_> = rows.into_iter().map(|row| row.core.id).collect();
    for (limit, latest_first) in (1..=10).flat_map(|limit| [(limit, false), (limit, true)]) {
        let mut filter = NotificationFilter {
            limit,
            latest_first,
            ..NotificationFilter::default()
        };
        let mut seen = Vec::new();
        loop {
            let page = desk.records().notifications(&filter).await.unwrap();
            assert!(page.items.len() <= limit as usize);
            seen.extend(page.items.into_iter().map(|row| row.core.id));
            filter.after = page.next;
            if filter.after.is_none() {
                break;
            }
        }
        if latest_first {
            seen.reverse();
        }
        assert_eq!(
            seen, expected,
            "{limit} a page, latest first: {latest_first}"
        );
    }
}

pub async fn pages_of_appointments_have_no_gaps_and_no_repeats<D: Desk>(desk: &D) {
    let mut all: Vec<_> = (1..=9).map(booked).collect();
    for (dated, n) in all.iter_mut().zip(1..) {
        dated.appointment.start_at = (n != 5).then_some(NOW - n / 4 * D::TICK_MS);
    }
    store(desk, &all).await;
    let records = desk.records();
    let second = version(desk, 2).await;
    assert!(put(desk, &all[1], true, second).await.is_some());
    // Without a start comes first.
    let expected = [5, 8, 9, 4, 6, 7, 1, 3].map(appointment_id);
    for limit in 1..=10 {
        let (mut seen, mut after) = (Vec::new(), None::<String>);
        loop {
            let filter = AppointmentFilter {
                after,
                limit,
                ..AppointmentFilter::default()
            };
            let page = records.appointments(&filter).await;
            let page = page.unwrap();
            assert!(page.items.len() <= limit as usize);
            seen.extend(
                page.items
                    .into_iter()
                    .map(|found| found.dated.appointment.id),
            );
            let Some(next) = page.next else { break };
            after = Some(next);
        }
        assert_eq!(seen, expected, "{limit} a page");
    }
    let from = AppointmentFilter {
        from: Some(NOW - D::TICK_MS),
        limit: 100,
        ..AppointmentFilter::default()
    };
    let from = records.appointments(&from).await.unwrap();
    let from: Vec<_> = from
        .items
        .into_iter()
        .map(|found| found.dated.appointment.id)
        .collect();
    assert_eq!(from, expected[3..]);
}

pub async fn a_cursor_of_somebodys_own_is_refused<D: Desk>(desk: &D) {
    clinic(desk).await;
    let records = desk.records();
    for after in ["", "a b", "1&$top=1", "#", "é"] {
        let filter = NotificationFilter {
            after: Some(after.to_owned()),
            limit: 10,
            ..NotificationFilter::default()
        };
        let list = records.notifications(&filter).await.map(|_| ());
        assert_eq!(list.unwrap_err().fault, Fault::Cursor, "{after:?}");
        let filter = AppointmentFilter {
            after: Some(after.to_owned()),
            limit: 10,
            ..AppointmentFilter::default()
        };
        let list = records.appointments(&filter).await.map(|_| ());
        assert_eq!(list.unwrap_err().fault, Fault::Cursor, "{after:?}");
    }
}

const DOCTOR: &str = "Dr. Zoë O'Neil";

pub async fn a_resource_is_booked_by_what_touches_the_span<D: Desk>(desk: &D) {
    // The span is from 10 to 20; what only meets its edge leaves it free.
    let spans = [
        (0, 10),
        (5, 11),
        (12, 13),
        (10, 20),
        (0, 30),
        (19, 25),
        (20, 30),
        (12, 13),
    ];
    let mut all: Vec<_> = (1..=8).map(booked).collect();
    for (dated, (start_at, end_at)) in all.iter_mut().zip(spans) {
        let appointment = &mut dated.appointment;
        (appointment.start_at, appointment.end_at) = (Some(start_at * 1_000), Some(end_at * 1_000));
        appointment.resource = Some(DOCTOR.to_owned());
    }
    all[7].appointment.resource = Some("Room 1".to_owned());
    store(desk, &all).await;
    check_booked(desk, (&[2, 3, 4, 5, 6], DOCTOR, 10_000, 20_000)).await;
    check_booked(desk, (&[8], "Room 1", 10_000, 20_000)).await;
    check_booked(desk, (&[], "Room 2", 10_000, 20_000)).await;
    check_booked(desk, (&[], "", i64::MIN, i64::MAX)).await;

    // Only the living need it, and only while they have a time.
    all[1].appointment.status = AppointmentStatus::Confirmed;
    all[2].appointment.status = AppointmentStatus::Canceled;
    all[3].appointment.status = AppointmentStatus::NoShow;
    all[4].appointment.start_at = None;
    for (index, deleted) in [(1, false), (2, false), (3, false), (4, false), (5, true)] {
        let expected = version(desk, u32::try_from(index).unwrap() + 1).await;
        let stored = put(desk, &all[index], deleted, expected).await;
        assert!(stored.is_some());
    }
    check_booked(desk, (&[2], DOCTOR, 10_000, 20_000)).await;
}

async fn check<D: Desk>(desk: &D, filter: NotificationFilter, expected: &[u32]) {
    let found = desk.records().notifications(&filter).await.unwrap();
    let found: Vec<_> = found.items.into_iter().map(|row| row.core.id).collect();
    let expected: Vec<_> = expected.iter().map(|n| row_id(*n)).collect();
    assert_eq!(found, expected, "{filter:?}");
}

async fn check_booked<D: Desk>(
    desk: &D,
    (expected, resource, from, to): (&[u32], &str, Instant, Instant),
) {
    let found = desk.records().of_resource(resource, from, to).await;
    let mut found: Vec<_> = found.unwrap().into_iter().map(|found| found.id).collect();
    found.sort();
    let expected: Vec<_> = expected.iter().map(|n| appointment_id(*n)).collect();
    assert_eq!(found, expected, "{resource}");
}
