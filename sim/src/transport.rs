//! What the application's queue is.

/// Where reminders wait.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
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
/// The port of [`BUS_HTTP`].
pub const BUS_PORT: u16 = 7070;
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
}
