//! The shipped app under the real Spin, where one is on the PATH: the same `spin.toml`, the same component files.

mod cli;

use punctual_host::client::{self, Reply};
use punctual_tests::events::{ID, created};
use serde_json::{Value, json};

use cli::Spin;

const KEY: &str = "spin-test-key";

async fn request(spin: &Spin, method: &str, path: &str, key: &str, body: String) -> Reply {
    let url = format!("{}{path}", spin.url());
    let bearer = format!("Bearer {key}");
    let headers = [
        ("x-punctual-key", key),
        ("authorization", bearer.as_str()),
        ("content-type", "application/json"),
    ];
    let method = method.parse().expect("a method");
    client::send(method, &url, &headers, body)
        .await
        .unwrap_or_else(|error| panic!("{url}: {error:#}\n{}", spin.log()))
}

async fn json(spin: &Spin, method: &str, path: &str, body: String) -> Value {
    let reply = request(spin, method, path, KEY, body).await;
    assert_eq!(
        reply.status,
        200,
        "{path}: {}\n{}",
        reply.text(),
        spin.log()
    );
    reply.json().expect("JSON")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reminder_goes_all_the_way() {
    let keys = ["WEBHOOK_KEY", "TIMER_KEY", "ADMIN_TOKEN"].map(|name| (name, KEY));
    let Some(spin) = Spin::up(&keys) else { return };
    spin.ready().await;

    // The clock is the real one, so the appointment is in half an hour and its last reminder in the past. Staff
    // have it sent now.
    let now = chrono::DateTime::<chrono::Utc>::from(std::time::SystemTime::now());
    let start = (now + chrono::TimeDelta::minutes(30)).format("%Y-%m-%dT%H:%M:00Z");
    let event = created(ID, &now.to_rfc3339(), &start.to_string(), "Europe/Berlin");
    let answer = json(&spin, "POST", "/webhooks/dataverse", event.to_string()).await;
    assert_eq!(answer["outcome"], "planned", "{answer}");
    assert_eq!(answer["skipped"].as_array().map(Vec::len), Some(6));
    let rows = json(&spin, "GET", "/api/notifications", String::new()).await;
    let rows = rows["items"].as_array().expect("a list").clone();
    assert!(rows.iter().all(|row| row["reason"] == "due_in_past"));
    let row = rows
        .iter()
        .find(|row| row["step"] == "PT1H" && row["channel"] == "email")
        .expect("an email an hour before");
    let id = row["id"].as_str().expect("an id");
    let path = format!("/api/notifications/{id}/send-now");
    let reply = request(&spin, "POST", &path, KEY, String::new()).await;
    assert_eq!(reply.status, 202, "{}", reply.text());

    // The same event once more, and a sweep: neither undoes it.
    json(&spin, "POST", "/webhooks/dataverse", event.to_string()).await;
    json(&spin, "POST", "/reconcile", String::new()).await;
    let summary = json(&spin, "POST", "/deliver?wait=2&max=1", String::new()).await;
    assert_eq!(
        (&summary["received"], &summary["sent"]),
        (&json!(1), &json!(1))
    );
    let summary = json(&spin, "POST", "/deliver", String::new()).await;
    assert_eq!(summary["received"], 0);

    let sent = json(
        &spin,
        "GET",
        "/api/notifications?status=sent",
        String::new(),
    )
    .await;
    assert_eq!(sent["items"][0]["id"], id);
    let outbox = json(&spin, "GET", "/api/outbox", String::new()).await;
    let outbox = outbox["items"].as_array().expect("a list");
    assert_eq!(outbox.len(), 1);
    assert_eq!(outbox[0]["to"], "pat.planted@example.com");
    let metrics = request(&spin, "GET", "/metrics", KEY, String::new()).await;
    let one_sent =
        r#"punctual_notifications{status="sent",reason="",channel="email",provider="outbox"} 1"#;
    assert!(metrics.text().contains(one_sent), "{}", metrics.text());
    let wrong = request(&spin, "GET", "/api/outbox", "wrong", String::new()).await;
    assert_eq!(wrong.status, 401);
}

#[tokio::test(flavor = "multi_thread")]
async fn without_its_key_each_route_is_refused_by_name() {
    let Some(spin) = Spin::up(&[]) else { return };
    spin.ready().await;
    for (method, path, variable) in [
        ("POST", "/webhooks/dataverse", "webhook_key"),
        ("POST", "/deliver", "timer_key"),
        ("POST", "/reconcile", "timer_key"),
        ("GET", "/metrics", "timer_key"),
        ("GET", "/api/notifications", "admin_token"),
        ("GET", "/api/outbox", "admin_token"),
        ("POST", "/api/appointments", "admin_token"),
    ] {
        // Neither an empty key nor the one of development opens it.
        for key in ["", "punctual-dev"] {
            let reply = request(&spin, method, path, key, "{}".to_owned()).await;
            assert_eq!(reply.status, 503, "{path}: {}", reply.text());
            assert!(reply.text().contains(variable), "{path}: {}", reply.text());
        }
    }
    let page = request(&spin, "GET", "/", "", String::new()).await;
    assert_eq!(page.status, 200);
}
