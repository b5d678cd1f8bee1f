//! `--cloud`: everything that Azure and the providers would do happens on this machine.

use std::time::{Duration, Instant};

use punctual_host::client;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::process::Up;

const NOW: &str = "2026-06-14T12:00:00Z";
const START: &str = "2026-06-15T07:00:00Z";
const HOUR_BEFORE: &str = "2026-06-15T06:00:00Z";

/// What people received, from the address that was printed for the provider whose number this is in the list.
async fn received(up: &Up, number: usize) -> Vec<Value> {
    let mut curls = up.said.lines().filter_map(|line| {
        let url = line.trim().strip_prefix("curl -s ")?;
        url.ends_with("/messages").then_some(url)
    });
    let url = curls.nth(number).expect("it says where to look");
    let reply = client::send("GET".parse().expect("a method"), url, &[], "").await;
    let shown = reply.expect("an answer").json().expect("JSON");
    shown["messages"].as_array().expect("messages").clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reminder_goes_all_the_way_and_its_receipt_comes_back() {
    let data = TempDir::new().expect("a temporary folder can be made");
    let last = "SPIN_VARIABLE_SERVICEBUS_TRANSPORT";
    let up = Up::start_with(data.path(), NOW, &["--cloud"], last);
    let appointment = json!({
        "service": "Check-up", "customer_name": "Robin Planted", "email": "robin.planted@example.com",
        "phone": "+12025550123", "start_at": START, "time_zone": "Europe/Berlin",
    });
    let booked = up
        .send("POST", "/api/appointments", appointment.to_string())
        .await
        .expect("an answer");
    assert_eq!(booked.status, 201, "{}", booked.text());
    up.set_now(HOUR_BEFORE).await;
    let summary = up.json("POST", "/deliver").await;
    assert_eq!(summary["sent"], 2, "{summary}");
    let began = Instant::now();
    loop {
        up.advance(2).await;
        let delivered = up.items("/api/notifications?status=delivered").await;
        if delivered.len() == 2 {
            break;
        }
        let patience = Duration::from_secs(60);
        assert!(began.elapsed() < patience, "no receipts: {delivered:?}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    for number in [0, 1] {
        let received = received(&up, number).await;
        assert_eq!(received.len(), 1, "{received:?}");
        let text = received[0]["text"].as_str().expect("a text");
        assert!(text.contains("15 June 2026") || text.contains("15 Jun 2026"));
    }
    assert!(received(&up, 2).await.is_empty(), "nobody asked for ACS");
}
