//! `wasi:clocks` from the virtual clock.
//!
//! The WASI library asks its clocks what time it is, but sleeps on the real timer. So both subscriptions of
//! `monotonic-clock` are replaced here by ones that wait for virtual time.

use std::time::Duration;

use wasmtime::component::{HasData, Resource, ResourceTable};
use wasmtime_wasi::p2::bindings::clocks::monotonic_clock;
use wasmtime_wasi::p2::{DynPollable, Pollable, subscribe};
use wasmtime_wasi::{HostMonotonicClock, HostWallClock};

use super::{VirtualClock, Work};

const RESOLUTION_NS: u64 = 1;

/// The wall clock handed to the WASI library.
pub(crate) struct SharedWallClock(pub VirtualClock);

impl HostWallClock for SharedWallClock {
    fn resolution(&self) -> Duration {
        Duration::from_nanos(RESOLUTION_NS)
    }

    fn now(&self) -> Duration {
        self.0.since_epoch()
    }
}

/// The monotonic clock handed to the WASI library.
pub(crate) struct SharedMonotonicClock(pub VirtualClock);

impl HostMonotonicClock for SharedMonotonicClock {
    fn resolution(&self) -> u64 {
        RESOLUTION_NS
    }

    fn now(&self) -> u64 {
        self.0.monotonic_ns()
    }
}

/// Names [`MonotonicView`] to the linker.
pub(crate) struct Monotonic;

impl HasData for Monotonic {
    type Data<'a> = MonotonicView<'a>;
}

/// What `monotonic-clock` needs of a guest's store.
pub(crate) struct MonotonicView<'a> {
    pub clock: &'a VirtualClock,
    pub work: &'a Work,
    pub table: &'a mut ResourceTable,
}

impl MonotonicView<'_> {
    fn subscribe_until(&mut self, deadline_ns: u64) -> wasmtime::Result<Resource<DynPollable>> {
        let deadline = Deadline {
            clock: self.clock.clone(),
            work: self.work.clone(),
            at_ns: deadline_ns,
            yielded: false,
        };
        let deadline = self.table.push(deadline)?;
        subscribe(self.table, deadline)
    }
}

impl monotonic_clock::Host for MonotonicView<'_> {
    fn now(&mut self) -> wasmtime::Result<u64> {
        Ok(self.clock.monotonic_ns())
    }

    fn resolution(&mut self) -> wasmtime::Result<u64> {
        Ok(RESOLUTION_NS)
    }

    fn subscribe_instant(&mut self, when: u64) -> wasmtime::Result<Resource<DynPollable>> {
        self.subscribe_until(when)
    }

    fn subscribe_duration(&mut self, duration: u64) -> wasmtime::Result<Resource<DynPollable>> {
        self.subscribe_until(self.clock.monotonic_ns().saturating_add(duration))
    }
}

struct Deadline {
    clock: VirtualClock,
    work: Work,
    at_ns: u64,
    yielded: bool,
}

#[wasmtime_wasi::async_trait]
impl Pollable for Deadline {
    async fn ready(&mut self) {
        if self.clock.monotonic_ns() >= self.at_ns && !self.yielded {
            // A guest that polls in a loop with a passed deadline must not starve the sockets it polls with it.
            self.yielded = true;
            tokio::task::yield_now().await;
        }
        let _rest = self.work.rest();
        self.clock.sleep_until_ns(self.at_ns).await;
    }
}
