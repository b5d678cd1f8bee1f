//! The stand-in over sockets: webhooks reach a receiver, the one repetition comes when the clock says so, and the
//! control routes tell of it all.

use std::sync::Arc;

use punctual_stand_in_dataverse::{StandIn, StandInOptions};
use punctual_stand_ins::testing::{self, NOW_MS, Receiver};
use punctual_stand_ins::{Clock, ManualClock};
use serde_json::{Value, json};

async fn ask(method: &str, url: String, token: &str, body: Value) -> (u16, Value) {
    let authorization = format!("Bearer {token}");
    testing::ask(method, &url, &[("authorization", &authorization)], body).await
}

async fn hear(receiver: &mut Receiver) -> (String, Value) {
    let request = receiver.next().await;
    let key = request.headers()["x-punctual-key"].to_str().unwrap();
    let body = serde_json::from_slice(request.body()).unwrap();
    (key.to_owned(), body)
}

#[tokio::test]
async fn a_webhook_arrives_and_is_repeated_once_when_its_time_comes() {
    let mut receiver = Receiver::answering(&[503]).await;
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
    let set =
        json!({ "url": format!("{}/webhooks/dataverse", receiver.url()), "authvalue": settings });
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

    let (key, first) = hear(&mut receiver).await;
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
    assert!(receiver.heard_nothing(), "not before its time");
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
    let (_, second) = hear(&mut receiver).await;
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
}
