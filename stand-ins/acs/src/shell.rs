//! The shell: a core that speaks HTTP and sends events, with sockets around it.

use std::ops::Deref;

use anyhow::Result;
use bytes::Bytes;
use http::{Method, Request, Response, StatusCode};
use punctual_stand_ins::control::{json, refuse};
use punctual_stand_ins::messaging::{inbound, messages, people, webhooks};
use punctual_stand_ins::{Answer, Core, Faults, Ledger, Outgoing, Reply, Shell, ShellOptions};
use serde::Deserialize;
use serde_json::json;

use crate::access::BearerValidator;
use crate::acs::Acs;
use crate::email::LARGEST_EMAIL_BYTES;
use crate::eventgrid::{LONGEST_ANSWER_MS, Schema};
use crate::options::Options;

/// What to start.
pub struct StandInOptions {
    /// Where it listens, and by which clock.
    pub shell: ShellOptions,
    /// The resource.
    pub resource: Options,
    /// Where ids and the chances of faults come from.
    pub seed: u64,
}

impl StandInOptions {
    /// Free ports, the default resource, the machine's clock.
    pub fn new() -> Result<Self> {
        Ok(Self {
            shell: ShellOptions::new()?,
            resource: Options::default(),
            seed: 0,
        })
    }
}

impl Core for Acs {
    const ROUTES: &'static str = "/messages, /people, /inbound, /webhooks, /hook";
    const LONGEST_ANSWER_MS: u64 = LONGEST_ANSWER_MS;
    // One more, so that the core can say what is too large.
    const LARGEST_BODY_BYTES: usize = LARGEST_EMAIL_BYTES + 1;

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
            .or_else(|| hook(self, request, now_ms))
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

/// Where events are told.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Hook {
    url: Option<String>,
    schema: Schema,
}

/// Answers `/hook`: `{"url":url,"schema":"event-grid"}`, which begins a handshake; a null takes the subscription away.
fn hook(acs: &mut Acs, request: &Request<Bytes>, now_ms: i64) -> Option<Response<Bytes>> {
    if request.uri().path() != "/hook" {
        return None;
    }
    if request.method() == Method::POST {
        match serde_json::from_slice::<Hook>(request.body()) {
            Ok(Hook { url: None, .. }) => acs.subscription = None,
            Ok(hook) => acs.subscribe(&hook.url.unwrap_or_default(), hook.schema, now_ms),
            Err(error) => {
                let problem = format!("expected {{\"url\":…,\"schema\":\"event-grid\"}}: {error}");
                return Some(refuse(StatusCode::BAD_REQUEST, &problem));
            }
        }
    }
    let shown = json!({ "subscription": acs.subscription, "dead_letters": acs.dead_letters });
    Some(json(StatusCode::OK, &shown))
}

/// A resource that runs. It ends, with all its connections, when this is dropped.
pub struct StandIn(Shell<Acs>);

impl Deref for StandIn {
    type Target = Shell<Acs>;

    fn deref(&self) -> &Shell<Acs> {
        &self.0
    }
}

impl StandIn {
    /// Starts it. When this returns, it listens.
    pub async fn start(options: StandInOptions) -> Result<Self> {
        let acs = Acs::new(options.resource, options.seed);
        let shell = Shell::start(options.shell, acs).await?;
        let base_url = shell.url();
        shell.with(|acs, _| acs.options.base_url = base_url);
        Ok(Self(shell))
    }

    /// From now on this judges bearer tokens; before, all are refused.
    pub fn trust(&self, bearer: BearerValidator) {
        self.with(|acs, _| acs.trust(bearer));
    }

    /// Where everything is, as `cargo xtask stand-ins` prints it.
    pub fn describe(&self) -> serde_json::Value {
        let options = self.with(|acs, _| acs.options.clone());
        let endpoint = self.url();
        self.0.describe(json!({
            "access_key": options.access_key,
            "connection_string": format!("endpoint={endpoint}/;accesskey={}", options.access_key),
            "from": options.numbers.first(),
            "sender_address": options.email_senders.first(),
        }))
    }
}
