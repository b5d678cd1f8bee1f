//! The shell: sockets on loopback, a real lock around the state, a clock. Everything else is decided elsewhere.

mod amqp;
mod control;
mod http;
mod shared;

use std::net::SocketAddr;
use std::sync::Arc;

use anyhow::{Result, anyhow, bail};
use punctual_stand_ins::{Authority, Clock, Leaf, SystemClock, listen, serve};
use tokio::task::JoinSet;
use tokio_rustls::TlsAcceptor;

use crate::access::{Access, BearerValidator, Rights, Rule};
use crate::broker::Broker;
use crate::bus::ServiceBus;
use crate::options::{NamespaceOptions, QueueOptions};

use shared::Shared;

/// What to start.
pub struct StandInOptions {
    /// Where AMQP listens: loopback; port 0 takes a free one.
    pub amqp: SocketAddr,
    /// Where AMQP over TLS listens.
    pub amqps: SocketAddr,
    /// Where HTTP listens.
    pub http: SocketAddr,
    /// Where the control routes listen.
    pub control: SocketAddr,
    /// The queues to begin with; `PUT /queues/{name}` makes more.
    pub queues: Vec<(String, QueueOptions)>,
    /// The namespace's limits.
    pub namespace: NamespaceOptions,
    /// The shared access policies. The first is in the connection string.
    pub rules: Vec<Rule>,
    /// What the TLS certificate says.
    pub certificate: Leaf,
    /// Who judges bearer tokens; nobody refuses them all.
    pub bearer: Option<Box<dyn BearerValidator>>,
    /// The clock of queues, locks and tokens. Timeouts of connections run by the machine's.
    pub clock: Arc<dyn Clock>,
    /// Where lock tokens and the chances of faults come from.
    pub seed: u64,
}

impl Default for StandInOptions {
    fn default() -> Self {
        let free = SocketAddr::from(([127, 0, 0, 1], 0));
        Self {
            amqp: free,
            amqps: free,
            http: free,
            control: free,
            queues: ["reminders", "probe"]
                .map(|name| (name.to_owned(), QueueOptions::default()))
                .into(),
            namespace: NamespaceOptions::default(),
            rules: vec![Rule {
                name: "RootManageSharedAccessKey".into(),
                key: "SAS_KEY_VALUE".into(),
                rights: Rights::ALL,
            }],
            certificate: Leaf::default(),
            bearer: None,
            clock: Arc::new(SystemClock::new()),
            seed: 0,
        }
    }
}

/// A Service Bus that runs. It ends, with all its connections, when this is dropped.
pub struct StandIn {
    shared: Arc<Shared>,
    amqp: SocketAddr,
    amqps: SocketAddr,
    http: SocketAddr,
    control: SocketAddr,
    connection_string: String,
    authority: Arc<Authority>,
    _tasks: JoinSet<()>,
}

impl StandIn {
    /// Starts it. When this returns, it listens.
    pub async fn start(options: StandInOptions) -> Result<Self> {
        let mut broker = Broker::new(options.namespace);
        for (name, queue) in options.queues {
            broker
                .create_queue(&name, queue)
                .map_err(|problem| anyhow!("queue {name:?}: {problem}"))?;
        }
        let (name, key) = match options.rules.first() {
            Some(rule) => (rule.name.clone(), rule.key.clone()),
            None => bail!("at least one rule is needed, to have a connection string"),
        };
        let bus = ServiceBus::new(
            broker,
            Access::new(options.rules, options.bearer),
            options.seed,
        );
        let shared = Arc::new(Shared::new(bus, options.clock));
        let authority = Arc::new(Authority::new()?);
        let mut tasks = JoinSet::new();

        let listener = listen(options.amqp).await?;
        let amqp = listener.local_addr()?;
        tasks.spawn(amqp::serve(listener, None, shared.clone()));

        let listener = listen(options.amqps).await?;
        let amqps = listener.local_addr()?;
        let tls = TlsAcceptor::from(authority.server(&options.certificate)?);
        tasks.spawn(amqp::serve(listener, Some(tls), shared.clone()));

        let listener = listen(options.http).await?;
        let http = listener.local_addr()?;
        let handler = Arc::new(http::Rest::new(shared.clone()));
        tasks.spawn(serve(listener, handler));

        let listener = listen(options.control).await?;
        let control = listener.local_addr()?;
        let handler = Arc::new(control::Control::new(shared.clone(), authority.clone()));
        tasks.spawn(serve(listener, handler));

        let ticking = shared.clone();
        tasks.spawn(async move { ticking.tick_for_ever().await });
        let connection_string = format!(
            "Endpoint=sb://{amqp};SharedAccessKeyName={name};SharedAccessKey={key};UseDevelopmentEmulator=true"
        );
        Ok(Self {
            shared,
            amqp,
            amqps,
            http,
            control,
            connection_string,
            authority,
            _tasks: tasks,
        })
    }

    /// Where AMQP over plain TCP is.
    pub fn amqp(&self) -> SocketAddr {
        self.amqp
    }

    /// Where AMQP over TLS is.
    pub fn amqps(&self) -> SocketAddr {
        self.amqps
    }

    /// What the vendor's clients take: AMQP over plain TCP.
    pub fn connection_string(&self) -> &str {
        &self.connection_string
    }

    /// Where everything is, as the program `stand-ins` prints it.
    pub fn describe(&self) -> serde_json::Value {
        let queues: Vec<String> = self.with(|bus| {
            bus.broker
                .queues()
                .map(|(name, _, _)| name.to_owned())
                .collect()
        });
        serde_json::json!({
            "amqp": self.amqp.to_string(),
            "amqps": self.amqps.to_string(),
            "http": self.http_url(),
            "control": self.control_url(),
            "connection_string": self.connection_string,
            "queues": queues,
        })
    }

    /// `http://127.0.0.1:port`
    pub fn http_url(&self) -> String {
        format!("http://{}", self.http)
    }

    /// `http://127.0.0.1:port` of the control routes; see `shell/control.rs`.
    pub fn control_url(&self) -> String {
        format!("http://{}", self.control)
    }

    /// The certificate to trust for AMQP over TLS.
    pub fn authority(&self) -> &Authority {
        &self.authority
    }

    /// Looks at the state, or changes it, between two requests.
    pub fn with<R>(&self, look: impl FnOnce(&mut ServiceBus) -> R) -> R {
        self.shared.with(|bus, _| look(bus))
    }
}
