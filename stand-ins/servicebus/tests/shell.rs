//! The shell: real sockets on loopback, TLS, the control routes.

use std::net::SocketAddr;
use std::sync::Arc;

use punctual_stand_in_servicebus::access::{Rights, Rule, sign};
use punctual_stand_in_servicebus::{StandIn, StandInOptions};
use punctual_stand_ins::ManualClock;
use rustls::{ClientConfig, RootCertStore};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

/// 2026-11-23T09:00:00Z
const START_MS: i64 = 1_795_424_400_000;
const SASL_HEADER: &[u8] = b"AMQP\x03\x01\x00\x00";

async fn start() -> StandIn {
    let clock = Arc::new(ManualClock::new(START_MS));
    StandIn::start(StandInOptions {
        clock,
        ..Default::default()
    })
    .await
    .unwrap()
}

/// One request on a connection of its own: status and body.
async fn http(url: &str, method: &str, path: &str, headers: &str, body: &str) -> (u16, String) {
    let address: SocketAddr = url.strip_prefix("http://").unwrap().parse().unwrap();
    let mut stream = TcpStream::connect(address).await.unwrap();
    let length = body.len();
    let request = format!(
        "{method} {path} HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\ncontent-length: {length}\r\n{headers}\r\n{body}"
    );
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap_or((&answer, ""));
    let status = head
        .split(' ')
        .nth(1)
        .and_then(|status| status.parse().ok())
        .unwrap_or(0);
    (status, body.to_owned())
}

async fn control(stand_in: &StandIn, method: &str, path: &str, body: Value) -> Value {
    let body = if body.is_null() {
        String::new()
    } else {
        body.to_string()
    };
    let (_, body) = http(&stand_in.control_url(), method, path, "", &body).await;
    serde_json::from_str(&body).unwrap()
}

fn authorization() -> String {
    let rule = Rule {
        name: "RootManageSharedAccessKey".into(),
        key: "SAS_KEY_VALUE".into(),
        rights: Rights::ALL,
    };
    format!(
        "authorization: {}\r\n",
        sign("http://localhost/", &rule, START_MS / 1000 + 3600)
    )
}

#[tokio::test]
async fn amqp_is_spoken_over_tls_to_those_who_trust_the_authority() {
    let stand_in = start().await;
    let mut roots = RootCertStore::empty();
    roots
        .add(stand_in.authority().der().to_vec().into())
        .unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    let stream = TcpStream::connect(stand_in.amqps()).await.unwrap();
    let name = "localhost".try_into().unwrap();
    let mut stream = TlsConnector::from(Arc::new(config))
        .connect(name, stream)
        .await
        .unwrap();
    stream.write_all(SASL_HEADER).await.unwrap();
    let mut answer = [0; 8];
    stream.read_exact(&mut answer).await.unwrap();
    assert_eq!(answer, SASL_HEADER);

    let (status, pem) = http(&stand_in.control_url(), "GET", "/ca.pem", "", "").await;
    assert_eq!((status, pem), (200, stand_in.authority().pem()));
}

#[tokio::test]
async fn what_is_no_tls_and_what_is_no_amqp_is_hung_up_on() {
    let stand_in = start().await;
    for address in [stand_in.amqps(), stand_in.amqp()] {
        let mut stream = TcpStream::connect(address).await.unwrap();
        stream.write_all(b"GET / HTTP/1.1\r\n\r\n").await.unwrap();
        let mut answer = Vec::new();
        // Either an end or a reset: both are the end.
        let _ = stream.read_to_end(&mut answer).await;
        assert!(answer.len() < 64, "{answer:?}");
    }
}

