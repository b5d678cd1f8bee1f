//! What the console reads.

use std::collections::BTreeMap;

use punctual_app::core::{AppointmentStatus, Channel, NotificationStatus as Status, Reason, code};
use punctual_app::records::NotificationFilter;
use punctual_app::records::reports::{AppointmentFilter, QUARTER_MS, Reports};

use super::{Desk, HOUR_MS, NOW, appointment_id, booked, fresh, put, store, version, write};

pub async fn all_that_the_filter_lets_through_is_counted<D: Desk>(desk: &D) {
    let mut named = booked(1);
    named.appointment.customer_name = Some("Ada Example".to_owned());
    store(desk, &[named, booked(2)]).await;
    let mut rows: Vec<_> = (1..=6).map(|n| fresh(n, n.div_ceil(3))).collect();
    for (row, n) in rows.iter_mut().zip(0..) {
        row.core.due_at = NOW + n * QUARTER_MS / 2;
    }
    rows[1].core.channel = Channel::Sms;
    for row in &mut rows[3..5] {
        row.core.status = Status::Skipped;
        row.core.reason = Some(Reason::NoEmail);
    }
    rows[5].core.status = Status::Sent;
    write(desk, &mut rows).await;
    let count = async |filter: NotificationFilter| {
        let counts = desk.records().count(&filter).await.expect("countable");
        let state = |it: &punctual_app::records::Tally| {
            (
                format!("{} {} {}", it.status, it.reason, it.channel),
                it.count,
            )
        };
        let due = |it: &punctual_app::records::reports::DueCount| {
            ((it.at - NOW) / QUARTER_MS, it.status.clone(), it.count)
        };
        let by_state: BTreeMap<_, _> = counts.by_state.iter().map(state).collect();
        // A store may tell a quarter in parts.
        let mut by_due = BTreeMap::new();
        for (quarter, status, count) in counts.by_due.iter().map(due) {
            *by_due.entry(format!("{quarter} {status}")).or_insert(0) += count;
        }
        let told = |counts: BTreeMap<String, i64>| {
            let told = counts
                .iter()
                .map(|(name, count)| format!("{name}: {count}"));
            told.collect::<Vec<_>>().join(", ")
        };
        (told(by_state), told(by_due))
    };
    let all = NotificationFilter::default();
    assert_eq!(
        count(all.clone()).await,
        (
            "pending  email: 2, pending  sms: 1, sent  email: 1, skipped no_email email: 2".into(),
            "0 pending: 2, 1 pending: 1, 1 skipped: 1, 2 sent: 1, 2 skipped: 1".into()
        )
    );
    let skipped = NotificationFilter {
        reasons: vec!["no_email".to_owned(), "no_phone".to_owned()],
        from: Some(NOW + 2 * QUARTER_MS),
        // Of no meaning here.
        limit: 1,
        ..all.clone()
    };
    assert_eq!(
        count(skipped).await,
        ("skipped no_email email: 1".into(), "2 skipped: 1".into())
    );
    let of_somebody = NotificationFilter {
        text: Some("ada".to_owned()),
        ..all.clone()
    };
    assert_eq!(
        count(of_somebody).await.0,
        "pending  email: 2, pending  sms: 1"
    );
    let nothing = NotificationFilter {
        appointment: Some(appointment_id(9)),
        ..all
    };
    assert_eq!(count(nothing).await, (String::new(), String::new()));
}

pub async fn deliveries_are_those_that_were_sent<D: Desk>(desk: &D) {
    store(desk, &[booked(9)]).await;
    let mut rows: Vec<_> = (1..=4).map(|n| fresh(n, 9)).collect();
    for row in &mut rows[..3] {
        row.core.status = Status::Sent;
        row.sent_at = Some(row.core.due_at + 2_000);
    }
    write(desk, &mut rows).await;
    let told = async |from, to, limit| {
        let found = desk.records().deliveries(from, to, limit).await;
        let mut found = found.expect("readable");
        found.sort_unstable();
        let hours = found
            .iter()
            .map(|(due, sent)| ((due - NOW) / HOUR_MS, sent - due));
        hours.collect::<Vec<_>>()
    };
    let (first, end) = (NOW + HOUR_MS, NOW + 9 * HOUR_MS);
    assert_eq!(
        told(first, end, 10).await,
        [(1, 2_000), (2, 2_000), (3, 2_000)]
    );
    assert_eq!(told(first + 1_000, end, 10).await, [(2, 2_000), (3, 2_000)]);
    assert_eq!(
        told(first, NOW + 3 * HOUR_MS, 10).await,
        [(1, 2_000), (2, 2_000)]
    );
    // The latest ones.
    assert_eq!(told(first, end, 1).await, [(3, 2_000)]);
}

