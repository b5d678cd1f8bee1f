//! The stand-ins of a soak, on loopback and by the machine's clock.

use std::collections::BTreeMap;

use anyhow::{Context, Result, anyhow, ensure};
use punctual_host::client::{self, Reply};
use punctual_stand_in_dataverse::access::Caller;
use punctual_stand_in_dataverse::store::Row;
use punctual_stand_in_entra::directory;
use punctual_stand_ins::messaging::Received;
use punctual_stand_ins::{Fault, FaultKind};
use serde_json::{Value, json};
use {
    punctual_stand_in_dataverse as dataverse, punctual_stand_in_entra as entra,
    punctual_stand_in_sendgrid as sendgrid, punctual_stand_in_servicebus as servicebus,
    punctual_stand_in_twilio as twilio,
};

use crate::transport::KEY;

/// Two reminders, near enough that a soak of minutes sees them.
const POLICY: &str = r#"{"steps":[{"before":"PT2M","channels":["email","sms"]},{"before":"PT1M","channels":["email","sms"]}],
    "retry_after_seconds":[2,4,8,15]}"#;

/// All of them.
pub(super) struct Town {
    dataverse: dataverse::StandIn,
    entra: entra::StandIn,
    bus: servicebus::StandIn,
    sendgrid: sendgrid::StandIn,
    twilio: twilio::StandIn,
}

impl Town {
    pub(super) async fn start(seed: u64) -> Result<Self> {
        let entra = entra::StandIn::start(entra::StandInOptions::new()?).await?;
        let mut options = dataverse::StandInOptions::new()?;
        options.seed = seed;
        let dataverse = dataverse::StandIn::start(options).await?;
        let (judge, audience) = (entra.with(|entra| entra.judge()), dataverse.url());
        dataverse.trust(Box::new(move |token: &str, now_ms: i64| {
            let claims = judge.judge(token, &audience, now_ms)?;
            Ok(Caller::Application(claims.appid))
        }));
        let bus = servicebus::StandInOptions {
            seed,
            ..servicebus::StandInOptions::default()
        };
        Ok(Self {
            dataverse,
            entra,
            bus: servicebus::StandIn::start(bus).await?,
            sendgrid: sendgrid::StandIn::start(sendgrid::StandInOptions::new()?).await?,
            twilio: twilio::StandIn::start(twilio::StandInOptions::new()?).await?,
        })
    }

    /// What a host must be told to find them.
    pub(super) fn variables(&self) -> BTreeMap<String, String> {
        let account = twilio::Options::default();
        [
            ("webhook_key", KEY),
            ("timer_key", KEY),
            ("admin_token", KEY),
            ("reminder_policy", POLICY),
            ("records", "dataverse"),
            ("dataverse_url", &self.dataverse.url()),
            ("sign_in", "client_secret"),
            ("entra_authority", &self.entra.url()),
            ("entra_tenant", directory::TENANT),
            ("entra_client_id", directory::CLIENT_ID),
            ("entra_client_secret", directory::CLIENT_SECRET),
            ("queue", "servicebus"),
            ("servicebus_transport", "amqp"),
            ("servicebus_endpoint", &self.bus.http_url()),
            ("servicebus_address", &format!("tcp://{}", self.bus.amqp())),
            ("servicebus_tls", "off"),
            ("servicebus_key_name", "RootManageSharedAccessKey"),
            ("servicebus_key", "SAS_KEY_VALUE"),
            ("email_sender", "sendgrid"),
            ("sendgrid_endpoint", &self.sendgrid.url()),
            ("sendgrid_key", "SG.stand-in"),
            ("sendgrid_from", "clinic@example.com"),
            ("sms_sender", "twilio"),
            ("twilio_endpoint", &self.twilio.url()),
            ("twilio_account", &account.account_sid),
            ("twilio_auth_token", &account.auth_token),
            ("twilio_from", &account.numbers[0]),
        ]
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .into()
    }

    /// Tells the environment where the application is.
    pub(super) async fn connect(&self, application: &str) -> Result<()> {
        let id = punctual_solution::endpoint_id();
        let path = format!("serviceendpoints({})", id.trim_matches(['{', '}']));
        let settings =
            format!("<settings><setting name=\"x-punctual-key\" value=\"{KEY}\" /></settings>");
        let body =
            json!({"url": format!("{application}/webhooks/dataverse"), "authvalue": settings});
        let reply = self.by_people("PATCH", &path, &body).await?;
        ensure!(reply.status.is_success(), "no webhook: {}", reply.text());
        Ok(())
    }

