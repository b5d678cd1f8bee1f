//! The reminder loop in Azure: rows in Dataverse, messages in Service Bus, over either transport, against stand-ins.

mod akamai;
mod crash;
mod loss;
mod requests;
pub mod town;
mod upkeep;

use chrono::TimeDelta;
use expect_test::{Expect, expect};
use punctual_tests::time;
use serde_json::{Value, json};

use town::{DUE, ID, START, Town};

/// A scenario over each transport.
macro_rules! over_both {
    ($($scenario:ident: $rest:ident, $amqp:ident;)*) => {$(
        #[tokio::test(flavor = "multi_thread")]
        async fn $rest() {
            $scenario("rest").await;
        }

        #[tokio::test(flavor = "multi_thread")]
        async fn $amqp() {
            $scenario("amqp").await;
        }
    )*};
}

over_both! {
    each_reminder_once: each_reminder_once_over_rest, each_reminder_once_over_amqp;
    moved_there_and_back: moved_there_and_back_over_rest, moved_there_and_back_over_amqp;
    every_end_ends_it: every_end_ends_it_over_rest, every_end_ends_it_over_amqp;
    the_console_works: the_console_works_over_rest, the_console_works_over_amqp;
}

#[track_caller]
fn check(found: &str, expected: Expect) {
    expected.assert_eq(found);
}

