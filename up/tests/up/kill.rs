//! `cargo xtask up` as a process of its own, ended with SIGKILL in the middle of its work: while webhooks come in, and
//! while reminders go out. The crash tests of `tests/` die at exact steps; this one dies as machines do.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use punctual_tests::events::created;
use serde_json::Value;
use tempfile::TempDir;

use crate::process::Up;

const APPOINTMENTS: usize = 100;
const REMINDERS: usize = APPOINTMENTS * 6;
const CLIENTS: usize = 8;
const NOW: &str = "2026-06-01T00:00:00Z";
const START: &str = "2026-06-15T07:00:00Z";
/// All six reminders of each are due then.
const HOUR_BEFORE: &str = "2026-06-15T06:00:00Z";

fn id(number: usize) -> String {
    format!("3f2b8c1e-5d4a-4f6b-9c7d-{number:012}")
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_twice_nothing_is_lost_and_nothing_is_doubled() {
    let data = TempDir::new().expect("a temporary folder can be made");

    let up = Arc::new(Up::start(data.path(), NOW));
    let answered = post_until_killed(&up).await;
    assert!(
        (1..APPOINTMENTS).contains(&answered.len()),
        "{} were answered: the kill came in the middle",
        answered.len()
    );
    drop(up);

    let up = Arc::new(Up::start(data.path(), NOW));
    // What was answered is there, whole. Dataverse was not told of the rest, so somebody posts it again.
    for number in (0..APPOINTMENTS).filter(|number| !answered.contains(number)) {
        assert!(post(&up, number).await, "{number}");
    }
    up.advance(130).await;
    up.json("POST", "/reconcile").await;
    let rows = up.items("/api/notifications?status=scheduled").await;
    let mut of_each = BTreeMap::new();
    for row in &rows {
        *of_each.entry(text(row, "appointment_id")).or_insert(0) += 1;
    }
    let six_each: BTreeMap<_, _> = (0..APPOINTMENTS).map(|number| (id(number), 6)).collect();
    assert_eq!(of_each, six_each);
    assert_eq!(up.items("/api/notifications").await.len(), REMINDERS);

    // The worker stays in its call until it dies, for the clock stands still.
    up.set_now(HOUR_BEFORE).await;
    let worker = tokio::spawn({
        let up = up.clone();
        async move {
            up.send("POST", "/deliver?wait=25", String::new())
                .await
                .is_ok()
        }
    });
    while up.items("/api/outbox?limit=1").await.is_empty() {
        assert!(!worker.is_finished(), "the worker sends nothing");
    }
    up.kill();
    assert!(
        !worker.await.expect("it ends"),
        "the kill came in the middle"
    );
    drop(up);

    let up = Up::start(data.path(), HOUR_BEFORE);
    let before = up.items("/api/outbox").await.len();
    assert!(before >= 1, "what was sent was forgotten");
    // Locks and leases run out, the timers call.
    for _ in 0..4 {
        up.advance(130).await;
        up.json("POST", "/reconcile").await;
        up.json("POST", "/deliver").await;
    }
    let outbox = up.items("/api/outbox").await;
    let mut sent: Vec<_> = outbox
        .iter()
        .map(|item| text(item, "notification_id"))
        .collect();
    assert_eq!(sent.len(), REMINDERS);
    sent.sort();
    sent.dedup();
    assert_eq!(sent.len(), REMINDERS, "a reminder was sent twice");
    let rows = up.items("/api/notifications?status=sent").await;
    assert_eq!(rows.len(), REMINDERS);
}

/// Several clients post at once, until the process is killed under their hands. Which events were answered.
async fn post_until_killed(up: &Arc<Up>) -> Vec<usize> {
    let answers = Arc::new(AtomicUsize::new(0));
    let clients: Vec<_> = (0..CLIENTS)
        .map(|client| {
            let (up, answers) = (up.clone(), answers.clone());
            tokio::spawn(async move {
                let mut answered = Vec::new();
                for number in (client..APPOINTMENTS).step_by(CLIENTS) {
                    if !post(&up, number).await {
                        break;
                    }
                    answered.push(number);
                    if answers.fetch_add(1, Ordering::Relaxed) + 1 == APPOINTMENTS / 3 {
                        up.kill();
                    }
                }
                answered
            })
        })
        .collect();
    let mut all = Vec::new();
    for client in clients {
        all.extend(client.await.expect("a client does not panic"));
    }
    all
}

/// Posts one appointment; whether it was answered.
async fn post(up: &Up, number: usize) -> bool {
    let event = created(&id(number), NOW, START, "Europe/Berlin").to_string();
    match up.send("POST", "/webhooks/dataverse", event).await {
        Ok(reply) => {
            assert_eq!(reply.status, 200, "{}", reply.text());
            true
        }
        Err(_) => false,
    }
}

fn text(item: &Value, name: &str) -> String {
    item[name].as_str().expect("a text").to_owned()
}
