//! Moves bytes between the engine and the transport, and never waits beyond a deadline.

use crate::{
    engine::{Config, Connection, Event, Failure},
    moment::Moment,
    transport::{Clock, Transport},
};
use std::{io::ErrorKind, sync::Arc, time::Duration};

/// Bytes that are read at once.
const READ_BYTES: usize = 16 << 10;

/// After so long, the peer may have detached links.
const STALE: Duration = Duration::from_secs(1);

/// An engine on a transport.
pub(super) struct Wire<T> {
    pub(super) engine: Connection,
    pub(super) clock: Arc<dyn Clock>,
    transport: T,
    /// No deadline is beyond this.
    pub(super) limit: Option<Moment>,
    broken: Option<Failure>,
    looked_at: Moment,
}

/// Why there is no event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Pause {
    /// The deadline has come.
    TimeOut,
    /// The connection has ended.
    Lost(Failure),
}

impl<T: Transport> Wire<T> {
    pub(super) fn new(transport: T, config: &Config, clock: Arc<dyn Clock>) -> Self {
        let now = clock.now();
        Self {
            engine: Connection::new(config, now),
            looked_at: now,
            clock,
            transport,
            limit: None,
            broken: None,
        }
    }

    /// The moment after `timeout`, if the limit is not before that.
    pub(super) fn deadline(&self, timeout: Duration) -> Moment {
        let deadline = self.clock.now() + timeout;
        self.limit.map_or(deadline, |limit| limit.min(deadline))
    }

    /// Why the connection has ended, if it has.
    pub(super) fn failure(&self) -> Option<&Failure> {
        self.broken.as_ref().or(self.engine.failure())
    }

    /// An event that came while nobody looked, for at least [`STALE`]. Waits for none.
    pub(super) fn glance(&mut self) -> Option<Event> {
        let stale = self.clock.now().since(self.looked_at) >= STALE;
        if stale && self.failure().is_none() && self.read(Duration::ZERO).is_err() {
            return None;
        }
        self.engine.poll_event()
    }

    /// The next event. Writes all that waits first.
    pub(super) fn next(&mut self, deadline: Moment) -> Result<Event, Pause> {
        loop {
            if self.failure().is_none() {
                self.write(deadline)?;
            }
            if let Some(event) = self.engine.poll_event() {
                return Ok(event);
            }
            if let Some(failure) = self.failure() {
                return Err(Pause::Lost(failure.clone()));
            }
            let now = self.clock.now();
            if now >= deadline {
                return Err(Pause::TimeOut);
            }
            let wake = self.engine.next_deadline().min(deadline);
            self.read(wake.since(now))?;
        }
    }

    /// Writes all that waits, whatever the events.
    pub(super) fn write(&mut self, deadline: Moment) -> Result<(), Pause> {
        let bytes = self.engine.transmit(self.clock.now());
        let mut rest = bytes.as_slice();
        // A write that is already late still gets a moment: the frame may be a goodbye.
        let patience = Duration::from_millis(100);
        let deadline = deadline.max(self.clock.now() + patience);
        while !rest.is_empty() {
            let left = deadline.since(self.clock.now());
            let done = if left.is_zero() {
                Err(ErrorKind::TimedOut.into())
            } else {
                let set = self.transport.set_timeout(left);
                set.and_then(|()| self.transport.write(rest))
            };
            match done {
                Ok(0) => return Err(self.broke(Failure::HungUp)),
                Ok(written) => rest = &rest[written..],
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) if is_timeout(error.kind()) && !left.is_zero() => {}
                // Half a frame may be out: there is no going on.
                Err(error) if is_timeout(error.kind()) => return Err(self.broke(Failure::Stalled)),
                Err(_) => return Err(self.broke(Failure::HungUp)),
            }
        }
        if bytes.is_empty() {
            return Ok(());
        }
        match self.transport.flush() {
            Err(error) if !is_timeout(error.kind()) && error.kind() != ErrorKind::Interrupted => {
                Err(self.broke(Failure::HungUp))
            }
            _ => Ok(()),
        }
    }

    fn read(&mut self, wait: Duration) -> Result<(), Pause> {
        let mut buffer = [0; READ_BYTES];
        let read = self
            .transport
            .set_timeout(wait.max(Duration::from_millis(1)))
            .and_then(|()| self.transport.read(&mut buffer));
        let now = self.clock.now();
        self.looked_at = now;
        // What the engine makes of it is asked for by the caller, after the events before it.
        match read {
            Ok(0) => {
                let _ = self.engine.receive_end();
            }
            Ok(count) => {
                let _ = self.engine.receive(&buffer[..count], now);
            }
            Err(error) if is_timeout(error.kind()) || error.kind() == ErrorKind::Interrupted => {}
            Err(error) if error.kind() == ErrorKind::InvalidData => {
                return Err(self.broke(Failure::Violation("its TLS records are damaged")));
            }
            Err(_) => return Err(self.broke(Failure::HungUp)),
        }
        let _ = self.engine.tick(now);
        if self.engine.failure().is_some() {
            // Say why, if the peer still listens.
            let _ = self.write(now);
        }
        Ok(())
    }

    fn broke(&mut self, failure: Failure) -> Pause {
        let failure = self.broken.get_or_insert(failure);
        Pause::Lost(failure.clone())
    }
}

fn is_timeout(kind: ErrorKind) -> bool {
    matches!(kind, ErrorKind::WouldBlock | ErrorKind::TimedOut)
}
