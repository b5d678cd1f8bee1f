//! The shell: sockets on loopback, a lock around the state, a clock, and a client that sends the webhooks.

mod control;
mod sender;

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use anyhow::{Result, anyhow};
use bytes::Bytes;
use futures::future::BoxFuture;
use http::{Request, Uri};
use punctual_stand_ins::{
    Authority, Clock, Handler, Leaf, Reply, SystemClock, listen, serve, serve_tls,
};
use tokio::sync::watch;
use tokio::task::JoinSet;

use crate::access::{BearerValidator, FixedToken};
use crate::api;
use crate::dataverse::Dataverse;
use crate::options::Options;

/// What to start.
pub struct StandInOptions {
    /// Where it listens with plain HTTP: loopback; port 0 takes a free one, here and below.
    pub http: SocketAddr,
    /// Where it listens with HTTPS, which Microsoft's client insists on.
    pub https: SocketAddr,
    /// Where the control routes listen.
    pub control: SocketAddr,
    /// What the environment is like.
    pub environment: Options,
    /// A token that is always good.
    pub token: String,
    /// Who judges other tokens; nobody refuses them all.
    pub bearer: Option<Box<dyn BearerValidator>>,
    /// The clock of rows, tokens and webhooks. The minute that a webhook may take runs by the machine's.
    pub clock: Arc<dyn Clock>,
    /// Who signs the certificate of HTTPS.
    pub authority: Arc<Authority>,
    /// Where ids and the chances of faults come from.
    pub seed: u64,
}

impl StandInOptions {
    /// Free ports, Punctual's tables, one fixed token, the machine's clock, an authority of its own.
    pub fn new() -> Result<Self> {
        let free = SocketAddr::from(([127, 0, 0, 1], 0));
        Ok(Self {
            http: free,
            https: free,
            control: free,
            environment: Options::default(),
            token: "dataverse-stand-in".into(),
            bearer: None,
            clock: Arc::new(SystemClock::new()),
            authority: Arc::new(Authority::new()?),
            seed: 0,
        })
    }
}

/// An environment that runs. It ends, with all its connections, when this is dropped.
pub struct StandIn {
    shared: Arc<Shared>,
    http: SocketAddr,
    https: SocketAddr,
    control: SocketAddr,
    token: String,
    authority: Arc<Authority>,
    _tasks: JoinSet<()>,
}

struct Shared {
    dataverse: Mutex<Dataverse>,
    clock: Arc<dyn Clock>,
    /// Changes with the state, so that the sender looks for what is due.
    changes: watch::Sender<()>,
}

impl Shared {
    /// Does something at the clock's time, and wakes the sender.
    fn with<R>(&self, act: impl FnOnce(&mut Dataverse, i64) -> R) -> R {
        let result = self.look(act);
        self.changes.send_replace(());
        result
    }

    /// The same without waking anybody.
    fn look<R>(&self, act: impl FnOnce(&mut Dataverse, i64) -> R) -> R {
        let mut dataverse = self
            .dataverse
            .lock()
            .unwrap_or_else(|poison| poison.into_inner());
        act(&mut dataverse, self.clock.now_ms())
    }
}

/// The API, under one of its schemes.
struct Endpoint {
    shared: Arc<Shared>,
    scheme: &'static str,
}

impl Handler for Endpoint {
    fn answer(&self, mut request: Request<Bytes>) -> BoxFuture<'_, Reply> {
        // The core sees which door it came through, and says so in the URLs that it makes.
        let path = request
            .uri()
            .path_and_query()
            .map_or("/", |path| path.as_str());
        if let Ok(absolute) = format!("{}://localhost{path}", self.scheme).parse::<Uri>() {
            *request.uri_mut() = absolute;
        }
        let reply = self
            .shared
            .with(|dataverse, now_ms| api::handle(dataverse, &request, now_ms));
        Box::pin(async move { reply })
    }

    fn largest_body_bytes(&self) -> usize {
        32 << 20
    }
}

/// The fixed token, and then whoever else judges.
fn judges(token: &str, other: Option<Box<dyn BearerValidator>>) -> Box<dyn BearerValidator> {
    let fixed = FixedToken(token.to_owned());
    Box::new(
        move |token: &str, now_ms: i64| match (fixed.validate(token, now_ms), &other) {
            (Err(_), Some(other)) => other.validate(token, now_ms),
            (judged, _) => judged,
        },
    )
}

impl StandIn {
    /// Starts it. When this returns, it listens.
    pub async fn start(options: StandInOptions) -> Result<Self> {
        let bearer = judges(&options.token, options.bearer);
        let now_ms = options.clock.now_ms();
        let dataverse = Dataverse::new(options.environment, bearer, options.seed, now_ms);
        let shared = Arc::new(Shared {
            dataverse: Mutex::new(dataverse.map_err(|problem| anyhow!(problem))?),
            clock: options.clock,
            changes: watch::Sender::new(()),
        });
        let endpoint = |scheme| {
            let shared = shared.clone();
            Arc::new(Endpoint { shared, scheme })
        };
        let mut tasks = JoinSet::new();
        let listener = listen(options.http).await?;
        let http = listener.local_addr()?;
        tasks.spawn(serve(listener, endpoint("http")));

        let listener = listen(options.https).await?;
        let https = listener.local_addr()?;
        let config = options.authority.server(&Leaf::default())?;
        tasks.spawn(serve_tls(listener, config, endpoint("https")));

        let listener = listen(options.control).await?;
        let control = listener.local_addr()?;
        let handler = control::Control::new(shared.clone(), options.authority.clone());
        tasks.spawn(serve(listener, Arc::new(handler)));

        tasks.spawn(sender::send_for_ever(shared.clone()));
        Ok(Self {
            shared,
            http,
            https,
            control,
            token: options.token,
            authority: options.authority,
            _tasks: tasks,
        })
    }

    /// `http://127.0.0.1:port`
    pub fn url(&self) -> String {
        format!("http://{}", self.http)
    }

    /// `https://127.0.0.1:port`
    pub fn https_url(&self) -> String {
        format!("https://{}", self.https)
    }

    /// `http://127.0.0.1:port` of the control routes; see `shell/control.rs`.
    pub fn control_url(&self) -> String {
        format!("http://{}", self.control)
    }

    /// The token that is always good.
    pub fn token(&self) -> &str {
        &self.token
    }

    /// Who signed the certificate of HTTPS.
    pub fn authority(&self) -> &Authority {
        &self.authority
    }

    /// From now on this judges tokens, beside the one that is always good. For judges that must know the URL first.
    pub fn trust(&self, other: Box<dyn BearerValidator>) {
        let bearer = judges(&self.token, Some(other));
        self.with(|dataverse, _| dataverse.bearer = bearer);
    }

    /// Where everything is, as `cargo xtask stand-ins` prints it.
    pub fn describe(&self) -> serde_json::Value {
        serde_json::json!({
            "url": self.url(),
            "https": self.https_url(),
            "control": self.control_url(),
            "token": self.token,
        })
    }

    /// Looks at the state, or changes it, between two requests. The second argument is the time, in milliseconds.
    pub fn with<R>(&self, look: impl FnOnce(&mut Dataverse, i64) -> R) -> R {
        self.shared.with(look)
    }
}
