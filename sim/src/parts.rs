//! What the application is put together from: where rows are kept, where reminders wait, who sends.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Mutex;

use anyhow::{Context, Result};
use punctual_host::Application;
use punctual_stand_in_entra::directory;
use punctual_stand_in_sendgrid::events::EventKey;

use crate::dice::Dice;
use crate::lies::Mutation;
use crate::transport::{BUS_AMQP, BUS_HTTP, BUS_RULE, KEY, Transport};

/// Where appointments and notifications are kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Records {
    /// In SQLite.
    Embedded,
    /// In Dataverse.
    Dataverse,
}

/// Who sends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Senders {
    /// The local outbox.
    Outbox,
    /// SendGrid, and Twilio for texts.
    Twilio,
    /// Azure Communication Services.
    Acs,
}

/// The parts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Parts {
    /// Rows.
    pub records: Records,
    /// The queue.
    pub queue: Transport,
    /// Senders.
    pub senders: Senders,
}

/// Parts that are chosen; the seed chooses the others.
#[derive(Debug, Clone, Copy, Default)]
pub struct Wanted {
    /// Rows.
    pub records: Option<Records>,
    /// The queue.
    pub queue: Option<Transport>,
    /// Senders.
    pub senders: Option<Senders>,
}

impl Records {
    /// All of them.
    pub const ALL: [Self; 2] = [Self::Embedded, Self::Dataverse];

    /// Its name on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::Embedded => "embedded",
            Self::Dataverse => "dataverse",
        }
    }
}

impl Senders {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Outbox, Self::Twilio, Self::Acs];

    /// Its name on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::Outbox => "outbox",
            Self::Twilio => "twilio",
            Self::Acs => "acs",
        }
    }
}

/// The one of this name, or a sentence with all of them.
fn named<T: Copy>(name: &str, all: &[T], name_of: impl Fn(T) -> &'static str) -> Result<T> {
    let found = all.iter().copied().find(|known| name_of(*known) == name);
    found.with_context(|| {
        let names: Vec<_> = all.iter().map(|known| name_of(*known)).collect();
        format!("there is no {name:?}, but {}", names.join(", "))
    })
}

impl Wanted {
    /// Reads names of the command line.
    pub fn named(
        records: Option<&str>,
        queue: Option<&str>,
        senders: Option<&str>,
    ) -> Result<Self> {
        let records = records.map(|name| named(name, &Records::ALL, Records::name));
        let queue = queue.map(|name| named(name, &Transport::ALL, Transport::name));
        let senders = senders.map(|name| named(name, &Senders::ALL, Senders::name));
        Ok(Self {
            records: records.transpose()?,
            queue: queue.transpose()?,
            senders: senders.transpose()?,
        })
    }

    /// The parts of a seed.
    pub fn of_seed(self, seed: u64) -> Parts {
        let mut dice = Dice::new(seed, 2);
        let queue = *dice.pick(&Transport::ALL);
        let records = *dice.pick(&Records::ALL);
        let senders = *dice.pick(&Senders::ALL);
        Parts {
            records: self.records.unwrap_or(records),
            queue: self.queue.unwrap_or(queue),
            senders: self.senders.unwrap_or(senders),
        }
    }
}

impl fmt::Display for Parts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (records, queue, senders) =
            (self.records.name(), self.queue.name(), self.senders.name());
        write!(f, "{records}/{queue}/{senders}")
    }
}

/// A service that the application calls over HTTP, beside Service Bus.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Service {
    /// Keeps rows.
    Dataverse,
    /// Gives tokens.
    Entra,
    /// Sends email.
    SendGrid,
    /// Sends texts.
    Twilio,
    /// Sends both.
    Acs,
}

impl Service {
    /// All of them.
    pub const ALL: [Self; 5] = [
        Self::Dataverse,
        Self::Entra,
        Self::SendGrid,
        Self::Twilio,
        Self::Acs,
    ];

    /// Where it is. Nothing listens there: the world answers.
    pub fn port(self) -> u16 {
        7072 + self as u16
    }

