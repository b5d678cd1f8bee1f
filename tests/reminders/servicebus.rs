//! The reminder loop with Service Bus as its queue, over either transport, against the stand-in on loopback.

use std::sync::Arc;

use punctual_stand_in_servicebus::{StandIn, StandInOptions};
use punctual_stand_ins::{Clock, ManualClock};
use punctual_tests::{Clinic, events, time};
use serde_json::Value;

const NOW: &str = "2026-06-01T00:00:00Z";
const START: &str = "2026-06-15T09:00:00Z";
const DUE: [&str; 3] = [
    "2026-06-08T09:00:00Z",
    "2026-06-14T09:00:00Z",
    "2026-06-15T08:00:00Z",
];

/// A clinic and the bus that it uses; both go by the same time.
struct Town {
    clinic: Clinic,
    bus: StandIn,
    clock: Arc<ManualClock>,
}

impl Town {
    async fn open(transport: &str) -> Self {
        let clock = Arc::new(ManualClock::new(time(NOW).timestamp_millis()));
        let options = StandInOptions {
            clock: clock.clone(),
            ..StandInOptions::default()
        };
        let bus = StandIn::start(options).await.expect("the stand-in starts");
        let endpoint = bus.http_url();
        let address = format!("tcp://{}", bus.amqp());
        let variables = [
            ("queue", "servicebus"),
            ("servicebus_transport", transport),
            ("servicebus_endpoint", &endpoint),
            ("servicebus_address", &address),
            ("servicebus_tls", "off"),
            ("servicebus_key_name", "RootManageSharedAccessKey"),
            ("servicebus_key", "SAS_KEY_VALUE"),
        ];
        let clinic = Clinic::open_with(NOW, &variables).await;
        Self { clinic, bus, clock }
    }

    fn set_now(&self, now: &str) {
        self.clock.set_ms(time(now).timestamp_millis());
        self.clinic.set_now(now);
    }

    /// Messages in the queue, dead letters.
    fn depth(&self) -> (usize, usize) {
        self.bus.with(|bus| {
            let mut queues = bus.broker.queues();
            let (_, _, depth) = queues
                .find(|(name, ..)| *name == "reminders")
                .expect("it is there");
            (depth.messages, depth.dead_letters)
        })
    }

    async fn numbers(&self) -> Vec<Value> {
        let rows = self.clinic.items("/api/notifications").await;
        rows.into_iter()
            .filter(|row| row["status"] == "scheduled")
            .map(|mut row| row["sequence_number"].take())
            .collect()
    }
}

async fn each_reminder_once(transport: &str) {
    let town = Town::open(transport).await;
    let clinic = &town.clinic;
    clinic
        .event(&events::created(events::ID, NOW, START, "Europe/Berlin"))
        .await;
    assert_eq!(town.depth(), (6, 0));
    let numbers = town.numbers().await;
    assert_eq!(numbers.len(), 6);
    assert!(
        numbers
            .iter()
            .all(|number| number.is_string() == (transport == "amqp")),
        "{numbers:?}"
    );

    for (done, due) in DUE.iter().enumerate() {
        // The broker spreads messages over the minute before: they come, and are not sent.
        let early = time(due) - chrono::TimeDelta::seconds(1);
        town.set_now(&early.to_rfc3339());
        assert_eq!(clinic.deliver().await["sent"], 0);
        assert_eq!(clinic.sent().await, done * 2);
        town.set_now(due);
        clinic.deliver().await;
        assert_eq!(clinic.sent_once_each().await, (done + 1) * 2);
        clinic.deliver().await;
        assert_eq!(clinic.sent_once_each().await, (done + 1) * 2);
    }
    assert_eq!(town.depth(), (0, 0));
}

async fn moved_and_cancelled(transport: &str) {
    let town = Town::open(transport).await;
    let clinic = &town.clinic;
    clinic
        .event(&events::created(events::ID, NOW, START, "Europe/Berlin"))
        .await;
    clinic
        .event(&events::moved(
            events::ID,
            "2026-06-01T00:00:01Z",
            "2026-06-16T09:00:00Z",
        ))
        .await;
    // Without cancelling the old messages stay; the fence stops them.
    let stale = if transport == "amqp" { 0 } else { 6 };
    assert_eq!(town.depth(), (6 + stale, 0));
    town.set_now(DUE[0]);
    let report = clinic.deliver().await;
    assert_eq!(report["sent"], 0, "{report}");
    assert_eq!(clinic.sent().await, 0);

    clinic
        .event(&events::canceled(events::ID, "2026-06-01T00:00:02Z"))
        .await;
    for due in [
        "2026-06-09T09:00:00Z",
        "2026-06-15T09:00:00Z",
        "2026-06-16T08:00:00Z",
    ] {
        town.set_now(due);
        let report = clinic.deliver().await;
        assert_eq!(report["sent"], 0, "{report}");
    }
    assert_eq!(clinic.sent().await, 0);
    assert_eq!(town.depth(), (0, 0));
}

