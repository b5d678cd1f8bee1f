//! Bad input: a clear answer, and nothing changed.

use punctual_tests::events::*;
use punctual_tests::{Clinic, KEY};
use serde_json::Value;

const NOW: &str = "2026-06-01T00:00:00Z";

fn body() -> String {
    created(ID, NOW, "2026-06-15T07:00:00Z", "Europe/Berlin").to_string()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_key_opens_nothing() {
    let clinic = Clinic::open(NOW).await;
    let routes = [
        ("POST", "/webhooks/dataverse"),
        ("POST", "/deliver"),
        ("POST", "/reconcile"),
        ("GET", "/api/appointments"),
        ("GET", "/metrics"),
        ("POST", "/api/appointments"),
        ("GET", "/api/outbox"),
        ("POST", "/webhooks/dataverse?code=wrong"),
    ];
    for (method, path) in routes {
        for headers in [
            &[][..],
            &[
                ("x-punctual-key", "wrong"),
                ("authorization", "Bearer wrong"),
            ][..],
        ] {
            let reply = clinic
                .request_with(method, path, headers, body())
                .await
                .expect("an answer");
            assert_eq!(reply.status, 401, "{method} {path}");
            assert!(!reply.text().contains(KEY));
        }
    }
    assert!(clinic.items("/api/appointments").await.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn the_key_may_come_as_a_query_parameter() {
    let clinic = Clinic::open(NOW).await;
    let reply = clinic
        .request_with(
            "POST",
            &format!("/webhooks/dataverse?code={KEY}"),
            &[],
            body(),
        )
        .await
        .expect("an answer");
    assert_eq!(reply.status, 200, "{}", reply.text());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_missing_variable_closes_its_route_by_name() {
    for (variable, method, path) in [
        ("webhook_key", "POST", "/webhooks/dataverse"),
        ("timer_key", "POST", "/deliver"),
        ("admin_token", "GET", "/api/outbox"),
    ] {
        let clinic = Clinic::open_with(NOW, &[(variable, "")]).await;
        let reply = clinic
            .request(method, path, body())
            .await
            .expect("an answer");
        assert_eq!(reply.status, 503, "{variable}");
        assert!(reply.text().contains(variable), "{}", reply.text());
    }
    let clinic = Clinic::open_with(NOW, &[("queue", "servicebuss")]).await;
    let reply = clinic
        .request("POST", "/deliver", "")
        .await
        .expect("an answer");
    assert_eq!(
        (reply.status.as_u16(), reply.text().contains("queue")),
        (503, true)
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn malformed_bodies_are_refused_and_change_nothing() {
    let clinic = Clinic::open(NOW).await;
    // An appointment is there already, for the same id that the bodies below name.
    let stored = created(ID, NOW, "2026-06-20T07:00:00Z", "Europe/Berlin");
    clinic.event(&stored).await;
    let everything = || async {
        (
            clinic.items("/api/appointments").await,
            clinic.items("/api/notifications").await,
        )
    };
    let before = everything().await;
    let deep = format!("{}1{}", "[".repeat(100_000), "]".repeat(100_000));
    let wrong_type = body().replacen(
        r#"{"key":"punctual_start","value":"/Date(1781506800000)/"}"#,
        r#"{"key":"punctual_start","value":{"x":[1]}}"#,
        1,
    );
    assert_ne!(wrong_type, body());
    let utf16: Vec<u8> = body().encode_utf16().flat_map(u16::to_le_bytes).collect();
    let mut broken_utf8 = body().into_bytes();
    broken_utf8[40] = 0xff;
    let cases: Vec<(&str, Vec<u8>, u16)> = vec![
        ("empty", Vec::new(), 400),
        ("no json", b"hello".to_vec(), 400),
        ("cut short", body().as_bytes()[..200].to_vec(), 400),
        ("null", b"null".to_vec(), 400),
        ("list", b"[]".to_vec(), 400),
        ("no members", b"{}".to_vec(), 400),
        ("deep", deep.into_bytes(), 400),
        ("wrong type", wrong_type.into_bytes(), 400),
        ("utf-16", utf16, 400),
        ("broken utf-8", broken_utf8, 400),
        (
            "oversized",
            format!("{{\"x\":\"{}\"}}", "y".repeat(512 * 1024)).into_bytes(),
            413,
        ),
    ];
    let routes = ["/webhooks/dataverse", "/api/appointments", "/api/preview"];
    for ((name, body, status), route) in cases
        .into_iter()
        .flat_map(|case| routes.map(|route| (case.clone(), route)))
    {
        let reply = clinic
            .request("POST", route, body)
            .await
            .expect("an answer");
        assert_eq!(reply.status, status, "{route}, {name}: {}", reply.text());
        let problem: Value = reply.json().expect("a problem document");
        assert!(
            problem["detail"]
                .as_str()
                .is_some_and(|detail| !detail.is_empty()),
            "{name}"
        );
    }
    let headers = [
        ("x-punctual-key", KEY),
        ("content-type", "application/json; charset=utf-16"),
    ];
    let reply = clinic
        .request_with("POST", "/webhooks/dataverse", &headers, body())
        .await
        .expect("an answer");
    assert_eq!(reply.status, 415);
    assert_eq!(everything().await, before);
}

#[tokio::test(flavor = "multi_thread")]
async fn wrong_methods_and_routes_are_told() {
    let clinic = Clinic::open(NOW).await;
    for (method, path, status) in [
        ("GET", "/deliver", 405),
        ("GET", "/webhooks/dataverse", 405),
        ("PUT", "/api/appointments", 405),
        ("GET", "/api/nothing", 404),
        ("GET", "/nothing", 404),
        ("GET", "/api/appointments/not-a-guid", 404),
        ("POST", "/deliver?wait=x", 400),
        ("POST", "/deliver?wait=-1", 400),
        ("POST", "/deliver?wait=1.5", 400),
        ("POST", "/deliver?max=many", 400),
        ("POST", "/reconcile?since=yesterday", 400),
        ("GET", "/api/notifications?status=sent,lost", 400),
        ("GET", "/api/notifications?order=newest", 400),
        ("GET", "/api/notifications?after=x", 400),
        ("GET", "/api/notifications?limit=0", 400),
        ("GET", "/api/outbox?limit=5001", 400),
    ] {
        let reply = clinic.request(method, path, "").await.expect("an answer");
        assert_eq!(reply.status, status, "{method} {path}");
    }
}
