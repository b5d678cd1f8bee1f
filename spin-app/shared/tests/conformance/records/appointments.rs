//! Appointments are kept whole, and a write that did not see the last one changes nothing.

use punctual_app::core::{Appointment, AppointmentStatus, Code, events::DatedAppointment};
use punctual_app::records::{Loaded, Records};

use super::{Desk, NOW, appointment_id, booked, fresh, store, write};

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
    let nasty = "Zoë O'Neil \"x\" \\ %_ 预约 🦷 \r\n\t; DROP TABLE";
    let mut empty = full(3, "", Some(-1), Some(0));
    empty.appointment.notes = Some(String::new());
    empty.stamps = vec![i64::MIN, i64::MAX];
    let mut none = booked(4);
    none.appointment.start_at = None;
    none.stamps = Vec::new();
    let cases = [
        full(1, "plain", Some(1), Some(2)),
        full(2, nasty, Some(i64::MIN), Some(i64::MAX)),
        empty,
        none,
    ];
    store(desk, &cases).await;
    for case in &cases {
        assert_eq!(load(desk, &case.appointment.id).await.dated, *case);
    }
    // Over a full one, none empties each field.
    let mut emptied = cases[3].clone();
    emptied.appointment.id = appointment_id(2);
    let records = desk.records();
    assert!(records.store(&emptied, false, 1, NOW).await.unwrap());
    assert_eq!(load(desk, &appointment_id(2)).await.dated, emptied);
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
    let (records, dated) = (desk.records(), booked(1));
    let mut last = 0;
    for turn in 0..3 {
        assert!(
            records
                .store(&dated, false, last, NOW + turn)
                .await
                .unwrap()
        );
        let loaded = load(desk, &appointment_id(1)).await;
        assert!(loaded.version > last);
        let version = records.version(&appointment_id(1)).await.unwrap();
        assert_eq!(version, Some(loaded.version));
        last = loaded.version;
    }
}

pub async fn a_stale_write_changes_nothing<D: Desk>(desk: &D) {
    let records = desk.records();
    store(desk, &[booked(1)]).await;
    let first = load(desk, &appointment_id(1)).await.version;
    let mut second = booked(1);
    second.appointment.notes = Some("second".to_owned());
    assert!(records.store(&second, false, first, NOW).await.unwrap());
    let current = load(desk, &appointment_id(1)).await.version;
    let mut stale = booked(1);
    stale.appointment.notes = Some("stale".to_owned());
    for expected in [0, first, current + 1, -1] {
        for deleted in [false, true] {
            let stored = records.store(&stale, deleted, expected, NOW).await.unwrap();
            assert!(!stored, "{expected}");
        }
    }
    let loaded = load(desk, &appointment_id(1)).await;
    assert_eq!((loaded.version, loaded.deleted), (current, false));
    assert_eq!(loaded.dated, second);
}

pub async fn a_version_of_what_is_not_there_makes_nothing<D: Desk>(desk: &D) {
    for expected in [1, 7, -1] {
        let stored = desk.records().store(&booked(1), false, expected, NOW).await;
        assert!(!stored.unwrap(), "{expected}");
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
    let records = desk.records();
    store(desk, &[booked(1), booked(2)]).await;
    let version = load(desk, &appointment_id(1)).await.version;
    assert!(records.store(&booked(1), true, version, NOW).await.unwrap());
    let loaded = load(desk, &appointment_id(1)).await;
    assert!(loaded.deleted && loaded.living().is_none());
    assert_eq!(loaded.dated, booked(1));
    assert!(loaded.version > version);
    for stale in [0, version] {
        assert!(!records.store(&booked(1), false, stale, NOW).await.unwrap());
    }
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

async fn load<D: Desk>(desk: &D, id: &str) -> Loaded {
    let loaded = desk.records().load(id).await.expect("readable");
    loaded.expect("it was stored")
}
