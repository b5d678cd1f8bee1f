//! What people do with reminders beyond one at a time: moving, many at once, and looking at one.

use serde_json::{Value, json};

use super::{as_staff, book, call, draft, id, open};

const START: &str = "2026-06-15T09:00:00Z";

async fn booked() -> (punctual_tests::Clinic, Vec<Value>) {
    let clinic = open().await;
    book(&clinic, &draft("Robin Example", 9)).await;
    let rows = clinic.items("/api/notifications?channel=email").await;
    (clinic, rows)
}

async fn moved(clinic: &punctual_tests::Clinic, row: &Value, due_at: &str) -> (u16, Value) {
    let path = format!("/api/notifications/{}/move", id(row));
    let reply = call(
        clinic,
        "POST",
        &path,
        &json!({"due_at": due_at}).to_string(),
    )
    .await;
    (reply.status.as_u16(), reply.json().expect("JSON"))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_moved_reminder_goes_out_then_and_once() {
    let (clinic, rows) = booked().await;
    let (status, row) = moved(&clinic, &rows[1], "2026-06-10T14:00:00+02:00").await;
    assert_eq!(
        (status, &row["due_at"]),
        (200, &json!("2026-06-10T12:00:00Z"))
    );
    // The plan has no say in it, nor has a sweep.
    let appointment = format!(
        "/api/appointments/{}",
        row["appointment_id"].as_str().unwrap()
    );
    clinic.json("PATCH", &appointment, r#"{"notes":"x"}"#).await;
    clinic.reconcile().await;
    let detail = clinic
        .json("GET", &format!("/api/notifications/{}", id(&row)), "")
        .await;
    assert_eq!(
        (&detail["due_at"], &detail["send_now_at"]),
        (&row["due_at"], &row["due_at"])
    );
    clinic.set_now("2026-06-10T11:59:00Z");
    clinic.deliver().await;
    assert_eq!(call_status(&clinic, &row).await, "scheduled");
    clinic.set_now("2026-06-10T12:00:00Z");
    clinic.deliver().await;
    assert_eq!(call_status(&clinic, &row).await, "sent");
    // At its old time nothing comes again.
    clinic.set_now("2026-06-15T08:30:00Z");
    clinic.deliver().await;
    assert_eq!(clinic.sent_once_each().await, 6);
}

async fn call_status(clinic: &punctual_tests::Clinic, row: &Value) -> String {
    let path = format!("/api/notifications/{}", id(row));
    let mut row = clinic.json("GET", &path, "").await;
    row["status"].take().as_str().unwrap_or_default().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn only_a_time_between_now_and_the_start_will_do() {
    let (clinic, rows) = booked().await;
    let before = clinic.notifications().await;
    for due_at in [
        "2026-05-31T23:59:59Z",
        START,
        "2026-07-01T00:00:00Z",
        "tomorrow",
    ] {
        let (status, problem) = moved(&clinic, &rows[0], due_at).await;
        assert_eq!(
            (status, &problem["field"]),
            (400, &json!("due_at")),
            "{due_at}"
        );
    }
    let path = format!("/api/notifications/{}/move", id(&rows[0]));
    for body in [
        r#"{}"#,
        r#"{"due_at":7}"#,
        r#"{"due":"2026-06-10T00:00:00Z"}"#,
        "x",
    ] {
        assert_eq!(
            call(&clinic, "POST", &path, body).await.status,
            400,
            "{body}"
        );
    }
    assert_eq!(clinic.notifications().await, before);
    // What is over cannot be moved; what was canceled can be woken.
    clinic
        .json(
            "POST",
            &format!("/api/notifications/{}/send-now", id(&rows[0])),
            "",
        )
        .await;
    clinic.deliver().await;
    assert_eq!(
        moved(&clinic, &rows[0], "2026-06-10T00:00:00Z").await.0,
        409
    );
    clinic
        .json(
            "POST",
            &format!("/api/notifications/{}/cancel", id(&rows[1])),
            "",
        )
        .await;
    let (status, row) = moved(&clinic, &rows[1], "2026-06-10T00:00:00Z").await;
    assert_eq!(
        (status, &row["status"], &row["reason"]),
        (200, &json!("scheduled"), &Value::Null)
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn many_at_once_each_stand_for_themselves() {
    let (clinic, rows) = booked().await;
    clinic
        .json(
            "POST",
            &format!("/api/notifications/{}/send-now", id(&rows[0])),
            "",
        )
        .await;
    clinic.deliver().await;
    let gone = "b0000000-0000-4000-8000-000000000001";
    let bulk = async |body: Value| {
        clinic
            .json("POST", "/api/notifications/bulk", body.to_string())
            .await
    };
    let ids = [id(&rows[0]), id(&rows[1]), gone, id(&rows[1]), id(&rows[2])];
    let told = bulk(json!({"action": "cancel", "ids": ids})).await;
    let outcomes: Vec<_> = told["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|item| item["outcome"].as_str().unwrap())
        .collect();
    assert_eq!(
        (told["done"].as_u64(), &outcomes[..]),
        (Some(2), &["refused", "done", "not_found", "done"][..])
    );
    assert!(
        told["items"][0]["reason"]
            .as_str()
            .is_some_and(|reason| reason.contains("sent"))
    );
    let again = bulk(json!({"action": "cancel", "ids": [id(&rows[1])]})).await;
    assert_eq!(
        (&again["done"], &again["items"][0]["outcome"]),
        (&json!(0), &json!("unchanged"))
    );
    let moved = bulk(json!({"action": "move", "ids": [id(&rows[1]), id(&rows[2])], "due_at": "2026-06-10T00:00:00Z"})).await;
    assert_eq!(moved["done"], 2);
    let now = bulk(json!({"action": "send-now", "ids": [id(&rows[1])]})).await;
    assert_eq!(now["done"], 1);
    assert_eq!(clinic.deliver().await["sent"], 1);

    let before = clinic.notifications().await;
    let many: Vec<_> = (0..201)
        .map(|n| format!("b0000000-0000-4000-8000-{n:012}"))
        .collect();
    for (body, field) in [
        (json!({"action": "delete", "ids": [gone]}), "action"),
        (json!({"action": "cancel"}), "ids"),
        (json!({"action": "cancel", "ids": []}), "ids"),
        (json!({"action": "cancel", "ids": many}), "ids"),
        (json!({"action": "cancel", "ids": ["x"]}), "ids"),
        (json!({"action": "cancel", "ids": [7]}), "ids"),
        (json!({"action": "move", "ids": [gone]}), "due_at"),
        (
            json!({"action": "cancel", "ids": [gone], "due_at": "2026-06-10T00:00:00Z"}),
            "due_at",
        ),
    ] {
        let reply = call(
            &clinic,
            "POST",
            "/api/notifications/bulk",
            &body.to_string(),
        )
        .await;
        assert_eq!(reply.status, 400, "{body}");
        assert_eq!(reply.json().expect("JSON")["field"], field, "{body}");
    }
    assert_eq!(clinic.notifications().await, before);
}

#[tokio::test(flavor = "multi_thread")]
async fn one_reminder_shows_its_words() {
    let (clinic, rows) = booked().await;
    let detail = async |row: &Value| {
        clinic
            .json("GET", &format!("/api/notifications/{}", id(row)), "")
            .await
    };
    let coming = detail(&rows[0]).await;
    assert_eq!(
        (
            &coming["message"]["as"],
            &coming["message"]["kind"],
            &coming["start_at"]
        ),
        (&json!("would_be"), &json!("email"), &json!(START))
    );
    assert!(
        coming["message"]["text"]
            .as_str()
            .is_some_and(|text| text.contains("Robin"))
    );
    let text = clinic
        .items("/api/notifications?channel=sms")
        .await
        .remove(0);
    assert_eq!(detail(&text).await["message"]["segments"], 1);

    clinic.set_now("2026-06-08T12:00:00Z");
    clinic.deliver().await;
    let sent = detail(&rows[0]).await;
    let outbox = clinic.items("/api/outbox").await;
    let kept = outbox
        .iter()
        .find(|item| item["notification_id"] == rows[0]["id"])
        .expect("it was sent");
    assert_eq!(
        (&sent["message"]["as"], &sent["message"]["text"]),
        (&json!("sent"), &kept["text"])
    );
    // Who may not see the outbox sees the words, and not where they went.
    let shown = as_staff(
        &clinic,
        "GET",
        &format!("/api/notifications/{}", id(&rows[0])),
        "",
    )
    .await;
    assert!(shown.text().contains("Robin") && !shown.text().contains("robin.example@"));

    clinic
        .json(
            "GET",
            &format!(
                "/api/appointments/{}",
                sent["appointment_id"].as_str().unwrap()
            ),
            "",
        )
        .await;
    call(
        &clinic,
        "DELETE",
        &format!(
            "/api/appointments/{}",
            sent["appointment_id"].as_str().unwrap()
        ),
        "",
    )
    .await;
    let gone = detail(&rows[2]).await;
    assert_eq!(
        (&gone["appointment"], &gone["message"]),
        (&Value::Null, &Value::Null)
    );
    for path in [
        "/api/notifications/x",
        "/api/notifications/b0000000-0000-4000-8000-000000000001",
    ] {
        assert_eq!(call(&clinic, "GET", path, "").await.status, 404);
    }
}
