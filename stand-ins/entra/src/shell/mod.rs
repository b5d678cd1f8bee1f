//! The shell: sockets on loopback, a lock around the state, a clock.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use anyhow::Result;
use bytes::Bytes;
use futures::future::BoxFuture;
use http::{Request, Response, StatusCode, Uri};
use punctual_stand_ins::control::{clock, faults, refuse, requests};
use punctual_stand_ins::{
    Authority, Clock, Handler, Leaf, Reply, SystemClock, listen, serve, serve_tls,
};
use tokio::task::JoinSet;

use crate::directory::Directory;
use crate::entra::Entra;

/// What to start.
pub struct StandInOptions {
    /// Where it listens with plain HTTP: loopback; port 0 takes a free one, here and below.
    pub http: SocketAddr,
    /// Where it listens with HTTPS, which Microsoft's libraries insist on.
    pub https: SocketAddr,
    /// Where the control routes listen.
    pub control: SocketAddr,
    /// Who is who.
    pub directory: Directory,
    /// The clock of tokens.
    pub clock: Arc<dyn Clock>,
    /// Who signs the certificate of HTTPS.
    pub authority: Arc<Authority>,
    /// Where keys and lifetimes come from.
    pub seed: u64,
}

impl StandInOptions {
    /// Free ports, the default directory, the machine's clock, an authority of its own.
    pub fn new() -> Result<Self> {
        let free = SocketAddr::from(([127, 0, 0, 1], 0));
        Ok(Self {
            http: free,
            https: free,
            control: free,
            directory: Directory::default(),
            clock: Arc::new(SystemClock::new()),
            authority: Arc::new(Authority::new()?),
            seed: 0,
        })
    }
}

/// An Entra ID that runs. It ends, with all its connections, when this is dropped.
pub struct StandIn {
    shared: Arc<Shared>,
    http: SocketAddr,
    https: SocketAddr,
    control: SocketAddr,
    _tasks: JoinSet<()>,
}

struct Shared {
    entra: Mutex<Entra>,
    clock: Arc<dyn Clock>,
}

impl Shared {
    fn with<R>(&self, act: impl FnOnce(&mut Entra, i64) -> R) -> R {
        let mut entra = self
            .entra
            .lock()
            .unwrap_or_else(|poison| poison.into_inner());
        act(&mut entra, self.clock.now_ms())
    }
}

/// The endpoint, under one of its schemes.
struct Endpoint {
    shared: Arc<Shared>,
    scheme: &'static str,
}

impl Handler for Endpoint {
    fn answer(&self, mut request: Request<Bytes>) -> BoxFuture<'_, Reply> {
        // The core sees which door it came through.
        let path = request
            .uri()
            .path_and_query()
            .map_or("/", |path| path.as_str());
        let absolute = format!("{}://localhost{path}", self.scheme).parse::<Uri>();
        if let Ok(absolute) = absolute {
            *request.uri_mut() = absolute;
        }
        let reply = self
            .shared
            .with(|entra, now_ms| entra.handle(&request, now_ms));
        Box::pin(async move { reply })
    }
}

struct Control {
    shared: Arc<Shared>,
    authority: Arc<Authority>,
}

impl Control {
    fn respond(&self, request: &Request<Bytes>) -> Response<Bytes> {
        if let Some(response) = clock(&*self.shared.clock, request) {
            return response;
        }
        if request.uri().path() == "/ca.pem" {
            return Response::new(Bytes::from(self.authority.pem()));
        }
        self.shared.with(|entra, _| {
            faults(&mut entra.faults, request)
                .or_else(|| requests(&mut entra.requests, request))
                .unwrap_or_else(|| {
                    let there = "there are /clock, /faults, /requests, /ca.pem";
                    refuse(StatusCode::NOT_FOUND, there)
                })
        })
    }
}

impl Handler for Control {
    fn answer(&self, request: Request<Bytes>) -> BoxFuture<'_, Reply> {
        let response = self.respond(&request);
        Box::pin(async move { response.into() })
    }
}

impl StandIn {
    /// Starts it. When this returns, it listens.
    pub async fn start(options: StandInOptions) -> Result<Self> {
        let shared = Arc::new(Shared {
            entra: Mutex::new(Entra::new(options.directory, options.seed)),
            clock: options.clock,
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
        let handler = Control {
            shared: shared.clone(),
            authority: options.authority,
        };
        tasks.spawn(serve(listener, Arc::new(handler)));
        Ok(Self {
            shared,
            http,
            https,
            control,
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

    /// `http://127.0.0.1:port` of the control routes: `/clock`, `/faults`, `/requests`, `/ca.pem`.
    pub fn control_url(&self) -> String {
        format!("http://{}", self.control)
    }

    /// Where everything is, as `cargo xtask stand-ins` prints it.
    pub fn describe(&self) -> serde_json::Value {
        let url = self.url();
        let directory = self.with(|entra| entra.directory.clone());
        let client = directory.applications.first();
        serde_json::json!({
            "url": url,
            "https": self.https_url(),
            "control": self.control_url(),
            "tenant": directory.tenant,
            "client_id": client.map(|client| client.client_id),
            "client_secret": client.and_then(|client| client.secrets.first()).map(|secret| &secret.text),
            "imds": format!("{url}{}", crate::managed::IMDS_PATH),
            "identity_endpoint": format!("{url}{}", crate::managed::IDENTITY_PATH),
            "identity_header": directory.identity_header,
        })
    }

    /// Looks at the state, or changes it, between two requests.
    pub fn with<R>(&self, look: impl FnOnce(&mut Entra) -> R) -> R {
        self.shared.with(|entra, _| look(entra))
    }
}
