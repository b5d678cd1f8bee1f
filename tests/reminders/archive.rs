//! Old notifications are archived: looked at first, then counted and taken away, whatever dies meanwhile.

use expect_test::{Expect, expect};
use punctual_host::{CrashPoint, When};
use punctual_tests::Clinic;
use punctual_tests::events::*;
use serde_json::{Value, json};

const NOW: &str = "2026-06-01T00:00:00Z";
const START: &str = "2026-06-15T07:00:00Z";
/// When its six reminders have gone out.
const AFTER: &str = "2026-06-15T07:30:00Z";
/// More than 90 days after the start.
const LATER: &str = "2026-10-01T12:00:00Z";

const DRY_RUN: &str = r#"{"older_than_days":90,"dry_run":true}"#;
const ORDER: &str = r#"{"older_than_days":90,"dry_run":false}"#;

/// A clinic with six reminders that were sent long ago.
async fn clinic() -> Clinic {
    let clinic = Clinic::open(NOW).await;
    clinic
        .event(&created(ID, NOW, START, "Europe/Berlin"))
        .await;
    clinic.set_now("2026-06-15T06:30:00Z");
    assert_eq!(clinic.deliver().await["sent"], 6);
    clinic.set_now(LATER);
    clinic
}

async fn post(clinic: &Clinic, body: &str) -> (u16, Value) {
    let reply = clinic.request("POST", "/api/archive", body).await;
    let reply = reply.expect("an answer");
    (reply.status.as_u16(), reply.json().expect("JSON"))
}

/// How many were archived, by all days.
async fn archived(clinic: &Clinic) -> u64 {
    let days = clinic.items("/api/archive").await;
    days.iter().filter_map(|day| day["count"].as_u64()).sum()
}

async fn metrics(clinic: &Clinic) -> String {
    let reply = clinic.request("GET", "/metrics", "").await;
    let text = reply.expect("an answer").text();
    let lines = text.lines().filter(|line| line.contains("archived"));
    lines.map(|line| format!("{line}\n")).collect()
}

