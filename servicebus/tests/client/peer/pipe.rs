//! A transport to a [`Peer`] in the same thread. Waiting moves the clock.

use super::Peer;
use punctual_servicebus::{
    Moment, UnixMs,
    transport::{Clock, Transport},
};
use std::{
    cell::RefCell,
    io::{self, Read, Write},
    rc::Rc,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

/// A clock that moves when somebody waits.
#[derive(Debug, Default)]
pub struct TestClock(AtomicU64);

impl TestClock {
    pub fn advance(&self, duration: Duration) {
        let ms = u64::try_from(duration.as_millis()).unwrap();
        self.0.fetch_add(ms, Ordering::Relaxed);
    }
}

impl TestClock {
    pub fn elapsed(&self) -> Duration {
        Duration::from_millis(self.0.load(Ordering::Relaxed))
    }
}

impl Clock for TestClock {
    fn now(&self) -> Moment {
        Moment::from_ms(self.0.load(Ordering::Relaxed))
    }

    fn unix(&self) -> UnixMs {
        UnixMs(1_780_000_000_000 + self.now().ms as i64)
    }
}

const MINUTE: Duration = Duration::from_secs(60);

/// The client's end.
pub struct Pipe {
    pub peer: Rc<RefCell<Peer>>,
    pub clock: Arc<TestClock>,
    timeout: Duration,
}

impl Pipe {
    pub fn new(peer: Peer) -> Self {
        Self {
            peer: Rc::new(RefCell::new(peer)),
            clock: Arc::new(TestClock::default()),
            timeout: Duration::ZERO,
        }
    }

    pub fn end(&self) -> Self {
        Self {
            peer: Rc::clone(&self.peer),
            clock: Arc::clone(&self.clock),
            timeout: Duration::ZERO,
        }
    }
}

impl Read for Pipe {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let peer = &mut *self.peer.borrow_mut();
        if peer.output.is_empty() {
            if peer.hung_up {
                return Ok(0);
            }
            if peer.script.beats && self.timeout >= MINUTE {
                self.clock.advance(MINUTE);
                peer.beat();
                return Err(io::ErrorKind::Interrupted.into());
            }
            self.clock.advance(self.timeout);
            return Err(io::ErrorKind::WouldBlock.into());
        }
        let output = &mut peer.output;
        let count = output.len().min(buffer.len());
        buffer[..count].copy_from_slice(&output[..count]);
        output.drain(..count);
        Ok(count)
    }
}

impl Write for Pipe {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.peer.borrow_mut().receive(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Transport for Pipe {
    fn set_timeout(&mut self, timeout: Duration) -> io::Result<()> {
        assert!(!timeout.is_zero());
        self.timeout = timeout;
        Ok(())
    }
}
