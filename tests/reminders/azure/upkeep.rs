//! What operators do with an environment: plan a table that was there before, archive what is long past.

use punctual_host::{CrashPoint, When};
use punctual_stand_ins::{Fault, FaultKind};
use serde_json::{Value, json};

use super::town::{START, Town};

const APPOINTMENTS: usize = 25;
const LATER: &str = "2026-10-01T12:00:00Z";

/// A town whose appointments nobody told of.
async fn untold(transport: &str, appointments: usize) -> Town {
    let town = Town::open(transport).await;
    let mut lost = Fault::once("webhook.create", FaultKind::Drop);
    lost.times = None;
    town.fault(lost);
    for n in 1..=appointments {
        let id = format!("3f2b8c1e-5d4a-4f6b-9c7d-{n:012}");
        town.book_with(json!({"punctual_appointmentid": id})).await;
    }
    town.quiet().await;
    town.dataverse.with(|dataverse, _| dataverse.faults.clear());
    town
}

async fn post(town: &Town, path: &str, body: Value) -> (u16, Value) {
    let reply = town.clinic.request("POST", path, body.to_string()).await;
    let reply = reply.expect("an answer");
    (reply.status.as_u16(), reply.json().expect("JSON"))
}

async fn planned(town: &Town) -> usize {
    let path = "/api/notifications?status=scheduled&limit=5000";
    town.clinic.items(path).await.len()
}

