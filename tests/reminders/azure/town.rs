//! A clinic in Azure: the application, a Dataverse environment that sends it webhooks, a Service Bus, and an Entra ID. All go
//! by the same time, which the test sets.

use std::sync::Arc;
use std::time::{Duration, Instant};

use punctual_host::client;
use punctual_stand_in_dataverse::access::Caller;
use punctual_stand_in_servicebus::access::{Grant, Rights};
use punctual_stand_in_servicebus::options::QueueOptions;
use punctual_stand_ins::{Clock, Fault, FaultKind, ManualClock};
use punctual_tests::{Clinic, KEY, time};
use serde_json::{Value, json};
use {
    punctual_stand_in_dataverse as dataverse, punctual_stand_in_entra as entra,
    punctual_stand_in_servicebus as servicebus,
};

pub const NOW: &str = "2026-06-01T00:00:00Z";
pub const START: &str = "2026-06-15T07:00:00Z";
/// When its reminders are due.
pub const DUE: [&str; 3] = [
    "2026-06-08T07:00:00Z",
    "2026-06-14T07:00:00Z",
    "2026-06-15T06:00:00Z",
];
pub const ID: &str = "3f2b8c1e-5d4a-4f6b-9c7d-0a1b2c3d4e5f";
const SERVICE_BUS: &str = "https://servicebus.azure.net";

/// The town.
pub struct Town {
    pub clinic: Clinic,
    pub dataverse: dataverse::StandIn,
    pub bus: servicebus::StandIn,
    pub entra: entra::StandIn,
    clock: Arc<ManualClock>,
    variables: Vec<(String, String)>,
}

impl Town {
    /// A town without appointments. Over HTTP a key opens the bus, over AMQP the identity that opens Dataverse too.
    pub async fn open(transport: &str) -> Self {
        Self::open_with(transport, |_| {}).await
    }

    /// The same with another environment.
    pub async fn open_with(
        transport: &str,
        change: impl FnOnce(&mut dataverse::StandInOptions),
    ) -> Self {
        let clock = Arc::new(ManualClock::new(time(NOW).timestamp_millis()));
        let options = entra::StandInOptions {
            clock: clock.clone(),
            ..entra::StandInOptions::new().expect("an authority can be made")
        };
        let entra = entra::StandIn::start(options).await.expect("it starts");
        let judge = entra.with(|entra| entra.judge());
        let options = servicebus::StandInOptions {
            clock: clock.clone(),
            queues: vec![("reminders".to_owned(), QueueOptions::default())],
            bearer: Some(Box::new(BusJudge(judge.clone()))),
            ..servicebus::StandInOptions::default()
        };
        let bus = servicebus::StandIn::start(options)
            .await
            .expect("it starts");
        let mut options = dataverse::StandInOptions {
            clock: clock.clone(),
            ..dataverse::StandInOptions::new().expect("an authority can be made")
        };
        change(&mut options);
        let dataverse = dataverse::StandIn::start(options).await.expect("it starts");
        let audience = dataverse.url();
        dataverse.trust(Box::new(move |token: &str, now_ms: i64| {
            let claims = judge.judge(token, &audience, now_ms)?;
            Ok(Caller::Application(claims.appid))
        }));

        let [environment, authority, endpoint] = [dataverse.url(), entra.url(), bus.http_url()];
        let address = format!("tcp://{}", bus.amqp());
        let key_name = match transport {
            "rest" => "RootManageSharedAccessKey",
            _ => "",
        };
        let variables = [
            ("records", "dataverse"),
            ("dataverse_url", environment.as_str()),
            ("sign_in", "client_secret"),
            ("entra_authority", &authority),
            ("entra_tenant", entra::directory::TENANT),
            ("entra_client_id", entra::directory::CLIENT_ID),
            ("entra_client_secret", entra::directory::CLIENT_SECRET),
            ("queue", "servicebus"),
            ("servicebus_transport", transport),
            ("servicebus_endpoint", &endpoint),
            ("servicebus_address", &address),
            ("servicebus_tls", "off"),
            ("servicebus_key_name", key_name),
            ("servicebus_key", "SAS_KEY_VALUE"),
        ];
        let clinic = Clinic::open_with(NOW, &variables).await;
        let variables = variables.map(|(name, value)| (name.to_owned(), value.to_owned()));
        let town = Self {
            clinic,
            dataverse,
            bus,
            entra,
            clock,
            variables: variables.into(),
        };
        town.connect().await;
        town
    }

    /// Tells the environment where the application is, as after each import of the solution.
    pub async fn connect(&self) {
        let id = punctual_solution::endpoint_id();
        let path = format!("serviceendpoints({})", id.trim_matches(['{', '}']));
        let settings =
            format!("<settings><setting name=\"x-punctual-key\" value=\"{KEY}\" /></settings>");
        let url = format!("{}/webhooks/dataverse", self.clinic.host.url());
        let body = json!({"url": url, "authvalue": settings});
        self.staff("PATCH", &path, body).await;
    }

