//! Appointments: the booking side for those who have no Dataverse, and the preview.

mod list;
mod overlap;
mod preview;
mod store;
mod timeline;

pub use list::list;
pub use preview::preview;
pub use timeline::timeline;

use punctual_app::core::FieldChange;
use punctual_app::core::events::read_draft;
use punctual_app::edge;
use punctual_app::flows::settle::settle;
use punctual_app::flows::webhook::accept;
use punctual_app::records::{Loaded, Records};
use punctual_app::web::{Request, Response, problem};
use serde_json::Value;

use super::body::wrong;
use super::{Api, busy, guid, is_guid, mask, refuse, shown};

pub async fn read(api: &Api<'_>, id: &str) -> Result<Response, Response> {
    let loaded = living(api, &guid(id)?).await?;
    Ok(Response::json(200, &shown::loaded(&loaded, api.role)))
}

pub async fn create(api: &Api<'_>, request: &Request) -> Result<Response, Response> {
    let changes = draft(request)?;
    let id = given_id(&request.body)?.unwrap_or_else(edge::fresh_guid);
    if api.app.records.version(&id).await.map_err(busy)?.is_some() {
        return Err(problem(
            409,
            "already there",
            "an appointment of this id exists or existed",
            Some("id"),
        ));
    }
    let loaded = store::store(api, &id, None, &changes).await?;
    let body = shown::loaded(&loaded, api.role);
    Ok(Response::json(201, &body).with("location", format!("/api/appointments/{id}")))
}

pub async fn change(api: &Api<'_>, id: &str, request: &Request) -> Result<Response, Response> {
    let changes = draft(request)?;
    let loaded = living(api, &guid(id)?).await?;
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
    let loaded = store::store(api, &id, Some(loaded), &changes).await?;
    Ok(Response::json(200, &shown::loaded(&loaded, api.role)))
}

pub async fn delete(api: &Api<'_>, id: &str) -> Result<Response, Response> {
    let (app, id) = (api.app, guid(id)?);
    living(api, &id).await?;
    let now = (app.clock)();
    if let Some(loaded) = accept(app.records, &id, &[], now, true, now)
        .await
        .map_err(busy)?
    {
        settle(app, loaded).await.map_err(busy)?;
    }
    Ok(Response::empty(204))
}

/// Reads the body. A masked address or number that comes back would overwrite the true one.
fn draft(request: &Request) -> Result<Vec<FieldChange>, Response> {
    request.expect_json()?;
    let body = serde_json::from_slice::<Value>(&request.body).unwrap_or_default();
    for field in ["email", "phone"] {
        if body[field]
            .as_str()
            .is_some_and(|text| text.contains(mask::HIDDEN))
        {
            let detail = format!(
                "{field} is masked, so it cannot be stored; leave it out to keep what is there"
            );
            return Err(wrong(field, &detail));
        }
    }
    read_draft(&request.body).map_err(|problems| refuse(&problems))
}

async fn living(api: &Api<'_>, id: &str) -> Result<Loaded, Response> {
    let loaded = api.app.records.load(id).await.map_err(busy)?;
    loaded
        .filter(|loaded| !loaded.deleted)
        .ok_or_else(|| problem(404, "not found", "there is no such appointment", None))
}

fn given_id(body: &[u8]) -> Result<Option<String>, Response> {
    let body = serde_json::from_slice::<Value>(body).unwrap_or_default();
    match body.get("id") {
        None | Some(Value::Null) => Ok(None),
        Some(id) => match id.as_str() {
            Some(id) if is_guid(id) => Ok(Some(id.to_ascii_lowercase())),
            _ => Err(wrong("id", "id must be a GUID")),
        },
    }
}
