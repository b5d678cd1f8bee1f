//! The blocking client: one connection that serves many operations.
//!
//! It waits in reads of its transport, never longer than its time-outs say. Operations on many items answer for each of them, in
//! order. Requests are pipelined: a thousand cancellations cost a few round-trips, not a thousand.
//!
//! The client does not reconnect. When [`Client::is_open`] says no, make a new one; what was received can be settled by
//! it. Links that the service detached in between (after ten idle minutes, or for its own reasons) are attached again.

mod inbox;
mod links;
mod options;
mod receive;
mod requests;
mod schedule;
mod send;
mod settle;
mod wire;

pub use options::{Credential, Options};
pub use receive::Received;

use crate::{
    engine::{Config, Event},
    error::{Class, Error},
    moment::{Moment, UnixMs},
    transport::{Clock, Transport},
};
use inbox::Inbox;
use links::{Pair, Route};
use std::{collections::HashMap, sync::Arc};
use wire::{Pause, Wire};

/// A connection to a namespace.
///
/// ```no_run
/// use punctual_servicebus::{
///     Client, Credential, Options, UnixMs, ops::outgoing::OutgoingMessage,
///     transport::{SystemClock, connect_tcp},
/// };
/// use std::{sync::Arc, time::Duration};
///
/// let tcp = connect_tcp("127.0.0.1:5672".parse()?, Duration::from_secs(5))?;
/// let credential = Credential::SharedKey { name: "RootManageSharedAccessKey".into(), key: "SAS_KEY_VALUE".into() };
/// let options = Options::new("localhost", credential, "example-1");
/// let mut client = Client::connect(tcp, &options, Arc::new(SystemClock::default()))?;
/// let message = OutgoingMessage::scheduled("reminder-1", "wake up", UnixMs(1_900_000_000_000));
/// for number in client.schedule("reminders", &[message]) {
///     println!("{:?}", number?);
/// }
/// client.close();
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct Client<T> {
    wire: Wire<T>,
    options: Options,
    inbox: Inbox,
    /// Links for requests: `$cbs`, and `$management` by entity.
    pairs: HashMap<String, Pair>,
    /// Links for messages.
    routes: HashMap<Route, crate::engine::LinkId>,
    /// Until when tokens were put, by audience.
    tokens: HashMap<String, UnixMs>,
    next_name: u64,
    container_id: Arc<str>,
}

impl<T> std::fmt::Debug for Client<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Client({})", self.container_id)
    }
}

impl<T: Transport> Client<T> {
    /// Opens a connection on a transport that is connected.
    ///
    /// # Errors
    /// If the peer refuses, speaks something else, or takes longer than [`Options::connect_timeout`].
    pub fn connect(transport: T, options: &Options, clock: Arc<dyn Clock>) -> Result<Self, Error> {
        let config = Config::new(&options.container_id, &options.namespace);
        let mut client = Self {
            wire: Wire::new(transport, &config, clock),
            options: options.clone(),
            inbox: Inbox::default(),
            pairs: HashMap::new(),
            routes: HashMap::new(),
            tokens: HashMap::new(),
            next_name: 0,
            container_id: options.container_id.as_str().into(),
        };
        client.begin_session("connect")?;
        if options.credential != Credential::Anonymous {
            // Goes out together with the open, so that it costs no round-trip.
            client.attach_pair(crate::ops::cbs::ADDRESS, "connect")?;
        }
        let deadline = client.wire.deadline(options.connect_timeout);
        while !client.inbox.opened {
            client
                .turn(deadline)
                .map_err(|pause| client.error("connect", pause, false))?;
        }
        Ok(client)
    }

    /// Whether operations have a chance.
    #[must_use]
    pub fn is_open(&self) -> bool {
        self.wire.failure().is_none() && self.wire.engine.is_open()
    }

    /// Bounds all that follows: no operation waits beyond this moment of the clock that was given to [`Client::connect`].
    pub fn set_deadline(&mut self, deadline: Option<Moment>) {
        self.wire.limit = deadline;
    }

    /// Says goodbye, and waits a second for the answer. Messages that were received and not settled go back to the queue when their
    /// locks end.
    pub fn close(mut self) {
        self.wire.engine.close();
        let deadline = self.wire.deadline(std::time::Duration::from_secs(1));
        while !self.inbox.closed && self.turn(deadline).is_ok() {}
    }

    /// Waits for one event, and takes it in.
    fn turn(&mut self, deadline: Moment) -> Result<(), Pause> {
        let event = self.wire.next(deadline)?;
        self.take(event);
        Ok(())
    }

    /// Takes in what came since the last operation, such as the detach of a link that idled out.
    fn catch_up(&mut self) {
        while let Some(event) = self.wire.glance() {
            self.take(event);
        }
    }

    fn take(&mut self, event: Event) {
        self.inbox.take(event);
        self.refill();
    }

    /// What a pause means for an operation. `asked`: its request may have reached the service.
    fn error(&self, doing: &'static str, pause: Pause, asked: bool) -> Error {
        match pause {
            Pause::Lost(failure) => Error::from_failure(doing, &failure, asked),
            Pause::TimeOut => {
                let class = if asked {
                    Class::UnknownOutcome
                } else {
                    Class::Retryable
                };
                Error::new(class, doing, "no answer came in time")
            }
        }
    }

    /// A name that this connection has not used.
    fn fresh_name(&mut self) -> String {
        self.next_name += 1;
        format!("{}-{}", self.container_id, self.next_name)
    }
}
