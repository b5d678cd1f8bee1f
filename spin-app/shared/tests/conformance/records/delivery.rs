//! What a batch of due messages needs to decide.

use punctual_app::records::Records;

use super::{Desk, appointment_id, booked, fresh, put, row_id, store, version, write};

pub async fn rows_come_with_their_appointments<D: Desk>(desk: &D) {
    store(desk, &[booked(1), booked(2)]).await;
    write(
        desk,
        &mut [fresh(1, 1), fresh(2, 1), fresh(3, 2), fresh(4, 2)],
    )
    .await;
    let told = told(desk, &[row_id(3), row_id(1), row_id(2)]).await;
    let of = |n| Some(appointment_id(n));
    assert_eq!(
        told,
        [(row_id(1), of(1)), (row_id(2), of(1)), (row_id(3), of(2))]
    );
}

pub async fn unknown_ids_are_left_out<D: Desk>(desk: &D) {
    store(desk, &[booked(1)]).await;
    write(desk, &mut [fresh(1, 1)]).await;
    let ids = [row_id(2), row_id(1), String::new(), "'\"\\".to_owned()];
    assert_eq!(
        told(desk, &ids).await,
        [(row_id(1), Some(appointment_id(1)))]
    );
    assert_eq!(told(desk, &[]).await, []);
}

pub async fn a_deleted_appointment_is_none<D: Desk>(desk: &D) {
    store(desk, &[booked(1)]).await;
    // The row may be there before its appointment, when others keep the appointments.
    let mut rows = vec![fresh(1, 1)];
    rows.extend(D::MERGES.then(|| fresh(2, 2)));
    write(desk, &mut rows).await;
    let before = version(desk, 1).await;
    assert!(put(desk, &booked(1), true, before).await.is_some());
    let ids: Vec<_> = rows.iter().map(|row| row.core.id.clone()).collect();
    let none: Vec<_> = ids.iter().map(|id| (id.clone(), None)).collect();
    assert_eq!(told(desk, &ids).await, none);
}

async fn told<D: Desk>(desk: &D, ids: &[String]) -> Vec<(String, Option<String>)> {
    let found = desk.records().for_delivery(ids).await.unwrap().rows;
    let mut told: Vec<_> = found
        .into_iter()
        .map(|(row, appointment)| (row.core.id, appointment.map(|found| found.id)))
        .collect();
    told.sort();
    told
}