#[track_caller]
fn check(found: &str, expected: Expect) {
    expected.assert_eq(found);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dry_run_looks_and_the_order_takes_what_it_saw() {
    let clinic = clinic().await;
    let before = clinic.notifications().await;
    let (status, told) = post(&clinic, DRY_RUN).await;
    assert_eq!(status, 200);
    check(
        &format!("{told:#}"),
        expect![[r#"
            {
              "archived": 0,
              "before": "2026-07-03T12:00:00Z",
              "call_again": false,
              "complete": false,
              "dry_run": true,
              "gravestones_emptied": 0,
              "gravestones_left": 0,
              "left": 6,
              "left_is_exact": true,
              "newest": "2026-06-15T06:00:00Z",
              "older_than_days": 90,
              "oldest": "2026-06-08T07:00:00Z",
              "retry_after_seconds": null,
              "still_open": 0,
              "stopped": null
            }"#]],
    );
    assert_eq!(clinic.notifications().await, before);
    assert_eq!(clinic.sent().await, 6);
    assert_eq!(metrics(&clinic).await, "");

    let (status, told) = post(&clinic, ORDER).await;
    assert_eq!(status, 200);
    assert_eq!((&told["archived"], &told["left"]), (&json!(6), &json!(0)));
    assert_eq!(told["complete"], true, "{told}");
    assert_eq!(clinic.notifications().await, "");
    // What the outbox kept of the person goes along.
    assert_eq!(clinic.sent().await, 0);
    check(
        &metrics(&clinic).await,
        expect![[r#"
            # HELP punctual_notifications_archived_total Notifications that were archived, by how they ended.
            # TYPE punctual_notifications_archived_total counter
            punctual_notifications_archived_total{status="sent",reason="",channel="email"} 3
            punctual_notifications_archived_total{status="sent",reason="",channel="sms"} 3
        "#]],
    );
    let days = clinic.items("/api/archive?from=2026-06-14").await;
    check(
        &days
            .iter()
            .map(|day| format!("{day}\n"))
            .collect::<String>(),
        expect![[r#"
            {"channel":"email","count":1,"day":"2026-06-14","reason":null,"status":"sent"}
            {"channel":"sms","count":1,"day":"2026-06-14","reason":null,"status":"sent"}
            {"channel":"email","count":1,"day":"2026-06-15","reason":null,"status":"sent"}
            {"channel":"sms","count":1,"day":"2026-06-15","reason":null,"status":"sent"}
        "#]],
    );
    assert_eq!(clinic.items("/api/archive?to=2026-06-14").await.len(), 2);
    let (_, told) = post(&clinic, ORDER).await;
    assert_eq!(
        (&told["archived"], &told["complete"]),
        (&json!(0), &json!(true))
    );
    assert_eq!(archived(&clinic).await, 6);
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_dry_run_of_the_same_days_within_a_day_nothing_is_archived() {
    let clinic = clinic().await;
    let refused = async |clinic: &Clinic| {
        let (status, told) = post(clinic, ORDER).await;
        assert_eq!((status, &told["field"]), (409, &json!("dry_run")), "{told}");
        assert_eq!(archived(clinic).await, 0);
        assert_eq!(clinic.notifications().await.lines().count(), 6);
    };
    refused(&clinic).await;
    let other = r#"{"older_than_days":91,"dry_run":true}"#;
    assert_eq!(post(&clinic, other).await.0, 200);
    refused(&clinic).await;
    assert_eq!(post(&clinic, DRY_RUN).await.0, 200);
    clinic.pass(86_401);
    refused(&clinic).await;
    assert_eq!(post(&clinic, DRY_RUN).await.0, 200);
    clinic.pass(86_400);
    assert_eq!(post(&clinic, ORDER).await.1["archived"], 6);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_order_takes_nothing_younger_than_the_dry_run_saw() {
    let clinic = clinic().await;
    clinic.set_now("2026-09-13T06:30:00Z");
    // 90 days after the start, less half an hour: the appointment is not old enough yet.
    assert_eq!(post(&clinic, DRY_RUN).await.1["left"], 0);
    clinic.pass(7_200);
    assert_eq!(post(&clinic, ORDER).await.1["archived"], 0);
    assert_eq!(post(&clinic, DRY_RUN).await.1["left"], 6);
    assert_eq!(post(&clinic, ORDER).await.1["archived"], 6);
}

#[tokio::test(flavor = "multi_thread")]
async fn orders_that_make_no_sense_are_refused_by_name() {
    let clinic = clinic().await;
    for (body, field) in [
        ("{}", "dry_run"),
        (r#"{"older_than_days":90}"#, "dry_run"),
        (
            r#"{"older_than_days":34,"dry_run":true}"#,
            "older_than_days",
        ),
        (r#"{"older_than_days":0,"dry_run":true}"#, "older_than_days"),
        (
            r#"{"older_than_days":-90,"dry_run":true}"#,
            "older_than_days",
        ),
        (
            r#"{"older_than_days":90.5,"dry_run":true}"#,
            "older_than_days",
        ),
        (
            r#"{"older_than_days":"90","dry_run":true}"#,
            "older_than_days",
        ),
        (
            r#"{"older_than_days":36501,"dry_run":true}"#,
            "older_than_days",
        ),
        (r#"{"older_than_days":90,"dry_run":"no"}"#, "dry_run"),
        (r#"{"older_than_days":90,"dryrun":true}"#, "dryrun"),
    ] {
        let (status, told) = post(&clinic, body).await;
        assert_eq!(
            (status, &told["field"]),
            (400, &json!(field)),
            "{body}: {told}"
        );
    }
    for body in ["[]", "7", "not json"] {
        assert_eq!(post(&clinic, body).await.0, 400, "{body}");
    }
    for path in ["from=2026-6-1", "to=yesterday", "limit=0", "after=x"] {
        let reply = clinic
            .request("GET", &format!("/api/archive?{path}"), "")
            .await;
        assert_eq!(reply.expect("an answer").status, 400, "{path}");
    }
    let method = clinic.request("DELETE", "/api/archive", "").await;
    assert_eq!(method.expect("an answer").status, 405);
    let stranger = clinic
        .request_with("POST", "/api/archive", &[], DRY_RUN)
        .await;
    assert_eq!(stranger.expect("an answer").status, 401);
    assert_eq!(post(&clinic, ORDER).await.0, 409);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_setting_is_the_default_and_a_wrong_one_closes_the_route() {
    let clinic = clinic().await;
    let (_, told) = post(&clinic, r#"{"dry_run":true}"#).await;
    assert_eq!(
        (&told["older_than_days"], &told["left"]),
        (&json!(90), &json!(6))
    );
    let clinic = clinic
        .restart_with(|options| {
            let wrong = ("archive_after_days".to_owned(), "30".to_owned());
            options.variables.extend([wrong]);
        })
        .await;
    let (status, told) = post(&clinic, r#"{"dry_run":true}"#).await;
    assert_eq!(
        (status, &told["field"]),
        (503, &json!("archive_after_days"))
    );
    assert_eq!(post(&clinic, DRY_RUN).await.0, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_archived_is_not_told_anew_and_lives_on_if_it_is_moved() {
    let clinic = clinic().await;
    post(&clinic, DRY_RUN).await;
    assert_eq!(post(&clinic, ORDER).await.1["archived"], 6);
    // Its old event again, a note, a sweep over everything: no row comes of it.
    clinic
        .event(&created(ID, NOW, START, "Europe/Berlin"))
        .await;
    let noted = event(
        "Update",
        ID,
        AFTER,
        &[("punctual_notes", "came late".into())],
    );
    clinic.event(&noted).await;
    clinic.reconcile().await;
    assert_eq!(clinic.notifications().await, "");
    // An appointment that is moved to the future gets reminders, at the addresses that it had.
    clinic
        .event(&moved(ID, LATER, "2026-10-15T07:00:00Z"))
        .await;
    let rows = clinic.notifications().await;
    assert_eq!(rows.matches("scheduled").count(), 6, "{rows}");
    // And back: what was sent is not told a second time.
    clinic
        .event(&moved(ID, "2026-10-01T13:00:00Z", START))
        .await;
    let rows = clinic.notifications().await;
    assert_eq!(rows.matches("appointment_moved").count(), 6, "{rows}");
    assert_eq!(rows.lines().count(), 6, "{rows}");
    assert_eq!(clinic.sent().await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_emptied_gravestone_still_stops_a_late_event() {
    let clinic = Clinic::open(NOW).await;
    let first = created(ID, NOW, "2027-06-15T07:00:00Z", "Europe/Berlin");
    clinic.event(&first).await;
    clinic
        .event(&moved(ID, "2026-06-01T01:00:00Z", START))
        .await;
    clinic.event(&deleted(ID)).await;
    clinic.set_now(LATER);
    let (_, told) = post(&clinic, DRY_RUN).await;
    // The rows of the later start are not old yet.
    assert_eq!(
        (&told["left"], &told["gravestones_left"]),
        (&json!(6), &json!(1))
    );
    let (_, told) = post(&clinic, ORDER).await;
    assert_eq!(told["gravestones_emptied"], 1, "{told}");
    let rows = clinic.notifications().await;
    assert_eq!(rows.lines().count(), 6, "{rows}");
    // Told once more, the first event speaks of a start that is still to come.
    clinic.event(&first).await;
    clinic.reconcile().await;
    assert_eq!(clinic.notifications().await, rows);
    clinic.set_now("2027-06-15T06:30:00Z");
    assert_eq!(clinic.deliver().await["sent"], 0);
    let gone = clinic
        .request("GET", &format!("/api/appointments/{ID}"), "")
        .await;
    assert_eq!(gone.expect("an answer").status, 404);
}

/// The host dies at every call that an order makes. Afterwards each notification is there or counted, and none is both.
#[tokio::test(flavor = "multi_thread")]
async fn dying_anywhere_in_an_order_counts_nothing_twice_and_loses_nothing() {
    let mut was_blocked = false;
    for when in [When::Before, When::After] {
        for call in 1.. {
            let clinic = clinic().await;
            post(&clinic, DRY_RUN).await;
            let clinic = clinic.restart(Some(CrashPoint { call, when })).await;
            let _ = clinic.request("POST", "/api/archive", ORDER).await;
            let died = clinic.host.is_dead();
            let clinic = clinic.restart(None).await;
            let rows = clinic.notifications().await.lines().count() as u64;
            assert_eq!(archived(&clinic).await + rows, 6, "{when:?} call {call}");
            let (status, _) = post(&clinic, ORDER).await;
            was_blocked |= status == 503;
            // The lease of the dead one ends by itself.
            clinic.pass(61);
            let (status, told) = post(&clinic, ORDER).await;
            assert_eq!((status, &told["complete"]), (200, &json!(true)), "{told}");
            assert_eq!(archived(&clinic).await, 6, "{when:?} call {call}");
            assert_eq!(clinic.notifications().await, "");
            if !died {
                assert!(call > 10, "an order makes more than {call} host calls");
                break;
            }
        }
    }
    assert!(was_blocked, "a lease stops whoever comes next");
}
