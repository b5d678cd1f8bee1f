//! Lists with filters, counts, the table, and a person's story.

use serde_json::{Value, json};

use super::{as_staff, book, call, draft, id, open};

#[tokio::test(flavor = "multi_thread")]
async fn counts_are_of_all_and_by_the_zones_days() {
    let clinic = open().await;
    // At 22:30 UTC it is the next day in Berlin.
    let mut late = draft("Robin Example", 22);
    late["start_at"] = "2026-06-15T22:30:00Z".into();
    late["end_at"] = "2026-06-15T23:00:00Z".into();
    book(&clinic, &late).await;
    let mut nobody = draft("Sam Example", 9);
    nobody["phone"] = Value::Null;
    book(&clinic, &nobody).await;
    let counts = clinic
        .json(
            "GET",
            "/api/notifications/counts?time_zone=Europe/Berlin",
            "",
        )
        .await;
    assert_eq!(
        counts,
        json!({"total": 12, "by_status": {"scheduled": 9, "skipped": 3}, "by_channel": {"email": 6, "sms": 6},
            "by_reason": {"no_phone": 3},
            "by_day": [{"day": "2026-06-08", "count": 2}, {"day": "2026-06-09", "count": 2}, {"day": "2026-06-14", "count": 2},
                {"day": "2026-06-15", "count": 6}]})
    );
    let utc = clinic
        .json("GET", "/api/notifications/counts?status=skipped&q=sam", "")
        .await;
    assert_eq!(
        (&utc["total"], &utc["by_channel"]),
        (&json!(3), &json!({"sms": 3}))
    );
    for path in [
        "/api/notifications/counts?time_zone=Nowhere",
        "/api/notifications/counts?status=lost",
        "/api/notifications?expand=everything",
        "/api/appointments?status=lost",
        "/api/appointments?order=newest",
        "/api/appointments?to=tomorrow",
        "/api/health?hours=0",
        "/api/health?hours=169",
        "/api/suppressions?channel=fax",
        "/api/notifications.csv?status=lost",
    ] {
        assert_eq!(call(&clinic, "GET", path, "").await.status, 400, "{path}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn appointments_are_found_by_what_is_asked_for() {
    let clinic = open().await;
    let robin = book(&clinic, &draft("Robin Example", 9)).await;
    let mut sam = draft("Sam Example", 10);
    sam["resource"] = "Room 2".into();
    let sam = book(&clinic, &sam).await;
    clinic
        .json(
            "PATCH",
            &format!("/api/appointments/{}", id(&sam)),
            r#"{"status":"confirmed"}"#,
        )
        .await;
    for (query, expected) in [
        ("", vec![&robin, &sam]),
        ("order=desc", vec![&sam, &robin]),
        ("q=robin", vec![&robin]),
        ("q=sam.example%40example.com", vec![&sam]),
        ("status=confirmed,canceled", vec![&sam]),
        ("resource=room%202", vec![&sam]),
        ("from=2026-06-15T09:30:00Z", vec![&sam]),
        ("to=2026-06-15T09:30:00Z", vec![&robin]),
        ("q=nobody", vec![]),
    ] {
        let found = clinic.items(&format!("/api/appointments?{query}")).await;
        let found: Vec<_> = found.iter().map(id).collect();
        let expected: Vec<_> = expected.into_iter().map(id).collect();
        assert_eq!(found, expected, "{query}");
    }
    let page = clinic
        .json("GET", "/api/appointments?limit=1&order=desc", "")
        .await;
    let next = page["next"].as_str().expect("there is another page");
    let rest = clinic
        .items(&format!(
            "/api/appointments?limit=1&order=desc&after={next}"
        ))
        .await;
    assert_eq!(
        (id(&page["items"][0]), id(&rest[0])),
        (id(&sam), id(&robin))
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_table_is_whole_and_harmless() {
    let clinic = open().await;
    let mut draft = draft("=HYPERLINK(\"http://x\")", 9);
    draft["email"] = "robin@example.com".into();
    draft["service"] = "A, \"B\"".into();
    book(&clinic, &draft).await;
    let table = call(&clinic, "GET", "/api/notifications.csv?channel=sms", "").await;
    assert_eq!(table.headers["content-type"], "text/csv; charset=utf-8");
    let text = table.text();
    let lines: Vec<_> = text.split("\r\n").collect();
    assert_eq!(lines.len(), 5, "{text}");
    assert_eq!(
        lines[0],
        "due_at,status,reason,channel,step,customer_name,service,email,phone,start_at,sent_at,attempts,provider,last_error,id,appointment_id"
    );
    assert!(
        lines[1].starts_with(
            "2026-06-08T09:00:00Z,scheduled,,sms,P7D,\"'=HYPERLINK(\"\"http://x\"\")\",\"A, \"\"B\"\"\",robin@example.com,'+12025550124,2026-06-15T09:00:00Z,,0,,,"
        ),
        "{}",
        lines[1]
    );
    let masked = as_staff(&clinic, "GET", "/api/notifications.csv", "")
        .await
        .text();
    assert!(masked.contains("r…@e….com") && !masked.contains("robin@"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_is_who_has_the_same_address_or_number() {
    let clinic = open().await;
    let first = book(&clinic, &draft("Robin Example", 9)).await;
    let mut other_name = draft("R. Example", 10);
    other_name["email"] = "ROBIN.example@example.com".into();
    other_name["phone"] = Value::Null;
    book(&clinic, &other_name).await;
    let mut somebody = draft("Sam Example", 11);
    somebody["phone"] = "+12025550199".into();
    book(&clinic, &somebody).await;
    let told = clinic
        .items(&format!("/api/appointments/{}/timeline", id(&first)))
        .await;
    let booked = told.iter().filter(|item| item["kind"] == "booked").count();
    assert_eq!((booked, told.len()), (2, 14));
    let times: Vec<_> = told
        .iter()
        .map(|item| item["at"].as_str().unwrap())
        .collect();
    assert!(times.is_sorted_by(|a, b| a >= b), "{times:?}");
    // Somebody without either is alone.
    let alone = book(&clinic, &json!({"start_at": "2026-06-20T09:00:00Z"})).await;
    let told = clinic
        .items(&format!("/api/appointments/{}/timeline", id(&alone)))
        .await;
    assert_eq!(
        told.iter().filter(|item| item["kind"] == "booked").count(),
        1
    );
}