    /// Sets everybody's clock.
    pub fn set_now(&self, now: &str) {
        self.clock.set_ms(time(now).timestamp_millis());
        self.clinic.set_now(now);
    }

    /// Lets time pass.
    pub fn pass(&self, seconds: u64) {
        self.clinic.pass(seconds);
        let now = self.clinic.clock.now();
        self.clock.set_ms(now.timestamp_millis());
    }

    /// What a person does with the rows, by the Web API. Answers what it answers.
    pub async fn staff(&self, method: &str, path: &str, body: Value) -> Value {
        let url = format!("{}/api/data/v9.2/{path}", self.dataverse.url());
        let bearer = format!("Bearer {}", self.dataverse.token());
        let mut headers = vec![
            ("authorization", bearer.as_str()),
            ("content-type", "application/json"),
        ];
        if method == "PATCH" {
            headers.push(("if-match", "*"));
        }
        let body = match body {
            Value::Null => String::new(),
            body => body.to_string(),
        };
        let method = method.parse().expect("a method");
        let reply = client::send(method, &url, &headers, body).await;
        let reply = reply.expect("the environment answers");
        assert!(reply.status.is_success(), "{path}: {}", reply.text());
        reply.json().unwrap_or(Value::Null)
    }

    /// Books an appointment.
    pub async fn book(&self, start: &str) {
        self.book_with(json!({"punctual_start": start})).await;
    }

    /// The same with other cells.
    pub async fn book_with(&self, cells: Value) {
        let mut row = json!({
            "punctual_appointmentid": ID, "punctual_name": "Vaccination, Pat Planted", "punctual_service": "Vaccination",
            "punctual_customername": "Pat Planted", "punctual_email": "pat.planted@example.com", "punctual_phone": "+12025550123",
            "punctual_start": START, "punctual_timezone": "Europe/Berlin",
        });
        for (name, value) in cells.as_object().expect("cells") {
            row[name] = value.clone();
        }
        self.staff("POST", "punctual_appointments", row).await;
    }

    /// Changes the appointment.
    pub async fn change(&self, cells: Value) {
        let path = format!("punctual_appointments({ID})");
        self.staff("PATCH", &path, cells).await;
    }

    /// Deletes the appointment.
    pub async fn delete(&self) {
        let path = format!("punctual_appointments({ID})");
        self.staff("DELETE", &path, Value::Null).await;
    }

    /// Waits until no webhook is on its way.
    pub async fn quiet(&self) {
        self.until(|dataverse| dataverse.webhooks.waiting() == 0)
            .await;
    }

    /// Waits until the environment is as wanted.
    pub async fn until(&self, mut wanted: impl FnMut(&dataverse::Dataverse) -> bool) {
        let began = Instant::now();
        while !self.dataverse.with(|dataverse, _| wanted(dataverse)) {
            assert!(
                began.elapsed() < Duration::from_secs(30),
                "the environment does not come to what is wanted"
            );
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    }

    /// Makes the environment misbehave.
    pub fn fault(&self, fault: Fault) {
        let added = self
            .dataverse
            .with(|dataverse, _| dataverse.faults.add(fault));
        added.expect("there is such a point");
    }

    /// The same, once.
    pub fn once(&self, at: &str, kind: FaultKind) {
        self.fault(Fault::once(at, kind));
    }

    /// Statuses of the answers that webhooks got so far.
    pub fn answers(&self) -> Vec<u16> {
        self.dataverse.with(|dataverse, _| {
            let attempts = dataverse.webhooks.since(0);
            attempts.filter_map(|attempt| attempt.status).collect()
        })
    }

    /// Messages in the queue.
    pub fn messages(&self) -> usize {
        self.bus.with(|bus| {
            let mut queues = bus.broker.queues();
            let (_, _, depth) = queues.next().expect("there is one");
            depth.messages
        })
    }

    /// Starts the application anew on the same services, as after the death of its host.
    pub async fn restart(self, change: impl FnOnce(&mut punctual_host::HostOptions)) -> Self {
        let Self {
            clinic,
            dataverse,
            bus,
            entra,
            clock,
            variables,
        } = self;
        let clinic = clinic
            .restart_with(|options| {
                options.variables.extend(variables.clone());
                change(options);
            })
            .await;
        let town = Self {
            clinic,
            dataverse,
            bus,
            entra,
            clock,
            variables,
        };
        town.connect().await;
        town
    }
}

/// Entra's judge, as the bus wants it.
struct BusJudge(entra::token::Judge);

impl servicebus::access::BearerValidator for BusJudge {
    fn validate(&self, token: &str, now_ms: i64) -> Result<Grant, String> {
        let claims = self.0.judge(token, SERVICE_BUS, now_ms)?;
        Ok(Grant {
            scope: String::new(),
            rights: Rights::ALL,
            expires_ms: claims.exp.saturating_mul(1_000),
        })
    }
}
