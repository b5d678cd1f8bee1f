//! The console component: the API for staff and operators, the files of the page, health and metrics.
//! It sends nothing itself; what it changes goes through the same flows as a webhook.

mod api;
mod files;
mod metrics;

use api::{Api, Role};
use punctual_app::core::Policy;
use punctual_app::edge::{self, Ports, SpinQueue, SpinRecords, SpinVariables};
use punctual_app::flows::App;
use punctual_app::settings;
use punctual_app::web::{Keys, Request, Response, bearer, problem, unset};
use spin_sdk::http::{IncomingRequest, ResponseOutparam};
use spin_sdk::http_component;

/// The ports as this component uses them.
pub(crate) type Clinic<'a> = App<'a, SpinRecords<'a>, SpinQueue<'a>>;

/// Hosts end a request after 30 seconds.
const ANSWER_WITHIN_MS: i64 = 25_000;

#[http_component]
async fn handle(incoming: IncomingRequest, outparam: ResponseOutparam) {
    let request = match edge::read(incoming).await {
        Ok(request) => request,
        Err(refusal) => return edge::answer(outparam, refusal).await,
    };
    // The one answer that is too large to be held.
    if (request.method.as_str(), request.segments().as_slice())
        == ("GET", &["api", "notifications.csv"])
    {
        return table(&request, outparam).await;
    }
    let response = route(&request).await.unwrap_or_else(|refusal| refusal);
    edge::answer(outparam, response).await;
}

/// What a call of the API works with, once its token is known.
struct Opened {
    role: Role,
    policy: Policy,
    ports: Ports,
}

impl Opened {
    async fn open(request: &Request) -> Result<Self, Response> {
        let role = Role::of(request)?;
        let policy = settings::policy(&SpinVariables).map_err(|error| unset(&error))?;
        let ports = Ports::open(Some(ANSWER_WITHIN_MS)).await?;
        Ok(Self {
            role,
            policy,
            ports,
        })
    }
}

/// Calls something with the API's ports; they borrow from one another, so that no function can give them back.
macro_rules! with_api {
    ($opened:ident, $api:ident => $call:expr) => {{
        let app = App {
            records: &$opened.ports.records(),
            queue: &$opened.ports.queue(),
            policy: &$opened.policy,
            clock: &edge::now,
        };
        let $api = Api {
            app: &app,
            ports: &$opened.ports,
            role: $opened.role,
        };
        $call
    }};
}

async fn table(request: &Request, outparam: ResponseOutparam) {
    match Opened::open(request).await {
        Ok(opened) => with_api!(opened, api => api::csv::answer(&api, request, outparam).await),
        Err(refusal) => edge::answer(outparam, refusal).await,
    }
}

async fn route(request: &Request) -> Result<Response, Response> {
    match (request.method.as_str(), request.segments().as_slice()) {
        ("GET" | "HEAD", []) => files::file(request, &["index.html"]),
        ("GET" | "HEAD", path @ ["assets" | "core", _, ..]) => files::file(request, path),
        ("GET" | "HEAD", ["healthz"]) => health(),
        ("GET", ["metrics"]) => {
            let keys = settings::keys(&SpinVariables, "timer_key", Some("timer_key_second"));
            let keys = Keys(keys.map_err(|error| unset(&error))?);
            keys.admit(
                request.header("x-punctual-key").or_else(|| bearer(request)),
                "the header x-punctual-key or Authorization: Bearer",
            )?;
            metrics::metrics(&Ports::open(Some(ANSWER_WITHIN_MS)).await?).await
        }
        ("GET", ["api", "openapi.json"]) => Ok(api::document()),
        (_, ["api", rest @ ..]) => {
            let opened = Opened::open(request).await?;
            with_api!(opened, api => api::route(&api, request, rest).await)
        }
        (_, [] | ["healthz"] | ["metrics"] | ["assets" | "core", _, ..]) => {
            Err(problem(405, "method not allowed", "use GET", None).with("allow", "GET"))
        }
        _ => Err(problem(404, "not found", "there is no such route", None)),
    }
}

/// Healthy means that a reminder could be stored: the settings are whole, and the embedded database, if there is one, opens
/// and has the right schema. Nobody else is asked: a probe must not fail because another service does.
fn health() -> Result<Response, Response> {
    Ports::check()?;
    Ok(Response::json(200, &serde_json::json!({"status": "ok"})))
}
