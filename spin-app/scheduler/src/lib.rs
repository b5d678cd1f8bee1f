//! The scheduler component: hears of changes and keeps the reminders in step with them.
//! It holds no provider key and may reach no provider.

use std::rc::Rc;

use punctual_app::core::events::{Event, EventKind, read_event};
use punctual_app::edge::{self, Ports, SpinVariables};
use punctual_app::flows::settle::Report;
use punctual_app::flows::{App, reconcile, webhook};
use punctual_app::settings;
use punctual_app::sql::atomically;
use punctual_app::telemetry::{Journal, counters};
use punctual_app::web::{
    self, BODY_BYTES_MAX, Keys, Request, Response, problem, unavailable, unset,
};
use spin_sdk::http::{IncomingRequest, ResponseOutparam};
use spin_sdk::http_component;

/// Dataverse waits 60 seconds for an answer, and hosts end a request after 30.
const ANSWER_WITHIN_MS: i64 = 25_000;
/// A sweep ends by itself after 20 seconds; what it has begun by then has some more.
const SWEEP_WITHIN_MS: i64 = 28_000;

#[http_component]
async fn handle(incoming: IncomingRequest, outparam: ResponseOutparam) {
    edge::serve("scheduler", incoming, outparam, BODY_BYTES_MAX, route).await;
}

async fn route(request: &Request, journal: &Rc<Journal>) -> Result<Response, Response> {
    let route = (request.method.as_str(), request.path.trim_end_matches('/'));
    match route {
        ("POST", "/webhooks/dataverse") => take_event(request, journal).await,
        ("POST", "/reconcile") => sweep(request, journal).await,
        (_, "/webhooks/dataverse" | "/reconcile") => {
            Err(problem(405, "method not allowed", "use POST", None).with("allow", "POST"))
        }
        _ => Err(problem(404, "not found", "there is no such route", None)),
    }
}

/// `POST /webhooks/dataverse`: the header is tried first, `?code=` is what Dataverse's WebhookKey sends.
async fn take_event(request: &Request, journal: &Rc<Journal>) -> Result<Response, Response> {
    let variables = SpinVariables;
    let keys = settings::keys(&variables, "webhook_key", Some("webhook_key_second"))
        .map_err(|error| unset(&error))?;
    let shown = request
        .header("x-punctual-key")
        .or_else(|| request.query.get("code"));
    Keys(keys).admit(
        shown,
        "the header x-punctual-key or the query parameter code",
    )?;
    let mapping = settings::mapping(&variables).map_err(|error| unset(&error))?;
    let policy = settings::policy(&variables).map_err(|error| unset(&error))?;

    request.expect_json()?;
    let event = read_event(&request.body, &mapping)
        .map_err(|wrong| problem(400, "malformed event", &wrong.detail, Some(&wrong.field)))?;
    webhook::check_headers(request, &event)?;
    let header = request.header("x-ms-correlation-request-id");
    journal.belongs_to(event.correlation_id.as_deref().or(header));
    let ignored = || Ok(webhook::answer(&event.id, "ignored", &Report::default()));
    if !event.mapped {
        return ignored();
    }
    let ports = Ports::open(journal, Some(ANSWER_WITHIN_MS)).await?;
    let app = App {
        records: &ports.records(),
        queue: &ports.queue(),
        policy: &policy,
        clock: &edge::now,
    };
    let report = if ports.are_elsewhere() {
        // The event is a hint: whatever it lacks is read.
        webhook::heed(&app, &event).await
    } else if event.kind == EventKind::Other && event.changes.is_empty() {
        return ignored();
    } else {
        refuse_without_attributes(request, &event)?;
        let taking = webhook::take(&app, &event);
        match ports.shared_database() {
            Some(sql) => {
                let counted = async {
                    let report = taking.await?;
                    counters::webhook(sql, journal, edge::now())?;
                    Ok(report)
                };
                journal.when_done(atomically(sql, counted)).await
            }
            None => taking.await,
        }
    };
    let report = report.map_err(|error| error.answer())?;
    Ok(webhook::answer(&event.id, report.outcome(), &report))
}

/// Without its attributes an event says nothing where there is no row to read instead.
fn refuse_without_attributes(request: &Request, event: &Event) -> Result<(), Response> {
    let sheds_content =
        request.header("x-ms-dynamics-msg-size-exceeded").is_some() || !event.complete;
    if !sheds_content || event.kind == EventKind::Deleted {
        return Ok(());
    }
    let detail = "the event came without its attributes (Dataverse drops them above 256 KB); with embedded records there is no row to read instead: register the step with filtering attributes and fewer columns in its images";
    Err(problem(
        400,
        "event without attributes",
        detail,
        Some("InputParameters"),
    ))
}

/// `POST /reconcile?since=RFC3339`.
async fn sweep(request: &Request, journal: &Rc<Journal>) -> Result<Response, Response> {
    let variables = SpinVariables;
    let keys = settings::keys(&variables, "timer_key", Some("timer_key_second"))
        .map_err(|error| unset(&error))?;
    Keys(keys).admit(
        request.header("x-punctual-key"),
        "the header x-punctual-key",
    )?;
    let policy = settings::policy(&variables).map_err(|error| unset(&error))?;
    let since = match request.query.get("since") {
        None => None,
        Some(text) => Some(web::instant(text).ok_or_else(|| {
            problem(
                400,
                "malformed time",
                "since must be RFC 3339, such as 2026-06-01T00:00:00Z",
                Some("since"),
            )
        })?),
    };
    let ports = Ports::open(journal, Some(SWEEP_WITHIN_MS)).await?;
    let app = App {
        records: &ports.records(),
        queue: &ports.queue(),
        policy: &policy,
        clock: &edge::now,
    };
    match reconcile::reconcile(&app, since)
        .await
        .map_err(|error| error.answer())?
    {
        Some(summary) => Ok(Response::json(200, &summary)),
        None => Err(unavailable("another reconcile is under way")),
    }
}
