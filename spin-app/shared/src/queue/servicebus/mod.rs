//! The queue in Azure Service Bus, over one of two transports.
//!
//! | | [`rest`] | [`amqp`] |
//! |---|---|---|
//! | works where | HTTP works | TCP to port 5671 works |
//! | sequence numbers, cancelling | no: the fence alone keeps a cancelled reminder from going out | yes |
//! | dead-lettering | by giving back until the queue's delivery count is reached | at once, with a reason |
//! | many messages | one request to schedule them, one each to receive and settle | few round-trips on one connection |

pub mod amqp;
pub mod lookup;
pub mod rest;
mod wire;

/// A queue in a namespace, and who we are there.
#[derive(Clone)]
pub struct Namespace {
    /// `https://contoso.servicebus.windows.net`, no slash at the end.
    pub endpoint: String,
    /// The queue's name.
    pub queue: String,
    /// Who we are there.
    pub access: Access,
}

/// How the namespace knows us.
#[derive(Clone)]
pub enum Access {
    /// By a shared access rule.
    SharedKey {
        /// The rule, such as `punctual`.
        name: String,
        /// Its key. A secret.
        key: String,
    },
    /// By the identity that the application signs in with.
    SignIn,
}

/// What tokens for Service Bus are for, whatever the namespace.
pub const RESOURCE: &str = "https://servicebus.azure.net";

impl Namespace {
    /// `contoso.servicebus.windows.net`: what the certificate must be for.
    pub fn host(&self) -> &str {
        let (_, rest) = self.endpoint.split_once("://").unwrap_or_default();
        let authority = rest.split('/').next().unwrap_or_default();
        authority
            .rsplit_once(':')
            .map_or(authority, |(host, _)| host)
    }

    /// The queue's dead letters.
    fn dead_letter_queue(&self) -> String {
        format!("{}/$DeadLetterQueue", self.queue)
    }
}

impl std::fmt::Debug for Namespace {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let who = match &self.access {
            Access::SharedKey { name, .. } => name,
            Access::SignIn => "signed in",
        };
        write!(f, "Namespace({}/{}, {who})", self.endpoint, self.queue)
    }
}
