//! The stand-in over sockets: webhooks reach a receiver, the one repetition comes when the clock says so, and the
//! control routes tell of it all.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use bytes::Bytes;
use futures::future::BoxFuture;
use http::{Request, Response, StatusCode};
use punctual_stand_in_dataverse::{StandIn, StandInOptions};
use punctual_stand_ins::{Clock, Handler, ManualClock, Reply, listen, send, serve};
use serde_json::{Value, json};
use tokio::sync::mpsc;

/// 2026-11-23T09:00:00Z
const NOW_MS: i64 = 1_795_424_400_000;
const LONGEST: Duration = Duration::from_secs(60);

/// Answers with what it was told, last first, and passes on what it hears.
struct Receiver {
    statuses: Mutex<Vec<u16>>,
    heard: mpsc::UnboundedSender<(String, Value)>,
}

impl Handler for Receiver {
    fn answer(&self, request: Request<Bytes>) -> BoxFuture<'_, Reply> {
        let key = request.headers().get("x-punctual-key");
        let key = key.and_then(|key| key.to_str().ok()).unwrap_or_default();
        let body = serde_json::from_slice(request.body()).unwrap();
        self.heard.send((key.to_owned(), body)).unwrap();
        let status = self.statuses.lock().unwrap().pop().unwrap_or(200);
        let mut response = Response::new(Bytes::new());
        *response.status_mut() = StatusCode::from_u16(status).unwrap();
        Box::pin(async move { response.into() })
    }
}

async fn ask(method: &str, url: String, token: &str, body: Value) -> (u16, Value) {
    let body = match body {
        Value::Null => Bytes::new(),
        body => Bytes::from(body.to_string()),
    };
    let request = Request::builder()
        .method(method)
        .uri(url)
        .header("authorization", format!("Bearer {token}"))
        .body(body)
        .unwrap();
    let response = send(request, LONGEST).await.unwrap();
    let body = serde_json::from_slice(response.body()).unwrap_or(Value::Null);
    (response.status().as_u16(), body)
}

#[tokio::test]
async fn a_webhook_arrives_and_is_repeated_once_when_its_time_comes() {
    let (heard, mut hears) = mpsc::unbounded_channel();
    let receiver = Receiver {
        statuses: Mutex::new(vec![200, 503]),
        heard,
    };
    let listener = listen("127.0.0.1:0".parse().unwrap()).await.unwrap();
    let here = listener.local_addr().unwrap();
    let server = tokio::spawn(serve(listener, Arc::new(receiver)));

    let clock = Arc::new(ManualClock::new(NOW_MS));
    let options = StandInOptions {
        clock: clock.clone(),
        ..StandInOptions::new().unwrap()
    };
    let stand_in = StandIn::start(options).await.unwrap();
    let api = format!("{}/api/data/v9.2", stand_in.url());
    let endpoint = punctual_solution::endpoint_id();
    let endpoint = endpoint.trim_matches(['{', '}']);
    let settings = "<settings><setting name=\"x-punctual-key\" value=\"k\" /></settings>";
    let set = json!({ "url": format!("http://{here}/webhooks/dataverse"), "authvalue": settings });
    let patched = ask(
        "PATCH",
        format!("{api}/serviceendpoints({endpoint})"),
        stand_in.token(),
        set,
    )
    .await;
    assert_eq!(patched.0, 204);
    let row = json!({ "punctual_name": "Check-up" });
    let made = ask(
        "POST",
        format!("{api}/punctual_appointments"),
        stand_in.token(),
        row,
    )
    .await;
    assert_eq!(made.0, 204);

    let (key, first) = hears.recv().await.unwrap();
    assert_eq!(
        (key.as_str(), &first["MessageName"]),
        ("k", &json!("Create"))
    );
    // The refusal must be noted before the clock moves, or the repetition would be counted from later on.
    let webhooks = format!("{}/webhooks", stand_in.control_url());
    loop {
        let (_, told) = ask("GET", webhooks.clone(), "", Value::Null).await;
        if told["attempts"][0]["status"] == 503 {
            assert_eq!(told["waiting"], 1);
            break;
        }
        tokio::task::yield_now().await;
    }
    assert!(hears.try_recv().is_err(), "not before its time");
    let control = stand_in.control_url();
    let (_, now) = ask(
        "POST",
        format!("{control}/clock"),
        "",
        json!({ "advance_seconds": 5 }),
    )
    .await;
    assert_eq!(now["now"], "2026-11-23T09:00:05Z");
    assert_eq!(clock.now_ms(), NOW_MS + 5_000);
    let (_, second) = hears.recv().await.unwrap();
    assert_eq!(first["OperationId"], second["OperationId"]);

    let (_, counts) = ask("GET", format!("{control}/requests"), "", Value::Null).await;
    assert_eq!(counts["counts"]["create punctual_appointment"], 1);
    let (_, rows) = ask(
        "GET",
        format!("{control}/rows/punctual_appointment"),
        "",
        Value::Null,
    )
    .await;
    assert_eq!(rows["rows"][0]["punctual_name"], "Check-up");
    let (status, there) = ask("GET", format!("{control}/rows/moon"), "", Value::Null).await;
    assert_eq!(status, 404);
    assert!(
        there["error"]
            .as_str()
            .unwrap()
            .contains("punctual_appointment")
    );
    server.abort();
}
