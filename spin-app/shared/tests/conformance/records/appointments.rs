//! Appointments are kept whole, and a write that did not see the last one changes nothing.

use punctual_app::core::{Appointment, AppointmentStatus, Code, events::DatedAppointment};
use punctual_app::records::{Loaded, Records};

use super::{Desk, appointment_id, booked, fresh, put, store, version, write};

pub async fn an_unknown_one_is_none<D: Desk>(desk: &D) {
    let id = appointment_id(1);
    assert!(desk.records().load(&id).await.unwrap().is_none());
    assert_eq!(desk.records().version(&id).await.unwrap(), None);
}

pub async fn every_field_comes_back<D: Desk>(desk: &D) {
    let full = |n: u32, text: &str, start_at, end_at| DatedAppointment {
        appointment: Appointment {
            service: Some(format!("service {text}")),
            customer_name: Some(format!("name {text}")),
            email: Some(format!("email {text}")),
            phone: Some(format!("phone {text}")),
            start_at,
            end_at,
            time_zone: Some(format!("zone {text}")),
            locale: Some(format!("locale {text}")),
            resource: Some(format!("resource {text}")),
            notes: Some(format!("notes {text}")),
            ..booked(n).appointment
        },
        stamps: (0..11).collect(),
    };
    // No longer than the shortest column.
    let nasty = "Zoë O'N \"\\ %_ 预约 🦷 \r\n\t;";
    let mut empty = full(3, "", Some(-1), Some(0));
    empty.appointment.notes = Some(String::new());
    empty.stamps = vec![i64::MIN, i64::MAX];
    let mut none = booked(4);
    none.appointment.start_at = None;
    none.stamps = Vec::new();
    let cases = [
        full(1, "plain", Some(1), Some(2)),
        full(2, nasty, Some(D::SPAN.0), Some(D::SPAN.1)),
        none,
        empty,
    ];
    let kept = if D::KEEPS_EMPTY_TEXTS { 4 } else { 3 };
    store(desk, &cases[..kept]).await;
    for case in &cases[..kept] {
        same(
            &load(desk, &case.appointment.id).await.dated,
            case,
            D::MERGES,
        );
    }
    // Over a full one, none empties each field.
    let mut emptied = cases[2].clone();
    emptied.appointment.id = appointment_id(2);
    let expected = version(desk, 2).await;
    assert!(put(desk, &emptied, false, expected).await.is_some());
    same(
        &load(desk, &appointment_id(2)).await.dated,
        &emptied,
        D::MERGES,
    );
}

#[track_caller]
fn same(found: &DatedAppointment, expected: &DatedAppointment, with_stamps: bool) {
    assert_eq!(found.appointment, expected.appointment);
    if with_stamps {
        assert_eq!(found.stamps, expected.stamps);
    }
}

pub async fn every_status_comes_back<D: Desk>(desk: &D) {
    for (n, (status, _)) in (1..).zip(AppointmentStatus::TABLE) {
        let mut dated = booked(n);
        dated.appointment.status = *status;
        store(desk, &[dated]).await;
        let loaded = load(desk, &appointment_id(n)).await;
        assert_eq!(loaded.dated.appointment.status, *status);
    }
}

pub async fn a_version_grows_with_every_write<D: Desk>(desk: &D) {
    let mut last = 0;
    for _ in 0..3 {
        let told = put(desk, &booked(1), false, last).await;
        let loaded = load(desk, &appointment_id(1)).await;
        assert!(loaded.version > last);
        assert_eq!(told, Some(loaded.version));
        assert_eq!(version(desk, 1).await, loaded.version);
        last = loaded.version;
    }
}

pub async fn a_stale_write_changes_nothing<D: Desk>(desk: &D) {
    store(desk, &[booked(1)]).await;
    let first = load(desk, &appointment_id(1)).await.version;
    let mut second = booked(1);
    second.appointment.notes = Some("second".to_owned());
    assert!(put(desk, &second, false, first).await.is_some());
    let current = load(desk, &appointment_id(1)).await.version;
    let mut stale = booked(1);
    stale.appointment.notes = Some("stale".to_owned());
    for expected in [0, first, current + 1, -1] {
        for deleted in [false, true] {
            let stored = put(desk, &stale, deleted, expected).await;
            assert_eq!(stored, None, "{expected}");
        }
    }
    let loaded = load(desk, &appointment_id(1)).await;
    assert_eq!((loaded.version, loaded.deleted), (current, false));
    same(&loaded.dated, &second, D::MERGES);
}

pub async fn a_version_of_what_is_not_there_makes_nothing<D: Desk>(desk: &D) {
    for expected in [1, 7, -1] {
        let stored = put(desk, &booked(1), false, expected).await;
        assert_eq!(stored, None, "{expected}");
    }
    assert!(
        desk.records()
            .load(&appointment_id(1))
            .await
            .unwrap()
            .is_none()
    );
}

pub async fn a_deleted_one_is_kept_and_not_made_anew<D: Desk>(desk: &D) {
    store(desk, &[booked(1), booked(2)]).await;
    // What was planned for it is what is left of it where the table forgets it.
    write(desk, &mut [fresh(1, 1)]).await;
    let before = load(desk, &appointment_id(1)).await.version;
    assert!(put(desk, &booked(1), true, before).await.is_some());
    let loaded = load(desk, &appointment_id(1)).await;
    assert!(loaded.deleted && loaded.living().is_none());
    assert_eq!(loaded.rows.len(), 1);
    if D::MERGES {
        assert_eq!(loaded.dated, booked(1));
        assert!(loaded.version > before);
        // Nobody makes it anew. A table that forgets it cannot know.
        assert_eq!(put(desk, &booked(1), false, 0).await, None);
    }
    assert_eq!(put(desk, &booked(1), false, before).await, None);
    assert!(load(desk, &appointment_id(1)).await.deleted);
    assert!(load(desk, &appointment_id(2)).await.living().is_some());
}

pub async fn it_comes_with_its_own_rows<D: Desk>(desk: &D) {
    store(desk, &[booked(1), booked(2)]).await;
    write(desk, &mut [fresh(3, 1), fresh(1, 1), fresh(2, 2)]).await;
    let loaded = load(desk, &appointment_id(1)).await;
    let mut ids: Vec<_> = loaded.rows.into_iter().map(|row| row.core.id).collect();
    ids.sort();
    assert_eq!(ids, [super::row_id(1), super::row_id(3)]);
    store(desk, &[booked(3)]).await;
    assert!(load(desk, &appointment_id(3)).await.rows.is_empty());
}

pub async fn several_come_in_the_order_asked_for<D: Desk>(desk: &D) {
    let all: Vec<_> = (1..=12).map(booked).collect();
    store(desk, &all).await;
    write(desk, &mut [fresh(1, 3)]).await;
    let asked = [3, 12, 99, 1, 3].map(appointment_id);
    let asked = [asked.as_slice(), &["'".to_owned()]].concat();
    let found = desk.records().load_all(&asked).await.unwrap();
    let told: Vec<_> = found
        .into_iter()
        .map(|found| found.map(|found| (found.dated.appointment.id, found.rows.len())))
        .collect();
    let of = |n, rows| Some((appointment_id(n), rows));
    assert_eq!(told, [of(3, 1), of(12, 0), None, of(1, 0), of(3, 1), None]);
    assert!(desk.records().load_all(&[]).await.unwrap().is_empty());
}

async fn load<D: Desk>(desk: &D, id: &str) -> Loaded {
    let loaded = desk.records().load(id).await.expect("readable");
    loaded.expect("it was stored")
}
