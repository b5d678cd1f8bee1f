//! The time of day as a stand-in sees it: real, or moved by a test.

use std::sync::Mutex;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use futures::future::BoxFuture;
use tokio::sync::watch;

/// A clock that the shell of a stand-in asks and waits on. Instants are milliseconds since 1970, UTC.
///
/// Only the shell holds a clock. A core is told the time with each call.
pub trait Clock: Send + Sync + 'static {
    /// The time of day.
    fn now_ms(&self) -> i64;

    /// Completes once the clock shows `at_ms` or later, whether time ran there or was moved there.
    fn wait_until_ms(&self, at_ms: i64) -> BoxFuture<'_, ()>;

    /// Moves the clock to `now_ms`, forward or back, and wakes all who wait.
    fn set_ms(&self, now_ms: i64);
}

/// The machine's clock, plus whatever it was moved by.
pub struct SystemClock {
    moved_by_ms: Moved,
}

/// A clock that stands still until it is moved, so that a test owns time completely.
pub struct ManualClock {
    now_ms: Moved,
}

/// A number that sleepers watch.
struct Moved {
    value: Mutex<i64>,
    changes: watch::Sender<()>,
}

impl Moved {
    fn new(value: i64) -> Self {
        Self {
            value: Mutex::new(value),
            changes: watch::Sender::new(()),
        }
    }

    fn get(&self) -> i64 {
        *self
            .value
            .lock()
            .unwrap_or_else(|poison| poison.into_inner())
    }

    fn set(&self, value: i64) {
        *self
            .value
            .lock()
            .unwrap_or_else(|poison| poison.into_inner()) = value;
        self.changes.send_replace(());
    }
}

impl SystemClock {
    /// A clock that shows the real time.
    pub fn new() -> Self {
        Self {
            moved_by_ms: Moved::new(0),
        }
    }

    fn real_ms() -> i64 {
        let since_epoch = SystemTime::now().duration_since(UNIX_EPOCH);
        since_epoch.map_or(0, |elapsed| elapsed.as_millis() as i64)
    }
}

impl Default for SystemClock {
    fn default() -> Self {
        Self::new()
    }
}

impl Clock for SystemClock {
    fn now_ms(&self) -> i64 {
        Self::real_ms().saturating_add(self.moved_by_ms.get())
    }

    fn wait_until_ms(&self, at_ms: i64) -> BoxFuture<'_, ()> {
        Box::pin(async move {
            let mut changes = self.moved_by_ms.changes.subscribe();
            loop {
                changes.mark_unchanged();
                let left_ms = at_ms.saturating_sub(self.now_ms());
                if left_ms <= 0 {
                    return;
                }
                // A day at a time: tokio cannot count for ever, and nothing is lost by looking again.
                let nap = Duration::from_millis(left_ms.min(86_400_000) as u64);
                tokio::select! {
                    () = tokio::time::sleep(nap) => {}
                    _ = changes.changed() => {}
                }
            }
        })
    }

    fn set_ms(&self, now_ms: i64) {
        self.moved_by_ms.set(now_ms.saturating_sub(Self::real_ms()));
    }
}

impl ManualClock {
    /// A clock that shows `now_ms`.
    pub fn new(now_ms: i64) -> Self {
        Self {
            now_ms: Moved::new(now_ms),
        }
    }

    /// Moves the clock forward by `by_ms`.
    pub fn advance_ms(&self, by_ms: i64) {
        self.set_ms(self.now_ms().saturating_add(by_ms));
    }
}

impl Clock for ManualClock {
    fn now_ms(&self) -> i64 {
        self.now_ms.get()
    }

    fn wait_until_ms(&self, at_ms: i64) -> BoxFuture<'_, ()> {
        Box::pin(async move {
            let mut changes = self.now_ms.changes.subscribe();
            loop {
                changes.mark_unchanged();
                if self.now_ms() >= at_ms {
                    return;
                }
                // The sender lives as long as `self`, so this cannot fail.
                let _ = changes.changed().await;
            }
        })
    }

    fn set_ms(&self, now_ms: i64) {
        self.now_ms.set(now_ms);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures::FutureExt;

    #[tokio::test]
    async fn a_manual_clock_wakes_whoever_waits_when_it_gets_there() {
        let clock = ManualClock::new(1_000);
        let mut waiting = clock.wait_until_ms(3_000);
        assert!((&mut waiting).now_or_never().is_none());
        clock.advance_ms(1_999);
        assert!((&mut waiting).now_or_never().is_none());
        clock.advance_ms(1);
        waiting.await;
        assert_eq!(clock.now_ms(), 3_000);
    }

    #[tokio::test]
    async fn the_system_clock_can_be_moved_and_goes_on_from_there() {
        let clock = SystemClock::new();
        let day_ms = 86_400_000;
        let there_ms = clock.now_ms() + day_ms;
        let mut waiting = clock.wait_until_ms(there_ms);
        assert!((&mut waiting).now_or_never().is_none());
        clock.set_ms(there_ms);
        waiting.await;
        assert!(clock.now_ms() >= there_ms);
    }
}
