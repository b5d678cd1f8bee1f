//! One resource, one appointment at a time: refused here, and nowhere else. What Dataverse says is taken as it is.

use punctual_app::core::Appointment;
use punctual_app::core::events::overlap;
use punctual_app::records::Records;
use punctual_app::web::{Response, rfc3339};
use serde_json::json;

use super::super::{Api, busy};

/// Whether a change claims something that was not claimed before. Notes may be mended even where two overlap already.
pub fn claims_anew(before: Option<&Appointment>, after: &Appointment) -> bool {
    let claim = |a: &Appointment| (a.resource.clone(), a.start_at, a.end_at, a.status);
    before.is_none_or(|before| claim(before) != claim(after))
}

/// 409 where another appointment has the resource at that time.
pub async fn refuse_overlap(api: &Api<'_>, draft: &Appointment) -> Result<(), Response> {
    let (Some(resource), Some(start_at)) = (&draft.resource, draft.start_at) else {
        return Ok(());
    };
    let until = draft.end_at.unwrap_or(start_at + 1);
    let others = api
        .app
        .records
        .of_resource(resource, start_at, until)
        .await
        .map_err(busy)?;
    let mut others = others.iter();
    let other = others.find(|other| other.id != draft.id && overlap(draft, other));
    other.map_or(Ok(()), |other| Err(conflict(resource, other)))
}

fn conflict(resource: &str, other: &Appointment) -> Response {
    let (start_at, end_at) = (other.start_at.map(rfc3339), other.end_at.map(rfc3339));
    let from = start_at.clone().unwrap_or_default();
    let until = end_at.as_ref().map(|end| format!(" to {end}"));
    let detail = format!(
        "{resource} is taken from {from}{} by another appointment",
        until.unwrap_or_default()
    );
    let body = json!({"type": "about:blank", "title": "overlap", "status": 409, "detail": detail, "field": "start_at",
        "conflict": {"id": other.id, "start_at": start_at, "end_at": end_at, "service": other.service, "resource": resource}});
    Response::text(409, "application/problem+json", body.to_string())
}
