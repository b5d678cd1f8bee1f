//! The list, with its filters.

use punctual_app::core::AppointmentStatus;
use punctual_app::records::reports::{AppointmentFilter, Reports};
use punctual_app::web::{Request, Response};

use super::super::query::{latest_first, several, time};
use super::super::{Api, limit, page, records_failed, shown};

pub async fn list(api: &Api<'_>, request: &Request) -> Result<Response, Response> {
    let text = |name: &str| request.query.get(name).map(str::to_owned);
    let filter = AppointmentFilter {
        from: time(request, "from")?,
        to: time(request, "to")?,
        text: text("q"),
        in_contacts: api.role.sees_contacts(),
        statuses: several::<AppointmentStatus>(request, "status")?,
        resource: text("resource"),
        latest_first: latest_first(request)?,
        after: text("after"),
        limit: limit(request)?,
    };
    let found = api.app.records.appointments(&filter).await;
    let found = found.map_err(records_failed)?;
    let items = found.items.iter().map(|it| shown::loaded(it, api.role));
    Ok(page(items.collect(), found.next))
}
