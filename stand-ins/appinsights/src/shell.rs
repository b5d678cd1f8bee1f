//! The shell: a core that speaks HTTP, with sockets around it.

use std::ops::Deref;

use anyhow::Result;
use bytes::Bytes;
use http::{Method, Request, Response, StatusCode};
use punctual_stand_ins::control::json;
use punctual_stand_ins::{Core, Faults, Ledger, Reply, Shell, ShellOptions};

use crate::collectors::{Collectors, KEY};

/// What to start.
pub struct StandInOptions {
    /// Where it listens, and by which clock.
    pub shell: ShellOptions,
    /// What faults by chance follow.
    pub seed: u64,
}

impl StandInOptions {
    /// Free ports, the machine's clock, an authority of its own.
    pub fn new() -> Result<Self> {
        let shell = ShellOptions::new()?;
        Ok(Self { shell, seed: 0 })
    }
}

impl Core for Collectors {
    const ROUTES: &'static str = "/items";

    fn handle(&mut self, request: &Request<Bytes>, now_ms: i64) -> Reply {
        Self::handle(self, request, now_ms)
    }

    fn faults(&mut self) -> &mut Faults {
        &mut self.faults
    }

    fn requests(&mut self) -> &mut Ledger {
        &mut self.requests
    }

    fn control(&mut self, request: &Request<Bytes>, _: i64) -> Option<Response<Bytes>> {
        match (request.method(), request.uri().path()) {
            (&Method::GET, "/items") => Some(json(StatusCode::OK, &self.taken())),
            _ => None,
        }
    }
}

/// Collectors that run. They end, with all their connections, when this is dropped.
pub struct StandIn(Shell<Collectors>);

impl Deref for StandIn {
    type Target = Shell<Collectors>;

    fn deref(&self) -> &Shell<Collectors> {
        &self.0
    }
}

impl StandIn {
    /// Starts them. When this returns, they listen.
    pub async fn start(options: StandInOptions) -> Result<Self> {
        let collectors = Collectors::new(options.seed);
        Ok(Self(Shell::start(options.shell, collectors).await?))
    }

    /// Where everything is, as `cargo xtask stand-ins` prints it.
    pub fn describe(&self) -> serde_json::Value {
        let url = self.url();
        self.0.describe(serde_json::json!({
            "key": KEY,
            "connection_string": format!("InstrumentationKey={KEY};IngestionEndpoint={url}/"),
            "otlp": url,
        }))
    }

    /// Looks at the state, or changes it, between two requests.
    pub fn with<R>(&self, look: impl FnOnce(&mut Collectors) -> R) -> R {
        self.0.with(|collectors, _| look(collectors))
    }
}
