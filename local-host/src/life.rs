//! Whether a host lives, and the crash points at which a test ends it.
//!
//! A crash stands for the death of the process right there: guests stop, connections break, and transactions
//! that were not committed are rolled back because their connections are gone.

use std::sync::{Arc, Mutex};

use tokio::sync::watch;
use tokio_util::task::TaskTracker;

use crate::harness::{Harness, HostCall};

/// On which side of a host call a crash comes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum When {
    /// The call has had no effect.
    Before,
    /// The call has had its effect, and its caller never learns of it.
    After,
}

/// Die at the `call`-th host call, counted from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CrashPoint {
    /// Which call.
    pub call: u64,
    /// Before or after its effect.
    pub when: When,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Running,
    Stopping,
    Dead,
}

/// The life of one host. Clones share it.
#[derive(Clone)]
pub(crate) struct Life {
    inner: Arc<Inner>,
}

struct Inner {
    state: watch::Sender<State>,
    calls: Mutex<Calls>,
    before_call: Option<BeforeCall>,
    harness: Option<Arc<dyn Harness>>,
    tasks: TaskTracker,
}

/// Told the number of each host call, from 1, before the call has its effect. A test makes things happen there that
/// come between two steps of a component: it sets the clock, for example. It must not wait for a guest.
pub type BeforeCall = Arc<dyn Fn(u64) + Send + Sync>;

struct Calls {
    count: u64,
    crash: Option<CrashPoint>,
    /// One line a call, when the test wants to know what the calls were.
    trace: Option<Vec<String>>,
}

/// The host died at its crash point; nothing more happens in it.
#[derive(Debug)]
pub(crate) struct Died;

impl std::fmt::Display for Died {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("the host has died")
    }
}

impl std::error::Error for Died {}

impl Life {
    pub(crate) fn new(
        crash: Option<CrashPoint>,
        traced: bool,
        before_call: Option<BeforeCall>,
    ) -> Self {
        Self::build(crash, traced, before_call, None)
    }

    /// A life in the hands of a harness.
    pub(crate) fn under(harness: Arc<dyn Harness>) -> Self {
        Self::build(None, false, None, Some(harness))
    }

    fn build(
        crash: Option<CrashPoint>,
        traced: bool,
        before_call: Option<BeforeCall>,
        harness: Option<Arc<dyn Harness>>,
    ) -> Self {
        let calls = Calls {
            count: 0,
            crash,
            trace: traced.then(Vec::new),
        };
        let inner = Inner {
            state: watch::Sender::new(State::Running),
            calls: Mutex::new(calls),
            before_call,
            harness,
            tasks: TaskTracker::new(),
        };
        Self {
            inner: Arc::new(inner),
        }
    }

    /// Makes a call with an effect outside of the guest, dying before or after it if this is the crash point.
    pub(crate) async fn call<T>(
        &self,
        call: HostCall<'_>,
        effect: impl Future<Output = T>,
    ) -> Result<T, Died> {
        let (number, crash) = self.count(call)?;
        if let Some(before_call) = &self.inner.before_call {
            before_call(number);
        }
        if crash == Some(When::Before) {
            self.die();
            return Err(Died);
        }
        if let Some(harness) = &self.inner.harness {
            harness.before(call).await;
        }
        let result = effect.await;
        if let Some(harness) = &self.inner.harness {
            harness.after(call).await;
        }
        if crash == Some(When::After) {
            self.die();
        }
        if self.is_dead() {
            Err(Died)
        } else {
            Ok(result)
        }
    }

    /// The same for work that blocks, which a guest may: it has a thread of its own. Work that has begun is not
    /// broken off by death; what has not begun never does.
    pub(crate) async fn blocking<T>(&self, work: impl FnOnce() -> T) -> Result<T, Died> {
        if self.is_dead() {
            Err(Died)
        } else {
            Ok(work())
        }
    }

