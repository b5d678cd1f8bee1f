//! The shell: a core that speaks HTTP and sends webhooks, with sockets around it.

use std::ops::Deref;

use anyhow::Result;
use bytes::Bytes;
use http::{Method, Request, Response, StatusCode};
use punctual_stand_ins::control::{json, refuse};
use punctual_stand_ins::messaging::{messages, people, webhooks};
use punctual_stand_ins::{Answer, Core, Faults, Ledger, Outgoing, Reply, Shell, ShellOptions};
use serde::Deserialize;
use serde_json::json;

use crate::events::LONGEST_ANSWER_MS;
use crate::options::Options;
use crate::sendgrid::{LARGEST_MAIL_BYTES, SendGrid};

/// What to start.
pub struct StandInOptions {
    /// Where it listens, and by which clock.
    pub shell: ShellOptions,
    /// The account.
    pub account: Options,
    /// Where ids, the webhook's key and the chances of faults come from.
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

impl Core for SendGrid {
    const ROUTES: &'static str = "/messages, /people, /inbound, /webhooks, /hook";
    const LONGEST_ANSWER_MS: u64 = LONGEST_ANSWER_MS;
    // One more, so that the core can say what is too large.
    const LARGEST_BODY_BYTES: usize = LARGEST_MAIL_BYTES + 1;

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
        messages(&self.inbox, request)
            .or_else(|| people(&mut self.people, request))
            .or_else(|| webhooks(&self.courier, request))
            .or_else(|| inbound(request))
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

/// Nobody can write back.
fn inbound(request: &Request<Bytes>) -> Option<Response<Bytes>> {
    let why = "inbound mail is not built: a person's wishes are fates, such as unsubscribed";
    (request.uri().path() == "/inbound").then(|| refuse(StatusCode::NOT_IMPLEMENTED, why))
}

/// Where events are told.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Hook {
    url: Option<String>,
    #[serde(default = "yes")]
    signed: bool,
}

fn yes() -> bool {
    true
}

/// Answers `/hook`: `{"url":url,"signed":true}`; a null takes it away.
fn hook(options: &mut Options, request: &Request<Bytes>) -> Option<Response<Bytes>> {
    if request.uri().path() != "/hook" {
        return None;
    }
    if request.method() == Method::POST {
        match serde_json::from_slice::<Hook>(request.body()) {
            Ok(hook) => (options.webhook_url, options.webhook_signed) = (hook.url, hook.signed),
            Err(error) => {
                let problem = format!("expected {{\"url\":…,\"signed\":…}}: {error}");
                return Some(refuse(StatusCode::BAD_REQUEST, &problem));
            }
        }
    }
    let shown = json!({ "url": options.webhook_url, "signed": options.webhook_signed });
    Some(json(StatusCode::OK, &shown))
}

/// An account that runs. It ends, with all its connections, when this is dropped.
pub struct StandIn(Shell<SendGrid>);

impl Deref for StandIn {
    type Target = Shell<SendGrid>;

    fn deref(&self) -> &Shell<SendGrid> {
        &self.0
    }
}

impl StandIn {
    /// Starts it. When this returns, it listens.
    pub async fn start(options: StandInOptions) -> Result<Self> {
        let sendgrid = SendGrid::new(options.account, options.seed);
        Ok(Self(Shell::start(options.shell, sendgrid).await?))
    }

    /// Where everything is, as `cargo xtask stand-ins` prints it.
    pub fn describe(&self) -> serde_json::Value {
        let (options, public_key) =
            self.with(|sendgrid, _| (sendgrid.options.clone(), sendgrid.key.public_key()));
        self.0.describe(json!({
            "api_key": options.api_keys.first().map(|key| &key.key),
            "senders": options.senders,
            "webhook_public_key": public_key,
        }))
    }
}
