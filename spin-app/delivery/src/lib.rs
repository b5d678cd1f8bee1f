//! The delivery component: takes what is due, asks the fence, sends. The only one that may reach a provider.

use punctual_app::edge::{self, Ports, SpinVariables};
use punctual_app::flows::App;
use punctual_app::flows::deliver::{Outlets, deliver};
use punctual_app::senders::outbox::Outbox;
use punctual_app::settings;
use punctual_app::web::{Keys, Request, Response, problem, unset};
use spin_sdk::http::{IncomingRequest, ResponseOutparam};
use spin_sdk::http_component;

/// Messages taken by one call when `max` is not said.
const MAX_DEFAULT: u32 = 10_000;

#[http_component]
async fn handle(incoming: IncomingRequest, outparam: ResponseOutparam) {
    let response = match edge::read(incoming).await {
        Ok(request) => route(&request).await.unwrap_or_else(|refusal| refusal),
        Err(refusal) => refusal,
    };
    edge::answer(outparam, response).await;
}

async fn route(request: &Request) -> Result<Response, Response> {
    match (request.method.as_str(), request.path.trim_end_matches('/')) {
        ("POST", "/deliver") => drain(request).await,
        (_, "/deliver") => {
            Err(problem(405, "method not allowed", "use POST", None).with("allow", "POST"))
        }
        _ => Err(problem(404, "not found", "there is no such route", None)),
    }
}

/// `POST /deliver?wait=SECONDS&max=N`.
async fn drain(request: &Request) -> Result<Response, Response> {
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

    let ports = Ports::open(None).await?;
    let app = App {
        records: &ports.records(),
        queue: &ports.queue(),
        policy: &policy,
        clock: &edge::now,
    };
    let outbox = Outbox(ports.sql()?);
    let outlets = Outlets {
        email: &outbox,
        sms: &outbox,
        signature: &settings::sender(&variables),
        sleep: &edge::sleep,
    };
    let summary = deliver(&app, &outlets, i64::from(wait_seconds) * 1_000, max).await;
    let summary = summary.map_err(|error| error.answer())?;
    Ok(Response::json(200, &summary.to_json()))
}
