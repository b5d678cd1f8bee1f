//! The shell: a core that speaks HTTP, with sockets around it.

use std::net::SocketAddr;
use std::ops::Deref;
use std::sync::Arc;

use anyhow::Result;
use bytes::Bytes;
use http::Request;
use punctual_stand_ins::{Authority, Clock, Core, Faults, Ledger, Reply, Shell, ShellOptions};

use crate::directory::Directory;
use crate::entra::Entra;

/// What to start.
pub struct StandInOptions {
    /// Where it listens with plain HTTP: loopback; port 0 takes a free one, here and below.
    pub http: SocketAddr,
    /// Where it listens with HTTPS, which Microsoft's libraries insist on.
    pub https: SocketAddr,
    /// Where the control routes listen.
    pub control: SocketAddr,
    /// Who is who.
    pub directory: Directory,
    /// The clock of tokens.
    pub clock: Arc<dyn Clock>,
    /// Who signs the certificate of HTTPS.
    pub authority: Arc<Authority>,
    /// Where keys and lifetimes come from.
    pub seed: u64,
}

impl StandInOptions {
    /// Free ports, the default directory, the machine's clock, an authority of its own.
    pub fn new() -> Result<Self> {
        let shell = ShellOptions::new()?;
        Ok(Self {
            http: shell.http,
            https: shell.https,
            control: shell.control,
            directory: Directory::default(),
            clock: shell.clock,
            authority: shell.authority,
            seed: 0,
        })
    }
}

impl Core for Entra {
    fn handle(&mut self, request: &Request<Bytes>, now_ms: i64) -> Reply {
        Self::handle(self, request, now_ms)
    }

    fn faults(&mut self) -> &mut Faults {
        &mut self.faults
    }

    fn requests(&mut self) -> &mut Ledger {
        &mut self.requests
    }
}

/// An Entra ID that runs. It ends, with all its connections, when this is dropped.
pub struct StandIn(Shell<Entra>);

impl Deref for StandIn {
    type Target = Shell<Entra>;

    fn deref(&self) -> &Shell<Entra> {
        &self.0
    }
}

impl StandIn {
    /// Starts it. When this returns, it listens.
    pub async fn start(options: StandInOptions) -> Result<Self> {
        let shell = ShellOptions {
            http: options.http,
            https: options.https,
            control: options.control,
            clock: options.clock,
            authority: options.authority,
        };
        let entra = Entra::new(options.directory, options.seed);
        Ok(Self(Shell::start(shell, entra).await?))
    }

    /// Where everything is, as `cargo xtask stand-ins` prints it.
    pub fn describe(&self) -> serde_json::Value {
        let url = self.url();
        let directory = self.with(|entra| entra.directory.clone());
        let client = directory.applications.first();
        self.0.describe(serde_json::json!({
            "tenant": directory.tenant,
            "client_id": client.map(|client| client.client_id),
            "client_secret": client.and_then(|client| client.secrets.first()).map(|secret| &secret.text),
            "imds": format!("{url}{}", crate::managed::IMDS_PATH),
            "identity_endpoint": format!("{url}{}", crate::managed::IDENTITY_PATH),
            "identity_header": directory.identity_header,
        }))
    }

    /// Looks at the state, or changes it, between two requests.
    pub fn with<R>(&self, look: impl FnOnce(&mut Entra) -> R) -> R {
        self.0.with(|entra, _| look(entra))
    }
}
