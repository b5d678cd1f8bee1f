//! The store's data of one guest, and the linker that serves every guest from it.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

use wasmtime::component::{HasSelf, Linker, ResourceTable};
use wasmtime_wasi::sockets::SocketAddrUse;
use wasmtime_wasi::{Deterministic, FsPerms, WasiCtx, WasiCtxView, WasiView};
use wasmtime_wasi_http::{WasiHttpCtx, WasiHttpCtxView, WasiHttpView};

use super::bindings::SpinImports;
use super::limits::MemoryLimit;
use super::outbound::{OutboundHooks, OutboundHttp};
use super::output::GuestOutput;
use super::random::SplitMix;
use super::sqlite_file::Database;
use crate::allowed_hosts::AllowedHosts;
use crate::clock::{
    Monotonic, MonotonicView, SharedMonotonicClock, SharedWallClock, VirtualClock, Work,
};
use crate::files::Files;
use crate::harness::HostCall;
use crate::life::Life;
use crate::log::Log;

/// Bytes of randomness that a seeded guest goes round in. Made anew for each guest, so no more than a request needs: a
/// hash map takes 16, a UUID 16, an encrypted connection some hundred.
const SEEDED_RANDOM_BYTES: usize = 2 * 1024;

/// What all guests of a host share.
pub(crate) struct HostShared {
    pub clock: VirtualClock,
    pub log: Log,
    pub life: Life,
    pub data_dir: PathBuf,
    pub outbound: Arc<dyn OutboundHttp>,
    pub random_seed: Option<u64>,
    pub memory_limit_bytes: usize,
    pub memory_peak_bytes: Arc<AtomicUsize>,
    pub guests: AtomicU64,
    pub database: Database,
}

/// One component as this host runs it.
pub(crate) struct ComponentConfig {
    pub id: String,
    pub variables: BTreeMap<String, String>,
    pub environment: BTreeMap<String, String>,
    pub allowed_hosts: AllowedHosts,
    pub sqlite_databases: Vec<String>,
    pub key_value_stores: Vec<String>,
    pub files: Option<Files>,
}

impl ComponentConfig {
    /// A host call of a guest of this component.
    pub(crate) fn call<'a>(
        &'a self,
        guest: u64,
        kind: &'static str,
        detail: &'a str,
    ) -> HostCall<'a> {
        HostCall {
            guest,
            component: &self.id,
            kind,
            detail,
        }
    }
}

/// Everything one guest has.
pub(crate) struct GuestState {
    /// Which guest of its host it is.
    pub number: u64,
    pub shared: Arc<HostShared>,
    pub component: Arc<ComponentConfig>,
    pub table: ResourceTable,
    pub memory: MemoryLimit,
    work: Work,
    wasi: WasiCtx,
    http: WasiHttpCtx,
    hooks: OutboundHooks,
}

impl GuestState {
    pub(crate) fn new(
        shared: Arc<HostShared>,
        component: Arc<ComponentConfig>,
    ) -> wasmtime::Result<Self> {
        let guest_number = shared.guests.fetch_add(1, Ordering::Relaxed);
        let mut wasi = WasiCtx::builder();
        let output = GuestOutput::new(shared.log.clone(), &component.id);
        wasi.stdout(output.clone()).stderr(output);
        for (name, value) in &component.environment {
            wasi.env(name, value);
        }
        if let Some(files) = &component.files {
            wasi.preopened_dir(files.folder(), "/", FsPerms::ReadOnly)?;
        }
        wasi.wall_clock(SharedWallClock(shared.clock.clone()));
        wasi.monotonic_clock(SharedMonotonicClock(shared.clock.clone()));
        if let Some(seed) = shared.random_seed {
            wasi.secure_random(seeded(seed, guest_number));
            wasi.insecure_random(seeded(!seed, guest_number));
            wasi.insecure_random_seed((u128::from(seed) << 64) | u128::from(guest_number));
        }
        // Names never resolve for raw sockets, as under Spin; addresses must be in the manifest.
        wasi.allow_ip_name_lookup(false)
            .allow_udp(false)
            .allow_tcp(true);
        let allowed = component.clone();
        wasi.socket_addr_check(move |address, purpose| {
            let allow = match purpose {
                SocketAddrUse::TcpConnect => {
                    allowed.allowed_hosts.allow(&address.to_string(), "tcp")
                }
                // Connecting binds to any free port of any interface first.
                SocketAddrUse::TcpBind => address.ip().is_unspecified() && address.port() == 0,
                _ => false,
            };
            Box::pin(std::future::ready(allow))
        });
        let hooks = OutboundHooks {
            shared: shared.clone(),
            component: component.clone(),
            guest: guest_number,
        };
        let memory = MemoryLimit::new(shared.memory_limit_bytes, shared.memory_peak_bytes.clone());
        let work = Work::begin(&shared.clock);
        let (wasi, http, table) = (wasi.build(), WasiHttpCtx::new(), ResourceTable::new());
        Ok(Self {
            number: guest_number,
            shared,
            component,
            table,
            memory,
            work,
            wasi,
            http,
            hooks,
        })
    }
}

fn seeded(seed: u64, guest_number: u64) -> Deterministic {
    let random = SplitMix::new(seed ^ guest_number.wrapping_mul(0xD6E8_FEB8_6659_FD93));
    Deterministic::new(random.take(SEEDED_RANDOM_BYTES / 8).flatten().collect())
}

impl WasiView for GuestState {
    fn ctx(&mut self) -> WasiCtxView<'_> {
        WasiCtxView {
            ctx: &mut self.wasi,
            table: &mut self.table,
        }
    }
}

impl WasiHttpView for GuestState {
    fn http(&mut self) -> WasiHttpCtxView<'_> {
        WasiHttpCtxView {
            ctx: &mut self.http,
            table: &mut self.table,
            hooks: &mut self.hooks,
        }
    }
}

/// Defines everything that a guest may import, with the sockets of this machine.
pub(crate) fn link(linker: &mut Linker<GuestState>) -> wasmtime::Result<()> {
    wasmtime_wasi::p2::add_to_linker_async(linker)?;
    wasmtime_wasi_http::p2::add_only_http_to_linker_async(linker)?;
    SpinImports::add_to_linker::<_, HasSelf<GuestState>>(linker, |state| state)?;
    // Sleeps must last virtual time, so the library's monotonic clock is replaced.
    linker.allow_shadowing(true);
    wasmtime_wasi::p2::bindings::clocks::monotonic_clock::add_to_linker::<_, Monotonic>(
        linker,
        |state| MonotonicView {
            clock: &state.shared.clock,
            work: &state.work,
            table: &mut state.table,
        },
    )?;
    linker.allow_shadowing(false);
    Ok(())
}

/// The same, with wires in place of sockets.
pub(crate) fn link_wired(linker: &mut Linker<GuestState>) -> wasmtime::Result<()> {
    link(linker)?;
    linker.allow_shadowing(true);
    super::tcp::link(linker)?;
    linker.allow_shadowing(false);
    Ok(())
}
