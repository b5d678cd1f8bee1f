//! What goes out, once, and what does not.

use std::time::Duration;

use punctual_tests::Clinic;
use punctual_tests::events::*;
use serde_json::{Value, json};

const NOW: &str = "2026-06-01T00:00:00Z";
const START: &str = "2026-06-15T07:00:00Z";

async fn booked() -> Clinic {
    let clinic = Clinic::open(NOW).await;
    clinic
        .event(&created(ID, NOW, START, "Europe/Berlin"))
        .await;
    clinic
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_goes_out_early_and_everything_once() {
    let clinic = booked().await;
    clinic.set_now("2026-06-08T06:59:59Z");
    assert_eq!(
        clinic.deliver().await,
        json!({"received": 0, "sent": 0, "retried": 0, "failed": 0, "suppressed": 0, "unknown": 0, "dead_lettered": 0})
    );
    for (at, sent) in [
        ("2026-06-08T07:00:00Z", 2),
        ("2026-06-14T07:00:00Z", 4),
        ("2026-06-15T06:00:00Z", 6),
    ] {
        clinic.set_now(at);
        clinic.deliver().await;
        clinic.deliver().await;
        assert_eq!(clinic.sent_once_each().await, sent, "{at}");
    }
    let rows = clinic.items("/api/notifications").await;
    assert!(rows.iter().all(|row| row["status"] == "sent"
        && row["sent_at"] == row["due_at"]
        && row["provider"] == "outbox"));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_words_are_for_this_person() {
    let clinic = booked().await;
    clinic.set_now("2026-06-08T07:00:00Z");
    clinic.deliver().await;
    let outbox = clinic.items("/api/outbox").await;
    let email = outbox
        .iter()
        .find(|item| item["channel"] == "email")
        .expect("an email went out");
    assert_eq!(email["to"], "pat.planted@example.com");
    assert!(
        email["text"]
            .as_str()
            .is_some_and(|text| text.contains("Pat Planted") && text.contains("09:00")),
        "{email}"
    );
    let sms = outbox
        .iter()
        .find(|item| item["channel"] == "sms")
        .expect("an SMS went out");
    assert_eq!(
        (&sms["to"], &sms["segments"]),
        (&json!("+12025550123"), &json!(1))
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn eight_workers_at_once_send_once() {
    let clinic = Clinic::open(NOW).await;
    for number in 0..40 {
        let id = format!("3f2b8c1e-5d4a-4f6b-9c7d-0a1b2c3d{number:04x}");
        clinic
            .event(&created(&id, NOW, START, "Europe/Berlin"))
            .await;
    }
    clinic.set_now("2026-06-08T07:00:00Z");
    let (a, b, c, d, e, f, g, h) = tokio::join!(
        clinic.deliver(),
        clinic.deliver(),
        clinic.deliver(),
        clinic.deliver(),
        clinic.deliver(),
        clinic.deliver(),
        clinic.deliver(),
        clinic.deliver(),
    );
    let sent: u64 = [a, b, c, d, e, f, g, h]
        .iter()
        .filter_map(|summary| summary["sent"].as_u64())
        .sum();
    assert_eq!(sent, 80);
    assert_eq!(clinic.sent_once_each().await, 80);
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_goes_out_after_a_cancel_even_when_due() {
    let clinic = booked().await;
    clinic.set_now("2026-06-08T07:00:00Z");
    clinic.event(&canceled(ID, "2026-06-08T07:00:00Z")).await;
    clinic.deliver().await;
    assert_eq!(clinic.sent().await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_goes_out_after_the_start() {
    let clinic = booked().await;
    clinic.set_now(START);
    let summary = clinic.deliver().await;
    assert_eq!(
        (&summary["sent"], &summary["suppressed"]),
        (&json!(0), &json!(6))
    );
    let rows = clinic.items("/api/notifications").await;
    assert!(
        rows.iter()
            .all(|row| row["status"] == "skipped" && row["reason"] == "appointment_started")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_repeated_event_at_the_due_time_kills_no_reminder() {
    let clinic = booked().await;
    clinic.set_now("2026-06-08T07:00:05Z");
    clinic
        .event(&created(ID, NOW, START, "Europe/Berlin"))
        .await;
    assert_eq!(clinic.deliver().await["sent"], 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_waiting_call_sends_as_soon_as_it_is_due() {
    let clinic = booked().await;
    clinic.set_now("2026-06-08T06:59:50Z");
    let summary = while_time_passes(&clinic, "/deliver?wait=20&max=2").await;
    assert_eq!(summary["sent"], 2);
}

/// Hosts end a request after 30 seconds, so no call waits for longer than 25, whatever it asks for.
#[tokio::test(flavor = "multi_thread")]
async fn no_call_waits_for_ever() {
    let clinic = booked().await;
    for (wait, least_seconds) in [("0", 0), ("3", 3), ("3600", 25), ("99999999999999", 25)] {
        let began = clinic.clock.now();
        let path = format!("/deliver?wait={wait}");
        let summary = while_time_passes(&clinic, &path).await;
        assert_eq!(summary["received"], 0);
        let waited = (clinic.clock.now() - began).num_seconds();
        // Time flies here: how far beyond, the machine decides.
        assert!(
            (least_seconds..1_000).contains(&waited),
            "wait={wait}: {waited} s"
        );
    }
}

/// Calls, and lets half a second pass again and again until the answer is there.
async fn while_time_passes(clinic: &Clinic, path: &str) -> Value {
    let call = clinic.json("POST", path, "");
    tokio::pin!(call);
    loop {
        tokio::select! {
            biased;
            summary = &mut call => return summary,
            () = tokio::time::sleep(Duration::from_millis(10)) => {
                clinic.clock.advance(Duration::from_millis(500));
            }
        }
    }
}

/// A queue that forgets everything is a delay of two minutes and a sweep, not a loss.
#[tokio::test(flavor = "multi_thread")]
async fn a_message_that_the_queue_lost_is_made_up_for() {
    let clinic = booked().await;
    let database = rusqlite::Connection::open(clinic.data().join("sqlite_db.db"))
        .expect("the database can be opened");
    let lost = database.execute("DELETE FROM queue", []);
    assert_eq!(lost.expect("the queue can be emptied"), 6);
    clinic.set_now("2026-06-08T07:02:00Z");
    clinic.reconcile().await;
    assert_eq!(clinic.deliver().await["received"], 0, "it may only be late");
    clinic.pass(1);
    // One message too many is not in the way of the other.
    for _ in 0..2 {
        assert_eq!(clinic.reconcile().await["requeued"], 2);
    }
    assert_eq!(clinic.deliver().await["sent"], 2);
    clinic.deliver().await;
    clinic.set_now("2026-06-15T06:50:00Z");
    clinic.reconcile().await;
    clinic.deliver().await;
    assert_eq!(clinic.sent_once_each().await, 6);
}