pub async fn living_are_those_that_are_not_deleted<D: Desk>(desk: &D) {
    store(desk, &[booked(1), booked(2)]).await;
    let before = version(desk, 2).await;
    assert!(put(desk, &booked(2), true, before).await.is_some());
    let ids = [1, 2, 7, 1].map(appointment_id);
    let found = desk.records().living(&ids).await.unwrap();
    let found: Vec<_> = found.into_iter().map(|found| found.id).collect();
    assert_eq!(found, [appointment_id(1)]);
    assert!(desk.records().living(&[]).await.unwrap().is_empty());
}

pub async fn each_filter_of_appointments_narrows<D: Desk>(desk: &D) {
    let mut all: Vec<_> = (1..=6).map(booked).collect();
    for (dated, n) in all.iter_mut().zip(1..) {
        let a = &mut dated.appointment;
        a.customer_name = Some(format!("Person {}", ["Ada", "Bob"][n % 2]));
        a.service = Some(["Check-up", "Filling", "X_ray"][n % 3].to_owned());
        a.email = Some(format!("person{n}@example.com"));
        a.phone = Some(format!("+1202555010{n}"));
        a.resource = (n < 4).then(|| "Room 1".to_owned());
    }
    all[1].appointment.status = AppointmentStatus::Canceled;
    all[2].appointment.status = AppointmentStatus::Confirmed;
    store(desk, &all).await;
    let check = async |filter: AppointmentFilter, expected: &[u32]| {
        let filter = AppointmentFilter {
            limit: 100,
            ..filter
        };
        let found = desk
            .records()
            .appointments(&filter)
            .await
            .expect("readable");
        let found: Vec<_> = found
            .items
            .into_iter()
            .map(|it| it.dated.appointment.id)
            .collect();
        let expected: Vec<_> = expected.iter().copied().map(appointment_id).collect();
        assert_eq!(found, expected, "{filter:?}");
    };
    let any = AppointmentFilter::default;
    check(any(), &[1, 2, 3, 4, 5, 6]).await;
    let latest_first = true;
    check(
        AppointmentFilter {
            latest_first,
            ..any()
        },
        &[6, 5, 4, 3, 2, 1],
    )
    .await;
    let (from, to) = (Some(NOW + 2 * HOUR_MS), Some(NOW + 4 * HOUR_MS));
    check(AppointmentFilter { from, to, ..any() }, &[2, 3]).await;
    check(AppointmentFilter { to, ..any() }, &[1, 2, 3]).await;
    for (statuses, expected) in [
        (&[AppointmentStatus::Canceled][..], &[2][..]),
        (&[AppointmentStatus::Scheduled], &[1, 4, 5, 6]),
        (
            &[AppointmentStatus::Canceled, AppointmentStatus::Confirmed],
            &[2, 3],
        ),
        (&[AppointmentStatus::NoShow], &[]),
    ] {
        let statuses = statuses.iter().map(|it| code(*it).to_owned()).collect();
        check(AppointmentFilter { statuses, ..any() }, expected).await;
    }
    for (resource, expected) in [
        ("Room 1", &[1, 2, 3][..]),
        ("room 1 ", &[1, 2, 3]),
        ("Room", &[]),
    ] {
        let resource = Some(resource.to_owned());
        check(AppointmentFilter { resource, ..any() }, expected).await;
    }
    let (id, number) = (appointment_id(5), "2025550103");
    for (text, in_contacts, expected) in [
        ("bob", false, &[1, 3, 5][..]),
        ("fill", false, &[1, 4]),
        ("_", false, &[2, 5]),
        (&id, false, &[5]),
        ("person3@", false, &[]),
        ("person3@", true, &[3]),
        (number, false, &[]),
        (number, true, &[3]),
        ("'", true, &[]),
    ] {
        let text = Some(text.to_owned());
        let filter = AppointmentFilter {
            text,
            in_contacts,
            ..any()
        };
        check(filter, expected).await;
    }
}

pub async fn a_persons_appointments_come_with_their_rows<D: Desk>(desk: &D) {
    let mut all: Vec<_> = (1..=4).map(booked).collect();
    all[0].appointment.email = Some("robin@example.com".to_owned());
    all[1].appointment.email = Some("ROBIN@example.com".to_owned());
    all[2].appointment.phone = Some("+12025550114".to_owned());
    all[3].appointment.email = Some("sam@example.com".to_owned());
    store(desk, &all).await;
    write(desk, &mut [fresh(1, 1), fresh(2, 3)]).await;
    let mut person = booked(1).appointment;
    person.email = Some("robin@example.com".to_owned());
    person.phone = Some("+12025550114".to_owned());
    let told = async |limit| {
        let found = desk.records().of_person(&person, limit).await;
        let found = found.expect("readable").into_iter();
        let told = found.map(|it| (it.dated.appointment.id, it.rows.len()));
        told.collect::<Vec<_>>()
    };
    let expected = [(3, 1), (2, 0), (1, 1)].map(|(n, rows)| (appointment_id(n), rows));
    assert_eq!(told(10).await, expected);
    assert_eq!(told(2).await, expected[..2]);
    let nobody = desk.records().of_person(&booked(1).appointment, 10).await;
    assert!(nobody.unwrap().is_empty());
}
