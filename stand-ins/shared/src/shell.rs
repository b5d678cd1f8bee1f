//! The shell of a stand-in that speaks HTTP: sockets on loopback, a lock around the core, a clock, and a client that
//! sends what the core wants sent.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use anyhow::Result;
use bytes::Bytes;
use futures::future::BoxFuture;
use http::{Request, Response, StatusCode, Uri};
use tokio::sync::watch;
use tokio::task::JoinSet;

use crate::control::{clock, faults, refuse, requests};
use crate::outbox::{Answer, Outgoing};
use crate::{
    Authority, Clock, Faults, Handler, Leaf, Ledger, Reply, SystemClock, listen, sender, serve,
    serve_tls,
};

/// A stand-in without its sockets: requests in, replies out. It reads no clock.
pub trait Core: Send + 'static {
    /// The control routes of its own, as a person is told of them: `/rows, /webhooks`.
    const ROUTES: &'static str = "";
    /// How long it waits for an answer to what it sends.
    const LONGEST_ANSWER_MS: u64 = 60_000;
    /// The longest body that it reads.
    const LARGEST_BODY_BYTES: usize = 4 << 20;

    /// Answers a request. Its URI is absolute and tells by which scheme it came.
    fn handle(&mut self, request: &Request<Bytes>, now_ms: i64) -> Reply;

    /// The faults that stand.
    fn faults(&mut self) -> &mut Faults;

    /// What was asked.
    fn requests(&mut self) -> &mut Ledger;

    /// Answers a control route of its own.
    fn control(&mut self, _request: &Request<Bytes>, _now_ms: i64) -> Option<Response<Bytes>> {
        None
    }

    /// Lets happen what is due by now.
    fn tick(&mut self, _now_ms: i64) {}

    /// What is to be sent now. Each is handed out once, until [`finished`](Self::finished) is told of it.
    fn due(&mut self, _now_ms: i64) -> Vec<Outgoing> {
        Vec::new()
    }

    /// When something happens, or is to be sent, by itself.
    fn next_due_ms(&self) -> Option<i64> {
        None
    }

    /// Says what came of something that was handed out.
    fn finished(&mut self, _job: u64, _answer: &Answer, _now_ms: i64) {}
}

/// Where a shell listens, and by which clock.
pub struct ShellOptions {
    /// Plain HTTP: loopback; port 0 takes a free one, here and below.
    pub http: SocketAddr,
    /// HTTPS.
    pub https: SocketAddr,
    /// The control routes.
    pub control: SocketAddr,
    /// The clock of the core. How long an answer may take runs by the machine's.
    pub clock: Arc<dyn Clock>,
    /// Who signs the certificate of HTTPS.
    pub authority: Arc<Authority>,
}

impl ShellOptions {
    /// Free ports, the machine's clock, an authority of its own.
    pub fn new() -> Result<Self> {
        let free = SocketAddr::from(([127, 0, 0, 1], 0));
        Ok(Self {
            http: free,
            https: free,
            control: free,
            clock: Arc::new(SystemClock::new()),
            authority: Arc::new(Authority::new()?),
        })
    }
}

/// A stand-in that runs. It ends, with all its connections, when this is dropped.
pub struct Shell<C> {
    shared: Arc<Shared<C>>,
    http: SocketAddr,
    https: SocketAddr,
    control: SocketAddr,
    authority: Arc<Authority>,
    _tasks: JoinSet<()>,
}

struct Shared<C> {
    core: Mutex<C>,
    clock: Arc<dyn Clock>,
    /// Changes with the core, so that the sender looks for what is due.
    changes: watch::Sender<()>,
}

impl<C: Core> Shared<C> {
    /// Does something at the clock's time, and wakes the sender.
    fn with<R>(&self, act: impl FnOnce(&mut C, i64) -> R) -> R {
        let result = self.look(act);
        self.changes.send_replace(());
        result
    }

    /// The same without waking anybody.
    fn look<R>(&self, act: impl FnOnce(&mut C, i64) -> R) -> R {
        let mut core = self
            .core
            .lock()
            .unwrap_or_else(|poison| poison.into_inner());
        let now_ms = self.clock.now_ms();
        core.tick(now_ms);
        act(&mut core, now_ms)
    }

