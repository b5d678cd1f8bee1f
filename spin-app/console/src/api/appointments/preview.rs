//! An appointment in, its plan out; nothing is stored.

use punctual_app::core::code;
use punctual_app::core::events::{check_appointment, merge};
use punctual_app::core::planning::plan;
use punctual_app::flows::person::person;
use punctual_app::records::Records;
use punctual_app::web::{Request, Response, rfc3339};
use serde_json::json;

use super::super::{Api, busy, refuse};
use super::{draft, given_id};

/// With the id of an appointment that is there, what is left out is as it is there: so staff, who do not see a number
/// whole, see what would be sent to it.
pub async fn preview(api: &Api<'_>, request: &Request) -> Result<Response, Response> {
    let (app, changes) = (api.app, draft(request)?);
    let now = (app.clock)();
    let id = given_id(&request.body)?;
    let stored = match &id {
        Some(id) => app.records.load(id).await.map_err(busy)?,
        None => None,
    };
    let stored = stored.filter(|loaded| !loaded.deleted);
    let stored = stored.as_ref().map(|loaded| &loaded.dated);
    let id = id.unwrap_or_else(|| "00000000-0000-4000-8000-000000000000".to_owned());
    let newest = stored.and_then(|dated| dated.stamps.iter().max().copied());
    let at = now.max(newest.unwrap_or(0) + 1);
    let appointment = merge(&id, stored, &changes, at).dated.appointment;
    let problems = check_appointment(&appointment);
    if !problems.is_empty() {
        return Err(refuse(&problems));
    }
    let person = person(app.records, app.policy, Some(&appointment), &[], now).await;
    let person = person.map_err(|error| error.answer())?;
    let reminders: Vec<_> = plan(&appointment, app.policy, &person, now)
        .iter()
        .map(|planned| {
            json!({"id": planned.id, "step": planned.step, "channel": code(planned.channel), "due_at": rfc3339(planned.due_at),
                "skipped": planned.skip.is_some(), "reason": planned.skip.map(code)})
        })
        .collect();
    let told = json!({"now": rfc3339(now), "reminders": reminders});
    Ok(Response::json(200, &told))
}
