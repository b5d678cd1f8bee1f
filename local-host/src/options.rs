//! How a host is started.

use std::collections::BTreeMap;
use std::fmt;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use crate::clock::VirtualClock;
use crate::guest::{OutboundHttp, RealNetwork};
use crate::life::{BeforeCall, CrashPoint};
use crate::log::Log;
use crate::timers::Timers;

/// Everything that can be chosen about a host. [`new`](Self::new) gives what suits a test: free ports, the real
/// time, no timers, kept logs.
#[derive(Clone)]
pub struct HostOptions {
    /// The application's `spin.toml`.
    pub manifest: PathBuf,
    /// Where databases are kept. Made if it is not there.
    pub data_dir: PathBuf,
    /// Where the application is served; port 0 is any free one.
    pub listen: SocketAddr,
    /// Where the clock is served, on this machine only; none for nowhere.
    pub control: Option<SocketAddr>,
    /// Values of application variables, before all other sources.
    pub variables: BTreeMap<String, String>,
    /// Whether `SPIN_VARIABLE_*` and `.env` are looked at.
    pub ambient_variables: bool,
    /// The clock. Hosts that follow each other may share one.
    pub clock: VirtualClock,
    /// Whether to call `/deliver` and `/reconcile`.
    pub timers: Option<Timers>,
    /// How long a request may take. It must be longer than the longest `/deliver?wait=`.
    pub request_timeout: Duration,
    /// Linear memory that one request may use.
    pub memory_limit_bytes: usize,
    /// Where log lines go.
    pub log: Log,
    /// What guests reach by HTTP.
    pub outbound: Arc<dyn OutboundHttp>,
    /// Makes the guests' randomness a function of this number and of the order in which guests start.
    pub random_seed: Option<u64>,
    /// Where to die.
    pub crash: Option<CrashPoint>,
    /// What happens before each host call.
    pub before_call: Option<BeforeCall>,
    /// Whether host calls are recorded for [`Host::call_trace`](crate::Host::call_trace).
    pub trace_calls: bool,
}

impl HostOptions {
    /// Options for a manifest and a data folder.
    pub fn new(manifest: impl Into<PathBuf>, data_dir: impl Into<PathBuf>) -> Self {
        Self {
            manifest: manifest.into(),
            data_dir: data_dir.into(),
            listen: (Ipv4Addr::LOCALHOST, 0).into(),
            control: None,
            variables: BTreeMap::new(),
            ambient_variables: false,
            clock: VirtualClock::real(),
            timers: None,
            request_timeout: Duration::from_secs(30),
            memory_limit_bytes: 128 << 20,
            log: Log::kept(),
            outbound: Arc::new(RealNetwork),
            random_seed: None,
            crash: None,
            before_call: None,
            trace_calls: false,
        }
    }

    /// Sets an application variable.
    pub fn variable(mut self, name: &str, value: &str) -> Self {
        self.variables.insert(name.to_owned(), value.to_owned());
        self
    }
}

impl fmt::Debug for HostOptions {
    // Variables stay out of it: some are secrets.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = f.debug_struct("HostOptions");
        shown
            .field("manifest", &self.manifest)
            .field("data_dir", &self.data_dir)
            .field("listen", &self.listen);
        shown.finish_non_exhaustive()
    }
}
