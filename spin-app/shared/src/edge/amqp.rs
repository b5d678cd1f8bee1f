//! Connections to Service Bus by way of the host's TCP.

use std::collections::hash_map::RandomState;
use std::hash::{BuildHasher, Hasher};
use std::net::SocketAddr;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use punctual_servicebus::transport::tls::{Tls, TlsOptions};
use punctual_servicebus::transport::{Clock, SystemClock, Transport, connect_tcp};
use punctual_servicebus::{Class, Client, Credential, Error, Options};

use super::{SpinCache, now};
use crate::cache::Cache;
use crate::queue::servicebus::Namespace;
use crate::queue::servicebus::amqp::Dial;
use crate::telemetry::entry::CallResult;
use crate::telemetry::{Called, Journal};

const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);

/// The way to a namespace.
pub struct SpinDial {
    /// Who is told of connections.
    pub journal: Rc<Journal>,
    /// Whose certificate must be shown, and who we are there.
    pub namespace: Namespace,
    /// Where it is. Names do not resolve for TCP in a component.
    pub address: SocketAddr,
    /// How the namespace knows us.
    pub credential: Credential,
    /// Where the credential is kept, if it is a token. One that is refused is forgotten, so that the next request asks for
    /// another.
    pub token_key: Option<String>,
    /// None: without TLS, which no cloud takes.
    pub tls: Option<TlsOptions>,
}

impl Dial for SpinDial {
    type Transport = Box<dyn Transport>;

    fn dial(&self) -> Result<Client<Self::Transport>, Error> {
        let ((span, parent), began_at) = (self.journal.child(None), now());
        let client = self.connect();
        self.journal.called(Called {
            span,
            parent,
            upstream: "servicebus",
            method: "AMQP",
            host: self.namespace.host().to_owned(),
            result: match &client {
                Ok(_) => CallResult::Connected,
                Err(_) => CallResult::Unsent,
            },
            began_at,
            duration_ms: now() - began_at,
        });
        client
    }
}

impl SpinDial {
    fn connect(&self) -> Result<Client<Box<dyn Transport>>, Error> {
        let clock: Arc<dyn Clock> = Arc::new(SystemClock::default());
        let host = self.namespace.host();
        let tcp = connect_tcp(self.address, CONNECT_TIMEOUT)?;
        let transport: Box<dyn Transport> = match &self.tls {
            Some(options) => Box::new(Tls::connect(tcp, host, options, &clock, CONNECT_TIMEOUT)?),
            None => Box::new(tcp),
        };
        let name = format!("punctual-{:016x}", random());
        let options = Options::new(host, self.credential.clone(), &name);
        let client = Client::connect(transport, &options, clock);
        if let (Err(error), Some(key)) = (&client, &self.token_key)
            && error.class == Class::Auth
        {
            SpinCache::open().put(key, b"");
        }
        client
    }
}

/// A number that no other connection has. The standard library seeds its maps from the host's randomness.
fn random() -> u64 {
    RandomState::new().build_hasher().finish()
}
