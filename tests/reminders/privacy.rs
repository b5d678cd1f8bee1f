//! Nobody who reads logs, metrics, errors or rows learns who is reminded of what, or a key. People and secrets of the tests
//! are called "planted"; `cargo xtask test` looks for them in all that any test and any host told.

use punctual_stand_ins::FaultKind;
use punctual_tests::{Clinic, events};

use super::providers::world::{ACS, DUE, NOW, PHONE, SENDGRID_TWILIO, START, World, always};

/// What must never be told: names, addresses, keys and tokens; an encoded key; a number.
const PLANTED: [&str; 3] = ["planted", "cgxhbnrlz", "2025550123"];

#[track_caller]
fn tells_nothing(what: &str, told: &str) {
    let lower = told.to_lowercase();
    for planted in PLANTED {
        assert!(!lower.contains(planted), "{what} tells {planted:?}");
    }
}

/// Everything for operators: the host's log, the metrics, the rows of reminders and of what was given up.
async fn check(clinic: &Clinic, what: &str) {
    for line in clinic.host.log().lines() {
        tells_nothing(&format!("{what}: the log"), &line);
    }
    for path in [
        "/metrics",
        "/api/notifications?limit=5000",
        "/api/dead-letters",
    ] {
        let reply = clinic.request("GET", path, "").await.expect("an answer");
        assert!(reply.status.is_success(), "{path}: {}", reply.status);
        assert!(!reply.text().is_empty(), "{path} tells nothing at all");
        tells_nothing(&format!("{what}: {path}"), &reply.text());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_becomes_of_a_reminder_names_nobody() {
    for senders in [SENDGRID_TWILIO, ACS] {
        for kind in [
            None,
            Some(FaultKind::Busy),
            Some(FaultKind::Unauthorized),
            Some(FaultKind::Refuse),
            Some(FaultKind::Fail),
            Some(FaultKind::FailAfter),
            Some(FaultKind::LoseAnswer),
        ] {
            let world = World::open(&senders).await;
            if let Some(kind) = kind {
                always(&world.sendgrid, "api.send", kind);
                always(&world.twilio, "api.create", kind);
                always(&world.acs, "sms.send", kind);
                always(&world.acs, "email.send", kind);
            }
            world.book().await;
            // One that no provider takes: our own number, and an address without a host.
            world
                .book_with(serde_json::json!({"phone": super::providers::world::TWILIO_NUMBER}))
                .await;
            world.set_now(DUE[0]);
            world.deliver().await;
            world.pass(300);
            world.deliver().await;
            check(&world.clinic, &format!("{kind:?}")).await;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn refusals_name_nobody_and_no_key() {
    let world = World::open(&SENDGRID_TWILIO).await;
    world.book().await;
    let id = events::ID;
    let event = events::created(id, NOW, START, "Nowhere/Planted").to_string();
    let half = &event[..event.len() / 2];
    let text = format!("From=%2B{}&Body=planted", &PHONE[1..]);
    let bearer = [("authorization", "Bearer planted-but-wrong")];
    let key = [("x-punctual-key", "planted-but-wrong")];
    let right = [("x-punctual-key", punctual_tests::KEY)];
    for (method, path, headers, body) in [
        ("POST", "/webhooks/dataverse", &key, event.as_str()),
        ("POST", "/webhooks/dataverse?code=planted", &key, &event),
        ("POST", "/webhooks/dataverse", &right, half),
        ("POST", "/deliver", &key, ""),
        ("POST", "/deliver?max=planted", &right, ""),
        ("POST", "/reconcile", &key, ""),
        ("GET", "/metrics", &key, ""),
        ("GET", "/api/appointments", &bearer, ""),
        ("POST", "/callbacks/twilio", &key, &text),
        (
            "POST",
            "/callbacks/sendgrid",
            &key,
            "[{\"email\":\"pat.planted@example.com\"}]",
        ),
        ("POST", "/callbacks/acs?code=planted", &key, "[]"),
        ("POST", "/unsubscribe?token=planted", &key, ""),
    ] {
        let reply = world.clinic.request_with(method, path, headers, body).await;
        let reply = reply.expect("an answer");
        assert!(reply.status.is_client_error(), "{path}: {}", reply.status);
        tells_nothing(path, &reply.text());
    }
    check(&world.clinic, "refusals").await;
}
