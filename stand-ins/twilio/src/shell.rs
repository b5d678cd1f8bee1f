//! The shell: a core that speaks HTTP and sends callbacks, with sockets around it.

use std::ops::Deref;

use anyhow::Result;
use bytes::Bytes;
use http::{Method, Request, Response, StatusCode};
use punctual_stand_ins::control::{json, refuse};
use punctual_stand_ins::messaging::{inbound, messages, people, webhooks};
use punctual_stand_ins::{Answer, Core, Faults, Ledger, Outgoing, Reply, Shell, ShellOptions};
use serde::Deserialize;
use serde_json::json;

use crate::callbacks::LONGEST_ANSWER_MS;
use crate::options::Options;
use crate::twilio::Twilio;

/// What to start.
pub struct StandInOptions {
    /// Where it listens, and by which clock.
    pub shell: ShellOptions,
    /// The account.
    pub account: Options,
    /// Where SIDs and the chances of faults come from.
    pub seed: u64,
}

impl StandInOptions {
    /// Free ports, the default account, the machine's clock.
    pub fn new() -> Result<Self> {
        Ok(Self {
            shell: ShellOptions::new()?,
            account: Options::default(),
            seed: 0,
        })
    }
}

impl Core for Twilio {
    const ROUTES: &'static str = "/messages, /people, /inbound, /webhooks, /hook";
    const LONGEST_ANSWER_MS: u64 = LONGEST_ANSWER_MS;

    fn handle(&mut self, request: &Request<Bytes>, now_ms: i64) -> Reply {
        Self::handle(self, request, now_ms)
    }

    fn faults(&mut self) -> &mut Faults {
        &mut self.faults
    }

    fn requests(&mut self) -> &mut Ledger {
        &mut self.requests
    }

    fn control(&mut self, request: &Request<Bytes>, now_ms: i64) -> Option<Response<Bytes>> {
        messages(&self.inbox, request)
            .or_else(|| people(&mut self.people, request))
            .or_else(|| webhooks(&self.courier, request))
            .or_else(|| inbound(request, |from, to, text| self.write(from, to, text, now_ms)))
            .or_else(|| hook(&mut self.options, request))
    }

    fn tick(&mut self, now_ms: i64) {
        Self::tick(self, now_ms);
    }

    fn due(&mut self, now_ms: i64) -> Vec<Outgoing> {
        Self::due(self, now_ms)
    }

    fn next_due_ms(&self) -> Option<i64> {
        Self::next_due_ms(self)
    }

    fn finished(&mut self, job: u64, answer: &Answer, now_ms: i64) {
        Self::finished(self, job, answer, now_ms);
    }
}

/// Where inbound texts and the messages of services are told.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Hook {
    inbound: Option<String>,
    status: Option<String>,
}

/// Answers `/hook`: `{"inbound":url,"status":url}`; null takes one away.
fn hook(options: &mut Options, request: &Request<Bytes>) -> Option<Response<Bytes>> {
    if request.uri().path() != "/hook" {
        return None;
    }
    if request.method() == Method::POST {
        match serde_json::from_slice::<Hook>(request.body()) {
            Ok(hook) => {
                options.inbound_url = hook.inbound;
                for service in &mut options.services {
                    service.status_callback.clone_from(&hook.status);
                }
            }
            Err(error) => {
                let problem = format!("expected {{\"inbound\":…,\"status\":…}}: {error}");
                return Some(refuse(StatusCode::BAD_REQUEST, &problem));
            }
        }
    }
    let services = options.services.iter();
    let status = services.map(|it| &it.status_callback).next();
    let shown = json!({ "inbound": options.inbound_url, "status": status });
    Some(json(StatusCode::OK, &shown))
}

/// An account that runs. It ends, with all its connections, when this is dropped.
pub struct StandIn(Shell<Twilio>);

impl Deref for StandIn {
    type Target = Shell<Twilio>;

    fn deref(&self) -> &Shell<Twilio> {
        &self.0
    }
}

impl StandIn {
    /// Starts it. When this returns, it listens.
    pub async fn start(options: StandInOptions) -> Result<Self> {
        let twilio = Twilio::new(options.account, options.seed);
        Ok(Self(Shell::start(options.shell, twilio).await?))
    }

    /// Where everything is, as `cargo xtask stand-ins` prints it.
    pub fn describe(&self) -> serde_json::Value {
        let options = self.with(|twilio, _| twilio.options.clone());
        let key = options.api_keys.first();
        self.0.describe(json!({
            "account_sid": options.account_sid,
            "auth_token": options.auth_token,
            "api_key": key.map(|(sid, _)| sid),
            "api_key_secret": key.map(|(_, secret)| secret),
            "test_account_sid": options.test_credentials.0,
            "test_auth_token": options.test_credentials.1,
            "from": options.numbers.first(),
            "messaging_service_sid": options.services.first().map(|service| &service.sid),
        }))
    }
}
