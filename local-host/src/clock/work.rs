//! Guests at work hold a fast clock back.

use std::sync::{Arc, Mutex};

use super::VirtualClock;

/// One guest's work, from its begin until the last clone is gone. Clones share it.
#[derive(Clone)]
pub(crate) struct Work {
    inner: Arc<Inner>,
}

struct Inner {
    clock: VirtualClock,
    /// How many sleeps the guest waits for; with any it rests.
    sleeps: Mutex<u32>,
}

impl Work {
    /// A guest begins.
    pub(crate) fn begin(clock: &VirtualClock) -> Self {
        clock.work_begins();
        let inner = Inner {
            clock: clock.clone(),
            sleeps: Mutex::new(0),
        };
        Self {
            inner: Arc::new(inner),
        }
    }

    /// The guest sleeps, as long as this is held.
    pub(crate) fn rest(&self) -> Rest {
        let mut sleeps = self.inner.sleeps();
        *sleeps += 1;
        if *sleeps == 1 {
            self.inner.clock.work_ends();
        }
        drop(sleeps);
        Rest { work: self.clone() }
    }
}

impl Inner {
    fn sleeps(&self) -> std::sync::MutexGuard<'_, u32> {
        self.sleeps.lock().expect("no counter of sleeps panics")
    }
}

impl Drop for Inner {
    fn drop(&mut self) {
        // Whoever rests holds a clone: so the guest is at work here.
        self.clock.work_ends();
    }
}

/// A guest that sleeps.
pub(crate) struct Rest {
    work: Work,
}

impl Drop for Rest {
    fn drop(&mut self) {
        let mut sleeps = self.work.inner.sleeps();
        *sleeps -= 1;
        if *sleeps == 0 {
            self.work.inner.clock.work_begins();
        }
    }
}

impl VirtualClock {
    fn work_begins(&self) {
        let mut state = self.lock();
        state.re_anchor();
        state.working += 1;
    }

    /// With the last guest at rest the clock leaps to where its speed would have taken it.
    fn work_ends(&self) {
        let mut state = self.lock();
        state.re_anchor();
        state.working -= 1;
        if state.working > 0 || state.behind_ns == 0 {
            return;
        }
        let behind_ns = std::mem::take(&mut state.behind_ns);
        state.step(behind_ns);
        drop(state);
        self.inner.changes.send_modify(|count| *count += 1);
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use super::*;

    /// A week a minute.
    const SPEED: f64 = 10_080.0;

    fn fast() -> VirtualClock {
        VirtualClock::starting_at(chrono::DateTime::UNIX_EPOCH, SPEED).unwrap()
    }

    fn a_while() {
        std::thread::sleep(Duration::from_millis(20));
    }

    #[test]
    fn time_waits_for_a_guest_at_work_and_makes_up_for_it() {
        let began = Instant::now();
        let clock = fast();
        let (one, other) = (Work::begin(&clock), Work::begin(&clock));
        let before = clock.since_epoch();
        a_while();
        drop(one);
        a_while();
        let passed = clock.since_epoch() - before;
        assert!(passed >= Duration::from_millis(40), "{passed:?}");
        assert!(passed <= began.elapsed(), "{passed:?}");
        drop(other);
        // Forty milliseconds at this speed.
        assert!(clock.since_epoch() - before >= Duration::from_secs(403));
        assert!(clock.since_epoch() <= began.elapsed().mul_f64(SPEED));
    }

    #[test]
    fn time_runs_while_a_guest_sleeps() {
        let clock = fast();
        let work = Work::begin(&clock);
        let (first, second) = (work.rest(), work.rest());
        let before = clock.since_epoch();
        a_while();
        drop(first);
        a_while();
        assert!(clock.since_epoch() - before >= Duration::from_secs(403));
        drop(second);
        let (before, began) = (clock.since_epoch(), Instant::now());
        a_while();
        assert!(clock.since_epoch() - before <= began.elapsed() + Duration::from_millis(1));
    }

    #[tokio::test]
    async fn who_sleeps_meanwhile_wakes_at_the_leap() {
        let clock = fast();
        let work = Work::begin(&clock);
        let sleeper = {
            let clock = clock.clone();
            tokio::spawn(async move { clock.sleep(Duration::from_secs(3600)).await })
        };
        tokio::time::sleep(Duration::from_millis(400)).await;
        assert!(!sleeper.is_finished());
        drop(work);
        // Four hundred milliseconds are more than an hour at this speed.
        sleeper.await.unwrap();
    }

    #[test]
    fn a_clock_that_is_set_makes_up_for_nothing() {
        let clock = fast();
        let work = Work::begin(&clock);
        a_while();
        let now = "2026-03-01T09:00:00Z".parse().unwrap();
        clock.set_now(now).unwrap();
        clock.set_speed(0.0).unwrap();
        let shown = clock.now();
        drop(work);
        assert_eq!(clock.now(), shown);
        assert!(shown - now < chrono::TimeDelta::seconds(5));
    }

    #[test]
    fn a_slow_clock_is_left_alone() {
        let clock = VirtualClock::starting_at(chrono::DateTime::UNIX_EPOCH, 0.0).unwrap();
        let work = Work::begin(&clock);
        clock.advance(Duration::from_secs(7));
        drop(work);
        assert_eq!(clock.now_rfc3339(), "1970-01-01T00:00:07Z");
    }
}
