//! Joins components with their dependencies, compiles them, and keeps them ready.
//!
//! One engine serves the whole process, so that a test that starts a host a hundred times does so once.

use std::sync::{Mutex, OnceLock};
use std::time::Duration;

use anyhow::{Context, Result, anyhow};
use tokio::sync::{Semaphore, SemaphorePermit};
use wasmtime::component::{Component, Linker};
use wasmtime::{Config, Enabled, Engine, InstanceAllocationStrategy, PoolingAllocationConfig};
use wasmtime_wasi_http::p2::bindings::ProxyPre;

use crate::compose::{Parts, compose};
use crate::guest::{GuestState, link, link_wired, stub_the_rest};

/// How often a running guest is interrupted to let others run and to count its time.
pub(crate) const EPOCH: Duration = Duration::from_millis(10);

/// Guests at one time, over all hosts of the process.
const MAX_GUESTS: usize = 128;

/// A turn to run a guest; requests beyond what the engine has room for wait for one.
pub(crate) async fn turn() -> SemaphorePermit<'static> {
    static TURNS: Semaphore = Semaphore::const_new(MAX_GUESTS);
    TURNS.acquire().await.expect("the turns are never closed")
}

/// A composed component has a few core instances for each of its parts.
const CORE_INSTANCES_PER_GUEST: u32 = 16;
const MEMORIES_PER_GUEST: u32 = 4;
const TABLES_PER_GUEST: u32 = 8;
/// What the pool can hand out at most; the limit that counts is the host's own, per guest.
const MAX_POOLED_MEMORY_BYTES: usize = 1 << 30;

pub(crate) struct SharedEngine {
    pub engine: Engine,
    linker: Linker<GuestState>,
    /// A list, because to compare megabytes takes less time than to hash them.
    ready: Mutex<Vec<(Parts, ProxyPre<GuestState>)>>,
}

/// What guests are run for.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Purpose {
    /// They serve this machine: they reach its sockets, and none computes for long without giving way.
    Serving,
    /// They are simulated: wires in place of sockets, and nothing happens because real time passes.
    Simulation,
}

/// The process's engine for a purpose.
pub(crate) fn shared(purpose: Purpose) -> Result<&'static SharedEngine> {
    static SERVING: OnceLock<Result<SharedEngine, String>> = OnceLock::new();
    static SIMULATION: OnceLock<Result<SharedEngine, String>> = OnceLock::new();
    let place = match purpose {
        Purpose::Serving => &SERVING,
        Purpose::Simulation => &SIMULATION,
    };
    place
        .get_or_init(|| SharedEngine::new(purpose).map_err(|error| format!("{error:#}")))
        .as_ref()
        .map_err(|error| anyhow!("cannot start the WebAssembly engine: {error}"))
}

impl SharedEngine {
    fn new(purpose: Purpose) -> Result<Self> {
        // Where address space is short (a container with a limit) the pool cannot be had; do without it.
        let pooling = InstanceAllocationStrategy::Pooling(pool());
        let engine = Engine::new(&config(purpose, pooling))
            .or_else(|_| Engine::new(&config(purpose, InstanceAllocationStrategy::OnDemand)))?;
        let mut linker = Linker::new(&engine);
        match purpose {
            Purpose::Serving => {
                link(&mut linker)?;
                tick(&engine)?;
            }
            Purpose::Simulation => link_wired(&mut linker)?,
        }
        Ok(Self {
            engine,
            linker,
            ready: Mutex::default(),
        })
    }

    /// Joins and compiles a component and resolves its imports, or finds it done already.
    ///
    /// Imports that nothing here defines trap when they are called, so that a component that merely links, say,
    /// Redis runs.
    pub(crate) fn prepare(&self, id: &str, parts: Parts) -> Result<ProxyPre<GuestState>> {
        if let Some(ready) = self.find(&parts) {
            return Ok(ready);
        }
        let bytes = compose(id, &parts)?;
        let component = Component::from_binary(&self.engine, &bytes)
            .map_err(anyhow::Error::from)
            .with_context(|| format!("component {id:?} does not compile"))?;
        let mut linker = self.linker.clone();
        stub_the_rest(&mut linker, &component, &self.engine)?;
        let ready = linker
            .instantiate_pre(&component)
            .and_then(ProxyPre::new)
            .map_err(anyhow::Error::from)
            .with_context(|| {
                format!("component {id:?} cannot serve HTTP (wasi:http/incoming-handler)")
            })?;
        let mut all = self.ready.lock().expect("nobody panics at it");
        all.push((parts, ready.clone()));
        Ok(ready)
    }

    fn find(&self, wanted: &Parts) -> Option<ProxyPre<GuestState>> {
        let all = self.ready.lock().expect("nobody panics at it");
        let found = all.iter().find(|(parts, _)| parts == wanted);
        found.map(|(_, ready)| ready.clone())
    }
}

/// Interrupts running guests at each epoch.
fn tick(engine: &Engine) -> Result<()> {
    let ticking = engine.weak();
    std::thread::Builder::new()
        .name("epochs".to_owned())
        .spawn(move || {
            while let Some(engine) = ticking.upgrade() {
                engine.increment_epoch();
                drop(engine);
                std::thread::sleep(EPOCH);
            }
        })?;
    Ok(())
}

fn config(purpose: Purpose, allocation: InstanceAllocationStrategy) -> Config {
    let mut config = Config::new();
    config
        .wasm_component_model(true)
        .epoch_interruption(matches!(purpose, Purpose::Serving))
        .allocation_strategy(allocation);
    // Compiled code is kept between runs where there is a place for it.
    if let Ok(cache) = wasmtime::Cache::new(wasmtime::CacheConfig::new()) {
        config.cache(Some(cache));
    }
    config
}

/// Of a memory or a table that a guest has left, so much is cleaned for the next one instead of being given back to the
/// system: a fault for each page costs more. Where the system can tell which pages were written (Linux 6.7), only those are.
const KEPT_BYTES: usize = 1024 * 1024;

fn pool() -> PoolingAllocationConfig {
    let guests = MAX_GUESTS as u32;
    let mut pool = PoolingAllocationConfig::new();
    pool.total_component_instances(guests)
        .total_stacks(guests)
        .total_core_instances(guests * CORE_INSTANCES_PER_GUEST)
        .total_memories(guests * MEMORIES_PER_GUEST)
        .total_tables(guests * TABLES_PER_GUEST)
        .max_memory_size(MAX_POOLED_MEMORY_BYTES)
        .linear_memory_keep_resident(KEPT_BYTES)
        .table_keep_resident(KEPT_BYTES)
        .pagemap_scan(Enabled::Auto);
    pool
}
