//! The delivery component: takes what is due, asks the fence, sends; and hears what providers tell later, since it alone
//! has the secrets to know them by. The only one that may reach a provider.

mod callbacks;
mod pages;

use std::rc::Rc;

use punctual_app::edge::{self, Ports, Senders, SpinQueue, SpinRecords, SpinVariables};
use punctual_app::flows::App;
use punctual_app::flows::deliver::{Outlets, deliver};
use punctual_app::links::Wish;
use punctual_app::settings;
use punctual_app::telemetry::Journal;
use punctual_app::web::{Keys, Request, Response, problem, unset};
use spin_sdk::http::{IncomingRequest, ResponseOutparam};
use spin_sdk::http_component;

use pages::{answer, unsubscribe};

/// Messages taken by one call when `max` is not said.
const MAX_DEFAULT: u32 = 10_000;

/// The largest body taken, in bytes. SendGrid gathers events up to three quarters of this.
const BODY_BYTES_MAX: usize = 1024 * 1024;

/// Providers wait some seconds for an answer to what they tell, and tell it again.
const ANSWER_WITHIN_MS: i64 = 12_000;

/// The ports as this component uses them.
pub(crate) type Desk<'a> = App<'a, SpinRecords<'a>, SpinQueue<'a>>;

#[http_component]
async fn handle(incoming: IncomingRequest, outparam: ResponseOutparam) {
    edge::serve("delivery", incoming, outparam, BODY_BYTES_MAX, route).await;
}

async fn route(request: &Request, journal: &Rc<Journal>) -> Result<Response, Response> {
    match (request.method.as_str(), request.segments().as_slice()) {
        ("POST", ["deliver"]) => drain(request, journal).await,
        ("POST", ["callbacks", "twilio"]) => callbacks::twilio(request, journal).await,
        ("POST", ["callbacks", "sendgrid"]) => callbacks::sendgrid(request, journal).await,
        ("POST" | "OPTIONS", ["callbacks", "acs"]) => callbacks::acs(request, journal).await,
        ("GET" | "HEAD", ["unsubscribe"]) => unsubscribe::page(request),
        ("POST", ["unsubscribe"]) => unsubscribe::act(request, journal).await,
        (method, ["answer", wish]) => match (method, Wish::named(wish)) {
            (_, None) => Err(not_found()),
            ("GET" | "HEAD", Some(wish)) => answer::page(request, journal, wish).await,
            ("POST", Some(wish)) => answer::act(request, journal, wish).await,
            (_, Some(_)) => Err(not_allowed("GET, POST")),
        },
        (_, ["deliver"] | ["callbacks", "twilio" | "sendgrid"]) => Err(not_allowed("POST")),
        (_, ["callbacks", "acs"]) => Err(not_allowed("POST, OPTIONS")),
        (_, ["unsubscribe"]) => Err(not_allowed("GET, POST")),
        _ => Err(not_found()),
    }
}

fn not_found() -> Response {
    problem(404, "not found", "there is no such route", None)
}

fn not_allowed(methods: &str) -> Response {
    problem(405, "method not allowed", &format!("use {methods}"), None).with("allow", methods)
}

/// `POST /deliver?wait=SECONDS&max=N`.
async fn drain(request: &Request, journal: &Rc<Journal>) -> Result<Response, Response> {
    let variables = SpinVariables;
    let keys = settings::keys(&variables, "timer_key", Some("timer_key_second"))
        .map_err(|error| unset(&error))?;
    Keys(keys).admit(
        request.header("x-punctual-key"),
        "the header x-punctual-key",
    )?;
    let policy = settings::policy(&variables).map_err(|error| unset(&error))?;
    let wait_seconds = request.query.number("wait", 0)?;
    let max = request.query.number("max", MAX_DEFAULT)?;

    let ports = Ports::open(journal, None).await?;
    let app = App {
        records: &ports.records(),
        queue: &ports.queue(),
        policy: &policy,
        clock: &edge::now,
    };
    let signature = settings::sender(&variables);
    let senders = Senders::open(&ports, &signature);
    let senders = senders.map_err(|error| unset(&error))?;
    let outlets = Outlets {
        email: &senders.email,
        sms: &senders.sms,
        signature: &signature,
        links: &senders.links,
        channel_fallback: senders.channel_fallback,
        at_once: senders.at_once,
        sleep: &edge::sleep,
    };
    let summary = deliver(&app, &outlets, i64::from(wait_seconds) * 1_000, max).await;
    let summary = summary.map_err(|error| error.answer())?;
    Ok(Response::json(200, &summary.to_json()))
}
