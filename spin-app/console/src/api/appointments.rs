//! Appointments: the booking side for those who have no Dataverse, and the preview.

use punctual_app::core::events::{DatedAppointment, check_appointment, merge, overlap, read_draft};
use punctual_app::core::planning::plan;
use punctual_app::core::{Appointment, FieldChange, code};
use punctual_app::edge;
use punctual_app::flows::person::person;
use punctual_app::flows::settle::settle;
use punctual_app::flows::webhook::accept;
use punctual_app::records::{Loaded, Records};
use punctual_app::web::{Request, Response, instant, problem, rfc3339};
use serde_json::{Value, json};

use super::{busy, guid, limit, page, records_failed, refuse};
use crate::Clinic;

pub async fn list(app: &Clinic<'_>, request: &Request) -> Result<Response, Response> {
    let from = match request.query.get("from") {
        None => None,
        Some(text) => Some(instant(text).ok_or_else(|| {
            problem(400, "malformed time", "from must be RFC 3339", Some("from"))
        })?),
    };
    let found = app
        .records
        .appointments(from, request.query.get("after"), limit(request)?)
        .await
        .map_err(records_failed)?;
    let items = found.items.iter().map(to_json).collect();
    Ok(page(items, found.next))
}

pub async fn read(app: &Clinic<'_>, id: &str) -> Result<Response, Response> {
    Ok(Response::json(
        200,
        &to_json(&living(app, &guid(id)?).await?),
    ))
}

pub async fn create(app: &Clinic<'_>, request: &Request) -> Result<Response, Response> {
    request.expect_json()?;
    let changes = read_draft(&request.body).map_err(|problems| refuse(&problems))?;
    let id = match given_id(&request.body)? {
        Some(id) => id,
        None => edge::fresh_guid(),
    };
    if app.records.version(&id).await.map_err(busy)?.is_some() {
        return Err(problem(
            409,
            "already there",
            "an appointment of this id exists or existed",
            Some("id"),
        ));
    }
    let loaded = store(app, &id, None, &changes).await?;
    Ok(Response::json(201, &to_json(&loaded)).with("location", format!("/api/appointments/{id}")))
}

pub async fn change(app: &Clinic<'_>, id: &str, request: &Request) -> Result<Response, Response> {
    request.expect_json()?;
    let changes = read_draft(&request.body).map_err(|problems| refuse(&problems))?;
    let loaded = living(app, &guid(id)?).await?;
    let expected = serde_json::from_slice::<Value>(&request.body)
        .ok()
        .and_then(|body| body.get("version").and_then(Value::as_i64));
    if expected.is_some_and(|version| version != loaded.version) {
        let detail = format!(
            "the appointment is at version {}; read it again",
            loaded.version
        );
        return Err(problem(409, "changed meanwhile", &detail, Some("version")));
    }
    let id = loaded.dated.appointment.id.clone();
    Ok(Response::json(
        200,
        &to_json(&store(app, &id, Some(loaded), &changes).await?),
    ))
}

pub async fn delete(app: &Clinic<'_>, id: &str) -> Result<Response, Response> {
    let id = guid(id)?;
    living(app, &id).await?;
    let now = (app.clock)();
    if let Some(loaded) = accept(app.records, &id, &[], now, true, now)
        .await
        .map_err(busy)?
    {
        settle(app, loaded).await.map_err(busy)?;
    }
    Ok(Response::empty(204))
}

/// An appointment in, its plan out; nothing is stored.
pub async fn preview(app: &Clinic<'_>, request: &Request) -> Result<Response, Response> {
    request.expect_json()?;
    let changes = read_draft(&request.body).map_err(|problems| refuse(&problems))?;
    let id = given_id(&request.body)?
        .unwrap_or_else(|| "00000000-0000-4000-8000-000000000000".to_owned());
    let now = (app.clock)();
    let appointment = merge(&id, None, &changes, now).dated.appointment;
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
    Ok(Response::json(
        200,
        &json!({"now": rfc3339(now), "reminders": reminders}),
    ))
}

/// Checks, stores and settles. Written as of now, and later than everything stored, so that staff win.
async fn store(
    app: &Clinic<'_>,
    id: &str,
    loaded: Option<Loaded>,
    changes: &[FieldChange],
) -> Result<Loaded, Response> {
    let now = (app.clock)();
    let stored: Option<&DatedAppointment> = loaded.as_ref().map(|loaded| &loaded.dated);
    let newest = stored
        .and_then(|dated| dated.stamps.iter().max().copied())
        .unwrap_or(0);
    let at = now.max(newest + 1);
    let draft = merge(id, stored, changes, at).dated.appointment;
    let problems = check_appointment(&draft);
    if !problems.is_empty() {
        return Err(refuse(&problems));
    }
    refuse_overlap(app, &draft).await?;
    let accepted = accept(app.records, id, changes, at, false, now)
        .await
        .map_err(busy)?;
    let accepted = accepted
        .ok_or_else(|| problem(400, "nothing to store", "name at least one field", None))?;
    let shown = accepted.clone();
    settle(app, accepted).await.map_err(busy)?;
    Ok(shown)
}

async fn refuse_overlap(app: &Clinic<'_>, draft: &Appointment) -> Result<(), Response> {
    let (Some(resource), Some(start_at)) = (&draft.resource, draft.start_at) else {
        return Ok(());
    };
    let until = draft.end_at.unwrap_or(start_at + 1);
    let others = app
        .records
        .of_resource(resource, start_at, until)
        .await
        .map_err(busy)?;
    match others
        .iter()
        .find(|other| other.id != draft.id && overlap(draft, other))
    {
        None => Ok(()),
        Some(other) => {
            let until = other.end_at.map(rfc3339).unwrap_or_default();
            let detail = format!(
                "{resource} is taken from {} to {until} by appointment {}",
                other.start_at.map(rfc3339).unwrap_or_default(),
                other.id
            );
            Err(problem(409, "overlap", &detail, Some("start_at")))
        }
    }
}

async fn living(app: &Clinic<'_>, id: &str) -> Result<Loaded, Response> {
    let loaded = app.records.load(id).await.map_err(busy)?;
    loaded
        .filter(|loaded| !loaded.deleted)
        .ok_or_else(|| problem(404, "not found", "there is no such appointment", None))
}

fn given_id(body: &[u8]) -> Result<Option<String>, Response> {
    let body = serde_json::from_slice::<Value>(body).unwrap_or_default();
    match body.get("id") {
        None | Some(Value::Null) => Ok(None),
        Some(id) => match id.as_str().map(guid) {
            Some(Ok(id)) => Ok(Some(id)),
            _ => Err(problem(400, "not valid", "id must be a GUID", Some("id"))),
        },
    }
}

/// The fixed JSON shape.
fn to_json(loaded: &Loaded) -> Value {
    let a = &loaded.dated.appointment;
    json!({
        "id": a.id, "service": a.service, "customer_name": a.customer_name, "email": a.email, "phone": a.phone,
        "start_at": a.start_at.map(rfc3339), "end_at": a.end_at.map(rfc3339), "time_zone": a.time_zone, "locale": a.locale,
        "status": code(a.status), "resource": a.resource, "notes": a.notes, "version": loaded.version,
    })
}
