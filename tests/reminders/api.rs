//! The API for staff: booking, moving, cancelling, previewing.

use punctual_tests::Clinic;
use serde_json::json;

const NOW: &str = "2026-06-01T00:00:00Z";

fn draft() -> serde_json::Value {
    json!({"service": "Check-up", "customer_name": "Sam Example", "email": "sam@example.com", "phone": "+12025550124",
        "start_at": "2026-06-15T09:00:00+02:00", "end_at": "2026-06-15T09:30:00+02:00", "time_zone": "Europe/Berlin", "resource": "Room 1"})
}

#[tokio::test(flavor = "multi_thread")]
async fn an_appointment_lives_through_the_api() {
    let clinic = Clinic::open(NOW).await;
    let made = clinic
        .json("POST", "/api/appointments", draft().to_string())
        .await;
    let path = format!("/api/appointments/{}", made["id"].as_str().expect("an id"));
    assert_eq!(
        (&made["start_at"], &made["status"], &made["version"]),
        (
            &json!("2026-06-15T07:00:00Z"),
            &json!("scheduled"),
            &json!(1)
        )
    );
    assert_eq!(
        clinic
            .items("/api/notifications?status=scheduled")
            .await
            .len(),
        6
    );

    let moved = clinic.json("PATCH", &path, json!({"start_at": "2026-06-16T07:00:00Z", "end_at": "2026-06-16T07:30:00Z", "version": 1}).to_string()).await;
    assert_eq!(moved["version"], 2);
    assert_eq!(
        clinic
            .items("/api/notifications?status=canceled")
            .await
            .len(),
        6
    );
    let stale = clinic
        .request(
            "PATCH",
            &path,
            json!({"notes": "x", "version": 1}).to_string(),
        )
        .await
        .expect("an answer");
    assert_eq!(stale.status, 409);

    let gone = clinic
        .request("DELETE", &path, "")
        .await
        .expect("an answer");
    assert_eq!(gone.status, 204);
    assert!(
        clinic
            .items("/api/notifications?status=scheduled")
            .await
            .is_empty()
    );
    assert_eq!(
        clinic
            .request("GET", &path, "")
            .await
            .expect("an answer")
            .status,
        404
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_room_is_not_given_twice() {
    let clinic = Clinic::open(NOW).await;
    clinic
        .json("POST", "/api/appointments", draft().to_string())
        .await;
    let second = clinic
        .request("POST", "/api/appointments", draft().to_string())
        .await
        .expect("an answer");
    assert_eq!(second.status, 409, "{}", second.text());
    let mut touching = draft();
    touching["start_at"] = "2026-06-15T07:30:00Z".into();
    touching["end_at"] = "2026-06-15T08:00:00Z".into();
    clinic
        .json("POST", "/api/appointments", touching.to_string())
        .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn everything_wrong_with_a_draft_is_named() {
    let clinic = Clinic::open(NOW).await;
    let wrong = json!({"email": "x", "phone": "1", "start_at": "tomorrow", "time_zone": "Nowhere", "colour": "red"});
    let reply = clinic
        .request("POST", "/api/appointments", wrong.to_string())
        .await
        .expect("an answer");
    assert_eq!(reply.status, 400);
    let problem = reply.json().expect("a problem document");
    let mut fields: Vec<_> = problem["problems"]
        .as_array()
        .expect("a list")
        .iter()
        .filter_map(|p| p["field"].as_str())
        .collect();
    fields.sort_unstable();
    assert_eq!(
        fields,
        ["colour", "email", "phone", "start_at", "time_zone"]
    );
    assert!(clinic.items("/api/appointments").await.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_preview_stores_nothing() {
    let clinic = Clinic::open(NOW).await;
    let mut draft = draft();
    draft["phone"] = serde_json::Value::Null;
    let preview = clinic.json("POST", "/api/preview", draft.to_string()).await;
    let reminders = preview["reminders"].as_array().expect("a list");
    assert_eq!(reminders.len(), 6);
    assert_eq!(
        reminders
            .iter()
            .filter(|item| item["reason"] == "no_phone")
            .count(),
        3
    );
    assert!(clinic.items("/api/appointments").await.is_empty());
    assert!(clinic.items("/api/notifications").await.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn staff_cancel_one_reminder_and_send_another_now() {
    let clinic = Clinic::open(NOW).await;
    let made = clinic
        .json("POST", "/api/appointments", draft().to_string())
        .await;
    let rows = clinic.items("/api/notifications?channel=email").await;
    let path = |row: &serde_json::Value, action: &str| {
        format!(
            "/api/notifications/{}/{action}",
            row["id"].as_str().expect("an id")
        )
    };
    assert_eq!(
        clinic.json("POST", &path(&rows[0], "cancel"), "").await["reason"],
        "canceled_by_staff"
    );
    // A later change of the appointment does not bring it back.
    let appointment = format!("/api/appointments/{}", made["id"].as_str().expect("an id"));
    clinic
        .json(
            "PATCH",
            &appointment,
            json!({"notes": "wheelchair"}).to_string(),
        )
        .await;
    assert_eq!(
        clinic
            .items("/api/notifications?status=canceled")
            .await
            .len(),
        1
    );

    clinic.json("POST", &path(&rows[1], "send-now"), "").await;
    assert_eq!(clinic.deliver().await["sent"], 1);
    let again = clinic
        .request("POST", &path(&rows[1], "send-now"), "")
        .await
        .expect("an answer");
    assert_eq!(again.status, 409);
    clinic.set_now("2026-06-15T06:30:00Z");
    clinic.deliver().await;
    assert_eq!(clinic.sent_once_each().await, 5);
}

#[tokio::test(flavor = "multi_thread")]
async fn health_page_and_metrics_answer() {
    let clinic = Clinic::open(NOW).await;
    clinic
        .json("POST", "/api/appointments", draft().to_string())
        .await;
    assert_eq!(
        clinic
            .request_with("GET", "/healthz", &[], "")
            .await
            .expect("an answer")
            .status,
        200
    );
    let page = clinic
        .request_with("GET", "/", &[], "")
        .await
        .expect("an answer");
    assert!(
        page.headers["content-security-policy"]
            .to_str()
            .is_ok_and(|policy| policy.contains("connect-src 'self'"))
    );
    let metrics = clinic
        .request("GET", "/metrics", "")
        .await
        .expect("an answer")
        .text();
    assert!(
        metrics.contains(
            r#"punctual_notifications{status="scheduled",reason="",channel="email",provider=""} 3"#
        ),
        "{metrics}"
    );
    assert!(!metrics.contains("Sam") && !metrics.contains("example.com"));
}

#[tokio::test(flavor = "multi_thread")]
async fn reminders_are_listed_from_either_end() {
    let clinic = Clinic::open(NOW).await;
    clinic
        .json("POST", "/api/appointments", draft().to_string())
        .await;
    clinic.set_now("2026-06-08T07:00:00Z");
    clinic.deliver().await;
    let ids = |rows: &[serde_json::Value]| -> Vec<_> {
        rows.iter().map(|row| row["id"].to_string()).collect()
    };
    let forward = ids(&clinic.items("/api/notifications").await);
    assert_eq!(forward.len(), 6);
    let mut backward = Vec::new();
    let mut after = String::new();
    loop {
        let path = format!("/api/notifications?order=desc&limit=2{after}");
        let page = clinic.json("GET", &path, "").await;
        backward.extend(ids(page["items"].as_array().expect("a list")));
        let Some(next) = page["next"].as_str() else {
            break;
        };
        after = format!("&after={next}");
    }
    backward.reverse();
    assert_eq!(backward, forward);
    let several = "/api/notifications?status=sent,scheduled&order=asc";
    assert_eq!(ids(&clinic.items(several).await), forward);
    let sent = clinic
        .items("/api/notifications?status=sent,failed&order=desc")
        .await;
    assert_eq!(sent.len(), 2);
}
