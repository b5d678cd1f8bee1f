//! Lines in, lines out.

use bytes::Bytes;
use http::Request;
use punctual_stand_in_appinsights::{Collectors, KEY};
use punctual_stand_ins::{Fault, FaultKind};
use punctual_vendor_specs::Spec;
use serde_json::{Value, json};

fn post(path: &str, body: &str) -> Request<Bytes> {
    let request = Request::post(format!("http://127.0.0.1{path}"));
    let request = request.header("content-type", "application/json");
    request.body(Bytes::from(body.to_owned())).unwrap()
}

fn event(change: impl FnOnce(&mut Value)) -> Value {
    let mut event = json!({"name": "Microsoft.ApplicationInsights.Event", "time": "2026-06-01T08:00:00Z", "iKey": KEY,
        "data": {"baseType": "EventData", "baseData": {"ver": 2, "name": "notification.sent"}}});
    change(&mut event);
    event
}

/// Status, then how many were accepted, then the index and status of each that was not.
fn told(collectors: &mut Collectors, body: &Value) -> String {
    let reply = collectors.handle(&post("/v2.1/track", &body.to_string()), 0);
    if let Some(spec) = Spec::load("appinsights_track_v2.1.resolved.json") {
        let wrong = spec.response("/track", "POST", &reply.response);
        assert!(wrong.is_empty(), "{wrong:?}");
    }
    let answer: Value = serde_json::from_slice(reply.response.body()).unwrap_or_default();
    let errors = answer["errors"].as_array().cloned().unwrap_or_default();
    let errors: String = errors
        .iter()
        .map(|error| format!(" {}:{}", error["index"], error["statusCode"]))
        .collect();
    format!(
        "{} {}{errors}",
        reply.response.status().as_u16(),
        answer["itemsAccepted"]
    )
}

#[test]
fn envelopes_are_taken_one_by_one() {
    let mut collectors = Collectors::new(0);
    for (body, expected) in [
        (json!([event(|_| ())]), "200 1"),
        (
            json!([event(|_| ()), event(|e| e["iKey"] = "other".into())]),
            "206 1 1:400",
        ),
        (
            json!([event(|e| e["data"]["baseType"] = "Event".into())]),
            "400 0 0:400",
        ),
        (
            json!([event(|e| e["time"] = Value::Null), event(|_| ())]),
            "206 1 0:400",
        ),
        (
            json!([event(|e| {
                e["data"] = json!({"baseType": "RemoteDependencyData", "baseData": {"ver": 2, "name": "n", "duration": "98"}});
            })]),
            "400 0 0:400",
        ),
    ] {
        assert_eq!(told(&mut collectors, &body), expected, "{body}");
    }
    assert_eq!(collectors.items.len(), 3);
}

#[test]
fn faults_strike() {
    for (kind, expected) in [
        (FaultKind::Busy, "429 null"),
        (FaultKind::Fail, "503 null"),
        (FaultKind::Refuse, "206 1 0:503"),
    ] {
        let mut collectors = Collectors::new(0);
        collectors.faults.add(Fault::once("track", kind)).unwrap();
        let two = json!([event(|_| ()), event(|_| ())]);
        assert_eq!(told(&mut collectors, &two), expected);
        assert_eq!(told(&mut collectors, &two), "200 2");
    }
}

#[test]
fn otlp_is_kept_as_it_came() {
    let mut collectors = Collectors::new(0);
    let status = |collectors: &mut Collectors, path, body| {
        collectors
            .handle(&post(path, body), 0)
            .response
            .status()
            .as_u16()
    };
    assert_eq!(
        status(&mut collectors, "/v1/traces", "{\"resourceSpans\":[]}"),
        200
    );
    assert_eq!(status(&mut collectors, "/v1/logs", "rubbish"), 400);
    assert_eq!(status(&mut collectors, "/v1/other", "{}"), 404);
    assert_eq!(collectors.otlp.len(), 1);
}
