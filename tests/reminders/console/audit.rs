//! Every change and every page that was looked at is in the trail, and nobody's address is.

use serde_json::{Value, json};

use super::{as_staff, book, call, draft, id, open};

/// The trail, the oldest entry first: role, action, outcome.
async fn trail(clinic: &punctual_tests::Clinic) -> Vec<String> {
    let mut entries = clinic.items("/api/audit").await;
    entries.reverse();
    let text = |entry: &Value, name: &str| entry[name].as_str().unwrap_or("-").to_owned();
    let told = entries.iter().map(|entry| {
        format!(
            "{} {} {}",
            text(entry, "role"),
            text(entry, "action"),
            text(entry, "outcome")
        )
    });
    told.collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn changes_are_told_with_who_and_what_and_how_they_ended() {
    let clinic = open().await;
    let made = book(&clinic, &draft("Robin Example", 9)).await;
    clinic.pass(1);
    let path = format!("/api/appointments/{}", id(&made));
    as_staff(&clinic, "PATCH", &path, r#"{"notes":"x"}"#).await;
    clinic.pass(1);
    as_staff(&clinic, "PATCH", &path, r#"{"colour":"red"}"#).await;
    clinic.pass(1);
    let row = clinic.items("/api/notifications").await.remove(0);
    let cancel = format!("/api/notifications/{}/cancel", id(&row));
    call(&clinic, "POST", &cancel, "").await;
    clinic.pass(1);
    as_staff(&clinic, "GET", "/api/outbox", "").await;
    as_staff(&clinic, "POST", "/api/channels/sms", r#"{"sending":false}"#).await;
    clinic.pass(1);
    call(
        &clinic,
        "POST",
        "/api/channels/sms",
        r#"{"sending":false,"reason":"test"}"#,
    )
    .await;
    clinic.pass(1);
    let view = json!({"view": "person", "subject": id(&made)}).to_string();
    assert_eq!(
        as_staff(&clinic, "POST", "/api/audit", &view).await.status,
        204
    );
    clinic.pass(1);
    call(&clinic, "DELETE", &path, "").await;
    clinic.pass(1);
    // What only reads is told by the page, and a path is no place to leave words.
    call(&clinic, "GET", "/api/appointments", "").await;
    call(
        &clinic,
        "POST",
        "/api/notifications/robin@example.com/cancel",
        "",
    )
    .await;

    let told = trail(&clinic).await;
    assert_eq!(
        told[..8],
        [
            "operator appointment.create done",
            "staff appointment.change done",
            "staff appointment.change refused 400",
            "operator reminder.cancel done",
            "staff channel.switch refused 403",
            "operator channel.off done",
            "staff view.person done",
            "operator appointment.delete done",
        ]
    );
    let about = clinic
        .items(&format!("/api/audit?subject={}", id(&made)))
        .await;
    assert_eq!(about.len(), 5);
    let whole = call(&clinic, "GET", "/api/audit", "").await.text();
    assert!(
        !whole.contains('@') && !whole.contains("Robin") && !whole.contains("+1202"),
        "{whole}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bulk_action_is_told_of_each_reminder() {
    let clinic = open().await;
    book(&clinic, &draft("Robin Example", 9)).await;
    let rows = clinic.items("/api/notifications").await;
    let gone = "b0000000-0000-4000-8000-000000000001";
    let body = json!({"action": "cancel", "ids": [id(&rows[0]), gone]}).to_string();
    clinic.json("POST", "/api/notifications/bulk", body).await;
    let of = async |subject: &str| clinic.items(&format!("/api/audit?subject={subject}")).await;
    assert_eq!(of(id(&rows[0])).await[0]["outcome"], "done");
    assert_eq!(of(gone).await[0]["outcome"], "refused 404");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_view_says_only_what_it_may() {
    let clinic = open().await;
    for (body, field) in [
        (r#"{"view":"everything"}"#, "view"),
        (r#"{}"#, "view"),
        (
            r#"{"view":"history","subject":"robin@example.com"}"#,
            "subject",
        ),
        (r#"{"view":"history","note":"x"}"#, "note"),
        (r#"{"view":7}"#, "view"),
        ("[]", "body"),
        ("", "view"),
    ] {
        let reply = call(&clinic, "POST", "/api/audit", body).await;
        assert_eq!(reply.status, 400, "{body}");
        assert_eq!(reply.json().expect("JSON")["field"], field, "{body}");
    }
    assert!(clinic.items("/api/audit").await.is_empty());
}