#[tokio::test]
async fn a_receive_waits_until_the_clock_is_moved() {
    let stand_in = start().await;
    let url = stand_in.http_url();
    let headers = authorization()
        + "brokerproperties: {\"MessageId\":\"a\",\"ScheduledEnqueueTimeUtc\":\"Mon, 23 Nov 2026 09:00:30 GMT\"}\r\n";
    assert_eq!(
        http(&url, "POST", "/probe/messages", &headers, "hello")
            .await
            .0,
        201
    );
    let waiting = tokio::spawn({
        let (url, headers) = (url.clone(), authorization());
        async move {
            http(
                &url,
                "DELETE",
                "/probe/messages/head?timeout=60",
                &headers,
                "",
            )
            .await
        }
    });
    let now = control(
        &stand_in,
        "POST",
        "/clock",
        json!({ "advance_seconds": 30 }),
    )
    .await;
    assert_eq!(now, json!({ "now": "2026-11-23T09:00:30Z" }));
    assert_eq!(waiting.await.unwrap(), (200, "hello".to_owned()));

    let history = control(&stand_in, "GET", "/history?since=1", Value::Null).await;
    let events: Vec<&str> = history["events"]
        .as_array()
        .unwrap()
        .iter()
        .map(|event| event["what"].as_str().unwrap())
        .collect();
    assert_eq!(events, ["activated", "delivered"]);
    assert_eq!(history["events"][0]["scheduled_as"], 1);
}

#[tokio::test]
async fn a_receive_that_waits_in_vain_ends_with_its_time() {
    let stand_in = start().await;
    let url = stand_in.http_url();
    let waiting = tokio::spawn(async move {
        http(
            &url,
            "DELETE",
            "/probe/messages/head?timeout=5",
            &authorization(),
            "",
        )
        .await
    });
    // Whether the request is there by now or comes after: five seconds later it is answered.
    while !waiting.is_finished() {
        control(&stand_in, "POST", "/clock", json!({ "advance_seconds": 5 })).await;
    }
    assert_eq!(waiting.await.unwrap().0, 204);
}

#[tokio::test]
async fn queues_are_made_and_shown() {
    let stand_in = start().await;
    let made = control(
        &stand_in,
        "PUT",
        "/queues/short",
        json!({ "lock_duration_ms": 5000 }),
    )
    .await;
    let names: Vec<&str> = made["queues"]
        .as_array()
        .unwrap()
        .iter()
        .map(|queue| queue["name"].as_str().unwrap())
        .collect();
    assert_eq!(names, ["probe", "reminders", "short"]);
    assert_eq!(made["queues"][2]["options"]["lock_duration_ms"], 5000);
    let refused = control(
        &stand_in,
        "PUT",
        "/queues/short",
        json!({ "lock_duration_ms": 0 }),
    )
    .await;
    assert_eq!(
        refused["error"],
        "lock_duration_ms must be 1 to 300000, which is five minutes"
    );
    let refused = control(&stand_in, "PUT", "/queues/a$b", Value::Null).await;
    assert!(
        refused["error"]
            .as_str()
            .unwrap()
            .starts_with("a queue's name has")
    );
    let unknown = control(&stand_in, "GET", "/moon", Value::Null).await;
    assert_eq!(
        unknown["error"],
        "there are /clock, /faults, /queues, /history, /ca.pem"
    );
}

#[tokio::test]
async fn faults_break_connections_on_the_wire() {
    let stand_in = start().await;
    let fault = json!({ "at": "rest.send", "kind": "lose-answer" });
    control(&stand_in, "POST", "/faults", fault).await;
    let (status, _) = http(
        &stand_in.http_url(),
        "POST",
        "/probe/messages",
        &authorization(),
        "x",
    )
    .await;
    assert_eq!(status, 0, "no answer");
    let queues = control(&stand_in, "GET", "/queues", Value::Null).await;
    assert_eq!(queues["queues"][0]["messages"], 1, "and yet it was done");

    control(
        &stand_in,
        "POST",
        "/faults",
        json!({ "at": "rest.receive", "kind": "half-answer" }),
    )
    .await;
    let receive = http(
        &stand_in.http_url(),
        "DELETE",
        "/probe/messages/head",
        &authorization(),
        "",
    )
    .await;
    assert_eq!(receive, (200, String::new()), "half of one byte is none");
}

#[tokio::test]
async fn other_addresses_than_loopback_are_refused() {
    let options = StandInOptions {
        http: "0.0.0.0:0".parse().unwrap(),
        ..Default::default()
    };
    let refused = StandIn::start(options).await.err().unwrap();
    assert_eq!(
        refused.to_string(),
        "a stand-in listens on loopback only, not on 0.0.0.0:0"
    );
}
