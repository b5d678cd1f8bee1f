//! The console component: the API for staff and operators, the files of the page, health and metrics.
//! It sends nothing itself; what it changes goes through the same flows as a webhook.

mod api;
mod files;
mod metrics;

use std::rc::Rc;

use api::{Api, Role};
use punctual_app::edge::{self, Ports, SpinQueue, SpinRecords, SpinVariables};
use punctual_app::flows::App;
use punctual_app::settings;
use punctual_app::telemetry::Journal;
use punctual_app::web::{BODY_BYTES_MAX, Keys, Request, Response, bearer, problem, unset};
use spin_sdk::http::{IncomingRequest, ResponseOutparam};
use spin_sdk::http_component;

/// The ports as this component uses them.
pub(crate) type Clinic<'a> = App<'a, SpinRecords<'a>, SpinQueue<'a>>;

/// Hosts end a request after 30 seconds.
const ANSWER_WITHIN_MS: i64 = 25_000;

#[http_component]
async fn handle(incoming: IncomingRequest, outparam: ResponseOutparam) {
    edge::serve("console", incoming, outparam, BODY_BYTES_MAX, route).await;
}

async fn route(request: &Request, journal: &Rc<Journal>) -> Result<Response, Response> {
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
            metrics::metrics(&Ports::open(journal, Some(ANSWER_WITHIN_MS)).await?).await
        }
        ("GET", ["api", "openapi.json"]) => Ok(api::document()),
        (_, ["api", rest @ ..]) => {
            let role = Role::of(request)?;
            let policy = settings::policy(&SpinVariables).map_err(|error| unset(&error))?;
            let ports = Ports::open(journal, Some(ANSWER_WITHIN_MS)).await?;
            let app = App {
                records: &ports.records(),
                queue: &ports.queue(),
                policy: &policy,
                clock: &edge::now,
            };
            let api = Api {
                app: &app,
                ports: &ports,
                role,
            };
            api::route(&api, request, rest).await
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
