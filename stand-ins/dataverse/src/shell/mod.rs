//! The shell: a core that speaks HTTP and sends webhooks, with sockets around it.

mod control;

use std::net::SocketAddr;
use std::ops::Deref;
use std::sync::Arc;

use anyhow::{Result, anyhow};
use bytes::Bytes;
use http::{Request, Response};
use punctual_stand_ins::{
    Answer, Authority, Clock, Core, Faults, Ledger, Outgoing, Reply, Shell, ShellOptions,
};

use crate::access::{BearerValidator, FixedToken};
use crate::dataverse::Dataverse;
use crate::options::Options;
use crate::webhooks::{LONGEST_ANSWER_MS, Outcome};
use crate::{api, webhooks};

/// What to start.
pub struct StandInOptions {
    /// Where it listens with plain HTTP: loopback; port 0 takes a free one, here and below.
    pub http: SocketAddr,
    /// Where it listens with HTTPS, which Microsoft's client insists on.
    pub https: SocketAddr,
    /// Where the control routes listen.
    pub control: SocketAddr,
    /// What the environment is like.
    pub environment: Options,
    /// A token that is always good.
    pub token: String,
    /// Who judges other tokens; nobody refuses them all.
    pub bearer: Option<Box<dyn BearerValidator>>,
    /// The clock of rows, tokens and webhooks. The minute that a webhook may take runs by the machine's.
    pub clock: Arc<dyn Clock>,
    /// Who signs the certificate of HTTPS.
    pub authority: Arc<Authority>,
    /// Where ids and the chances of faults come from.
    pub seed: u64,
}

impl StandInOptions {
    /// Free ports, Punctual's tables, one fixed token, the machine's clock, an authority of its own.
    pub fn new() -> Result<Self> {
        let shell = ShellOptions::new()?;
        Ok(Self {
            http: shell.http,
            https: shell.https,
            control: shell.control,
            environment: Options::default(),
            token: "dataverse-stand-in".into(),
            bearer: None,
            clock: shell.clock,
            authority: shell.authority,
            seed: 0,
        })
    }
}

impl Core for Dataverse {
    const ROUTES: &'static str = "/rows, /webhooks";
    const LONGEST_ANSWER_MS: u64 = LONGEST_ANSWER_MS;
    const LARGEST_BODY_BYTES: usize = 32 << 20;

    fn handle(&mut self, request: &Request<Bytes>, now_ms: i64) -> Reply {
        api::handle(self, request, now_ms)
    }

    fn faults(&mut self) -> &mut Faults {
        &mut self.faults
    }

    fn requests(&mut self) -> &mut Ledger {
        &mut self.requests
    }

    fn control(&mut self, request: &Request<Bytes>, _: i64) -> Option<Response<Bytes>> {
        control::rows(self, request).or_else(|| control::webhooks(self, request))
    }

    fn due(&mut self, now_ms: i64) -> Vec<Outgoing> {
        webhooks::due(self, now_ms)
    }

    fn next_due_ms(&self) -> Option<i64> {
        self.webhooks.next_due_ms()
    }

    fn finished(&mut self, job: u64, answer: &Answer, now_ms: i64) {
        webhooks::finished(self, job, &Outcome::from(answer), now_ms);
    }
}

/// The fixed token, and then whoever else judges.
fn judges(token: &str, other: Option<Box<dyn BearerValidator>>) -> Box<dyn BearerValidator> {
    let fixed = FixedToken(token.to_owned());
    Box::new(
        move |token: &str, now_ms: i64| match (fixed.validate(token, now_ms), &other) {
            (Err(_), Some(other)) => other.validate(token, now_ms),
            (judged, _) => judged,
        },
    )
}

/// An environment that runs. It ends, with all its connections, when this is dropped.
pub struct StandIn {
    shell: Shell<Dataverse>,
    token: String,
}

impl Deref for StandIn {
    type Target = Shell<Dataverse>;

    fn deref(&self) -> &Shell<Dataverse> {
        &self.shell
    }
}

impl StandIn {
    /// Starts it. When this returns, it listens.
    pub async fn start(options: StandInOptions) -> Result<Self> {
        let bearer = judges(&options.token, options.bearer);
        let now_ms = options.clock.now_ms();
        let dataverse = Dataverse::new(options.environment, bearer, options.seed, now_ms);
        let dataverse = dataverse.map_err(|problem| anyhow!(problem))?;
        let shell = ShellOptions {
            http: options.http,
            https: options.https,
            control: options.control,
            clock: options.clock,
            authority: options.authority,
        };
        Ok(Self {
            shell: Shell::start(shell, dataverse).await?,
            token: options.token,
        })
    }

    /// The token that is always good.
    pub fn token(&self) -> &str {
        &self.token
    }

    /// From now on this judges tokens, beside the one that is always good. For judges that must know the URL first.
    pub fn trust(&self, other: Box<dyn BearerValidator>) {
        let bearer = judges(&self.token, Some(other));
        self.with(|dataverse, _| dataverse.bearer = bearer);
    }

    /// Where everything is, as `cargo xtask stand-ins` prints it.
    pub fn describe(&self) -> serde_json::Value {
        self.shell
            .describe(serde_json::json!({ "token": self.token }))
    }
}
