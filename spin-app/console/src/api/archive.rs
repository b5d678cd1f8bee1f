//! Old notifications: the order to archive them, and what is known of those that were.

use punctual_app::edge::{self, SpinVariables};
use punctual_app::flows::archive::{Archivist, DAYS_MAX, DAYS_MIN, Outcome};
use punctual_app::records::archive::{Archive, Day};
use punctual_app::settings;
use punctual_app::web::{Request, Response, is_date, problem, unavailable, unset};
use serde_json::{Value, json};

use super::body::Body;
use super::{Api, limit, logged, page, records_failed};

const RIGHT: &str = "archives";

/// `POST /api/archive`.
pub async fn order(api: &Api<'_>, request: &Request) -> Result<Response, Response> {
    api.role.needs(RIGHT)?;
    let app = api.app;
    let body = Body::read(request, &["older_than_days", "dry_run"])?;
    let days = match body.number("older_than_days", DAYS_MIN, DAYS_MAX)? {
        Some(days) => days,
        None => settings::archive_after_days(&SpinVariables).map_err(|error| unset(&error))?,
    };
    // Neither is a safe guess: the one would surprise, the other would never archive anything.
    let dry_run = body.flag("dry_run")?.ok_or_else(|| {
        let detail = "say \"dry_run\": true to look, or false to archive what the last dry run saw";
        problem(400, "not valid", detail, Some("dry_run"))
    })?;
    let archivist = Archivist {
        records: app.records,
        clock: app.clock,
        sleep: &edge::sleep,
    };
    let outcome = match dry_run {
        true => archivist.dry_run(days).await.map(Outcome::Done),
        false => archivist.archive(days).await,
    };
    match outcome.map_err(|error| error.answer())? {
        Outcome::Busy => Err(unavailable("another archiving is under way")),
        Outcome::NoDryRun => {
            let detail = format!(
                "nothing was archived: first look what {days} days mean, with \"dry_run\": true; that is good for a day"
            );
            Err(problem(409, "no dry run", &detail, Some("dry_run")))
        }
        Outcome::Done(report) => {
            let told = report.to_json(days, dry_run);
            if !dry_run {
                logged::note("archive", "An operator archived old notifications.", &told);
            }
            let response = Response::json(200, &told);
            let wait = report.stopped.and_then(|error| error.retry_after_seconds);
            Ok(match wait {
                Some(seconds) => response.with("retry-after", seconds.to_string()),
                None => response,
            })
        }
    }
}

/// `GET /api/archive`: what was archived, day by day.
pub async fn days(api: &Api<'_>, request: &Request) -> Result<Response, Response> {
    api.role.needs(RIGHT)?;
    let app = api.app;
    let from = date(request, "from", "1970-01-01")?;
    let to = date(request, "to", "9999-12-31")?;
    let found = app
        .records
        .archived_days(&from, &to, request.query.get("after"), limit(request)?)
        .await
        .map_err(records_failed)?;
    let item = |Day { day, tally }: &Day| {
        let reason = (!tally.reason.is_empty()).then_some(&tally.reason);
        json!({"day": day, "status": tally.status, "reason": reason, "channel": tally.channel, "count": tally.count})
    };
    let items: Vec<Value> = found.items.iter().map(item).collect();
    Ok(page(items, found.next))
}

fn date(request: &Request, name: &'static str, default: &str) -> Result<String, Response> {
    let Some(text) = request.query.get(name) else {
        return Ok(default.to_owned());
    };
    match is_date(text) {
        true => Ok(text.to_owned()),
        false => {
            let detail = format!("{name} must be a date, such as 2026-06-01");
            Err(problem(400, "malformed date", &detail, Some(name)))
        }
    }
}
