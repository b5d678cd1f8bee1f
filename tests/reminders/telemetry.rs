//! What is told of the work: one trace from the booking on, lines for people, and nothing about a person.

use std::process::Stdio;

use punctual_host::Log;
use punctual_stand_in_appinsights::{KEY as IKEY, StandIn, StandInOptions};
use punctual_stand_ins::judges::Court;
use punctual_stand_ins::{Fault, FaultKind};
use punctual_tests::events::*;
use punctual_tests::{Clinic, KEY};
use serde_json::{Value, json};
use tokio::io::AsyncWriteExt;

const NOW: &str = "2026-06-01T00:00:00Z";
const START: &str = "2026-06-15T07:00:00Z";
const CORRELATION: &str = "0af76519-16cd-43dd-8448-eb211c80319c";
const TRACE: &str = "0af7651916cd43dd8448eb211c80319c";

/// Of the person that the events are about.
const PERSONAL: [&str; 5] = ["Pat", "pat@", "2025550123", "Vaccination", KEY];

pub fn booking() -> Value {
    let mut event = created(ID, NOW, START, "Europe/Berlin");
    event["CorrelationId"] = CORRELATION.into();
    event
}

/// A clinic whose lines are kept, and collectors that it tells.
pub async fn watched(level: &str) -> (Clinic, StandIn, Log) {
    let collectors = StandIn::start(StandInOptions::new().expect("options"));
    let collectors = collectors.await.expect("the collectors start");
    let (url, log) = (collectors.url(), Log::kept());
    let variables = [
        ("appinsights_endpoint", url.as_str()),
        ("appinsights_key", IKEY),
        ("otlp_endpoint", url.as_str()),
        ("log_level", level),
    ];
    let clinic = Clinic::open(NOW).await;
    let clinic = clinic
        .restart_with(|options| {
            options.log = log.clone();
            for (name, value) in variables {
                options.variables.insert(name.to_owned(), value.to_owned());
            }
        })
        .await;
    (clinic, collectors, log)
}

/// The lines that are JSON.
fn lines(log: &Log) -> Vec<Value> {
    let lines = log.lines();
    let own = lines
        .iter()
        .filter_map(|line| line.split_once("] ")?.1.strip_prefix('{'));
    own.map(|line| serde_json::from_str(&format!("{{{line}")).expect("a line is JSON"))
        .collect()
}

