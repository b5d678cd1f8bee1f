//! Who carries messages to people under `--cloud`: SendGrid, Twilio and Azure Communication Services, which tell the
//! application what became of them.

use std::collections::BTreeMap;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;

use anyhow::Result;
use punctual_stand_in_acs::eventgrid::Schema;
use punctual_stand_in_entra::token::Judge;
use punctual_stand_ins::{Clock, ShellOptions};
use {
    punctual_stand_in_acs as acs, punctual_stand_in_sendgrid as sendgrid,
    punctual_stand_in_twilio as twilio,
};

/// Opens the application's `/callbacks/acs` to the stand-in on this machine.
const ACS_CALLBACK_KEY: &str = "stand-in";

/// The three of them. They end when this is dropped.
pub struct Providers {
    sendgrid: sendgrid::StandIn,
    twilio: twilio::StandIn,
    acs: acs::StandIn,
    /// Where the application is reached, for them.
    application: String,
}

impl Providers {
    /// Starts them on free ports, for an application that will be reached there.
    pub async fn start(clock: &Arc<dyn Clock>, judge: Judge, application: String) -> Result<Self> {
        let shell = || {
            ShellOptions::new().map(|usual| ShellOptions {
                clock: clock.clone(),
                ..usual
            })
        };
        let sendgrid = sendgrid::StandIn::start(sendgrid::StandInOptions {
            shell: shell()?,
            ..sendgrid::StandInOptions::new()?
        });
        let twilio = twilio::StandIn::start(twilio::StandInOptions {
            shell: shell()?,
            ..twilio::StandInOptions::new()?
        });
        let acs = acs::StandIn::start(acs::StandInOptions {
            shell: shell()?,
            ..acs::StandInOptions::new()?
        });
        let providers = Self {
            sendgrid: sendgrid.await?,
            twilio: twilio.await?,
            acs: acs.await?,
            application,
        };
        providers.acs.trust(Box::new(move |token: &str, now_ms| {
            judge.judge(token, acs::access::AUDIENCE, now_ms).map(drop)
        }));
        Ok(providers)
    }

    /// The application's variables: where they are, and its keys to them.
    pub fn variables(&self) -> BTreeMap<&'static str, String> {
        let (account, events) = self
            .sendgrid
            .with(|it, _| (it.options.clone(), it.key.public_key()));
        let texts = self.twilio.with(|it, _| it.options.clone());
        let resource = self.acs.with(|it, _| it.options.clone());
        let first = |all: &[String]| all.first().cloned().unwrap_or_default();
        let key = account.api_keys.first().map(|key| key.key.clone());
        let mut variables = BTreeMap::from(links(&self.application));
        variables.extend([
            ("sendgrid_endpoint", self.sendgrid.url()),
            ("sendgrid_key", key.unwrap_or_default()),
            ("sendgrid_from", "reminders@example.com".to_owned()),
            ("sendgrid_webhook_key", events),
            ("twilio_endpoint", self.twilio.url()),
            ("twilio_account", texts.account_sid),
            ("twilio_auth_token", texts.auth_token),
            ("twilio_from", first(&texts.numbers)),
            ("acs_endpoint", self.acs.url()),
            ("acs_key", resource.access_key),
            ("acs_sms_from", first(&resource.numbers)),
            ("acs_email_from", first(&resource.email_senders)),
            ("acs_callback_key", ACS_CALLBACK_KEY.to_owned()),
        ]);
        variables
    }

    /// Tells them where the application is, as its manual says.
    pub fn connect(&self) {
        let callbacks = format!("{}/callbacks", self.application);
        self.sendgrid
            .with(|it, _| it.options.webhook_url = Some(format!("{callbacks}/sendgrid")));
        self.twilio
            .with(|it, _| it.options.inbound_url = Some(format!("{callbacks}/twilio")));
        let url = format!("{callbacks}/acs?code={ACS_CALLBACK_KEY}");
        self.acs
            .with(|it, now_ms| it.subscribe(&url, Schema::EventGrid, now_ms));
    }

    /// Where they are, for people.
    pub fn hints(&self) -> String {
        let number = self
            .twilio
            .with(|it, _| it.options.numbers.first().cloned());
        format!(
            "SendGrid and Twilio stand in, and Azure Communication Services; what people received:\n  \
             curl -s {sendgrid}/messages\n  \
             curl -s {twilio}/messages\n  \
             curl -s {acs}/messages\n\
             What becomes of messages, and a person who writes back:\n  \
             curl -s {twilio}/people -d '{{\"who\":\"+12025550114\",\"fate\":{{\"kind\":\"undelivered\",\"code\":30005}}}}'\n  \
             curl -s {twilio}/inbound -d '{{\"from\":\"+12025550114\",\"to\":\"{number}\",\"text\":\"STOP\"}}'\n\
             SPIN_VARIABLE_EMAIL_SENDER and SPIN_VARIABLE_SMS_SENDER choose who sends: outbox, sendgrid or twilio, acs.\n",
            sendgrid = self.sendgrid.control_url(),
            twilio = self.twilio.control_url(),
            acs = self.acs.control_url(),
            number = number.unwrap_or_default(),
        )
    }
}

/// The variables by which reminders link back to the application at this address.
pub fn links(application: &str) -> [(&'static str, String); 3] {
    [
        ("public_url", application.to_owned()),
        ("link_key", "a key for links on this machine".to_owned()),
        ("answer_links", "confirm, cancel".to_owned()),
    ]
}

/// Where an application that is going to listen there will be reached on this machine. Takes a free port where any would do:
/// providers must be told before it listens.
pub fn reached_at(listen: &mut SocketAddr) -> Result<String> {
    if listen.port() == 0 {
        let probe = std::net::TcpListener::bind(*listen)?;
        listen.set_port(probe.local_addr()?.port());
    }
    let mut address = *listen;
    if address.ip().is_unspecified() {
        address.set_ip(Ipv4Addr::LOCALHOST.into());
    }
    Ok(format!("http://{address}"))
}
