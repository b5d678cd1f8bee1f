//! A table that was there before: every appointment that is still to come gets its reminders, whatever dies meanwhile.

use std::sync::Arc;
use std::time::Duration;

use punctual_host::{CrashPoint, When};
use punctual_tests::events::*;
use punctual_tests::{Clinic, time};
use serde_json::{Value, json};

const NOW: &str = "2026-06-01T00:00:00Z";
/// Before the first start, with every reminder due.
const ALL_DUE: &str = "2026-06-20T06:59:00Z";
/// Pages hold twenty.
const APPOINTMENTS: usize = 25;

fn id(n: usize) -> String {
    format!("3f2b8c1e-5d4a-4f6b-9c7d-{n:012}")
}

/// Rows as another program left them: no event told of them, and no reminder is there.
fn fill(clinic: &Clinic, appointments: impl IntoIterator<Item = (usize, i64, &'static str)>) {
    let file = clinic.data().join("sqlite_db.db");
    let mut sql = rusqlite::Connection::open(file).expect("the database is there");
    let work = sql.transaction().expect("nobody else writes");
    for (n, start_at, status) in appointments {
        work.execute(
            "INSERT INTO appointments (id, service, customer_name, email, phone, start_at, time_zone, status, stamps, version, updated_at)
             VALUES (?1, 'Check-up', 'Pat Example', 'pat@example.com', '+12025550123', ?2, 'Europe/Berlin', ?3,
                     '[0,0,0,0,0,0,0,0,0,0,0]', 1, 0)",
            (id(n), start_at, status),
        )
        .expect("it can be written");
    }
    work.commit().expect("nobody else writes");
}

/// A clinic with so many appointments at the same hour of one day, of which nothing is planned.
async fn clinic(appointments: usize) -> Clinic {
    let clinic = Clinic::open(NOW).await;
    // The first request makes the schema.
    clinic.items("/api/appointments").await;
    let start_at = time("2026-06-20T07:00:00Z").timestamp_millis();
    fill(
        &clinic,
        (1..=appointments).map(|n| (n, start_at, "scheduled")),
    );
    clinic
}

async fn post(clinic: &Clinic, body: &Value) -> (u16, Value) {
    let reply = clinic
        .request("POST", "/api/backfill", body.to_string())
        .await;
    let reply = reply.expect("an answer");
    (reply.status.as_u16(), reply.json().expect("JSON"))
}

/// Calls until it is done, and tells how many calls that took.
async fn finish(clinic: &Clinic, mut after: Option<String>) -> usize {
    for calls in 1..100 {
        let (status, told) = post(clinic, &json!({"after": after})).await;
        assert_eq!(status, 200, "{told}");
        assert_eq!(told["failures"], 0, "{told}");
        if told["complete"] == true {
            assert_eq!(told["next"], Value::Null);
            return calls;
        }
        after = told["next"].as_str().map(str::to_owned);
    }
    panic!("it comes to no end");
}

/// Every appointment has its six reminders, once.
async fn is_planned(clinic: &Clinic, appointments: usize, what: &str) {
    let rows = clinic.items("/api/notifications?limit=5000").await;
    assert_eq!(rows.len(), appointments * 6, "{what}");
    let all = rows.iter().all(|row| row["status"] == "scheduled");
    assert!(all, "{what}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_to_come_is_planned_and_nothing_else() {
    let clinic = clinic(APPOINTMENTS).await;
    let at = |text: &str| time(text).timestamp_millis();
    fill(
        &clinic,
        [
            (101, at("2026-05-31T23:00:00Z"), "scheduled"),
            (102, at("2026-06-20T07:00:00Z"), "canceled"),
            // Two of its three steps have passed.
            (103, at("2026-06-01T12:00:00Z"), "confirmed"),
        ],
    );
    let (status, told) = post(&clinic, &json!({})).await;
    assert_eq!(status, 200);
    let expected = json!({
        "looked_at": 27, "planned": 26, "scheduled": 152, "canceled": 0, "skipped": 4, "failures": 0, "failed": [],
        "came_to": "2026-06-20T07:00:00Z", "next": null, "complete": true, "call_again": false,
        "stopped": null, "retry_after_seconds": null,
    });
    assert_eq!(told, expected);
    for (n, rows) in [(1, 6), (101, 0), (102, 0), (103, 6)] {
        let path = format!("/api/notifications?appointment={}", id(n));
        assert_eq!(clinic.items(&path).await.len(), rows, "{n}");
    }
    // Once more nothing is to do.
    let before = clinic.notifications().await;
    let (_, told) = post(&clinic, &json!({"from_start": true})).await;
    assert_eq!(
        (&told["looked_at"], &told["planned"]),
        (&json!(27), &json!(0))
    );
    assert_eq!(clinic.notifications().await, before);
    clinic.set_now(ALL_DUE);
    clinic.deliver().await;
    // The one of the first day has begun without its reminder: nobody called in time.
    assert_eq!(clinic.sent_once_each().await, 150);
}

#[tokio::test(flavor = "multi_thread")]
async fn orders_that_make_no_sense_are_refused_by_name() {
    let clinic = clinic(1).await;
    for (body, field) in [
        (json!({"per_second": 0}), "per_second"),
        (json!({"per_second": 1.5}), "per_second"),
        (json!({"per_second": "fast"}), "per_second"),
        (json!({"after": 7}), "after"),
        (json!({"after": "not a place"}), "after"),
        (json!({"after": "x~y"}), "after"),
        (json!({"after": "0~y"}), "after"),
        (json!({"after": "0~", "from_start": true}), "from_start"),
        (json!({"from_start": 1}), "from_start"),
        (json!({"all": true}), "all"),
    ] {
        let (status, told) = post(&clinic, &body).await;
        assert_eq!(
            (status, &told["field"]),
            (400, &json!(field)),
            "{body}: {told}"
        );
    }
    let method = clinic.request("GET", "/api/backfill", "").await;
    assert_eq!(method.expect("an answer").status, 405);
    let stranger = clinic
        .request_with("POST", "/api/backfill", &[], "{}")
        .await;
    assert_eq!(stranger.expect("an answer").status, 401);
    assert_eq!(clinic.notifications().await, "");
}

/// Time is up amid the work. The next call goes on behind it, by the place that was told or by the mark alone.
#[tokio::test(flavor = "multi_thread")]
async fn a_call_ends_in_time_and_the_next_one_goes_on() {
    const MANY: usize = 200;
    for by_mark in [false, true] {
        let clinic = clinic(0).await;
        let first = time("2026-06-20T07:00:00Z").timestamp_millis();
        let starts = (1..=MANY).map(|n| (n, first + n as i64 * 60_000, "scheduled"));
        fill(&clinic, starts);
        let clock = clinic.clock.clone();
        let clinic = clinic
            .restart_with(|options| {
                // Each call of the host takes a while: a page of twenty six seconds. An order works for sixteen, and ends its page.
                let pass = move |_| clock.advance(Duration::from_millis(40));
                options.before_call = Some(Arc::new(pass));
            })
            .await;
        let (mut after, mut looked_at, mut calls, mut came_to) = (None, 0, 0, String::new());
        loop {
            let body = json!({"after": after});
            let began = clinic.clock.now();
            let (status, told) = post(&clinic, &body).await;
            assert_eq!(status, 200, "{told}");
            let took = (clinic.clock.now() - began).num_seconds();
            assert!(took < 25, "{took} s");
            calls += 1;
            looked_at += told["looked_at"].as_u64().unwrap_or(0);
            if told["complete"] == true {
                break;
            }
            let place = told["came_to"].as_str().expect("a place").to_owned();
            assert!(place > came_to, "{came_to} and then {place}");
            came_to = place;
            if !by_mark {
                after = told["next"].as_str().map(str::to_owned);
            }
        }
        assert!(calls > 2, "{calls} calls");
        // By the mark those of the last moment are looked at again.
        let again = if by_mark { calls } else { 0 };
        assert!(
            (MANY as u64..=MANY as u64 + again).contains(&looked_at),
            "{looked_at}"
        );
        let clinic = clinic.restart(None).await;
        is_planned(&clinic, MANY, "after all calls").await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rate_is_kept() {
    let clinic = clinic(APPOINTMENTS).await;
    let clock = clinic.clock.clone();
    let began = clock.now();
    // Whoever sleeps wakes when the test steps the clock.
    let steps = tokio::spawn(async move {
        loop {
            tokio::time::sleep(Duration::from_millis(5)).await;
            clock.advance(Duration::from_millis(50));
        }
    });
    let (status, told) = post(&clinic, &json!({"per_second": 10})).await;
    steps.abort();
    assert_eq!((status, &told["complete"]), (200, &json!(true)), "{told}");
    let took = (clinic.clock.now() - began).num_milliseconds();
    // The first page of twenty takes two seconds; behind the last nobody waits.
    assert!(took >= 2_000, "{took} ms");
    is_planned(&clinic, APPOINTMENTS, "at a rate").await;
}

/// Each case starts three hosts, so that not every call is tried.
#[tokio::test(flavor = "multi_thread")]
async fn dying_in_the_middle_loses_and_doubles_nothing() {
    const EVERY: usize = 17;
    let (mut deaths, mut was_blocked) = (0, false);
    for when in [When::Before, When::After] {
        for call in (1..).step_by(EVERY) {
            let what = format!("{when:?} call {call}");
            let clinic = clinic(APPOINTMENTS).await;
            let clinic = clinic.restart(Some(CrashPoint { call, when })).await;
            let _ = clinic.request("POST", "/api/backfill", "").await;
            let died = clinic.host.is_dead();
            deaths += usize::from(died);
            let clinic = clinic.restart(None).await;
            was_blocked |= post(&clinic, &json!({})).await.0 == 503;
            // The lease of the dead one ends by itself.
            clinic.pass(61);
            finish(&clinic, None).await;
            is_planned(&clinic, APPOINTMENTS, &what).await;
            clinic.set_now(ALL_DUE);
            clinic.deliver().await;
            assert_eq!(clinic.sent_once_each().await, APPOINTMENTS * 6, "{what}");
            if !died {
                break;
            }
        }
    }
    assert!(deaths > 10, "{deaths} deaths");
    assert!(was_blocked, "a lease stops whoever comes next");
}

/// Appointments are moved while they are planned for the first time.
#[tokio::test(flavor = "multi_thread")]
async fn events_may_come_meanwhile() {
    let clinic = Arc::new(clinic(APPOINTMENTS).await);
    let filling = {
        let clinic = clinic.clone();
        tokio::spawn(async move { finish(&clinic, None).await })
    };
    let moves = (1..=APPOINTMENTS).step_by(3).map(|n| {
        let clinic = clinic.clone();
        tokio::spawn(async move {
            let moved = moved(&id(n), NOW, "2026-06-25T07:00:00Z");
            clinic.event(&moved).await;
        })
    });
    for moved in moves.collect::<Vec<_>>() {
        moved.await.expect("the event is taken");
    }
    filling.await.expect("the backfill ends");
    // Whatever the order was, a sweep finds nothing to do.
    clinic.reconcile().await;
    let living = clinic
        .items("/api/notifications?status=scheduled&limit=5000")
        .await;
    assert_eq!(living.len(), APPOINTMENTS * 6);
    let moved = APPOINTMENTS.div_ceil(3);
    let later = living
        .iter()
        .filter(|row| row["due_at"].as_str() > Some("2026-06-25"));
    assert_eq!(later.count(), moved * 2);
    clinic.set_now("2026-06-25T06:59:00Z");
    clinic.deliver().await;
    clinic.sent_once_each().await;
}