/// Telling goes on after the answer; it has two seconds.
pub async fn told(collectors: &StandIn, name: &str, count: usize) -> Vec<Value> {
    for _ in 0..100 {
        let items = collectors.with(|collectors| collectors.items.clone());
        let named: Vec<Value> = items
            .into_iter()
            .filter(|item| item["data"]["baseData"]["name"] == name)
            .collect();
        if named.len() >= count {
            return named;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    panic!("{name} was not told {count} times");
}

#[tokio::test(flavor = "multi_thread")]
async fn one_trace_leads_from_the_booking_to_the_sending() {
    let (clinic, collectors, log) = watched("debug").await;
    clinic.event(&booking()).await;
    // Telling has an end by the clock, and that is about to jump.
    told(&collectors, "POST /webhooks/dataverse", 1).await;
    clinic.set_now("2026-06-08T07:00:00Z");
    clinic.deliver().await;

    // Planned, queued, claimed and sent: in the lines and with the collector under the booking's own id.
    let of = |event: &str| {
        let all = lines(&log);
        all.into_iter()
            .filter(|line| line["event"] == event)
            .collect::<Vec<_>>()
    };
    for (event, count) in [
        ("notification.pending", 6),
        ("notification.scheduled", 6),
        ("notification.sending", 2),
        ("notification.sent", 2),
    ] {
        let seen = of(event);
        assert_eq!(seen.len(), count, "{event}");
        assert!(
            seen.iter().all(|line| line["trace_id"] == TRACE),
            "{seen:?}"
        );
        let items = told(&collectors, event, count).await;
        assert!(
            items
                .iter()
                .all(|item| item["tags"]["ai.operation.id"] == TRACE),
            "{items:?}"
        );
    }
    // The webhook's request is of that trace; the timer's is of its own.
    let request = |items: Vec<Value>| items[0]["tags"]["ai.operation.id"].clone();
    assert_eq!(
        request(told(&collectors, "POST /webhooks/dataverse", 1).await),
        TRACE
    );
    assert_ne!(request(told(&collectors, "POST /deliver", 1).await), TRACE);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_caller_that_brings_a_trace_is_followed() {
    let (clinic, collectors, log) = watched("info").await;
    let headers = [
        ("x-punctual-key", KEY),
        ("content-type", "application/json"),
        (
            "traceparent",
            "00-11111111111111111111111111111111-2222222222222222-01",
        ),
    ];
    let body = booking().to_string();
    let reply = clinic
        .request_with("POST", "/webhooks/dataverse", &headers, body)
        .await;
    assert_eq!(reply.expect("an answer").status, 200);
    // The request itself is told after the answer.
    told(&collectors, "POST /webhooks/dataverse", 1).await;
    let lines = lines(&log);
    let known = lines
        .iter()
        .filter(|line| line["trace_id"] == "1".repeat(32));
    // Six reminders and the request; whoever asked for less is told nothing of pending rows.
    assert_eq!(known.count(), 7, "{lines:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_personal_is_told_and_libraries_read_the_rest() {
    let (clinic, collectors, log) = watched("debug").await;
    clinic.event(&booking()).await;
    clinic.set_now("2026-06-08T07:00:00Z");
    clinic.deliver().await;
    clinic
        .request("GET", "/api/appointments?q=pat@example.com", "")
        .await
        .expect("an answer");
    let wrong = [("x-punctual-key", "a-wrong-key-of-somebody")];
    clinic
        .request_with("POST", &format!("/deliver?code={KEY}"), &wrong, "")
        .await
        .expect("an answer");
    told(&collectors, "notification.sent", 2).await;

    let metrics = clinic
        .request("GET", "/metrics", "")
        .await
        .expect("an answer")
        .text()
        .to_string();
    assert!(
        metrics.contains("punctual_webhook_seconds_count 1\n"),
        "{metrics}"
    );
    let kept = collectors.with(|collectors| collectors.taken());
    let everything = format!("{kept}\n{}\n{metrics}", log.lines().join("\n"));
    for personal in PERSONAL.into_iter().chain(["a-wrong-key"]) {
        assert!(!everything.contains(personal), "{personal} is told");
    }

    let court = Court::of(
        "tests",
        concat!(env!("CARGO_MANIFEST_DIR"), "/.."),
        env!("CARGO_TARGET_TMPDIR"),
    );
    if let Some(mut libraries) = court.python("opentelemetry-proto and prometheus-client") {
        let mut judge = libraries
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("Python starts");
        let told = json!({"otlp": kept["otlp"], "metrics": metrics}).to_string();
        let mut input = judge.stdin.take().expect("it is piped");
        input.write_all(told.as_bytes()).await.expect("it reads");
        drop(input);
        let output = judge.wait_with_output().await.expect("it ends");
        let said = [output.stdout, output.stderr].concat();
        assert!(
            output.status.success(),
            "{}",
            String::from_utf8_lossy(&said)
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn collectors_that_fail_cost_nothing_but_their_telemetry() {
    for kind in [
        FaultKind::Fail,
        FaultKind::Busy,
        FaultKind::LoseAnswer,
        FaultKind::Drop,
    ] {
        let (clinic, collectors, log) = watched("info").await;
        let forever = |at: &str| Fault {
            times: None,
            ..Fault::once(at, kind)
        };
        collectors.with(|collectors| {
            collectors.faults.add(forever("track")).expect("a fault");
            collectors.faults.add(forever("otlp")).expect("a fault");
        });
        clinic.event(&booking()).await;
        clinic.set_now("2026-06-08T07:00:00Z");
        let summary = clinic.deliver().await;
        assert_eq!(summary["sent"], 2, "{kind:?}");
        drop(collectors);
        clinic.set_now("2026-06-14T07:00:00Z");
        assert_eq!(clinic.deliver().await["sent"], 2, "{kind:?}");
        assert_eq!(clinic.sent_once_each().await, 4);
        let dropped = |line: &Value| line["event"] == "telemetry.dropped";
        assert!(
            lines(&log).iter().any(dropped),
            "{kind:?}: {:?}",
            lines(&log)
        );
    }
}
