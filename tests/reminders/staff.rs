//! What staff do with one reminder: cancel it, or have it sent now.

use punctual_host::{CrashPoint, When};
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

/// The email of one step.
async fn email(clinic: &Clinic, step: &str) -> Value {
    let rows = clinic.items("/api/notifications?channel=email").await;
    let found = rows.into_iter().find(|row| row["step"] == step);
    found.expect("every step has an email")
}

fn path(row: &Value, action: &str) -> String {
    let id = row["id"].as_str().expect("a row has an id");
    format!("/api/notifications/{id}/{action}")
}

async fn send_now(clinic: &Clinic, step: &str) -> Value {
    let row = email(clinic, step).await;
    clinic.json("POST", &path(&row, "send-now"), "").await
}

/// Anything else about the appointment.
fn noted(modified: &str) -> Value {
    event(
        "Update",
        ID,
        modified,
        &[("punctual_notes", "wheelchair".into())],
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn an_event_before_delivery_does_not_undo_send_now() {
    let clinic = booked().await;
    clinic.set_now("2026-06-02T00:00:00Z");
    let row = send_now(&clinic, "P1D").await;
    assert_eq!(
        (&row["status"], &row["due_at"]),
        (&json!("scheduled"), &json!("2026-06-02T00:00:00Z"))
    );
    clinic.pass(1);
    let answer = clinic.event(&noted("2026-06-02T00:00:01Z")).await;
    assert_eq!(answer["outcome"], "unchanged");
    clinic.pass(1);
    clinic.reconcile().await;
    assert_eq!(email(&clinic, "P1D").await["due_at"], row["due_at"]);
    assert_eq!(clinic.deliver().await["sent"], 1);
    // And not again when its own time comes.
    for now in [
        "2026-06-08T07:00:00Z",
        "2026-06-14T07:00:00Z",
        "2026-06-15T06:00:00Z",
    ] {
        clinic.set_now(now);
        clinic.deliver().await;
    }
    assert_eq!(clinic.sent_once_each().await, 6);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_skipped_for_its_time_can_be_sent_now() {
    let clinic = Clinic::open("2026-06-14T12:00:00Z").await;
    clinic
        .event(&created(ID, "2026-06-14T12:00:00Z", START, "Europe/Berlin"))
        .await;
    assert_eq!(email(&clinic, "P1D").await["reason"], "due_in_past");
    send_now(&clinic, "P1D").await;
    clinic.pass(1);
    clinic.event(&noted("2026-06-14T12:00:01Z")).await;
    clinic.reconcile().await;
    assert_eq!(clinic.deliver().await["sent"], 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn send_now_can_be_taken_back() {
    let clinic = booked().await;
    let row = send_now(&clinic, "P1D").await;
    clinic.json("POST", &path(&row, "cancel"), "").await;
    clinic.event(&noted("2026-06-01T00:00:01Z")).await;
    clinic.reconcile().await;
    assert_eq!(clinic.deliver().await["sent"], 0);
    assert_eq!(email(&clinic, "P1D").await["reason"], "canceled_by_staff");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_appointment_ends_what_was_to_be_sent_now() {
    let later = "2026-06-01T00:00:01Z";
    let no_address = event("Update", ID, later, &[("punctual_email", Value::Null)]);
    for (change, status, reason) in [
        (canceled(ID, later), "canceled", "appointment_canceled"),
        (deleted(ID), "canceled", "appointment_deleted"),
        (
            moved(ID, later, "2026-06-16T08:00:00Z"),
            "canceled",
            "appointment_moved",
        ),
        (no_address, "skipped", "no_email"),
    ] {
        let clinic = booked().await;
        let id = send_now(&clinic, "P1D").await["id"].clone();
        clinic.event(&change).await;
        clinic.deliver().await;
        let rows = clinic.items("/api/notifications").await;
        let row = rows.iter().find(|row| row["id"] == id).expect("it is kept");
        assert_eq!(
            (&row["status"], &row["reason"]),
            (&json!(status), &json!(reason))
        );
        assert_eq!(clinic.sent().await, 0, "{reason}");
    }
}

/// Moved away and back: staff wanted the reminder for the start that was given up. Its own time counts again.
#[tokio::test(flavor = "multi_thread")]
async fn a_move_forgets_send_now() {
    let clinic = booked().await;
    send_now(&clinic, "P1D").await;
    for (modified, start) in [
        ("2026-06-01T00:00:01Z", "2026-06-16T08:00:00Z"),
        ("2026-06-01T00:00:02Z", START),
    ] {
        clinic.event(&moved(ID, modified, start)).await;
    }
    assert_eq!(clinic.deliver().await["sent"], 0);
    let row = email(&clinic, "P1D").await;
    assert_eq!(row["due_at"], "2026-06-14T07:00:00Z");
}

#[tokio::test(flavor = "multi_thread")]
async fn send_now_is_refused_with_the_reason_that_the_fence_would_give() {
    let later = "2026-06-01T00:00:01Z";
    for (change, reason) in [
        (canceled(ID, later), "appointment_canceled"),
        (deleted(ID), "appointment_deleted"),
        (
            moved(ID, later, "2026-06-16T08:00:00Z"),
            "appointment_moved",
        ),
        (
            event("Update", ID, later, &[("punctual_email", Value::Null)]),
            "no_email",
        ),
    ] {
        let clinic = booked().await;
        let row = email(&clinic, "P1D").await;
        clinic.event(&change).await;
        let before = clinic.notifications().await;
        let refused = clinic
            .request("POST", &path(&row, "send-now"), "")
            .await
            .expect("an answer");
        assert_eq!(refused.status, 409);
        assert!(refused.text().contains(reason), "{}", refused.text());
        assert_eq!(clinic.notifications().await, before);
    }
}

/// Either nothing happened, or the reminder goes out once, though nobody asks again.
#[tokio::test(flavor = "multi_thread")]
async fn dying_anywhere_in_send_now_loses_and_doubles_nothing() {
    let (mut sent_anyway, mut untouched) = (0, 0);
    for when in [When::Before, When::After] {
        for call in 1.. {
            let clinic = booked().await;
            let row = email(&clinic, "P1D").await;
            let clinic = clinic.restart(Some(CrashPoint { call, when })).await;
            let answered = clinic
                .request("POST", &path(&row, "send-now"), "")
                .await
                .is_ok_and(|reply| reply.status.is_success());
            let died = clinic.host.is_dead();
            let clinic = clinic.restart(None).await;
            let due_at = email(&clinic, "P1D").await["due_at"].clone();
            let asked = due_at == NOW;
            assert!(asked || (due_at == row["due_at"] && !answered));
            for _ in 0..3 {
                clinic.pass(130);
                clinic.reconcile().await;
                clinic.deliver().await;
            }
            let sent = clinic.sent_once_each().await;
            assert_eq!(sent, usize::from(asked), "{when:?} call {call}");
            sent_anyway += usize::from(asked && !answered);
            untouched += usize::from(!asked);
            if !died {
                assert!(answered && call > 4);
                break;
            }
        }
    }
    assert!(sent_anyway > 0 && untouched > 0);
}
