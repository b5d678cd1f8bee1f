//! The list as a table for spreadsheets, read page by page.

use punctual_app::core::{Instant, code};
use punctual_app::records::{NotificationFilter, NotificationRow, Records};
use punctual_app::web::{Request, Response, problem, rfc3339};

use super::super::query::latest_first;
use super::super::{Api, records_failed, shown};
use super::list::{appointments, filter};

const PAGE: u32 = 1_000;
/// Far below the memory that a component may use.
const BYTES_MAX: usize = 32 * 1024 * 1024;
/// Hosts end a request after 30 seconds.
const WITHIN_MS: Instant = 24_000;

const COLUMNS: [&str; 16] = [
    "due_at",
    "status",
    "reason",
    "channel",
    "step",
    "customer_name",
    "service",
    "email",
    "phone",
    "start_at",
    "sent_at",
    "attempts",
    "provider",
    "last_error",
    "id",
    "appointment_id",
];

pub async fn csv(api: &Api<'_>, request: &Request) -> Result<Response, Response> {
    let mut filter = NotificationFilter {
        latest_first: latest_first(request)?,
        limit: PAGE,
        ..filter(api, request)?
    };
    let header: Vec<_> = COLUMNS.iter().map(|name| (*name).to_owned()).collect();
    let mut table = line(&header);
    let until = (api.app.clock)() + WITHIN_MS;
    loop {
        table += page(api, &mut filter).await?.as_str();
        if filter.after.is_none() {
            break;
        }
        if table.len() > BYTES_MAX || (api.app.clock)() > until {
            // Half a table that looks whole would be worse than none.
            let detail = "the table would be too large; narrow it by time, status or channel";
            return Err(problem(400, "too large", detail, Some("from")));
        }
    }
    let name = "attachment; filename=\"reminders.csv\"";
    let response = Response::text(200, "text/csv; charset=utf-8", table);
    Ok(response.with("content-disposition", name))
}

/// The next page as lines; the filter goes on behind it.
async fn page(api: &Api<'_>, filter: &mut NotificationFilter) -> Result<String, Response> {
    let found = api.app.records.notifications(filter).await;
    let found = found.map_err(records_failed)?;
    let appointments = appointments(api, &found.items).await?;
    filter.after = found.next;
    let cells = |row: &NotificationRow| {
        let appointment = appointments.get(&row.core.appointment_id);
        let appointment = appointment.map(|it| shown::appointment(it, api.role));
        let of = |name: &str| {
            let value = appointment.as_ref().and_then(|it| it[name].as_str());
            value.unwrap_or_default().to_owned()
        };
        line(&[
            rfc3339(row.core.due_at),
            code(row.core.status).to_owned(),
            row.core.reason.map_or("", code).to_owned(),
            code(row.core.channel).to_owned(),
            row.core.step.clone(),
            of("customer_name"),
            of("service"),
            of("email"),
            of("phone"),
            rfc3339(row.core.start_at),
            row.sent_at.map(rfc3339).unwrap_or_default(),
            row.core.attempts.to_string(),
            row.provider.clone().unwrap_or_default(),
            row.last_error.clone().unwrap_or_default(),
            row.core.id.clone(),
            row.core.appointment_id.clone(),
        ])
    };
    Ok(found.items.iter().map(cells).collect())
}

/// A line of RFC 4180. A cell that a spreadsheet would take for a formula begins with an apostrophe.
fn line(cells: &[String]) -> String {
    let cell = |text: &String| {
        let computed = text.starts_with(['=', '+', '-', '@', '\t', '\r']);
        let text = format!("{}{text}", if computed { "'" } else { "" });
        match text.contains([',', '"', '\n', '\r']) {
            true => format!("\"{}\"", text.replace('"', "\"\"")),
            false => text,
        }
    };
    let cells: Vec<_> = cells.iter().map(cell).collect();
    cells.join(",") + "\r\n"
}
