//! What the application's queue is, and the application with its settings.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use anyhow::{Result, anyhow};
use punctual_host::Application;

/// Where reminders wait.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Transport {
    /// In SQLite.
    Embedded,
    /// In Service Bus, over HTTP.
    Rest,
    /// In Service Bus, over AMQP.
    Amqp,
}

/// Opens every door of the application.
pub const KEY: &str = "key-of-the-simulation";
/// Where Service Bus is. Nothing listens there: the world answers.
pub const BUS_HTTP: &str = "http://127.0.0.1:7070";
/// The same for AMQP.
pub const BUS_AMQP: &str = "tcp://127.0.0.1:7071";
/// The access rule of Service Bus.
pub const BUS_RULE: (&str, &str) = ("RootManageSharedAccessKey", "SAS_KEY_VALUE");

impl Transport {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Embedded, Self::Rest, Self::Amqp];

    /// Its name on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::Embedded => "embedded",
            Self::Rest => "rest",
            Self::Amqp => "amqp",
        }
    }

    /// The one of this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|known| known.name() == name)
    }

    /// The application with this queue, compiled once in a process.
    pub fn application(self) -> Result<Application> {
        static READY: [OnceLock<Result<Application, String>>; 3] = [const { OnceLock::new() }; 3];
        let made = READY[self as usize].get_or_init(|| {
            let manifest = punctual_tests::manifest();
            let made = Application::for_simulation(&manifest, &self.variables());
            made.map_err(|error| format!("{error:#}; `cargo xtask build` makes the components"))
        });
        made.clone().map_err(|error| anyhow!(error))
    }

    fn variables(self) -> BTreeMap<String, String> {
        let mut variables: BTreeMap<_, _> = ["webhook_key", "timer_key", "admin_token"]
            .map(|name| (name.to_owned(), KEY.to_owned()))
            .into();
        let mut set = |name: &str, value: &str| variables.insert(name.to_owned(), value.to_owned());
        if self != Self::Embedded {
            set("queue", "servicebus");
            set("servicebus_transport", self.name());
            set("servicebus_endpoint", BUS_HTTP);
            set("servicebus_address", BUS_AMQP);
            set("servicebus_tls", "off");
            set("servicebus_key_name", BUS_RULE.0);
            set("servicebus_key", BUS_RULE.1);
        }
        variables
    }
}