async fn a_table_is_planned(transport: &str) {
    let town = untold(transport, APPOINTMENTS).await;
    assert_eq!(planned(&town).await, 0);
    let (status, told) = post(&town, "/api/backfill", json!({})).await;
    assert_eq!((status, &told["complete"]), (200, &json!(true)), "{told}");
    assert_eq!(told["scheduled"], APPOINTMENTS * 6, "{told}");
    assert_eq!(planned(&town).await, APPOINTMENTS * 6);
    let (_, told) = post(&town, "/api/backfill", json!({})).await;
    assert_eq!(
        (&told["looked_at"], &told["planned"]),
        (&json!(25), &json!(0))
    );
    town.set_now("2026-06-15T06:30:00Z");
    town.clinic.deliver().await;
    assert_eq!(town.clinic.sent_once_each().await, APPOINTMENTS * 6);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_table_is_planned_over_rest() {
    a_table_is_planned("rest").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_table_is_planned_over_amqp() {
    a_table_is_planned("amqp").await;
}

/// Dataverse says when to come back; the answer tells it, and what was done is done.
#[tokio::test(flavor = "multi_thread")]
async fn throttling_ends_a_call_and_says_for_how_long() {
    let town = untold("rest", APPOINTMENTS).await;
    let mut busy = Fault::once("api.batch", FaultKind::Busy);
    busy.retry_after_seconds = Some(17);
    // Amid the second page: each appointment takes two batches.
    busy.after = 50;
    town.fault(busy);
    let reply = town.clinic.request("POST", "/api/backfill", "{}").await;
    let reply = reply.expect("an answer");
    assert_eq!(reply.status, 200, "{}", reply.text());
    assert_eq!(reply.headers["retry-after"], "17");
    let told = reply.json().expect("JSON");
    assert_eq!(told["retry_after_seconds"], 17, "{told}");
    assert_eq!(told["complete"], false, "{told}");
    let text = told["stopped"].as_str().expect("a reason");
    assert!(text.contains("throttled"), "{text}");
    let (_, told) = post(&town, "/api/backfill", json!({"after": told["next"]})).await;
    assert_eq!(told["complete"], true, "{told}");
    assert_eq!(planned(&town).await, APPOINTMENTS * 6);
    // Right at the beginning nothing was done, and the route itself says so.
    let mut busy = Fault::once("api.batch", FaultKind::Busy);
    busy.retry_after_seconds = Some(23);
    town.fault(busy);
    let reply = town.clinic.request("POST", "/api/backfill", "{}").await;
    let reply = reply.expect("an answer");
    assert_eq!(reply.status, 503, "{}", reply.text());
    assert_eq!(reply.headers["retry-after"], "23");
}

#[tokio::test(flavor = "multi_thread")]
async fn dying_in_a_backfill_loses_and_doubles_nothing() {
    let mut deaths = 0;
    for call in (1..).step_by(13) {
        for when in [When::Before, When::After] {
            let town = untold("rest", APPOINTMENTS).await;
            let crash = CrashPoint { call, when };
            let town = town.restart(|options| options.crash = Some(crash)).await;
            let _ = town.clinic.request("POST", "/api/backfill", "{}").await;
            let died = town.clinic.host.is_dead();
            let town = town.restart(|_| {}).await;
            town.pass(61);
            let (status, told) = post(&town, "/api/backfill", json!({})).await;
            assert_eq!((status, &told["complete"]), (200, &json!(true)), "{told}");
            town.set_now("2026-06-15T06:30:00Z");
            town.clinic.deliver().await;
            let sent = town.clinic.sent_once_each().await;
            assert_eq!(sent, APPOINTMENTS * 6, "{when:?} call {call}");
            if !died {
                assert!(deaths > 5, "{deaths} deaths");
                return;
            }
            deaths += 1;
        }
    }
}

/// How many notifications are in the table, and how many its counters tell of.
fn state(town: &Town) -> (usize, i64) {
    town.dataverse.with(|dataverse, _| {
        let rows = |name: &str| {
            let table = dataverse.schema.table(name).expect("a table");
            dataverse.store.rows(table)
        };
        let counters = rows("punctual_archivedcount").all();
        let counted = counters
            .filter_map(|row| row.integer("punctual_count"))
            .sum();
        (rows("punctual_notification").all().count(), counted)
    })
}

async fn long_past() -> Town {
    let town = Town::open("rest").await;
    town.book(START).await;
    town.quiet().await;
    town.set_now("2026-06-15T06:30:00Z");
    assert_eq!(town.clinic.deliver().await["sent"], 6);
    town.set_now(LATER);
    town
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_long_past_is_counted_and_deleted() {
    let town = long_past().await;
    let (_, told) = post(&town, "/api/archive", json!({"dry_run": true})).await;
    assert_eq!(
        (&told["left"], &told["oldest"]),
        (&json!(6), &json!("2026-06-08T07:00:00Z"))
    );
    assert_eq!(state(&town), (6, 0));
    let (_, told) = post(&town, "/api/archive", json!({"dry_run": false})).await;
    assert_eq!(
        (&told["archived"], &told["complete"]),
        (&json!(6), &json!(true)),
        "{told}"
    );
    assert_eq!(state(&town), (0, 6));
    let days = town.clinic.items("/api/archive?from=2026-06-15").await;
    let told: Vec<_> = days.iter().map(|day| day.to_string()).collect();
    assert_eq!(
        told,
        [
            r#"{"channel":"email","count":1,"day":"2026-06-15","reason":null,"status":"sent"}"#,
            r#"{"channel":"sms","count":1,"day":"2026-06-15","reason":null,"status":"sent"}"#,
        ]
    );
    let metrics = town.clinic.request("GET", "/metrics", "").await;
    let metrics = metrics.expect("an answer").text();
    let line =
        "punctual_notifications_archived_total{status=\"sent\",reason=\"\",channel=\"sms\"} 3";
    assert!(metrics.contains(line), "{metrics}");
    // The appointment is the clinic's. A change of it, and a sweep over everything, tell nothing anew.
    town.change(json!({"punctual_notes": "came late"})).await;
    town.quiet().await;
    town.clinic.reconcile().await;
    assert_eq!(state(&town), (0, 6));
}

#[tokio::test(flavor = "multi_thread")]
async fn dying_in_an_order_to_archive_counts_nothing_twice_and_loses_nothing() {
    for when in [When::Before, When::After] {
        for call in 1.. {
            let town = long_past().await;
            post(&town, "/api/archive", json!({"dry_run": true})).await;
            let crash = CrashPoint { call, when };
            let town = town.restart(|options| options.crash = Some(crash)).await;
            let order = json!({"dry_run": false});
            let sent = town
                .clinic
                .request("POST", "/api/archive", order.to_string());
            let _ = sent.await;
            let died = town.clinic.host.is_dead();
            let (rows, counted) = state(&town);
            assert_eq!(rows as i64 + counted, 6, "{when:?} call {call}");
            let town = town.restart(|_| {}).await;
            town.pass(61);
            let (status, told) = post(&town, "/api/archive", order).await;
            assert_eq!((status, &told["complete"]), (200, &json!(true)), "{told}");
            assert_eq!(state(&town), (0, 6), "{when:?} call {call}");
            if !died {
                assert!(call > 8, "an order makes more than {call} host calls");
                break;
            }
        }
    }
}
