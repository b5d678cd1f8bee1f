//! The order to plan a table that was there before.

use punctual_app::edge;
use punctual_app::flows::backfill::{Outcome, Wanted, backfill};
use punctual_app::web::{Request, Response, problem, unavailable};
use serde_json::json;

use super::body::Body;
use super::{Api, logged};

const RIGHT: &str = "backfills";

/// Nobody is faster.
const PER_SECOND_MAX: u32 = 10_000;

/// `POST /api/backfill`.
pub async fn order(api: &Api<'_>, request: &Request) -> Result<Response, Response> {
    api.role.needs(RIGHT)?;
    let app = api.app;
    let body = Body::read(request, &["after", "from_start", "per_second"])?;
    let wanted = Wanted {
        after: body.text("after")?,
        from_start: body.flag("from_start")?.unwrap_or(false),
        per_second: body.number("per_second", 1, PER_SECOND_MAX)?,
    };
    if wanted.from_start && wanted.after.is_some() {
        let detail = "either from_start, or after with the `next` of an earlier call";
        return Err(problem(400, "not valid", detail, Some("from_start")));
    }
    let is_first = wanted.after.is_none();
    let done = backfill(app, wanted, &edge::sleep).await;
    match done.map_err(|error| error.answer())? {
        Outcome::Busy => Err(unavailable("another backfill is under way")),
        Outcome::Cursor => {
            let detail = "after must be the `next` of an earlier call";
            Err(problem(400, "malformed cursor", detail, Some("after")))
        }
        Outcome::Done(filled) => {
            let told = filled.to_json();
            if is_first || filled.is_complete {
                let detail = json!({"looked_at": told["looked_at"], "planned": told["planned"], "complete": told["complete"]});
                logged::note("backfill", "An operator had a table planned.", &detail);
            }
            let response = Response::json(200, &told);
            Ok(match filled.retry_after_seconds() {
                Some(seconds) => response.with("retry-after", seconds.to_string()),
                None => response,
            })
        }
    }
}
