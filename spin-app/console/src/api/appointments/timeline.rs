//! A person's story: all appointments with the same address or number, and their reminders.

use punctual_app::core::Instant;
use punctual_app::records::reports::Reports;
use punctual_app::web::{Response, rfc3339};
use serde_json::{Value, json};

use super::super::{Api, guid, records_failed, shown};
use super::living;

/// The latest appointments of a person that are told of.
const APPOINTMENTS_MAX: u32 = 100;

pub async fn timeline(api: &Api<'_>, id: &str) -> Result<Response, Response> {
    let this = living(api, &guid(id)?).await?;
    let person = &this.dated.appointment;
    let all = api.app.records.of_person(person, APPOINTMENTS_MAX).await;
    let mut all = all.map_err(records_failed)?;
    // Somebody without address and number is nobody else.
    if !all.iter().any(|it| it.dated.appointment.id == person.id) {
        all.push(this.clone());
    }
    let mut items: Vec<(Instant, Value)> = Vec::new();
    for loaded in all.iter().filter(|loaded| !loaded.deleted) {
        if let Some(at) = loaded.dated.appointment.start_at {
            let appointment = shown::loaded(loaded, api.role);
            let item = json!({"at": rfc3339(at), "kind": "booked", "appointment": appointment});
            items.push((at, item));
        }
        for row in &loaded.rows {
            let at = row.sent_at.unwrap_or(row.core.due_at);
            let item =
                json!({"at": rfc3339(at), "kind": "reminder", "notification": row.to_json()});
            items.push((at, item));
        }
    }
    items.sort_by_key(|(at, _)| std::cmp::Reverse(*at));
    let items: Vec<_> = items.into_iter().map(|(_, item)| item).collect();
    Ok(Response::json(200, &json!({ "items": items })))
}
