//! The application among its providers: SendGrid, Twilio and Azure Communication Services stand in, carry its messages to
//! people, and tell it what became of them. All go by the same time, which the test sets.

use std::sync::Arc;
use std::time::{Duration, Instant};

use punctual_stand_in_acs::eventgrid::Schema;
use punctual_stand_ins::messaging::Received;
use punctual_stand_ins::{Clock, Core, Fault, FaultKind, ManualClock, Shell, ShellOptions};
use punctual_tests::{Clinic, time};
use serde_json::{Value, json};
use {
    punctual_stand_in_acs as acs, punctual_stand_in_sendgrid as sendgrid,
    punctual_stand_in_twilio as twilio,
};

use super::door::Door;

pub const NOW: &str = "2026-06-01T00:00:00Z";
pub const START: &str = "2026-06-15T07:00:00Z";
/// When the reminders of an appointment at [`START`] are due.
pub const DUE: [&str; 3] = [
    "2026-06-08T07:00:00Z",
    "2026-06-14T07:00:00Z",
    "2026-06-15T06:00:00Z",
];
pub const EMAIL: &str = "pat.planted@example.com";
pub const PHONE: &str = "+12025550123";
/// Our numbers.
pub const TWILIO_NUMBER: &str = "+12025550100";
pub const ACS_NUMBER: &str = "+18445550100";
const ACS_CALLBACK_KEY: &str = "planted-callback-key";

/// Email by SendGrid, texts by Twilio.
pub const SENDGRID_TWILIO: [(&str, &str); 2] =
    [("email_sender", "sendgrid"), ("sms_sender", "twilio")];
/// Both by Azure Communication Services.
pub const ACS: [(&str, &str); 2] = [("email_sender", "acs"), ("sms_sender", "acs")];

/// The world.
pub struct World {
    pub clinic: Clinic,
    pub sendgrid: sendgrid::StandIn,
    pub twilio: twilio::StandIn,
    pub acs: acs::StandIn,
    pub door: Door,
    /// Everybody's but the clinic's, which follows.
    pub clock: Arc<ManualClock>,
    variables: Vec<(String, String)>,
}

impl World {
    /// An empty clinic with keys for all providers, and these variables.
    pub async fn open(variables: &[(&str, &str)]) -> Self {
        let clock = Arc::new(ManualClock::new(time(NOW).timestamp_millis()));
        let shell = || ShellOptions {
            clock: clock.clone(),
            ..ShellOptions::new().expect("an authority can be made")
        };
        let sendgrid = sendgrid::StandIn::start(sendgrid::StandInOptions {
            shell: shell(),
            account: sendgrid::Options {
                api_keys: vec![sendgrid::options::ApiKey {
                    key: "SG.planted".to_owned(),
                    scopes: vec!["mail.send".to_owned()],
                }],
                ..sendgrid::Options::default()
            },
            seed: 1,
        });
        let twilio = twilio::StandIn::start(twilio::StandInOptions {
            shell: shell(),
            account: twilio::Options {
                auth_token: "planted-auth-token".to_owned(),
                api_keys: vec![("SKplanted".to_owned(), "planted-secret".to_owned())],
                ..twilio::Options::default()
            },
            seed: 2,
        });
        let acs = acs::StandIn::start(acs::StandInOptions {
            shell: shell(),
            resource: acs::Options {
                // "planted access key"
                access_key: "cGxhbnRlZCBhY2Nlc3Mga2V5".to_owned(),
                ..acs::Options::default()
            },
            seed: 3,
        });
        let sendgrid = sendgrid.await.expect("it starts");
        let (twilio, acs) = (
            twilio.await.expect("it starts"),
            acs.await.expect("it starts"),
        );
        let door = Door::open().await;
        let mut settings = settings(&sendgrid, &twilio, &acs, &door);
        settings.extend(variables.iter().map(owned));
        let given: Vec<_> = settings.iter().map(|(n, v)| (&**n, &**v)).collect();
        let clinic = Clinic::open_with(NOW, &given).await;
        let world = Self {
            clinic,
            sendgrid,
            twilio,
            acs,
            door,
            clock,
            variables: settings,
        };
        world.connect().await;
        world
    }

