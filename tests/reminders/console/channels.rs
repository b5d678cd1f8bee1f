//! The kill switch: while a channel is off nothing of it goes out, and afterwards all that is still of use does.

use punctual_tests::Clinic;
use serde_json::{Value, json};

use super::{book, call, draft, open};

async fn switch(clinic: &Clinic, channel: &str, sending: bool) -> Value {
    let body = json!({"sending": sending, "reason": "wrong words"}).to_string();
    clinic
        .json("POST", &format!("/api/channels/{channel}"), body)
        .await
}

/// What went out, by channel.
async fn sent(clinic: &Clinic) -> (usize, usize) {
    clinic.sent_once_each().await;
    let all = clinic.items("/api/outbox?limit=5000").await;
    let of = |channel: &str| all.iter().filter(|item| item["channel"] == channel).count();
    (of("email"), of("sms"))
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_of_it_goes_out_while_it_is_off_and_all_of_it_after() {
    let clinic = open().await;
    for hour in 8..18 {
        book(&clinic, &draft("Robin Example", hour)).await;
    }
    let off = switch(&clinic, "sms", false).await;
    assert_eq!(
        off,
        json!({"channel": "sms", "sending": false, "changed_at": super::NOW, "reason": "wrong words"})
    );
    // A week before, all day long, with everything that could send.
    for hour in 8..19 {
        clinic.set_now(&format!("2026-06-08T{hour:02}:00:00Z"));
        clinic.deliver().await;
        clinic.reconcile().await;
        clinic.deliver().await;
    }
    assert_eq!(sent(&clinic).await, (10, 0));
    let waiting = clinic
        .items("/api/notifications?channel=sms&to=2026-06-09T00:00:00Z")
        .await;
    assert!(waiting.iter().all(|row| row["status"] == "scheduled"
        && row["reason"] == "channel_off"
        && row["attempts"] == 0));
    assert_eq!(waiting.len(), 10);
    // A restart changes nothing.
    let clinic = clinic
        .restart_with(|options| {
            options
                .variables
                .insert("staff_token".to_owned(), super::STAFF.to_owned());
        })
        .await;
    clinic.pass(600);
    clinic.deliver().await;
    assert_eq!(sent(&clinic).await, (10, 0));

    switch(&clinic, "sms", true).await;
    clinic.deliver().await;
    assert_eq!(sent(&clinic).await, (10, 10));
    clinic.pass(3_600);
    clinic.reconcile().await;
    clinic.deliver().await;
    assert_eq!(sent(&clinic).await, (10, 10));
}

#[tokio::test(flavor = "multi_thread")]
async fn who_waited_in_vain_is_ended_by_the_fence() {
    let clinic = open().await;
    book(&clinic, &draft("Robin Example", 9)).await;
    switch(&clinic, "sms", false).await;
    switch(&clinic, "email", false).await;
    clinic.set_now("2026-06-15T08:58:00Z");
    clinic.deliver().await;
    clinic.set_now("2026-06-15T09:00:00Z");
    clinic.deliver().await;
    let rows = clinic.items("/api/notifications").await;
    assert!(
        rows.iter()
            .all(|row| row["status"] == "skipped" && row["reason"] == "appointment_started"),
        "{rows:?}"
    );
    switch(&clinic, "sms", true).await;
    switch(&clinic, "email", true).await;
    clinic.pass(3_600);
    clinic.reconcile().await;
    clinic.deliver().await;
    assert_eq!(sent(&clinic).await, (0, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_overlooked_when_it_came_on_again_goes_out_by_itself() {
    let clinic = open().await;
    book(&clinic, &draft("Robin Example", 9)).await;
    switch(&clinic, "sms", false).await;
    clinic.set_now("2026-06-08T09:00:00Z");
    clinic.deliver().await;
    // As if the request had died before it woke anybody.
    let database = rusqlite::Connection::open(clinic.data().join("sqlite_db.db"))
        .expect("the database is there");
    database
        .execute(
            "UPDATE marks SET value = abs(value) WHERE name = 'channel_sms'",
            [],
        )
        .expect("there is a switch");
    clinic.pass(299);
    clinic.deliver().await;
    assert_eq!(sent(&clinic).await, (1, 0));
    clinic.pass(2);
    clinic.deliver().await;
    assert_eq!(sent(&clinic).await, (1, 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn only_a_switch_can_be_set_and_twice_is_once() {
    let clinic = open().await;
    let first = switch(&clinic, "email", false).await;
    clinic.pass(5);
    assert_eq!(switch(&clinic, "email", false).await, first);
    for (path, body, status) in [
        ("/api/channels/fax", r#"{"sending":false}"#, 404),
        ("/api/channels/sms", r#"{}"#, 400),
        ("/api/channels/sms", r#"{"sending":"no"}"#, 400),
        ("/api/channels/sms", r#"{"sending":false,"reason":""}"#, 400),
        (
            "/api/channels/sms",
            r#"{"sending":false,"reasons":"x"}"#,
            400,
        ),
    ] {
        assert_eq!(
            call(&clinic, "POST", path, body).await.status,
            status,
            "{body}"
        );
    }
    let channels = clinic.items("/api/channels").await;
    assert_eq!(
        (&channels[0], &channels[1]["sending"]),
        (&first, &json!(true))
    );
}
