//! An application inside another program: no sockets, no threads, no timers, and no time but the clock's.
//!
//! Whoever has a bare host polls its guests, one after the other, on one thread of a tokio runtime. Between two polls a
//! guest does nothing, so everything that happens is a function of the order of polls, the clock and the seed.

use std::future::poll_fn;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use anyhow::{Result, anyhow};
use bytes::Bytes;
use http::{Request, Response};
use http_body_util::BodyExt;

use crate::application::Application;
use crate::clock::VirtualClock;
use crate::guest::{Database, HostShared, OutboundHttp};
use crate::harness::Harness;
use crate::life::Life;
use crate::log::Log;
use crate::serve::app::App;
use crate::serve::run::{Begun, begin, reason};
use crate::serve::whole;

/// From where requests come.
const CLIENT: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(Ipv4Addr::LOCALHOST), 50_000);
/// Linear memory that one guest may use.
const MEMORY_LIMIT_BYTES: usize = 128 << 20;
/// Nobody looks at it: a guest is ended by being dropped.
const NO_TIMEOUT: Duration = Duration::from_secs(3_600);

/// What a bare host is made of.
pub struct BareOptions {
    /// Its clock. It must stand still; whoever polls steps it.
    pub clock: VirtualClock,
    /// Where rows are kept.
    pub database: Database,
    /// The folder of the key-value store.
    pub data_dir: PathBuf,
    /// What guests reach by HTTP.
    pub outbound: Arc<dyn OutboundHttp>,
    /// Who decides about host calls.
    pub harness: Arc<dyn Harness>,
    /// Makes randomness a function of this number and of the order in which guests begin.
    pub random_seed: u64,
    /// Where what guests print goes.
    pub log: Log,
}

/// An application that answers when it is polled.
pub struct BareHost {
    app: App,
}

/// A guest with its request. Dropping the future ends it, as the death of its process would: transactions are rolled back.
pub struct Guest {
    /// Which guest of its host it is; [`HostCall`](crate::HostCall)s name it.
    pub number: u64,
    /// Completes when it has answered and ended. An error: it failed, which a client sees as 500.
    pub answer: Pin<Box<dyn Future<Output = Result<Response<Bytes>>> + Send>>,
}

impl BareHost {
    /// A host that has not answered anything yet.
    pub fn new(application: &Application, options: BareOptions) -> Self {
        let shared = HostShared {
            clock: options.clock,
            log: options.log,
            life: Life::under(options.harness),
            data_dir: options.data_dir,
            outbound: options.outbound,
            random_seed: Some(options.random_seed),
            memory_limit_bytes: MEMORY_LIMIT_BYTES,
            memory_peak_bytes: Arc::default(),
            guests: Default::default(),
            database: options.database,
        };
        Self {
            app: App {
                shared: Arc::new(shared),
                application: application.clone(),
                request_timeout: NO_TIMEOUT,
            },
        }
    }

    /// Hands a request to a fresh guest, which does nothing before it is polled.
    pub fn begin(&self, request: Request<Bytes>) -> Result<Guest> {
        let mut request = request.map(whole);
        let served = self
            .app
            .direct(&mut request, CLIENT)
            .map_err(|status| anyhow!("nobody answers there: {status}"))?;
        let begun = begin(&self.app.shared, served, request, NO_TIMEOUT)?;
        Ok(Guest {
            number: begun.store.data().number,
            answer: Box::pin(answer(begun)),
        })
    }
}

async fn answer(begun: Begun) -> Result<Response<Bytes>> {
    let Begun {
        mut store,
        answer,
        handling,
    } = begun;
    let mut whole = pin!(async {
        let answer = answer.await.map_err(|_| anyhow!("it gave no answer"))?;
        let answer = answer.map_err(|code| anyhow!("it answered with an error: {code:?}"))?;
        let (parts, body) = answer.into_parts();
        let body = body.collect().await;
        let body = body.map_err(|error| anyhow!("its answer broke off: {error:?}"))?;
        Ok(Response::from_parts(parts, body.to_bytes()))
    });
    let mut answered = None;
    let ended = {
        let mut handling = pin!(handling.run(&mut store));
        // Its answer is taken while it runs: a guest waits until there is room for the next piece.
        poll_fn(|context| {
            if answered.is_none()
                && let Poll::Ready(done) = whole.as_mut().poll(context)
            {
                answered = Some(done);
            }
            handling.as_mut().poll(context)
        })
        .await
    };
    drop(store);
    ended.map_err(|error| anyhow!("{}", reason(&error.into())))?;
    match answered {
        Some(answered) => answered,
        None => whole.await,
    }
}