    /// Tells the providers where the application is, as its manual says.
    async fn connect(&self) {
        self.door.lead_to(&self.clinic.host.url());
        let callbacks = format!("{}/callbacks", self.door.url());
        self.sendgrid.with(|sendgrid, _| {
            sendgrid.options.webhook_url = Some(format!("{callbacks}/sendgrid"));
        });
        self.twilio.with(|twilio, _| {
            twilio.options.inbound_url = Some(format!("{callbacks}/twilio"));
        });
        let url = format!("{callbacks}/acs?code={ACS_CALLBACK_KEY}");
        self.acs
            .with(|acs, now_ms| acs.subscribe(&url, Schema::EventGrid, now_ms));
        self.told().await;
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

    /// Lets messages arrive and their receipts come back.
    pub async fn settle(&self) {
        self.pass(5);
        self.told().await;
    }

    /// Waits until no receipt is on its way. One that is to be told again later is not waited for.
    pub async fn told(&self) {
        let began = Instant::now();
        let waiting = || {
            self.sendgrid.with(|it, now_ms| it.courier.at_hand(now_ms))
                + self.twilio.with(|it, now_ms| it.courier.at_hand(now_ms))
                + self.acs.with(|it, now_ms| it.courier.at_hand(now_ms))
        };
        while waiting() > 0 {
            let patience = Duration::from_secs(60);
            assert!(began.elapsed() < patience, "receipts do not get through");
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    }

    /// Books an appointment for Pat at [`START`].
    pub async fn book(&self) {
        self.book_with(json!({})).await;
    }

    /// The same with other members.
    pub async fn book_with(&self, members: Value) -> Value {
        let mut appointment = json!({
            "service": "Vaccination", "customer_name": "Pat Planted", "email": EMAIL, "phone": PHONE,
            "start_at": START, "time_zone": "Europe/Berlin", "locale": "en",
        });
        for (name, value) in members.as_object().expect("members") {
            appointment[name] = value.clone();
        }
        let body = appointment.to_string();
        self.clinic.json("POST", "/api/appointments", body).await
    }

    /// Delivers what is due, and lets it arrive.
    pub async fn deliver(&self) -> Value {
        let summary = self.clinic.deliver().await;
        self.settle().await;
        summary
    }

    /// What people received, by whichever provider.
    pub fn inbox(&self) -> Vec<Received> {
        let mut all = self.sendgrid.with(|it, _| kept(&it.inbox));
        all.extend(self.twilio.with(|it, _| kept(&it.inbox)));
        all.extend(self.acs.with(|it, _| kept(&it.inbox)));
        all
    }

    /// How many emails and texts people received.
    pub fn received(&self) -> (usize, usize) {
        let inbox = self.inbox();
        let emails = inbox.iter().filter(|it| it.subject.is_some()).count();
        (emails, inbox.len() - emails)
    }

    /// Each reminder of a step in a line: channel, status, reason, provider, what was last wrong.
    pub async fn rows(&self, step: &str) -> String {
        let rows = self.clinic.items("/api/notifications?limit=5000").await;
        // Ports are others each time.
        let urls = [self.sendgrid.url(), self.twilio.url(), self.acs.url()];
        let text = |row: &Value, name: &str| {
            let text = row[name].as_str().unwrap_or("-").to_owned();
            let hosts = urls.iter().filter_map(|url| url.strip_prefix("http://"));
            hosts.fold(text, |text, host| text.replace(host, "HOST"))
        };
        let mut lines: Vec<_> = rows
            .iter()
            .filter(|row| row["step"] == step)
            .map(|row| {
                let parts = ["channel", "status", "reason", "provider", "last_error"];
                let parts = parts.map(|name| text(row, name));
                format!("{}\n", parts.join(" · "))
            })
            .collect();
        lines.sort();
        lines.concat()
    }

    /// Whether texts go by Azure Communication Services.
    pub fn acs_sends_texts(&self) -> bool {
        let mut variables = self.variables.iter().rev();
        let chosen = variables.find(|(name, _)| name == "sms_sender");
        chosen.is_some_and(|(_, value)| value == "acs")
    }

    /// A number out of `/metrics`.
    pub async fn metric(&self, name: &str) -> u64 {
        let metrics = self.clinic.request("GET", "/metrics", "").await;
        let metrics = metrics.expect("metrics").text();
        let mut values = metrics.lines().filter_map(|line| line.split_once(' '));
        let value = values.find(|(known, _)| *known == name);
        value.map_or(0, |(_, value)| value.parse().expect("a number"))
    }

    /// Starts the application anew, as after the death of its host.
    pub async fn restart(self, change: impl FnOnce(&mut punctual_host::HostOptions)) -> Self {
        let Self {
            clinic,
            sendgrid,
            twilio,
            acs,
            door,
            clock,
            variables,
        } = self;
        let clinic = clinic
            .restart_with(|options| {
                options.variables.extend(variables.clone());
                change(options);
            })
            .await;
        door.lead_to(&clinic.host.url());
        Self {
            clinic,
            sendgrid,
            twilio,
            acs,
            door,
            clock,
            variables,
        }
    }

    /// The same with other variables.
    pub async fn with(mut self, variables: &[(&str, &str)]) -> Self {
        self.variables.extend(variables.iter().map(owned));
        self.restart(|_| {}).await
    }
}

/// Makes a provider misbehave.
pub fn fault<C: Core>(stand_in: &Shell<C>, fault: Fault) {
    let added = stand_in.with(|core, _| core.faults().add(fault));
    added.expect("there is such a point");
}

/// The same, once.
pub fn once<C: Core>(stand_in: &Shell<C>, at: &str, kind: FaultKind) {
    fault(stand_in, Fault::once(at, kind));
}

/// The same, until it is mended.
pub fn always<C: Core>(stand_in: &Shell<C>, at: &str, kind: FaultKind) {
    let times = None;
    let once = Fault::once(at, kind);
    fault(stand_in, Fault { times, ..once });
}

/// The provider works again.
pub fn mend<C: Core>(stand_in: &Shell<C>) {
    stand_in.with(|core, _| core.faults().clear());
}

fn kept(inbox: &punctual_stand_ins::messaging::Inbox) -> Vec<Received> {
    inbox.all().cloned().collect()
}

fn owned((name, value): &(&str, &str)) -> (String, String) {
    ((*name).to_owned(), (*value).to_owned())
}

/// Keys and addresses of all three, whoever is chosen.
fn settings(
    sendgrid: &sendgrid::StandIn,
    twilio: &twilio::StandIn,
    acs: &acs::StandIn,
    door: &Door,
) -> Vec<(String, String)> {
    let (account, events) = sendgrid.with(|it, _| (it.options.clone(), it.key.public_key()));
    let texts = twilio.with(|it, _| it.options.clone());
    let resource = acs.with(|it, _| it.options.clone());
    let (api_key, api_key_secret) = texts.api_keys[0].clone();
    [
        ("public_url", door.url()),
        ("link_key", "a planted key for links".to_owned()),
        ("clinic_name", "Riverside Clinic".to_owned()),
        ("clinic_phone", "+1 202 555 0199".to_owned()),
        ("sendgrid_endpoint", sendgrid.url()),
        ("sendgrid_key", account.api_keys[0].key.clone()),
        ("sendgrid_from", "reminders@example.com".to_owned()),
        ("sendgrid_webhook_key", events),
        ("twilio_endpoint", twilio.url()),
        ("twilio_account", texts.account_sid),
        ("twilio_key", api_key),
        ("twilio_key_secret", api_key_secret),
        ("twilio_auth_token", texts.auth_token),
        ("twilio_from", TWILIO_NUMBER.to_owned()),
        ("acs_endpoint", acs.url()),
        ("acs_key", resource.access_key),
        ("acs_sms_from", ACS_NUMBER.to_owned()),
        ("acs_email_from", resource.email_senders[0].clone()),
        ("acs_callback_key", ACS_CALLBACK_KEY.to_owned()),
    ]
    .map(|(name, value)| (name.to_owned(), value))
    .into()
}
