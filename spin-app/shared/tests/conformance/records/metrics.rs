//! What dashboards count.

use punctual_app::core::{Channel, NotificationStatus as Status, Reason};
use punctual_app::records::Records;

use super::{Desk, HOUR_MS, NOW, booked, fresh, store, write};

pub async fn rows_are_counted_by_status_reason_and_channel<D: Desk>(desk: &D) {
    assert!(desk.records().tally(NOW).await.unwrap().is_empty());
    store(desk, &[booked(1)]).await;
    let kinds = [
        (Status::Sent, None, Channel::Email),
        (Status::Sent, None, Channel::Sms),
        (Status::Skipped, Some(Reason::NoEmail), Channel::Email),
        (Status::Skipped, Some(Reason::DueInPast), Channel::Email),
        (Status::Sent, None, Channel::Sms),
    ];
    let mut rows: Vec<_> = (1..=5).map(|n| fresh(n, 1)).collect();
    for (row, (status, reason, channel)) in rows.iter_mut().zip(kinds) {
        row.turn(status, reason);
        row.core.channel = channel;
    }
    write(desk, &mut rows).await;
    let mut told: Vec<_> = desk
        .records()
        .tally(NOW)
        .await
        .unwrap()
        .into_iter()
        .map(|tally| {
            format!(
                "{} {} {} {}",
                tally.status, tally.reason, tally.channel, tally.count
            )
        })
        .collect();
    told.sort();
    let expected = [
        "sent  email 1",
        "sent  sms 2",
        "skipped due_in_past email 1",
        "skipped no_email email 1",
    ];
    assert_eq!(told, expected);
}

pub async fn lateness_is_counted_up_to_each_bound<D: Desk>(desk: &D) {
    let bounds = [0, 1_000, 60_000];
    let empty = desk.records().lateness(&bounds, NOW).await.unwrap();
    assert_eq!(empty, (vec![0, 0, 0], 0, 0));
    store(desk, &[booked(1)]).await;
    // A clock that was set back makes a reminder early; it does not make others less late.
    let late_ms = [
        Some(-5_000),
        Some(0),
        Some(1_000),
        Some(1_000 + D::TICK_MS),
        Some(90_000),
        None,
    ];
    let sum_ms = 92_000 + D::TICK_MS;
    let mut rows: Vec<_> = (1..=6).map(|n| fresh(n, 1)).collect();
    for (row, late_ms) in rows.iter_mut().zip(late_ms) {
        row.sent_at = late_ms.map(|late_ms| row.core.due_at + late_ms);
    }
    write(desk, &mut rows).await;
    let later = desk.records().lateness(&bounds, NOW + 100 * HOUR_MS).await;
    assert_eq!(later.unwrap(), empty);
    let told = desk.records().lateness(&bounds, NOW).await.unwrap();
    assert_eq!(told, (vec![2, 3, 4], 5, sum_ms));
    let told = desk.records().lateness(&[], NOW).await.unwrap();
    assert_eq!(told, (vec![], 5, sum_ms));
}
