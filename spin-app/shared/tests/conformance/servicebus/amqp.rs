//! The transport `amqp`.

use std::io::{self, Read, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use punctual_app::core::Instant;
use punctual_app::queue::Queue;
use punctual_app::queue::servicebus::amqp::{AmqpQueue, Dial};
use punctual_servicebus::transport::{Clock, Transport};
use punctual_servicebus::{Client, Credential, Error, Moment, Options, UnixMs};
use punctual_stand_in_servicebus::amqp::{Connection, Now};

use super::world::World;
use crate::queue::Broker;

/// A worker that speaks AMQP, over one connection.
pub struct Amqp {
    world: World,
    queue: AmqpQueue<'static, Way>,
}

impl Amqp {
    pub fn new() -> Self {
        Self::over(World::new())
    }

    fn over(world: World) -> Self {
        // Borrowed for as long as the test runs.
        let way = Box::leak(Box::new(Way(world.clone())));
        let namespace = Box::leak(Box::new(World::namespace()));
        let queue = AmqpQueue::new(way, namespace);
        Self { world, queue }
    }
}

impl Broker for Amqp {
    const SAYS_NEXT: bool = false;
    const KEEPS_NUMBERS: bool = false;
    const DEAD_LETTERS: bool = true;
    const REFUSES_USED_IDS: bool = false;
    const TICK_MS: i64 = 1;

    fn queue(&self) -> impl Queue {
        &self.queue
    }

    fn another(&self) -> Self {
        Self::over(self.world.clone())
    }

    fn now(&self) -> Instant {
        self.world.now()
    }

    fn pass(&self, ms: i64) {
        self.world.pass(ms);
    }

    fn put_raw(&self, body: &str) {
        self.world.put_raw(body);
    }

    fn depth(&self) -> (u64, u64, u64) {
        self.world.depth()
    }
}

/// Connects in memory.
struct Way(World);

impl Dial for Way {
    type Transport = Wire;

    fn dial(&self) -> Result<Client<Wire>, Error> {
        static CONNECTIONS: AtomicU64 = AtomicU64::new(0);
        let steady = Arc::new(AtomicU64::new(0));
        let clock = Arc::new(Ticks {
            world: self.0.clone(),
            steady_ms: steady.clone(),
        });
        let wire = Wire {
            connection: Connection::new(64 << 10, clock.server_now()),
            clock: clock.clone(),
            timeout: Duration::from_secs(1),
            unread: Vec::new(),
        };
        let namespace = World::namespace();
        let credential = Credential::SharedKey {
            name: "punctual".to_owned(),
            key: "a key".to_owned(),
        };
        let number = CONNECTIONS.fetch_add(1, Ordering::Relaxed);
        let options = Options::new(namespace.host(), credential, &format!("test-{number}"));
        Client::connect(wire, &options, clock)
    }
}

/// The world's time of day; time-outs run by a clock of their own, which moves when a read waits in vain.
struct Ticks {
    world: World,
    steady_ms: Arc<AtomicU64>,
}

impl Ticks {
    fn server_now(&self) -> Now {
        Now {
            wall_ms: self.world.now(),
            steady_ms: self.steady_ms.load(Ordering::SeqCst),
        }
    }
}

impl std::fmt::Debug for Ticks {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Ticks")
    }
}

impl Clock for Ticks {
    fn now(&self) -> Moment {
        Moment::default() + Duration::from_millis(self.steady_ms.load(Ordering::SeqCst))
    }

    fn unix(&self) -> UnixMs {
        UnixMs(self.world.now())
    }
}

/// A connection to the stand-in: what is written is worked on at once.
struct Wire {
    connection: Connection,
    clock: Arc<Ticks>,
    timeout: Duration,
    unread: Vec<u8>,
}

impl Write for Wire {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let now = self.clock.server_now();
        self.connection
            .receive(bytes, &mut self.clock.world.bus(), now);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Read for Wire {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.unread.is_empty() {
            let now = self.clock.server_now();
            self.connection.pump(&mut self.clock.world.bus(), now);
            self.unread = self.connection.take_output(now);
        }
        if self.unread.is_empty() {
            if self.connection.is_over() {
                return Ok(0);
            }
            let waited_ms = u64::try_from(self.timeout.as_millis())
                .unwrap_or(u64::MAX)
                .max(1);
            self.clock.steady_ms.fetch_add(waited_ms, Ordering::SeqCst);
            return Err(io::ErrorKind::WouldBlock.into());
        }
        let length = self.unread.len().min(buffer.len());
        buffer[..length].copy_from_slice(&self.unread[..length]);
        self.unread.drain(..length);
        Ok(length)
    }
}

impl Transport for Wire {
    fn set_timeout(&mut self, timeout: Duration) -> io::Result<()> {
        self.timeout = timeout;
        Ok(())
    }
}

crate::queue::suite!(crate::servicebus::amqp::Amqp::new());
