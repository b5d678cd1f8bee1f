//! What a batch of due messages needs to decide.

use punctual_app::records::Records;

use super::{Desk, NOW, appointment_id, booked, fresh, row_id, store, write};

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
    write(desk, &mut [fresh(1, 1), fresh(2, 2)]).await;
    let records = desk.records();
    assert!(records.store(&booked(1), true, 1, NOW).await.unwrap());
    let ids = [row_id(1), row_id(2)];
    assert_eq!(
        told(desk, &ids).await,
        [(row_id(1), None), (row_id(2), None)]
    );
}

async fn told<D: Desk>(desk: &D, ids: &[String]) -> Vec<(String, Option<String>)> {
    let found = desk.records().for_delivery(ids).await.unwrap();
    let mut told: Vec<_> = found
        .into_iter()
        .map(|(row, appointment)| (row.core.id, appointment.map(|found| found.id)))
        .collect();
    told.sort();
    told
}
