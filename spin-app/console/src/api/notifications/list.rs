//! The list, with its filters.

use std::collections::HashMap;

use punctual_app::core::{Appointment, NotificationStatus};
use punctual_app::records::reports::Reports;
use punctual_app::records::{NotificationFilter, NotificationRow, Records};
use punctual_app::web::{Request, Response, problem};
use serde_json::Value;

use super::super::query::{channel, latest_first, several, time};
use super::super::{Api, limit, page, records_failed, shown};

pub async fn list(api: &Api<'_>, request: &Request) -> Result<Response, Response> {
    let filter = NotificationFilter {
        latest_first: latest_first(request)?,
        after: request.query.get("after").map(str::to_owned),
        limit: limit(request)?,
        ..filter(api, request)?
    };
    let expand = match request.query.get("expand") {
        None => false,
        Some("appointment") => true,
        Some(_) => {
            let detail = "expand is appointment";
            return Err(problem(400, "nothing to expand", detail, Some("expand")));
        }
    };
    let found = api.app.records.notifications(&filter).await;
    let found = found.map_err(records_failed)?;
    let items = match expand {
        true => expanded(api, &found.items).await?,
        false => found.items.iter().map(NotificationRow::to_json).collect(),
    };
    Ok(page(items, found.next))
}

/// What the list, the counts and the table have in common.
pub fn filter(api: &Api<'_>, request: &Request) -> Result<NotificationFilter, Response> {
    let query = |name: &str| request.query.get(name);
    Ok(NotificationFilter {
        appointment: query("appointment").map(str::to_ascii_lowercase),
        statuses: several::<NotificationStatus>(request, "status")?,
        channel: channel(request)?.map(str::to_owned),
        from: time(request, "from")?,
        to: time(request, "to")?,
        text: query("q").map(str::to_owned),
        in_contacts: api.role.sees_contacts(),
        ..NotificationFilter::default()
    })
}

/// The rows, each with its appointment, or with null where that is gone.
pub async fn expanded(api: &Api<'_>, rows: &[NotificationRow]) -> Result<Vec<Value>, Response> {
    let appointments = appointments(api, rows).await?;
    let with = |row: &NotificationRow| {
        let mut item = row.to_json();
        let appointment = appointments.get(&row.core.appointment_id);
        item["appointment"] =
            appointment.map_or(Value::Null, |it| shown::appointment(it, api.role));
        item
    };
    Ok(rows.iter().map(with).collect())
}

/// The appointments of rows, by id.
pub async fn appointments(
    api: &Api<'_>,
    rows: &[NotificationRow],
) -> Result<HashMap<String, Appointment>, Response> {
    let mut ids: Vec<_> = rows
        .iter()
        .map(|row| row.core.appointment_id.clone())
        .collect();
    ids.sort_unstable();
    ids.dedup();
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let found = api.app.records.living(&ids).await.map_err(records_failed)?;
    Ok(found.into_iter().map(|it| (it.id.clone(), it)).collect())
}
