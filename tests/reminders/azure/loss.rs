//! Webhooks that are lost, doubled, late, empty, refused; and an environment that has no time.

use punctual_stand_ins::{Fault, FaultKind};
use serde_json::json;

use super::town::{DUE, NOW, START, Town};

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_webhook_is_only_a_delay() {
    let town = Town::open("rest").await;
    town.clinic.json("POST", "/reconcile", "").await;
    town.once("webhook.create", FaultKind::Drop);
    town.book(START).await;
    town.quiet().await;
    assert_eq!(town.clinic.notifications().await, "");
    let swept = town.clinic.json("POST", "/reconcile", "").await;
    assert_eq!(swept["scheduled"], 6, "{swept}");
    assert_eq!(swept["complete"], true, "{swept}");
    town.once("webhook.update", FaultKind::Drop);
    town.change(json!({"statecode": 1, "statuscode": 2})).await;
    town.quiet().await;
    // Lost, and it falls due before anybody sweeps: the fence.
    town.set_now(DUE[0]);
    assert_eq!(town.clinic.deliver().await["sent"], 0);
    town.clinic.json("POST", "/reconcile", "").await;
    let rows = town.clinic.notifications().await;
    assert_eq!(rows.matches("appointment_canceled").count(), 6, "{rows}");
    // A sweep with nothing to do reads what changed of late and writes nothing.
    let before = town.clinic.items("/api/notifications").await;
    town.pass(600);
    let swept = town.clinic.json("POST", "/reconcile", "").await;
    assert_eq!(swept["appointments"], 0, "{swept}");
    assert_eq!(town.clinic.items("/api/notifications").await, before);
    assert_eq!(town.clinic.sent().await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deletion_that_nobody_told_is_stopped_by_the_fence() {
    let town = Town::open("amqp").await;
    town.book(START).await;
    town.quiet().await;
    town.once("webhook.delete", FaultKind::Drop);
    town.delete().await;
    for due in DUE {
        town.set_now(due);
        assert_eq!(town.clinic.deliver().await["sent"], 0);
    }
    let rows = town.clinic.notifications().await;
    assert_eq!(rows.matches("appointment_deleted").count(), 6, "{rows}");
    assert_eq!(town.clinic.sent().await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn doubled_and_overtaken_webhooks_change_nothing() {
    let town = Town::open("rest").await;
    // The creation comes last and twice, after a move and a move back.
    town.fault(Fault {
        delay_ms: 60_000,
        ..Fault::once("webhook.create", FaultKind::Slow)
    });
    town.book(START).await;
    town.change(json!({"punctual_start": "2026-06-16T08:00:00Z"}))
        .await;
    town.once("webhook.update", FaultKind::Twice);
    town.change(json!({"punctual_start": START})).await;
    town.until(|dataverse| dataverse.webhooks.waiting() == 1)
        .await;
    let before = town.clinic.notifications().await;
    town.pass(60);
    town.quiet().await;
    assert_eq!(town.clinic.notifications().await, before);
    assert_eq!(before.matches("scheduled").count(), 6, "{before}");
    assert!(town.answers().iter().all(|status| *status == 200));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_event_without_its_parts_is_enough() {
    let town = Town::open_with("rest", |options| {
        options.environment.webhook_body_bytes = 500;
    })
    .await;
    town.book(START).await;
    town.quiet().await;
    assert_eq!(town.answers(), [200]);
    let rows = town.clinic.notifications().await;
    assert_eq!(rows.matches("scheduled").count(), 6, "{rows}");
    town.change(json!({"statecode": 1, "statuscode": 2})).await;
    town.quiet().await;
    let rows = town.clinic.notifications().await;
    assert_eq!(rows.matches("appointment_canceled").count(), 6, "{rows}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_throttled_environment_is_told_to_come_again_and_does() {
    for at in ["api.batch", "part.update"] {
        let town = Town::open("rest").await;
        town.once(at, FaultKind::Busy);
        town.book(START).await;
        town.until(|dataverse| dataverse.webhooks.since(0).count() == 1)
            .await;
        assert_eq!(town.answers(), [503], "{at}");
        // Its one repetition comes five seconds later.
        town.pass(5);
        town.quiet().await;
        assert_eq!(town.answers(), [503, 200], "{at}");
        let rows = town.clinic.notifications().await;
        assert_eq!(rows.matches("scheduled").count(), 6, "{at}:\n{rows}");
        assert_eq!(town.messages(), 6, "{at}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refusal_says_what_is_wrong_and_names_nobody() {
    let town = Town::open("rest").await;
    town.book(START).await;
    town.quiet().await;
    let always = |at: &str, kind| Fault {
        times: None,
        ..Fault::once(at, kind)
    };
    for (kind, word) in [
        (FaultKind::Busy, "throttled"),
        (FaultKind::Fail, "busy or down"),
        (FaultKind::Unauthorized, "token is refused"),
    ] {
        town.dataverse.with(|dataverse, _| dataverse.faults.clear());
        town.fault(always("api.batch", kind));
        let reply = town.clinic.request("POST", "/deliver", "").await;
        assert_eq!(reply.expect("an answer").status, 200, "nothing is due");
        let id = super::town::ID;
        let path = format!("/api/appointments/{id}");
        let reply = town.clinic.request("GET", &path, "").await;
        let reply = reply.expect("an answer");
        assert_eq!(reply.status, 503, "{}", reply.text());
        assert!(reply.headers.contains_key("retry-after"));
        assert!(reply.text().contains(word), "{}", reply.text());
        assert!(!reply.text().contains("Planted"), "{}", reply.text());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn tokens_end_and_others_take_their_place() {
    for transport in ["rest", "amqp"] {
        let town = Town::open(transport).await;
        town.book(START).await;
        town.quiet().await;
        let asked = || -> u64 {
            let counts =
                |entra: &mut punctual_stand_in_entra::Entra| entra.requests.counts().values().sum();
            town.entra.with(counts)
        };
        let before = asked();
        // A week is longer than any token lives.
        town.set_now(DUE[0]);
        assert_eq!(town.clinic.deliver().await["sent"], 2);
        let resources = if transport == "amqp" { 2 } else { 1 };
        assert_eq!(asked(), before + resources, "{transport}");
        // One that is refused before its end is replaced too.
        town.once("api.batch", FaultKind::Unauthorized);
        town.change(json!({"punctual_start": "2026-06-16T08:00:00Z"}))
            .await;
        town.quiet().await;
        assert_eq!(asked(), before + resources + 1, "{transport}");
        assert_eq!(town.answers().last(), Some(&200));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_late_booking_says_why_some_reminders_are_not_sent() {
    let town = Town::open("rest").await;
    town.set_now("2026-06-14T12:00:00Z");
    town.book(START).await;
    town.quiet().await;
    let rows = town.clinic.notifications().await;
    assert_eq!(rows.matches("skipped due_in_past").count(), 4, "{rows}");
    assert_eq!(rows.matches("scheduled").count(), 2, "{rows}");
    assert!(NOW < START);
}
