//! The clock everything in a host shares: guests, timers and the control port.
//!
//! Virtual time is the real monotonic clock times a factor, plus whatever steps were asked for. A factor of
//! zero makes it stand still, and then only steps move it, which is how tests own time completely.
//!
//! A fast clock does not run away from a component at work: a lock of a minute would end in a few milliseconds, long
//! before the work under it is done. While any guest computes, time passes no faster than the real one; what it fell
//! behind, it makes up for in one leap as soon as all rest. See [`Work`].

mod wasi;
mod work;

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use chrono::{DateTime, SecondsFormat, Utc};
use tokio::sync::watch;

pub(crate) use wasi::{Monotonic, MonotonicView, SharedMonotonicClock, SharedWallClock};
pub(crate) use work::Work;

/// Virtual time. Clones share one clock.
///
/// The wall clock may be set to any moment. The monotonic clock behind sleeps runs and steps forward with it
/// and never goes back, not even when the wall clock is set to the past.
///
/// ```
/// # use punctual_host::VirtualClock;
/// # use std::time::Duration;
/// let clock = VirtualClock::starting_at("2026-03-01T09:00:00Z".parse().unwrap(), 0.0).unwrap();
/// clock.advance(Duration::from_secs(90));
/// assert_eq!(clock.now_rfc3339(), "2026-03-01T09:01:30Z");
/// ```
#[derive(Clone)]
pub struct VirtualClock {
    inner: Arc<Inner>,
}

struct Inner {
    state: Mutex<State>,
    /// Bumped at each step or change of speed, so that sleepers look again.
    changes: watch::Sender<u64>,
    sleepers: Mutex<Sleepers>,
}

/// Until when whom to wake, so that whoever steps the clock can step it to the next of them.
#[derive(Default)]
struct Sleepers {
    until_ns: BTreeSet<(u64, u64)>,
    count: u64,
}

struct State {
    /// Virtual nanoseconds since the Unix epoch at `anchor`.
    wall_at_anchor_ns: i128,
    /// Virtual nanoseconds since the clock was made at `anchor`.
    monotonic_at_anchor_ns: u64,
    anchor: Instant,
    speed: f64,
    /// Guests at work.
    working: u32,
    /// How far the clock had fallen behind its speed at `anchor`, because of them.
    behind_ns: u64,
}

impl State {
    /// How fast the clock runs at this moment.
    fn pace(&self) -> f64 {
        if self.working > 0 {
            self.speed.min(1.0)
        } else {
            self.speed
        }
    }

    fn run_since_anchor_ns(&self) -> u64 {
        times(self.anchor.elapsed(), self.pace())
    }

    fn step(&mut self, by_ns: u64) {
        self.wall_at_anchor_ns += i128::from(by_ns);
        self.monotonic_at_anchor_ns = self.monotonic_at_anchor_ns.saturating_add(by_ns);
    }

    fn re_anchor(&mut self) {
        let elapsed = self.anchor.elapsed();
        self.anchor += elapsed;
        self.behind_ns += times(elapsed, self.speed - self.pace());
        self.step(times(elapsed, self.pace()));
    }
}

/// In nanoseconds. A float has room for 104 days of them exactly; beyond that it rounds, it does not break.
fn times(elapsed: Duration, factor: f64) -> u64 {
    (elapsed.as_nanos() as f64 * factor) as u64
}

impl VirtualClock {
    /// A clock that shows the real time and runs with it.
    pub fn real() -> Self {
        let since_epoch = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
        let wall_ns = since_epoch.map_or(0, |elapsed| elapsed.as_nanos() as i128);
        Self::build(wall_ns, 1.0)
    }

    /// A clock that shows `start` now and runs `speed` times as fast as the real one; 0 stands still.
    pub fn starting_at(start: DateTime<Utc>, speed: f64) -> Result<Self> {
        check_speed(speed)?;
        Ok(Self::build(to_ns(start)?, speed))
    }

    fn build(wall_ns: i128, speed: f64) -> Self {
        let state = State {
            wall_at_anchor_ns: wall_ns,
            monotonic_at_anchor_ns: 0,
            anchor: Instant::now(),
            speed,
            working: 0,
            behind_ns: 0,
        };
        Self {
            inner: Arc::new(Inner {
                state: Mutex::new(state),
                changes: watch::Sender::new(0),
                sleepers: Mutex::default(),
            }),
        }
    }

    /// The virtual time of day.
    pub fn now(&self) -> DateTime<Utc> {
        let nanos = self.now_ns();
        let seconds = nanos.div_euclid(1_000_000_000) as i64;
        DateTime::from_timestamp(seconds, nanos.rem_euclid(1_000_000_000) as u32)
            .unwrap_or(DateTime::UNIX_EPOCH)
    }

    /// [`now`](Self::now) as RFC 3339 text in UTC, with as many decimals as it needs.
    pub fn now_rfc3339(&self) -> String {
        self.now().to_rfc3339_opts(SecondsFormat::AutoSi, true)
    }

    /// Virtual time since the Unix epoch; what `wasi:clocks/wall-clock` answers.
    pub fn since_epoch(&self) -> Duration {
        let nanos = u64::try_from(self.now_ns()).unwrap_or(0);
        Duration::from_nanos(nanos)
    }