async fn poison_ends_among_the_dead_letters(transport: &str) {
    let town = Town::open(transport).await;
    let clinic = &town.clinic;
    let url = format!("{}/reminders/messages", town.bus.http_url());
    let expires = time(NOW).timestamp() + 60;
    let token = punctual_servicebus::sas::token(
        &town.bus.http_url(),
        "RootManageSharedAccessKey",
        "SAS_KEY_VALUE",
        expires,
    );
    let headers = [("authorization", token.as_str())];
    let reply = punctual_host::client::send("POST".parse().unwrap(), &url, &headers, "poison")
        .await
        .unwrap();
    assert_eq!(reply.status, 201);

    // Over HTTP it dies when it was given back often enough; over AMQP at once, with a reason.
    clinic.deliver().await;
    assert_eq!(town.depth(), (0, 1));
    let letters = clinic.items("/api/dead-letters").await;
    assert_eq!(letters.len(), 1);
    let reason = if transport == "amqp" {
        "UnreadableBody"
    } else {
        "MaxDeliveryCountExceeded"
    };
    assert_eq!(letters[0]["reason"], reason);
    let id = letters[0]["id"].as_str().unwrap();
    let path = format!("/api/dead-letters/{id}/resubmit");
    clinic.json("POST", &path, "").await;
    assert_eq!(town.depth(), (1, 0));
    let again = clinic.request("POST", &path, "").await.unwrap();
    assert_eq!(again.status, 404);
}

async fn a_bus_that_refuses_says_why(transport: &str) {
    let town = Town::open(transport).await;
    let clinic = Clinic::open_with(
        NOW,
        &[
            ("queue", "servicebus"),
            ("servicebus_transport", transport),
            ("servicebus_endpoint", &town.bus.http_url()),
            ("servicebus_address", &format!("tcp://{}", town.bus.amqp())),
            ("servicebus_tls", "off"),
            ("servicebus_key_name", "RootManageSharedAccessKey"),
            ("servicebus_key", "planted-wrong-key"),
        ],
    )
    .await;
    let event = events::created(events::ID, NOW, START, "Europe/Berlin").to_string();
    let reply = clinic
        .request("POST", "/webhooks/dataverse", event)
        .await
        .unwrap();
    assert_eq!(reply.status, 503);
    assert!(reply.headers.contains_key("retry-after"));
    assert!(
        !reply.text().contains("planted-wrong-key"),
        "{}",
        reply.text()
    );
    // What was planned is kept, and gets its messages once the key is right.
    assert_eq!(clinic.items("/api/notifications").await.len(), 6);
    assert_eq!(town.depth(), (0, 0));
}

macro_rules! over_both {
    ($($scenario:ident: $rest:ident, $amqp:ident;)*) => {$(
        #[tokio::test(flavor = "multi_thread")]
        async fn $rest() {
            $scenario("rest").await;
        }

        #[tokio::test(flavor = "multi_thread")]
        async fn $amqp() {
            $scenario("amqp").await;
        }
    )*};
}

over_both! {
    each_reminder_once: each_reminder_once_over_rest, each_reminder_once_over_amqp;
    moved_and_cancelled: moved_and_cancelled_over_rest, moved_and_cancelled_over_amqp;
    poison_ends_among_the_dead_letters: poison_dies_over_rest, poison_dies_over_amqp;
    a_bus_that_refuses_says_why: a_refusal_over_rest_says_why, a_refusal_over_amqp_says_why;
}

/// The shipped component speaks TLS itself, to an address that is not the certificate's name.
#[tokio::test(flavor = "multi_thread")]
async fn tls_ends_in_the_component() {
    let clock = Arc::new(ManualClock::new(time(NOW).timestamp_millis()));
    let options = StandInOptions {
        clock: clock.clone(),
        ..StandInOptions::default()
    };
    let bus = StandIn::start(options).await.expect("the stand-in starts");
    let address = format!("tcp://{}", bus.amqps());
    let ca = bus.authority().pem().to_owned();
    for (endpoint, ca, status) in [
        ("https://localhost", ca.as_str(), 200),
        ("https://contoso.servicebus.windows.net", ca.as_str(), 503),
        ("https://localhost", "", 503),
    ] {
        let variables = [
            ("queue", "servicebus"),
            ("servicebus_transport", "amqp"),
            ("servicebus_endpoint", endpoint),
            ("servicebus_address", &address),
            ("servicebus_ca", ca),
            ("servicebus_key_name", "RootManageSharedAccessKey"),
            ("servicebus_key", "SAS_KEY_VALUE"),
        ];
        let clinic = Clinic::open_with(NOW, &variables).await;
        let event = events::created(events::ID, NOW, START, "Europe/Berlin").to_string();
        let reply = clinic
            .request("POST", "/webhooks/dataverse", event)
            .await
            .unwrap();
        assert_eq!(reply.status, status, "{endpoint}: {}", reply.text());
    }
}
