//! What operators look at: attention, health, suppressions.

use serde_json::{Value, json};

use super::{as_staff, book, call, draft, id, open};

#[tokio::test(flavor = "multi_thread")]
async fn what_needs_attention_is_told_by_kind() {
    let clinic = open().await;
    let mut nowhere = draft("Robin Example", 9);
    nowhere["phone"] = Value::Null;
    let robin = book(&clinic, &nowhere).await;
    let body = r#"{"channel":"email","address":"sam.example@example.com"}"#;
    clinic.json("POST", "/api/suppressions", body).await;
    book(&clinic, &draft("Sam Example", 10)).await;
    let attention = clinic.json("GET", "/api/attention", "").await;
    assert_eq!(attention["missing_contact"]["count"], 3);
    assert_eq!(
        attention["missing_contact"]["items"][0]["appointment"]["id"],
        robin["id"]
    );
    assert_eq!(attention["suppressed"]["count"], 3);
    assert_eq!(attention["late"]["count"], 0);
    assert_eq!(attention["dead_letters"], json!({"count": 0, "items": []}));
    // Nobody delivers for an hour.
    clinic.set_now("2026-06-08T11:00:00Z");
    let attention = clinic.json("GET", "/api/attention", "").await;
    assert_eq!(attention["late"]["count"], 2);
    let staff = as_staff(&clinic, "GET", "/api/attention", "")
        .await
        .json()
        .expect("JSON");
    assert_eq!(staff["dead_letters"], Value::Null);
    assert_eq!(
        staff["late"]["items"][0]["appointment"]["email"],
        "r…@e….com"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn health_is_told_from_what_was_sent() {
    let clinic = open().await;
    book(&clinic, &draft("Robin Example", 9)).await;
    let fresh = clinic.json("GET", "/api/health", "").await;
    assert_eq!(
        fresh["latency"],
        json!({"p50_seconds": null, "p99_seconds": null, "series": []})
    );
    assert_eq!(
        (&fresh["queue"]["coming"], &fresh["queue"]["due"]),
        (&json!(6), &json!(0))
    );
    clinic.set_now("2026-06-08T09:00:04Z");
    let due = clinic.json("GET", "/api/health", "").await;
    assert_eq!(
        (&due["queue"]["due"], &due["queue"]["oldest_due_at"]),
        (&json!(2), &json!("2026-06-08T09:00:00Z"))
    );
    clinic.deliver().await;
    clinic.sweep().await;
    clinic.pass(60);
    let health = clinic.json("GET", "/api/health?hours=48", "").await;
    assert_eq!(
        health["latency"],
        json!({"p50_seconds": 4.0, "p99_seconds": 4.0,
            "series": [{"at": "2026-06-08T08:00:00Z", "p50_seconds": 4.0, "p99_seconds": 4.0, "count": 2}]})
    );
    assert_eq!(health["bucket_seconds"], 7_200);
    assert_eq!(
        health["outcomes"],
        json!([{"at": "2026-06-08T08:00:00Z", "sent": 2, "failed": 0, "skipped": 0, "unknown": 0}])
    );
    assert_eq!(
        (&health["queue"]["coming"], &health["queue"]["dead_letters"]),
        (&json!(4), &json!(0))
    );
    assert_eq!(health["last_reconcile_at"], "2026-06-08T09:00:04Z");
    assert_eq!(health["channels"].as_array().map(Vec::len), Some(2));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_suppression_made_here_counts_and_can_be_taken_back() {
    let clinic = open().await;
    book(&clinic, &draft("Robin Example", 9)).await;
    let body = r#"{"channel":"sms","address":"+1 (202) 555-0124"}"#;
    let made = call(&clinic, "POST", "/api/suppressions", body).await;
    assert_eq!(made.status, 201, "{}", made.text());
    let made = made.json().expect("JSON");
    assert_eq!(
        (&made["address"], &made["reason"], &made["source"]),
        (&json!("+12025550124"), &json!("opted_out"), &json!("staff"))
    );
    let again = call(&clinic, "POST", "/api/suppressions", body).await;
    assert_eq!(
        (again.status.as_u16(), again.json().expect("JSON")),
        (200, made.clone())
    );
    clinic.set_now("2026-06-08T09:30:00Z");
    clinic.deliver().await;
    assert_eq!(
        clinic.items("/api/notifications?status=skipped").await[0]["reason"],
        "opted_out"
    );
    assert_eq!(clinic.sent().await, 1);

    assert_eq!(
        clinic.items("/api/suppressions?q=0124&channel=sms").await,
        std::slice::from_ref(&made)
    );
    assert!(
        clinic
            .items("/api/suppressions?channel=email")
            .await
            .is_empty()
    );
    let path = format!("/api/suppressions/{}", id(&made));
    assert!(!path.contains("2025550124"));
    assert_eq!(call(&clinic, "DELETE", &path, "").await.status, 204);
    assert_eq!(call(&clinic, "DELETE", &path, "").await.status, 404);
    clinic.set_now("2026-06-14T09:30:00Z");
    clinic.deliver().await;
    assert_eq!(clinic.sent().await, 3);
    for (body, field) in [
        (r#"{"channel":"fax","address":"x@example.com"}"#, "channel"),
        (r#"{"channel":"email","address":"nobody"}"#, "address"),
        (r#"{"channel":"email","address":"r…@e….com"}"#, "address"),
        (r#"{"channel":"sms","address":""}"#, "address"),
        (r#"{"channel":"sms"}"#, "address"),
        (
            r#"{"channel":"sms","address":"+12025550124","reason":"spite"}"#,
            "reason",
        ),
    ] {
        let reply = call(&clinic, "POST", "/api/suppressions", body).await;
        assert_eq!(reply.status, 400, "{body}: {}", reply.text());
        assert_eq!(reply.json().expect("JSON")["field"], field, "{body}");
    }
    assert!(clinic.items("/api/suppressions").await.is_empty());
}