    /// Virtual nanoseconds since this clock was made; never goes back.
    pub fn monotonic_ns(&self) -> u64 {
        let state = self.lock();
        state
            .monotonic_at_anchor_ns
            .saturating_add(state.run_since_anchor_ns())
    }

    /// How many times faster than the real clock this one runs.
    pub fn speed(&self) -> f64 {
        self.lock().speed
    }

    /// Changes the speed from now on; 0 makes the clock stand still.
    pub fn set_speed(&self, speed: f64) -> Result<()> {
        check_speed(speed)?;
        self.change(|state| {
            state.speed = speed;
            // A clock that was stopped does not leap later on.
            state.behind_ns = 0;
        });
        Ok(())
    }

    /// Steps the clock forward and wakes every sleeper whose moment has come.
    pub fn advance(&self, by: Duration) {
        let by_ns = u64::try_from(by.as_nanos()).unwrap_or(u64::MAX);
        self.change(|state| state.step(by_ns));
    }

    /// Sets the time of day. Forward is a step that wakes sleepers; backward moves the wall clock only.
    pub fn set_now(&self, now: DateTime<Utc>) -> Result<()> {
        let target_ns = to_ns(now)?;
        self.change(|state| {
            let step_ns = u64::try_from(target_ns - state.wall_at_anchor_ns).unwrap_or(0);
            state.step(step_ns);
            state.wall_at_anchor_ns = target_ns;
            // It is said what time it is: there is nothing to make up for.
            state.behind_ns = 0;
        });
        Ok(())
    }

    /// Sleeps for `duration` of virtual time.
    pub async fn sleep(&self, duration: Duration) {
        let nanos = u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX);
        self.sleep_until_ns(self.monotonic_ns().saturating_add(nanos))
            .await;
    }

    /// Sleeps until the monotonic clock shows `deadline_ns`: by running there, or by a step over it.
    pub async fn sleep_until_ns(&self, deadline_ns: u64) {
        let mut changes = self.inner.changes.subscribe();
        let _asleep = Asleep::until(&self.inner, deadline_ns);
        loop {
            changes.mark_unchanged();
            let (now_ns, speed) = (self.monotonic_ns(), self.lock().pace());
            if now_ns >= deadline_ns {
                return;
            }
            if speed == 0.0 {
                // The sender lives as long as `self`, so this cannot fail.
                let _ = changes.changed().await;
                continue;
            }
            let real_ns = ((deadline_ns - now_ns) as f64 / speed).ceil();
            // Ten years is as good as for ever, and tokio cannot count much further.
            let real = Duration::from_nanos((real_ns as u64).clamp(1, 315_360_000_000_000_000));
            tokio::select! {
                () = tokio::time::sleep(real) => {}
                _ = changes.changed() => {}
            }
        }
    }

    /// When the first of those who sleep is to wake, on the monotonic clock.
    pub fn next_wake_ns(&self) -> Option<u64> {
        let sleepers = self.inner.sleepers();
        sleepers.until_ns.first().map(|(until_ns, _)| *until_ns)
    }

    /// Completes at the next step or change of speed.
    pub async fn changed(&self) {
        let mut changes = self.inner.changes.subscribe();
        let _ = changes.changed().await;
    }

    fn now_ns(&self) -> i128 {
        let state = self.lock();
        state.wall_at_anchor_ns + i128::from(state.run_since_anchor_ns())
    }

    fn change(&self, how: impl FnOnce(&mut State)) {
        let mut state = self.lock();
        state.re_anchor();
        how(&mut state);
        drop(state);
        self.inner.changes.send_modify(|count| *count += 1);
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, State> {
        self.inner
            .state
            .lock()
            .expect("no holder of the clock's lock panics")
    }
}

impl Inner {
    fn sleepers(&self) -> std::sync::MutexGuard<'_, Sleepers> {
        let sleepers = self.sleepers.lock();
        sleepers.expect("no holder of the sleepers panics")
    }
}

/// One who sleeps.
struct Asleep<'a> {
    inner: &'a Inner,
    until_ns: u64,
    number: u64,
}

impl<'a> Asleep<'a> {
    fn until(inner: &'a Inner, until_ns: u64) -> Self {
        let mut sleepers = inner.sleepers();
        sleepers.count += 1;
        let number = sleepers.count;
        sleepers.until_ns.insert((until_ns, number));
        Self {
            inner,
            until_ns,
            number,
        }
    }
}

impl Drop for Asleep<'_> {
    fn drop(&mut self) {
        let mut sleepers = self.inner.sleepers();
        sleepers.until_ns.remove(&(self.until_ns, self.number));
    }
}

fn check_speed(speed: f64) -> Result<()> {
    ensure!(
        speed.is_finite() && speed >= 0.0,
        "the clock's speed must be zero or more, not {speed}"
    );
    Ok(())
}

fn to_ns(time: DateTime<Utc>) -> Result<i128> {
    ensure!(
        time >= DateTime::UNIX_EPOCH,
        "the clock cannot be set before 1970"
    );
    time.timestamp_nanos_opt()
        .map(i128::from)
        .context("the clock cannot be set after 2262")
}

#[cfg(test)]
mod tests;