async fn each_reminder_once(transport: &str) {
    let town = Town::open(transport).await;
    town.book(START).await;
    town.quiet().await;
    assert_eq!(town.answers(), [200]);
    check(
        &town.clinic.notifications().await,
        expect![[r#"
            2026-06-08T07:00:00Z email P7D  scheduled -
            2026-06-08T07:00:00Z sms   P7D  scheduled -
            2026-06-14T07:00:00Z email P1D  scheduled -
            2026-06-14T07:00:00Z sms   P1D  scheduled -
            2026-06-15T06:00:00Z email PT1H scheduled -
            2026-06-15T06:00:00Z sms   PT1H scheduled -
        "#]],
    );
    for (done, due) in DUE.iter().enumerate() {
        let early = time(due) - TimeDelta::seconds(1);
        town.set_now(&early.to_rfc3339());
        assert_eq!(town.clinic.deliver().await["sent"], 0);
        town.set_now(due);
        // Eight at once, and each reminder goes out once.
        let calls = (0..8).map(|_| town.clinic.request("POST", "/deliver", ""));
        let mut sent = 0;
        for reply in futures(calls).await {
            let reply = reply.expect("an answer");
            assert_eq!(reply.status, 200, "{}", reply.text());
            sent += reply.json().expect("JSON")["sent"].as_u64().unwrap_or(0);
        }
        assert_eq!(sent, 2, "{due}");
        assert_eq!(town.clinic.sent_once_each().await, (done + 1) * 2);
    }
    assert_eq!(town.messages(), 0);
    // What came of it stands in the table, for whoever looks there.
    let rows = town
        .staff(
            "GET",
            "punctual_notifications?$select=punctual_status,punctual_sentat,punctual_attempts,punctual_lateness",
            Value::Null,
        )
        .await;
    for row in rows["value"].as_array().expect("a list") {
        assert_eq!(row["punctual_status"], 749_700_003, "{row}");
        assert_eq!(row["punctual_attempts"], 1, "{row}");
        assert_eq!(row["punctual_lateness"], 0, "{row}");
    }
    // The application's own writes wake nobody.
    assert_eq!(town.answers(), [200]);
}

/// Everything at once.
async fn futures<F: Future>(all: impl Iterator<Item = F>) -> Vec<F::Output> {
    let mut waiting: Vec<_> = all.map(Box::pin).collect();
    let mut done: Vec<Option<F::Output>> = waiting.iter().map(|_| None).collect();
    std::future::poll_fn(|context| {
        for (future, done) in waiting.iter_mut().zip(&mut done) {
            if done.is_none()
                && let std::task::Poll::Ready(output) = future.as_mut().poll(context)
            {
                *done = Some(output);
            }
        }
        match done.iter().all(Option::is_some) {
            true => std::task::Poll::Ready(()),
            false => std::task::Poll::Pending,
        }
    })
    .await;
    done.into_iter().flatten().collect()
}

async fn moved_there_and_back(transport: &str) {
    let town = Town::open(transport).await;
    town.book(START).await;
    town.quiet().await;
    town.set_now(DUE[0]);
    assert_eq!(town.clinic.deliver().await["sent"], 2);
    town.change(json!({"punctual_start": "2026-06-16T08:00:00Z"}))
        .await;
    town.quiet().await;
    check(
        &town.clinic.notifications().await,
        expect![[r#"
            2026-06-08T07:00:00Z email P7D  sent -
            2026-06-08T07:00:00Z sms   P7D  sent -
            2026-06-09T08:00:00Z email P7D  scheduled -
            2026-06-09T08:00:00Z sms   P7D  scheduled -
            2026-06-14T07:00:00Z email P1D  canceled appointment_moved
            2026-06-14T07:00:00Z sms   P1D  canceled appointment_moved
            2026-06-15T06:00:00Z email PT1H canceled appointment_moved
            2026-06-15T06:00:00Z sms   PT1H canceled appointment_moved
            2026-06-15T08:00:00Z email P1D  scheduled -
            2026-06-15T08:00:00Z sms   P1D  scheduled -
            2026-06-16T07:00:00Z email PT1H scheduled -
            2026-06-16T07:00:00Z sms   PT1H scheduled -
        "#]],
    );
    if transport == "amqp" {
        assert_eq!(
            town.messages(),
            6,
            "what was moved takes its messages along"
        );
    }
    town.change(json!({"punctual_start": START})).await;
    town.quiet().await;
    for due in ["2026-06-09T08:00:00Z", DUE[1], "2026-06-15T08:00:00Z"] {
        town.set_now(due);
        town.clinic.deliver().await;
    }
    // A week before once, a day before once; the hour before has passed unseen.
    town.clinic.reconcile().await;
    town.clinic.deliver().await;
    let sent = town.clinic.sent_once_each().await;
    let rows = town.clinic.notifications().await;
    assert_eq!(rows.matches("scheduled").count(), 0, "{rows}");
    assert_eq!(sent, rows.matches(" sent ").count(), "{rows}");
}

async fn every_end_ends_it(transport: &str) {
    let ends = [
        (
            json!({"statecode": 1, "statuscode": 2}),
            "appointment_canceled",
        ),
        (
            json!({"statecode": 1, "statuscode": 749_700_002}),
            "appointment_completed",
        ),
        (
            json!({"statecode": 1, "statuscode": 749_700_003}),
            "appointment_no_show",
        ),
        (Value::Null, "appointment_deleted"),
    ];
    for (end, reason) in ends {
        let town = Town::open(transport).await;
        town.book(START).await;
        town.quiet().await;
        match end {
            Value::Null => town.delete().await,
            end => town.change(end).await,
        }
        town.quiet().await;
        let rows = town.clinic.notifications().await;
        assert_eq!(rows.matches(reason).count(), 6, "{rows}");
        for due in DUE {
            town.set_now(due);
            assert_eq!(town.clinic.deliver().await["sent"], 0);
        }
        assert_eq!(town.clinic.sent().await, 0);
        assert_eq!(town.messages(), 0);
    }
}

async fn the_console_works(transport: &str) {
    let town = Town::open(transport).await;
    let body = json!({
        "id": ID, "service": "Check-up", "customer_name": "Robin Meyer", "email": "robin@example.com",
        "start_at": START, "end_at": "2026-06-15T07:30:00Z", "time_zone": "Europe/Berlin", "resource": "Room 1",
    });
    let clinic = &town.clinic;
    let made = clinic
        .json("POST", "/api/appointments", body.to_string())
        .await;
    town.quiet().await;
    assert_eq!(made["service"], "Check-up");
    let rows = clinic.notifications().await;
    assert_eq!(rows.matches("scheduled").count(), 3, "{rows}");
    assert_eq!(rows.matches("no_phone").count(), 3, "{rows}");
    // Whoever books the same room at the same time is refused, by name of the other.
    let rival = json!({"start_at": START, "end_at": "2026-06-15T08:00:00Z", "resource": "room 1", "email": "kim@example.com"});
    let refused = clinic
        .request("POST", "/api/appointments", rival.to_string())
        .await
        .expect("an answer");
    assert_eq!(refused.status, 409, "{}", refused.text());
    assert!(refused.text().contains(ID), "{}", refused.text());

    let path = format!("/api/appointments/{ID}");
    let change = json!({"phone": "+12025550123"}).to_string();
    clinic.json("PATCH", &path, change).await;
    town.quiet().await;
    let rows = clinic.notifications().await;
    assert_eq!(rows.matches("scheduled").count(), 6, "{rows}");

    // One is canceled by staff, one is sent at once.
    let rows = clinic.items("/api/notifications?channel=sms").await;
    let id = |row: &Value| row["id"].as_str().unwrap_or_default().to_owned();
    let (first, second) = (id(&rows[0]), id(&rows[1]));
    clinic
        .json("POST", &format!("/api/notifications/{first}/cancel"), "")
        .await;
    clinic
        .json("POST", &format!("/api/notifications/{second}/send-now"), "")
        .await;
    assert_eq!(clinic.deliver().await["sent"], 1);
    let pages = clinic
        .json("GET", "/api/notifications?limit=4&q=robin", "")
        .await;
    assert_eq!(pages["items"].as_array().map(Vec::len), Some(4));
    let next = pages["next"].as_str().expect("there is more");
    let next: String = next.bytes().map(|byte| format!("%{byte:02X}")).collect();
    let rest = clinic
        .items(&format!("/api/notifications?limit=4&q=robin&after={next}"))
        .await;
    assert_eq!(rest.len(), 2);
    let metrics = clinic
        .request("GET", "/metrics", "")
        .await
        .expect("an answer")
        .text();
    for line in [
        "punctual_notifications{status=\"sent\",reason=\"\",channel=\"sms\",provider=\"outbox\"} 1",
        "punctual_notifications{status=\"canceled\",reason=\"canceled_by_staff\",channel=\"sms\",provider=\"\"} 1",
        "punctual_lateness_seconds_count 1",
    ] {
        assert!(metrics.contains(line), "{line}:\n{metrics}");
    }
    let gone = clinic
        .request("DELETE", &path, "")
        .await
        .expect("an answer");
    assert_eq!(gone.status, 204, "{}", gone.text());
    town.quiet().await;
    let rows = clinic.notifications().await;
    assert_eq!(rows.matches("appointment_deleted").count(), 4, "{rows}");
}
