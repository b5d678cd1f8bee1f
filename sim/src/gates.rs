//! Where guests wait to be let on: before each call that has an effect outside of them.

use std::collections::HashSet;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard};
use std::task::{Poll, Waker};

use bytes::Bytes;
use http::{Request, Response};
use http_body_util::{BodyExt, Full};
use punctual_host::{Harness, HostCall, Moment, OutboundFuture, OutboundHttp, Wire};
use tokio::sync::oneshot;
use wasmtime_wasi_http::{Error, RequestOptions, WasiBody};

use crate::lies::Lies;

/// A guest: which host, and which of the host's guests.
pub type GuestName = (u64, u64);

/// A guest that waits to be let on.
pub struct Waiting {
    /// Tells it from all others, in the order of coming.
    pub number: u64,
    /// Who.
    pub guest: GuestName,
    /// What it wants to do.
    pub call: String,
    /// Not before this; none as long as nobody has decided.
    pub not_before_ns: Option<u64>,
    let_on: bool,
    waker: Option<Waker>,
}

/// A request that has left a guest.
pub struct Outgoing {
    /// The request.
    pub request: Request<Bytes>,
    /// Where its answer is awaited; none stands for a connection that broke.
    pub answer: oneshot::Sender<Option<Response<Bytes>>>,
}

/// A connection that a guest wants.
pub struct Dialed {
    /// Who.
    pub guest: GuestName,
    /// Where to.
    pub to: SocketAddr,
    /// The world's end of it.
    pub wire: Wire,
}

/// What has happened at the gates since the world last looked.
#[derive(Default)]
pub struct Gates {
    inner: Mutex<Inner>,
}

#[derive(Default)]
struct Inner {
    count: u64,
    waiting: Vec<Waiting>,
    doomed: HashSet<GuestName>,
    struck: Vec<GuestName>,
    outgoing: Vec<Outgoing>,
    dialed: Vec<Dialed>,
    wrote_outbox: bool,
    lies: Lies,
}

impl Gates {
    fn lock(&self) -> MutexGuard<'_, Inner> {
        let inner = self.inner.lock();
        inner.expect("nobody panics at a gate")
    }

    /// How many calls there have been.
    pub fn count(&self) -> u64 {
        self.lock().count
    }

    /// Looks at those who wait.
    pub fn with_waiting<R>(&self, look: impl FnOnce(&mut Vec<Waiting>) -> R) -> R {
        look(&mut self.lock().waiting)
    }

    /// Lets the one of this number on. With `doom` it dies as soon as its call has had its effect.
    pub fn let_on(&self, number: u64, doom: bool) {
        let mut inner = self.lock();
        let found = inner
            .waiting
            .iter()
            .position(|waiting| waiting.number == number);
        let Some(place) = found else { return };
        let waiting = &mut inner.waiting[place];
        waiting.let_on = true;
        let (guest, waker) = (waiting.guest, waiting.waker.take());
        if doom {
            inner.doomed.insert(guest);
        }
        drop(inner);
        if let Some(waker) = waker {
            waker.wake();
        }
    }

    /// Forgets a guest that is dead.
    pub fn forget(&self, guest: GuestName) {
        let mut inner = self.lock();
        inner.waiting.retain(|waiting| waiting.guest != guest);
        inner.doomed.remove(&guest);
        inner.struck.retain(|struck| *struck != guest);
    }

    /// Those whose doomed call has had its effect.
    pub fn take_struck(&self) -> Vec<GuestName> {
        std::mem::take(&mut self.lock().struck)
    }

    /// Requests that have left.
    pub fn take_outgoing(&self) -> Vec<Outgoing> {
        std::mem::take(&mut self.lock().outgoing)
    }

    /// Connections that are wanted.
    pub fn take_dialed(&self) -> Vec<Dialed> {
        std::mem::take(&mut self.lock().dialed)
    }

    /// Whether a guest has written to the outbox.
    pub fn take_wrote_outbox(&self) -> bool {
        std::mem::take(&mut self.lock().wrote_outbox)
    }

    /// Changes what is said to guests that is not so.
    pub fn with_lies<R>(&self, change: impl FnOnce(&mut Lies) -> R) -> R {
        change(&mut self.lock().lies)
    }

    fn arrive(self: &Arc<Self>, guest: GuestName, call: String) -> Moment {
        let mut inner = self.lock();
        inner.count += 1;
        let number = inner.count;
        inner.waiting.push(Waiting {
            number,
            guest,
            call,
            not_before_ns: None,
            let_on: false,
            waker: None,
        });
        drop(inner);
        let gates = self.clone();
        Box::pin(std::future::poll_fn(move |context| {
            let mut inner = gates.lock();
            let found = inner
                .waiting
                .iter()
                .position(|waiting| waiting.number == number);
            match found {
                Some(place) if inner.waiting[place].let_on => {
                    inner.waiting.remove(place);
                    Poll::Ready(())
                }
                Some(place) => {
                    inner.waiting[place].waker = Some(context.waker().clone());
                    Poll::Pending
                }
                // Forgotten: the guest is dead, and so is this.
                None => Poll::Pending,
            }
        }))
    }
}

/// The gates as one host knows them.
pub struct HostGates {
    /// Which host.
    pub host: u64,
    /// All gates.
    pub gates: Arc<Gates>,
}

impl Harness for HostGates {
    fn before(&self, call: HostCall<'_>) -> Moment {
        let what = format!("{} {} {}", call.component, call.kind, call.detail);
        self.gates.arrive((self.host, call.guest), what)
    }

    fn after(&self, call: HostCall<'_>) -> Moment {
        let guest = (self.host, call.guest);
        let mut inner = self.gates.lock();
        inner.wrote_outbox |= call.detail.starts_with("INSERT INTO outbox");
        if inner.doomed.contains(&guest) {
            inner.struck.push(guest);
            return Box::pin(std::future::pending());
        }
        Box::pin(std::future::ready(()))
    }

    fn statement(&self, _: u64, statement: String) -> String {
        self.gates.lock().lies.statement(statement)
    }

    fn connect(&self, guest: u64, to: SocketAddr, wire: Wire) {
        self.gates.lock().dialed.push(Dialed {
            guest: (self.host, guest),
            to,
            wire,
        });
    }
}

/// The network as guests reach it by HTTP: the world.
pub struct Network(pub Arc<Gates>);

impl OutboundHttp for Network {
    fn send(&self, request: Request<WasiBody>, _: Option<RequestOptions>) -> OutboundFuture {
        let gates = self.0.clone();
        Box::pin(async move {
            let (parts, body) = request.into_parts();
            let body = body.collect().await?.to_bytes();
            let (answer, answered) = oneshot::channel();
            gates.lock().outgoing.push(Outgoing {
                request: Request::from_parts(parts, body),
                answer,
            });
            let Ok(Some(response)) = answered.await else {
                return Err(Error::HttpResponseTimeout);
            };
            let whole = |bytes: Bytes| Full::new(bytes).map_err(|never| match never {});
            let response = response.map(|bytes| whole(bytes).boxed_unsync());
            let worker: Box<dyn Future<Output = Result<(), Error>> + Send> =
                Box::new(std::future::ready(Ok(())));
            Ok((response, worker))
        })
    }
}