    /// The same as a URL.
    pub fn url(self) -> String {
        format!("http://127.0.0.1:{}", self.port())
    }

    /// Whether it carries messages to people.
    pub fn is_provider(self) -> bool {
        matches!(self, Self::SendGrid | Self::Twilio | Self::Acs)
    }
}

/// Where the application is, as others see it.
pub const PUBLIC_URL: &str = "https://punctual.example.com";

impl Parts {
    /// All embedded but for the queue.
    pub fn local(queue: Transport) -> Self {
        Self {
            records: Records::Embedded,
            queue,
            senders: Senders::Outbox,
        }
    }

    /// The application of these parts, compiled once in a process. A mutation may set it up wrongly.
    pub fn application(self, mutation: Option<&Mutation>) -> Result<Application> {
        type Ready = BTreeMap<(Parts, &'static str), Application>;
        static READY: Mutex<Ready> = Mutex::new(BTreeMap::new());
        let settings = mutation.map_or(&[][..], |mutation| mutation.settings);
        let key = (
            self,
            mutation
                .filter(|_| !settings.is_empty())
                .map_or("", |it| it.name),
        );
        let mut ready = READY.lock().expect("nobody panics at it");
        if let Some(made) = ready.get(&key) {
            return Ok(made.clone());
        }
        let mut variables = self.variables();
        for (name, value) in settings {
            variables.insert((*name).to_owned(), (*value).to_owned());
        }
        let made = Application::for_simulation(&punctual_tests::manifest(), &variables)
            .context("`cargo xtask build` makes the components")?;
        ready.insert(key, made.clone());
        Ok(made)
    }

    fn variables(self) -> BTreeMap<String, String> {
        let mut variables = BTreeMap::new();
        let mut set = |name: &str, value: &str| {
            variables.insert(name.to_owned(), value.to_owned());
        };
        for name in ["webhook_key", "timer_key", "admin_token"] {
            set(name, KEY);
        }
        if self.queue != Transport::Embedded {
            set("queue", "servicebus");
            set("servicebus_transport", self.queue.name());
            set("servicebus_endpoint", BUS_HTTP);
            set("servicebus_address", BUS_AMQP);
            set("servicebus_tls", "off");
            set("servicebus_key_name", BUS_RULE.0);
            set("servicebus_key", BUS_RULE.1);
        }
        if self.records == Records::Dataverse {
            set("records", "dataverse");
            set("dataverse_url", &Service::Dataverse.url());
            set("sign_in", "client_secret");
            set("entra_authority", &Service::Entra.url());
            set("entra_tenant", directory::TENANT);
            set("entra_client_id", directory::CLIENT_ID);
            set("entra_client_secret", directory::CLIENT_SECRET);
        }
        match self.senders {
            Senders::Outbox => {}
            Senders::Twilio => {
                let account = punctual_stand_in_twilio::Options::default();
                set("public_url", PUBLIC_URL);
                set("email_sender", "sendgrid");
                set("sendgrid_endpoint", &Service::SendGrid.url());
                set("sendgrid_key", "SG.stand-in");
                set("sendgrid_from", "clinic@example.com");
                set("sendgrid_webhook_key", &event_key().public_key());
                set("sms_sender", "twilio");
                set("twilio_endpoint", &Service::Twilio.url());
                set("twilio_account", &account.account_sid);
                set("twilio_auth_token", &account.auth_token);
                set("twilio_from", &account.numbers[0]);
            }
            Senders::Acs => {
                let resource = punctual_stand_in_acs::Options::default();
                set("public_url", PUBLIC_URL);
                set("email_sender", "acs");
                set("sms_sender", "acs");
                set("acs_endpoint", &Service::Acs.url());
                set("acs_key", &resource.access_key);
                set("acs_sms_from", &resource.numbers[0]);
                set("acs_email_from", &resource.email_senders[0]);
                set("acs_callback_key", KEY);
            }
        }
        variables
    }
}

/// What SendGrid signs its events with. The same in each run, since the application is told of it.
pub fn event_key() -> EventKey {
    EventKey::of(&[7; 32]).expect("nearly every number is a key")
}
