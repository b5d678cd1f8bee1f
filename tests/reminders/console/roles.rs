//! Operators may do everything; staff book, and see no address and no number whole.

use punctual_tests::Clinic;
use serde_json::{Value, json};

use super::{STAFF, as_staff, book, call, draft, id, open};

const NUMBER: &str = "+12025550124";

#[tokio::test(flavor = "multi_thread")]
async fn each_token_knows_its_role() {
    let clinic = open().await;
    let operator = clinic.json("GET", "/api/me", "").await;
    assert_eq!(operator["role"], "operator");
    assert_eq!(operator["rights"].as_array().map(Vec::len), Some(6));
    let staff = as_staff(&clinic, "GET", "/api/me", "").await;
    let staff = staff.json().expect("JSON");
    assert_eq!(
        (&staff["role"], &staff["rights"]),
        (&json!("staff"), &json!([]))
    );
    assert_eq!(staff["now"], super::NOW);
    // Where no staff token is set, none opens anything.
    let clinic = Clinic::open(super::NOW).await;
    for token in [STAFF, ""] {
        let bearer = format!("Bearer {token}");
        let headers = [("authorization", bearer.as_str())];
        let reply = clinic.request_with("GET", "/api/me", &headers, "").await;
        assert_eq!(reply.expect("an answer").status, 401, "{token:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn staff_never_get_an_address_or_a_number_whole() {
    let clinic = open().await;
    let made = book(&clinic, &draft("Robin Example", 9)).await;
    book(&clinic, &json!({"start_at": "2026-06-16T07:00:00Z", "email": "robin.example@example.com", "phone": "+1 202 555 0124"})).await;
    clinic.set_now("2026-06-15T08:30:00Z");
    clinic.deliver().await;
    let rows = clinic.items("/api/notifications").await;
    let mut paths: Vec<String> = [
        "/api/appointments",
        "/api/appointments?q=robin",
        "/api/notifications?expand=appointment",
        "/api/notifications.csv",
        "/api/attention",
        "/api/health",
        "/api/channels",
        "/api/me",
    ]
    .map(str::to_owned)
    .to_vec();
    paths.push(format!("/api/appointments/{}", id(&made)));
    paths.push(format!("/api/appointments/{}/timeline", id(&made)));
    paths.extend(
        rows.iter()
            .map(|row| format!("/api/notifications/{}", id(row))),
    );
    let mut masked = 0;
    for path in &paths {
        let reply = as_staff(&clinic, "GET", path, "").await;
        assert_eq!(reply.status, 200, "{path}");
        let text = reply.text();
        assert!(
            !text.contains("robin.example@") && !text.contains(NUMBER) && !text.contains("5550124"),
            "{path}: {text}"
        );
        masked += usize::from(text.contains("r…@e….com") && text.contains("+1…24"));
    }
    assert!(masked >= 5, "{masked}");
    // Nor by asking whether one is there.
    for text in ["robin.example@example.com", "2025550124"] {
        let path = format!("/api/appointments?q={}", text.replace('+', "%2B"));
        let found = as_staff(&clinic, "GET", &path, "")
            .await
            .json()
            .expect("JSON");
        assert_eq!(found["items"], json!([]), "{text}");
        assert!(!clinic.items(&path).await.is_empty(), "{text}");
    }
    // Nor in what a change answers.
    let path = format!("/api/appointments/{}", id(&made));
    let changed = as_staff(&clinic, "PATCH", &path, r#"{"notes":"wheelchair"}"#).await;
    assert_eq!(changed.status, 200, "{}", changed.text());
    assert!(!changed.text().contains("robin.example@"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_masked_value_never_overwrites_the_true_one() {
    let clinic = open().await;
    let made = book(&clinic, &draft("Robin Example", 9)).await;
    let path = format!("/api/appointments/{}", id(&made));
    for (field, value) in [("email", "r…@e….com"), ("phone", "+1…24")] {
        let body = json!({field: value, "notes": "x"}).to_string();
        for reply in [
            as_staff(&clinic, "PATCH", &path, &body).await,
            call(&clinic, "PATCH", &path, &body).await,
            as_staff(&clinic, "POST", "/api/appointments", &body).await,
        ] {
            assert_eq!(reply.status, 400);
            assert_eq!(reply.json().expect("JSON")["field"], field);
        }
    }
    let kept = clinic.json("GET", &path, "").await;
    assert_eq!(kept, made);
}

#[tokio::test(flavor = "multi_thread")]
async fn staff_do_what_is_theirs_and_nothing_else() {
    let clinic = open().await;
    let made = as_staff(
        &clinic,
        "POST",
        "/api/appointments",
        &draft("Robin Example", 9).to_string(),
    )
    .await;
    assert_eq!(made.status, 201, "{}", made.text());
    let row = clinic
        .items("/api/notifications?channel=email")
        .await
        .remove(0);
    let cancel = format!("/api/notifications/{}/cancel", id(&row));
    assert_eq!(as_staff(&clinic, "POST", &cancel, "").await.status, 200);
    let before = clinic.notifications().await;
    for (method, path, body) in [
        ("GET", "/api/dead-letters", ""),
        ("POST", "/api/dead-letters/1/resubmit", ""),
        ("GET", "/api/outbox", ""),
        ("GET", "/api/suppressions", ""),
        (
            "POST",
            "/api/suppressions",
            r#"{"channel":"email","address":"x@example.com"}"#,
        ),
        (
            "DELETE",
            "/api/suppressions/b0000000-0000-4000-8000-000000000001",
            "",
        ),
        ("POST", "/api/channels/email", r#"{"sending":false}"#),
        ("GET", "/api/audit", ""),
    ] {
        let reply = as_staff(&clinic, method, path, body).await;
        assert_eq!(reply.status, 403, "{method} {path}");
        let problem: Value = reply.json().expect("a problem document");
        assert!(
            problem["detail"]
                .as_str()
                .is_some_and(|detail| detail.contains("for operators"))
        );
    }
    assert_eq!(clinic.items("/api/suppressions").await, [] as [Value; 0]);
    let channels = clinic.items("/api/channels").await;
    assert!(channels.iter().all(|channel| channel["sending"] == true));
    assert_eq!(clinic.notifications().await, before);
}
