//! A row is written by whoever read it last, each on its own.

use punctual_app::core::{Channel, Code, NotificationStatus as Status, Reason};
use punctual_app::records::{NotificationRow, Records};

use super::{Desk, NOW, booked, fresh, read, row_id, store, write};

pub async fn every_field_comes_back<D: Desk>(desk: &D) {
    store(desk, &[booked(1)]).await;
    let mut rows = Vec::new();
    let nasty = "Zoë O'Neil \"x\" \\ %_ 预约 🦷 \r\n\t; DROP TABLE";
    let tick = D::TICK_MS;
    for (n, number) in (1..).zip([D::SPAN.0, -tick, 0, tick, D::SPAN.1]) {
        for (n, text) in (n * 10..).zip([Some(nasty), Some(""), Some("0"), None]) {
            if text == Some("") && !D::KEEPS_EMPTY_TEXTS {
                continue;
            }
            let text = text.map(str::to_owned);
            let mut row = fresh(n, 1);
            row.core.step = "PT1H".to_owned();
            row.core.channel = Channel::Sms;
            (row.core.start_at, row.core.due_at) = (number, number);
            row.core.attempts = if n % 2 == 0 { 0 } else { D::COUNT_MAX };
            row.core.lease_until = text.as_ref().map(|_| number);
            row.core.retry_at = text.as_ref().map(|_| number);
            row.core.send_now_at = text.as_ref().map(|_| number);
            row.sent_at = text.as_ref().map(|_| number);
            // The shortest column takes the number of a message.
            row.sequence_number = text.as_ref().map(|text| text.chars().take(18).collect());
            row.provider.clone_from(&text);
            row.provider_message_id.clone_from(&text);
            row.last_error = text;
            rows.push(row);
        }
    }
    write(desk, &mut rows).await;
    for row in &rows {
        same(&read(desk, &row.core.id).await, row);
    }
    // And over a full one, none empties each field.
    let full = &rows[0];
    let mut emptied = fresh(10, 1);
    emptied.version = full.version;
    emptied.core.step.clone_from(&full.core.step);
    emptied.core.channel = full.core.channel;
    emptied.core.start_at = full.core.start_at;
    let mut emptied = [emptied];
    write(desk, &mut emptied).await;
    same(&read(desk, &full.core.id).await, &emptied[0]);
}

pub async fn every_status_and_reason_comes_back<D: Desk>(desk: &D) {
    store(desk, &[booked(1)]).await;
    let statuses = Status::TABLE.iter().map(|(status, _)| (*status, None));
    let reasons = Reason::TABLE
        .iter()
        .map(|(reason, _)| (Status::Skipped, Some(*reason)));
    for (n, (status, reason)) in (1..).zip(statuses.chain(reasons)) {
        let mut row = fresh(n, 1);
        row.turn(status, reason);
        let mut rows = [row];
        write(desk, &mut rows).await;
        same(&read(desk, &row_id(n)).await, &rows[0]);
    }
}

pub async fn a_written_row_carries_its_new_version_and_time<D: Desk>(desk: &D) {
    store(desk, &[booked(1)]).await;
    let mut rows = [fresh(1, 1)];
    for turn in 0..3 {
        let before = rows[0].version;
        let now = NOW + turn * D::TICK_MS;
        desk.at(now);
        let written = desk.records().write_rows(&mut rows, now).await;
        assert_eq!(written.unwrap(), [true]);
        assert!(rows[0].version > before);
        assert_eq!(rows[0].updated_at, now);
        same(&read(desk, &row_id(1)).await, &rows[0]);
    }
}

pub async fn each_row_is_guarded_on_its_own<D: Desk>(desk: &D) {
    store(desk, &[booked(1)]).await;
    let mut old = [fresh(1, 1), fresh(2, 1)];
    write(desk, &mut old).await;
    let mut newer = [old[0].clone()];
    newer[0].turn(Status::Sending, None);
    write(desk, &mut newer).await;

    let mut batch = [fresh(3, 1), old[0].clone(), old[1].clone(), fresh(2, 1)];
    for row in &mut batch {
        row.turn(Status::Canceled, Some(Reason::CanceledByStaff));
    }
    let before = batch.clone();
    let now = NOW + D::TICK_MS;
    desk.at(now);
    let written = desk.records().write_rows(&mut batch, now).await;
    assert_eq!(written.unwrap(), [true, false, true, false]);
    same(&read(desk, &row_id(1)).await, &newer[0]);
    same(&read(desk, &row_id(2)).await, &batch[2]);
    same(&read(desk, &row_id(3)).await, &batch[0]);
    // What was not written looks as it did.
    same(&batch[1], &before[1]);
    same(&batch[3], &before[3]);
}

pub async fn the_same_row_twice_is_written_once<D: Desk>(desk: &D) {
    store(desk, &[booked(1)]).await;
    for turn in 0..2 {
        let mut row = fresh(1, 1);
        if turn > 0 {
            row = read(desk, &row_id(1)).await;
        }
        let mut twice = [row.clone(), row];
        let mut written = desk.records().write_rows(&mut twice, NOW).await.unwrap();
        written.sort_unstable();
        assert_eq!(written, [false, true]);
    }
    // A stale copy does not take the answer of the good one.
    let good = read(desk, &row_id(1)).await;
    let mut stale = good.clone();
    stale.version -= 1;
    let mut both = [stale, good];
    let written = desk.records().write_rows(&mut both, NOW).await.unwrap();
    assert_eq!(written, [false, true]);
}

pub async fn a_version_of_what_is_not_there_makes_nothing<D: Desk>(desk: &D) {
    store(desk, &[booked(1)]).await;
    for version in [1, 7, -1] {
        let mut rows = [fresh(1, 1)];
        rows[0].version = version;
        let written = desk.records().write_rows(&mut rows, NOW).await.unwrap();
        assert_eq!(written, [false], "{version}");
        assert_eq!(rows[0].version, version);
    }
    let found = desk.records().for_delivery(&[row_id(1)]).await.unwrap();
    let found = found.rows;
    assert!(found.is_empty());
}

pub async fn rows_of_one_appointment_come_with_its_version<D: Desk>(desk: &D) {
    store(desk, &[booked(1)]).await;
    let (records, id) = (desk.records(), super::appointment_id(1));
    let now = Some(super::version(desk, 1).await);
    let mut rows = [fresh(1, 1), fresh(2, 1)];
    let told = records.write_rows_of(&id, &mut rows, NOW).await.unwrap();
    assert_eq!(told, (vec![true, true], now));
    same(&read(desk, &row_id(2)).await, &rows[1]);
    // Somebody was faster with one of them.
    let mut mine = rows.clone();
    rows[0].turn(Status::Sending, None);
    write(desk, &mut rows[..1]).await;
    let told = records.write_rows_of(&id, &mut mine, NOW).await.unwrap();
    assert_eq!(told, (vec![false, true], now));
    assert_eq!(
        records.write_rows_of(&id, &mut [], NOW).await.unwrap(),
        (vec![], now)
    );
    let unknown = super::appointment_id(9);
    assert_eq!(
        records.write_rows_of(&unknown, &mut [], NOW).await.unwrap(),
        (vec![], None)
    );
}

pub async fn no_rows_are_no_error<D: Desk>(desk: &D) {
    let written = desk.records().write_rows(&mut [], NOW).await.unwrap();
    assert!(written.is_empty());
}

#[track_caller]
fn same(one: &NotificationRow, other: &NotificationRow) {
    assert_eq!(format!("{one:#?}"), format!("{other:#?}"));
}
