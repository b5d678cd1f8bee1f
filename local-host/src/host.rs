//! A running host.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

use anyhow::{Context, Result, ensure};
use tokio::net::TcpListener;

use crate::application::Application;
use crate::clock::VirtualClock;
use crate::engine::Purpose;
use crate::guest::{Database, HostShared};
use crate::life::{CrashPoint, Life};
use crate::log::Log;
use crate::manifest::Manifest;
use crate::options::HostOptions;
use crate::serve::app::App;
use crate::serve::{control, serve};
use crate::timers::Caller;
use crate::variables::Variables;

/// A Spin application being served. Dropping it kills it.
pub struct Host {
    listen: SocketAddr,
    control: Option<SocketAddr>,
    clock: VirtualClock,
    log: Log,
    life: Life,
    memory_peak_bytes: Arc<AtomicUsize>,
}

impl Host {
    /// Starts an application: it answers as soon as this returns.
    ///
    /// Anything wrong with the manifest, a component, a variable or a port is an error here and not later.
    pub async fn start(options: HostOptions) -> Result<Self> {
        let manifest = Manifest::load(&options.manifest)?;
        let variables =
            Variables::resolve(&manifest, &options.variables, options.ambient_variables)?;
        std::fs::create_dir_all(&options.data_dir).with_context(|| {
            format!("cannot make the data folder {}", options.data_dir.display())
        })?;
        let prepare = move || Application::prepare(&manifest, &variables, Purpose::Serving);
        let application = tokio::task::spawn_blocking(prepare).await??;
        let listener = bind(options.listen).await?;
        let listen = listener.local_addr()?;
        let control_listener = match options.control {
            Some(address) => {
                ensure!(
                    address.ip().is_loopback(),
                    "the control port is for this machine only, not for {address}"
                );
                Some(bind(address).await?)
            }
            None => None,
        };
        let control = control_listener
            .as_ref()
            .map(TcpListener::local_addr)
            .transpose()?;

        let life = Life::new(options.crash, options.trace_calls, options.before_call);
        let memory_peak_bytes = Arc::<AtomicUsize>::default();
        let shared = Arc::new(HostShared {
            clock: options.clock.clone(),
            log: options.log.clone(),
            life: life.clone(),
            database: Database::new(&options.data_dir, options.random_seed),
            data_dir: options.data_dir,
            outbound: options.outbound,
            random_seed: options.random_seed,
            memory_limit_bytes: options.memory_limit_bytes,
            memory_peak_bytes: memory_peak_bytes.clone(),
            guests: AtomicU64::new(0),
        });
        let app = Arc::new(App {
            shared,
            application,
            request_timeout: options.request_timeout,
        });
        life.spawn(serve(listener, life.clone(), move |request, client| {
            app.clone().answer(request, client)
        }));
        if let Some(listener) = control_listener {
            let clock = options.clock.clone();
            let answer = move |request, _| control::answer(clock.clone(), request);
            life.spawn(serve(listener, life.clone(), answer));
        }
        let host = Self {
            listen,
            control,
            clock: options.clock,
            log: options.log,
            life,
            memory_peak_bytes,
        };
        if let Some(timers) = options.timers {
            host.start_timers(timers.key);
        }
        Ok(host)
    }

    fn start_timers(&self, key: String) {
        let (clock, log) = (self.clock.clone(), self.log.clone());
        let caller = Caller {
            url: self.url(),
            key,
            clock,
            log,
        };
        let (life, other) = (self.life.clone(), caller.clone());
        self.life.spawn(async move {
            tokio::select! {
                () = life.ending() => {}
                () = async { tokio::join!(caller.deliver(), other.reconcile()); } => {}
            }
        });
    }

    /// Where the application is, without a slash at the end.
    pub fn url(&self) -> String {
        format!("http://{}", self.listen)
    }

    /// Where the control port is, without a slash at the end.
    pub fn control_url(&self) -> Option<String> {
        self.control.map(|address| format!("http://{address}"))
    }

    /// The address that the application listens on.
    pub fn address(&self) -> SocketAddr {
        self.listen
    }

    /// The clock that everything in this host goes by.
    pub fn clock(&self) -> &VirtualClock {
        &self.clock
    }

    /// The host's log.
    pub fn log(&self) -> &Log {
        &self.log
    }

    /// How many host calls guests have made: SQLite statements, key-value operations, HTTP requests sent.
    pub fn calls(&self) -> u64 {
        self.life.calls()
    }

    /// The most linear memory that a single request has used, over all its instances.
    pub fn peak_guest_memory_bytes(&self) -> usize {
        self.memory_peak_bytes.load(Ordering::Relaxed)
    }

    /// One line for each host call, when the options asked for it.
    pub fn call_trace(&self) -> Vec<String> {
        self.life.trace()
    }

    /// Chooses where to die, or takes it back. Calls count from the start of the host.
    pub fn crash_at(&self, crash: Option<CrashPoint>) {
        self.life.crash_at(crash);
    }

    /// Whether the host has died, by [`kill`](Self::kill) or at its crash point.
    pub fn is_dead(&self) -> bool {
        self.life.is_dead()
    }

    /// Completes when the host has died.
    pub async fn died(&self) {
        self.life.dead().await;
    }

    /// Stops: no new requests, a moment for those under way, then the end.
    pub async fn stop(self) {
        self.life.stop();
        // The servers give requests their moment; what is left then has had it.
        let _ = tokio::time::timeout(std::time::Duration::from_secs(3), self.life.gone()).await;
        self.life.die();
        self.life.gone().await;
    }

    /// Dies at once, as when the process is killed. When this returns nothing of the host is left: its data
    /// folder may be opened by another.
    pub async fn kill(self) {
        self.life.die();
        self.life.gone().await;
    }
}

impl Drop for Host {
    fn drop(&mut self) {
        self.life.die();
    }
}

async fn bind(address: SocketAddr) -> Result<TcpListener> {
    TcpListener::bind(address)
        .await
        .with_context(|| format!("cannot listen on {address}"))
}