    async fn send_for_ever(self: Arc<Self>) {
        let mut changes = self.changes.subscribe();
        let mut sending = JoinSet::new();
        loop {
            // Before the look: what changes after it wakes this up again.
            changes.mark_unchanged();
            let (due, next_ms) = self.look(|core, now_ms| (core.due(now_ms), core.next_due_ms()));
            // Several at once: they may overtake each other, as the services' do.
            for outgoing in due {
                sending.spawn(self.clone().send(outgoing));
            }
            while sending.try_join_next().is_some() {}
            tokio::select! {
                _ = changes.changed() => {}
                () = self.clock.wait_until_ms(next_ms.unwrap_or(i64::MAX)) => {}
            }
        }
    }

    async fn send(self: Arc<Self>, outgoing: Outgoing) {
        let timeout = std::time::Duration::from_millis(C::LONGEST_ANSWER_MS);
        let answer = sender::send(outgoing.request, timeout).await;
        self.with(|core, now_ms| core.finished(outgoing.job, &answer, now_ms));
    }
}

/// The service, under one of its schemes.
struct Endpoint<C> {
    shared: Arc<Shared<C>>,
    scheme: &'static str,
}

impl<C: Core> Handler for Endpoint<C> {
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
            .with(|core, now_ms| core.handle(&request, now_ms));
        Box::pin(async move { reply })
    }

    fn largest_body_bytes(&self) -> usize {
        C::LARGEST_BODY_BYTES
    }
}

struct Control<C> {
    shared: Arc<Shared<C>>,
    authority: Arc<Authority>,
}

impl<C: Core> Control<C> {
    fn respond(&self, request: &Request<Bytes>) -> Response<Bytes> {
        if let Some(response) = clock(&*self.shared.clock, request) {
            // What fell due has happened when this returns, so that a test need not wait for it.
            self.shared.with(|_, _| ());
            return response;
        }
        if request.uri().path() == "/ca.pem" {
            return Response::new(Bytes::from(self.authority.pem()));
        }
        self.shared.with(|core, now_ms| {
            faults(core.faults(), request)
                .or_else(|| requests(core.requests(), request))
                .or_else(|| core.control(request, now_ms))
                .unwrap_or_else(|| {
                    let own = C::ROUTES;
                    let comma = if own.is_empty() { "" } else { ", " };
                    let there =
                        format!("there are /clock, /faults, /requests, {own}{comma}/ca.pem");
                    refuse(StatusCode::NOT_FOUND, &there)
                })
        })
    }
}

impl<C: Core> Handler for Control<C> {
    fn answer(&self, request: Request<Bytes>) -> BoxFuture<'_, Reply> {
        let response = self.respond(&request);
        Box::pin(async move { response.into() })
    }
}

impl<C: Core> Shell<C> {
    /// Starts it. When this returns, it listens.
    pub async fn start(options: ShellOptions, core: C) -> Result<Self> {
        let shared = Arc::new(Shared {
            core: Mutex::new(core),
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
        let handler = Control {
            shared: shared.clone(),
            authority: options.authority.clone(),
        };
        tasks.spawn(serve(listener, Arc::new(handler)));

        tasks.spawn(shared.clone().send_for_ever());
        Ok(Self {
            shared,
            http,
            https,
            control,
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

    /// `http://127.0.0.1:port` of the control routes.
    pub fn control_url(&self) -> String {
        format!("http://{}", self.control)
    }

    /// Who signed the certificate of HTTPS.
    pub fn authority(&self) -> &Authority {
        &self.authority
    }

    /// Where it is, with the members of `more`, as `cargo xtask stand-ins` prints it.
    pub fn describe(&self, more: serde_json::Value) -> serde_json::Value {
        let mut described = serde_json::json!({
            "url": self.url(),
            "https": self.https_url(),
            "control": self.control_url(),
        });
        if let (Some(all), serde_json::Value::Object(more)) = (described.as_object_mut(), more) {
            all.extend(more);
        }
        described
    }

    /// Looks at the core, or changes it, between two requests. The second argument is the time, in milliseconds.
    pub fn with<R>(&self, look: impl FnOnce(&mut C, i64) -> R) -> R {
        self.shared.with(look)
    }
}
