//! One resource, one appointment at a time.

use punctual_tests::events::*;
use serde_json::json;

use super::{NOW, book, call, draft, id, open};

#[tokio::test(flavor = "multi_thread")]
async fn the_other_one_is_named() {
    let clinic = open().await;
    let first = book(&clinic, &draft("Robin Example", 9)).await;
    let mut second = draft("Sam Example", 9);
    second["resource"] = "room 1".into();
    let refused = call(&clinic, "POST", "/api/appointments", &second.to_string()).await;
    assert_eq!(refused.status, 409);
    let problem = refused.json().expect("a problem document");
    assert_eq!(problem["field"], "start_at");
    assert_eq!(
        problem["conflict"],
        json!({"id": first["id"], "start_at": first["start_at"], "end_at": first["end_at"], "service": "Check-up", "resource": "room 1"})
    );
    // Half-open: one may begin where the other ends.
    let mut touching = second.clone();
    touching["start_at"] = first["end_at"].clone();
    touching["end_at"] = "2026-06-15T10:00:00Z".into();
    let touching = book(&clinic, &touching).await;
    // Moving into it is refused, and nothing moves; what claims nothing may be changed.
    let path = format!("/api/appointments/{}", id(&touching));
    let into = json!({"start_at": "2026-06-15T09:15:00Z"}).to_string();
    assert_eq!(call(&clinic, "PATCH", &path, &into).await.status, 409);
    assert_eq!(clinic.json("GET", &path, "").await, touching);
    clinic.json("PATCH", &path, r#"{"notes":"x"}"#).await;
    // Who is canceled claims nothing.
    let other = format!("/api/appointments/{}", id(&first));
    clinic
        .json("PATCH", &other, r#"{"status":"canceled"}"#)
        .await;
    clinic.json("PATCH", &path, into).await;
    let back = call(&clinic, "PATCH", &other, r#"{"status":"scheduled"}"#).await;
    assert_eq!(back.status, 409);
}

#[tokio::test(flavor = "multi_thread")]
async fn dataverse_is_never_refused() {
    let clinic = open().await;
    let mut mine = draft("Robin Example", 7);
    mine["resource"] = "Room 7".into();
    book(&clinic, &mine).await;
    let mut theirs = created(ID, NOW, "2026-06-15T07:00:00Z", "Europe/Berlin");
    clinic.event(&theirs).await;
    theirs = event(
        "Update",
        ID,
        "2026-06-01T00:00:01Z",
        &[("punctual_resource", "Room 7".into())],
    );
    assert_eq!(clinic.event(&theirs).await["appointment"], ID);
    // And its notes can be mended here, though the two overlap.
    let path = format!("/api/appointments/{ID}");
    clinic.json("PATCH", &path, r#"{"notes":"x"}"#).await;
}

/// Twenty at once want the same room: one gets it.
#[tokio::test(flavor = "multi_thread")]
async fn of_many_at_once_exactly_one_wins() {
    let clinic = std::sync::Arc::new(open().await);
    let calls = (0..20).map(|n| {
        let clinic = clinic.clone();
        tokio::spawn(async move {
            let body = draft(&format!("Person {n}"), 9).to_string();
            call(&clinic, "POST", "/api/appointments", &body)
                .await
                .status
                .as_u16()
        })
    });
    let mut won = 0;
    for call in calls.collect::<Vec<_>>() {
        match call.await.expect("no call panics") {
            201 => won += 1,
            // Somebody else has it, or wrote for so long that this one gave up.
            409 | 503 => {}
            status => panic!("{status}"),
        }
    }
    assert_eq!(won, 1);
    assert_eq!(clinic.items("/api/appointments").await.len(), 1);
}
