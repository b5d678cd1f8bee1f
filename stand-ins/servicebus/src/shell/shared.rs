//! The state that all connections share, and how they hear of changes.

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use punctual_stand_ins::Clock;
use tokio::sync::watch;

use crate::amqp::Now;
use crate::bus::ServiceBus;

pub(super) struct Shared {
    bus: Mutex<ServiceBus>,
    pub(super) clock: Arc<dyn Clock>,
    /// The broker's revision.
    revisions: watch::Sender<u64>,
    started: Instant,
}

impl Shared {
    pub(super) fn new(bus: ServiceBus, clock: Arc<dyn Clock>) -> Self {
        let revisions = watch::Sender::new(bus.broker.revision());
        Self {
            bus: Mutex::new(bus),
            clock,
            revisions,
            started: Instant::now(),
        }
    }

    /// Both clocks.
    pub(super) fn now(&self) -> Now {
        Now {
            wall_ms: self.clock.now_ms(),
            steady_ms: u64::try_from(self.started.elapsed().as_millis()).unwrap_or(u64::MAX),
        }
    }

    /// Completes when the steady clock shows this.
    pub(super) async fn sleep_until(&self, steady_ms: u64) {
        // A day at a time: who waits looks again.
        let left_ms = steady_ms
            .saturating_sub(self.now().steady_ms)
            .min(86_400_000);
        tokio::time::sleep(Duration::from_millis(left_ms)).await;
    }

    /// Does something to the state at the clock's time, and tells the others if it changed.
    pub(super) fn with<R>(&self, act: impl FnOnce(&mut ServiceBus, i64) -> R) -> R {
        let mut bus = self.bus.lock().unwrap_or_else(|poison| poison.into_inner());
        let result = act(&mut bus, self.clock.now_ms());
        let revision = bus.broker.revision();
        drop(bus);
        self.revisions
            .send_if_modified(|known| std::mem::replace(known, revision) != revision);
        result
    }

    /// Hears of changes from now on.
    pub(super) fn changes(&self) -> watch::Receiver<u64> {
        self.revisions.subscribe()
    }

    /// Lets scheduled messages become active, locks end and messages expire when their time comes.
    pub(super) async fn tick_for_ever(&self) {
        let mut changes = self.changes();
        loop {
            changes.mark_unchanged();
            let next_ms = self.with(|bus, now_ms| {
                bus.broker.tick(now_ms);
                bus.broker.next_timer_ms()
            });
            tokio::select! {
                () = self.clock.wait_until_ms(next_ms.unwrap_or(i64::MAX)) => {}
                _ = changes.changed() => {}
            }
        }
    }
}
