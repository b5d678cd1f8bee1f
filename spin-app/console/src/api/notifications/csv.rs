//! The list as a table for spreadsheets, written page by page so that its size costs no memory.

use punctual_app::core::{Instant, code};
use punctual_app::edge::Streamed;
use punctual_app::records::{NotificationFilter, NotificationRow, Records};
use punctual_app::web::{Request, Response, rfc3339};
use spin_sdk::http::ResponseOutparam;

use super::super::query::latest_first;
use super::super::{Api, records_failed, shown};
use super::list::{appointments, filter};

const PAGE: u32 = 1_000;
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

/// Answers the request whole, and tells the status. What is wrong with it is told before the first row; what goes wrong later is the last row.
pub async fn answer(api: &Api<'_>, request: &Request, outparam: ResponseOutparam) -> u16 {
    let begun = async {
        let mut filter = NotificationFilter {
            latest_first: latest_first(request)?,
            limit: PAGE,
            ..filter(api, request)?
        };
        let first = page(api, &mut filter).await?;
        Ok::<_, Response>((filter, first))
    };
    let (mut filter, first) = match begun.await {
        Ok(begun) => begun,
        Err(refusal) => return punctual_app::edge::answer(outparam, refusal).await,
    };
    let head = Response::text(200, "text/csv; charset=utf-8", "").with(
        "content-disposition",
        "attachment; filename=\"reminders.csv\"",
    );
    let mut body = Streamed::begin(outparam, head);
    let header: Vec<_> = COLUMNS.iter().map(|name| (*name).to_owned()).collect();
    let mut text = line(&header) + first.as_str();
    let until = (api.app.clock)() + WITHIN_MS;
    while body.send(text.into_bytes()).await && filter.after.is_some() {
        text = match (api.app.clock)() < until {
            true => match page(api, &mut filter).await {
                Ok(text) => text,
                Err(_) => {
                    end(body, "the records could not be read").await;
                    break;
                }
            },
            false => {
                end(body, "it would have taken too long").await;
                break;
            }
        };
    }
    200
}

/// Whoever opens the table must see that it is not all.
async fn end(mut body: Streamed, why: &str) {
    let text = format!("This table is not whole: {why}. Narrow the filter and load it again.");
    body.send(line(&[text]).into_bytes()).await;
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