    /// Who decides about host calls, if anybody.
    pub(crate) fn harness(&self) -> Option<&Arc<dyn Harness>> {
        self.inner.harness.as_ref()
    }

    fn count(&self, call: HostCall<'_>) -> Result<(u64, Option<When>), Died> {
        let mut calls = self.inner.calls.lock().expect("no counter of calls panics");
        if self.is_dead() {
            return Err(Died);
        }
        calls.count += 1;
        if let Some(trace) = &mut calls.trace {
            trace.push(call.to_string());
        }
        let crash = calls.crash.filter(|crash| crash.call == calls.count);
        Ok((calls.count, crash.map(|crash| crash.when)))
    }

    pub(crate) fn calls(&self) -> u64 {
        self.inner
            .calls
            .lock()
            .expect("no counter of calls panics")
            .count
    }

    pub(crate) fn trace(&self) -> Vec<String> {
        self.inner
            .calls
            .lock()
            .expect("no counter of calls panics")
            .trace
            .clone()
            .unwrap_or_default()
    }

    pub(crate) fn crash_at(&self, crash: Option<CrashPoint>) {
        self.inner
            .calls
            .lock()
            .expect("no counter of calls panics")
            .crash = crash;
    }

    pub(crate) fn die(&self) {
        self.inner.state.send_replace(State::Dead);
    }

    pub(crate) fn stop(&self) {
        self.inner.state.send_if_modified(|state| {
            let running = *state == State::Running;
            if running {
                *state = State::Stopping;
            }
            running
        });
    }

    pub(crate) fn is_dead(&self) -> bool {
        *self.inner.state.borrow() == State::Dead
    }

    /// Completes when the host is dead.
    pub(crate) async fn dead(&self) {
        let mut state = self.inner.state.subscribe();
        let _ = state.wait_for(|state| *state == State::Dead).await;
    }

    /// Completes when the host stops or is dead.
    pub(crate) async fn ending(&self) {
        let mut state = self.inner.state.subscribe();
        let _ = state.wait_for(|state| *state != State::Running).await;
    }

    /// Runs a task that belongs to this host and ends with it.
    pub(crate) fn spawn(&self, task: impl Future<Output = ()> + Send + 'static) {
        let life = self.clone();
        self.inner.tasks.spawn(async move {
            tokio::select! {
                biased;
                () = life.dead() => {}
                () = task => {}
            }
        });
    }

    /// The same on a thread of its own, for a task that blocks. [`gone`](Self::gone) waits for the thread.
    pub(crate) fn spawn_blocking(&self, task: impl Future<Output = ()> + Send + 'static) {
        let life = self.clone();
        let runtime = tokio::runtime::Handle::current();
        self.inner.tasks.spawn_blocking(move || {
            runtime.block_on(async move {
                tokio::select! {
                    biased;
                    () = life.dead() => {}
                    () = task => {}
                }
            });
        });
    }

    /// Completes when no task of the host is left. Only of use once the host is stopping or dead.
    pub(crate) async fn gone(&self) {
        self.inner.tasks.close();
        self.inner.tasks.wait().await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_crash_point_is_exact() {
        for (when, effects) in [(When::Before, 1), (When::After, 2)] {
            let life = Life::new(Some(CrashPoint { call: 2, when }), true, None);
            let mut done = 0;
            let mut last = Ok(());
            for number in 1..=3 {
                let detail = number.to_string();
                let call = HostCall {
                    guest: 0,
                    component: "delivery",
                    kind: "call",
                    detail: &detail,
                };
                last = life.call(call, async { done += 1 }).await;
            }
            assert!(last.is_err() && life.is_dead());
            assert_eq!((done, life.calls()), (effects, 2), "{when:?}");
            assert_eq!(life.trace(), ["delivery call 1", "delivery call 2"]);
        }
    }

    #[tokio::test]
    async fn death_ends_tasks() {
        let life = Life::new(None, false, None);
        life.spawn(std::future::pending());
        life.die();
        life.gone().await;
    }
}