    /// Where people write, and with which token.
    pub(super) fn desk(&self) -> Desk {
        Desk {
            url: self.dataverse.url(),
            token: self.dataverse.token().to_owned(),
        }
    }

    async fn by_people(&self, method: &str, path: &str, body: &Value) -> Result<Reply> {
        self.desk().write(method, path, body).await
    }

    /// A few of a hundred things go wrong from now on.
    pub(super) fn misbehave(&self) -> Result<()> {
        let fault = |at: &str, kind, probability, delay_ms| Fault {
            times: None,
            probability,
            delay_ms,
            retry_after_seconds: Some(1),
            ..Fault::once(at, kind)
        };
        let wrong = |problem: String| anyhow!("no such fault: {problem}");
        self.dataverse
            .with(|core, _| {
                for fault in [
                    fault("webhook", FaultKind::Drop, 0.03, 0),
                    fault("webhook", FaultKind::Twice, 0.05, 0),
                    fault("webhook", FaultKind::Slow, 0.05, 5_000),
                    fault("api", FaultKind::Busy, 0.01, 0),
                    fault("api", FaultKind::LoseAnswer, 0.01, 0),
                    fault("api", FaultKind::FailAfter, 0.005, 0),
                ] {
                    core.faults.add(fault)?;
                }
                Ok(())
            })
            .map_err(wrong)?;
        self.bus
            .with(|core| {
                core.faults
                    .add(fault("amqp.management", FaultKind::Busy, 0.01, 0))?;
                core.faults
                    .add(fault("amqp.settle", FaultKind::LoseAnswer, 0.01, 0))
            })
            .map_err(wrong)?;
        self.sendgrid
            .with(|core, _| {
                core.faults
                    .add(fault("api.send", FaultKind::Busy, 0.02, 0))?;
                core.faults
                    .add(fault("api.send", FaultKind::Slow, 0.02, 1_000))
            })
            .map_err(wrong)?;
        self.twilio
            .with(|core, _| {
                core.faults
                    .add(fault("api.create", FaultKind::Busy, 0.02, 0))?;
                core.faults
                    .add(fault("api.create", FaultKind::LoseAnswer, 0.02, 0))
            })
            .map_err(wrong)
    }

    /// All is well again.
    pub(super) fn calm_down(&self) {
        self.dataverse.with(|core, _| core.faults.clear());
        self.bus.with(|core| core.faults.clear());
        self.sendgrid.with(|core, _| core.faults.clear());
        self.twilio.with(|core, _| core.faults.clear());
    }

    /// What people received: emails by the notification that they name, and texts by person.
    pub(super) fn emails(&self) -> Vec<Received> {
        self.sendgrid
            .with(|core, _| core.inbox.all().cloned().collect())
    }

    /// The same for texts.
    pub(super) fn texts(&self) -> Vec<Received> {
        self.twilio
            .with(|core, _| core.inbox.all().cloned().collect())
    }

    /// Rows of notifications.
    pub(super) fn notifications<R>(&self, read: impl Fn(&Row) -> R) -> Vec<R> {
        self.dataverse.with(|core, _| {
            let table = core.schema.table("punctual_notification");
            let rows = table.map(|table| core.store.rows(table).all());
            rows.into_iter().flatten().map(read).collect()
        })
    }

    /// Whether nothing is open any more.
    pub(super) fn is_settled(&self) -> bool {
        let open = self.notifications(crate::world::is_open);
        self.bus
            .with(|bus| bus.broker.queues().all(|(.., depth)| depth.messages == 0))
            && !open.into_iter().any(|open| open)
    }
}

/// The way of people into Dataverse.
#[derive(Clone)]
pub(super) struct Desk {
    url: String,
    token: String,
}

impl Desk {
    pub(super) async fn write(&self, method: &str, path: &str, body: &Value) -> Result<Reply> {
        let url = format!("{}/api/data/v9.2/{path}", self.url);
        let bearer = format!("Bearer {}", self.token);
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
        let sent = client::send(method.parse()?, &url, &headers, body).await;
        sent.context("Dataverse does not answer")
    }
}
