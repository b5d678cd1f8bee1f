//! `cargo xtask up --cloud`: the application as it runs in Azure, against stand-ins on this machine that go by its clock.
//!
//! Rows are in a Dataverse environment, which sends webhooks; messages wait in a Service Bus; an Entra ID gives the tokens;
//! SendGrid and Twilio, or Azure Communication Services, carry messages to people and tell what became of them.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Result, ensure};
use chrono::DateTime;
use punctual_host::manifest::Manifest;
use punctual_host::{HostOptions, VirtualClock, client, variables};
use punctual_stand_in_dataverse::access::Caller;
use punctual_stand_ins::Clock;
use serde_json::json;
use {
    punctual_stand_in_dataverse as dataverse, punctual_stand_in_entra as entra,
    punctual_stand_in_servicebus as servicebus,
};

use crate::providers::{Providers, reached_at};

/// What stands in for Azure. It ends when this is dropped.
pub struct Cloud {
    bus: servicebus::StandIn,
    dataverse: dataverse::StandIn,
    entra: entra::StandIn,
    providers: Providers,
}

impl Cloud {
    /// Starts the stand-ins on free ports and points the application at them.
    pub async fn start(options: &mut HostOptions) -> Result<Self> {
        let clock: Arc<dyn Clock> = Arc::new(AppClock(options.clock.clone()));
        let entra = entra::StandIn::start(entra::StandInOptions {
            clock: clock.clone(),
            ..entra::StandInOptions::new()?
        })
        .await?;
        let bus = servicebus::StandIn::start(servicebus::StandInOptions {
            clock: clock.clone(),
            ..servicebus::StandInOptions::default()
        })
        .await?;
        let judge = entra.with(|entra| entra.judge());
        let providers =
            Providers::start(&clock, judge.clone(), reached_at(&mut options.listen)?).await?;
        let dataverse = dataverse::StandIn::start(dataverse::StandInOptions {
            clock,
            ..dataverse::StandInOptions::new()?
        })
        .await?;
        let audience = dataverse.url();
        dataverse.trust(Box::new(move |token: &str, now_ms: i64| {
            let claims = judge.judge(token, &audience, now_ms)?;
            Ok(Caller::Application(claims.appid))
        }));
        for (name, value) in [
            ("records", "dataverse"),
            ("dataverse_url", dataverse.url().as_str()),
            ("sign_in", "client_secret"),
            ("entra_authority", entra.url().as_str()),
            ("entra_tenant", entra::directory::TENANT),
            ("entra_client_id", entra::directory::CLIENT_ID),
            ("entra_client_secret", entra::directory::CLIENT_SECRET),
            ("queue", "servicebus"),
            ("servicebus_endpoint", bus.http_url().as_str()),
            ("servicebus_address", &format!("tcp://{}", bus.amqp())),
            ("servicebus_tls", "off"),
            // The names that the official emulator uses too; they open nothing else.
            ("servicebus_key_name", "RootManageSharedAccessKey"),
            ("servicebus_key", "SAS_KEY_VALUE"),
        ] {
            options.variables.insert(name.to_owned(), value.to_owned());
        }
        for (name, value) in providers.variables() {
            options.variables.insert(name.to_owned(), value);
        }
        // Keys to all of them are there, so whoever runs this may choose another.
        let manifest = Manifest::load(&options.manifest)?;
        for (name, usual) in [("email_sender", "sendgrid"), ("sms_sender", "twilio")] {
            if !variables::is_set(&manifest, name)? {
                options.variables.insert(name.to_owned(), usual.to_owned());
            }
        }
        Ok(Self {
            bus,
            dataverse,
            entra,
            providers,
        })
    }

    /// Tells the environment where the application is and with which key it hears webhooks, as `cargo xtask connect` does
    /// for one of Microsoft's; and the providers where to tell what became of messages.
    pub async fn connect(&self, application: &str, webhook_key: &str) -> Result<()> {
        let id = punctual_solution::endpoint_id();
        let url = format!(
            "{}/api/data/v9.2/serviceendpoints({})",
            self.dataverse.url(),
            id.trim_matches(['{', '}'])
        );
        // A key of people's own may hold anything.
        let key = webhook_key
            .replace('&', "&amp;")
            .replace('<', "&lt;")
            .replace('"', "&quot;");
        let settings =
            format!("<settings><setting name=\"x-punctual-key\" value=\"{key}\" /></settings>");
        let body =
            json!({"url": format!("{application}/webhooks/dataverse"), "authvalue": settings});
        let bearer = format!("Bearer {}", self.dataverse.token());
        let headers = [
            ("authorization", bearer.as_str()),
            ("content-type", "application/json"),
            ("if-match", "*"),
        ];
        let reply = client::send("PATCH".parse()?, &url, &headers, body.to_string()).await?;
        ensure!(
            reply.status.is_success(),
            "the Dataverse stand-in does not take the webhook's URL: {}",
            reply.text()
        );
        self.providers.connect();
        Ok(())
    }

    /// Where they are, for people.
    pub fn hints(&self) -> String {
        let providers = self.providers.hints();
        format!(
            "Dataverse stands in at {dataverse}/api/data/v9.2/ (bearer {token}); its rows, webhooks and faults at {rows}.\n\
             Change an appointment there, and its reminders follow:\n  \
             curl -s {dataverse}/api/data/v9.2/punctual_appointments -H 'authorization: Bearer {token}'\n\
             Service Bus stands in at {http} and {amqp}; its faults and queues at {queues}. Entra at {entra}.\n\
             {providers}\
             They forget everything when they end.\n\
             SPIN_VARIABLE_SERVICEBUS_TRANSPORT=amqp chooses AMQP; otherwise HTTP is spoken.\n",
            dataverse = self.dataverse.url(),
            token = self.dataverse.token(),
            rows = self.dataverse.control_url(),
            http = self.bus.http_url(),
            amqp = self.bus.amqp(),
            queues = self.bus.control_url(),
            entra = self.entra.url(),
        )
    }
}

/// The application's clock, as stand-ins want it.
struct AppClock(VirtualClock);

impl Clock for AppClock {
    fn now_ms(&self) -> i64 {
        self.0.now().timestamp_millis()
    }

    fn wait_until_ms(&self, at_ms: i64) -> Pin<Box<dyn Future<Output = ()> + Send + '_>> {
        Box::pin(async move {
            loop {
                let Ok(left_ms @ 1..) = u64::try_from(at_ms - self.now_ms()) else {
                    return;
                };
                // A clock that is set back changes no sleep, so look again after each step.
                tokio::select! {
                    () = self.0.sleep(Duration::from_millis(left_ms)) => {}
                    () = self.0.changed() => {}
                }
            }
        })
    }

    fn set_ms(&self, now_ms: i64) {
        if let Some(now) = DateTime::from_timestamp_millis(now_ms) {
            // Outside of the calendar there is nothing to set.
            let _ = self.0.set_now(now);
        }
    }
}
