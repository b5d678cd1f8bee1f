//! How many, of all that a filter lets through.

use std::collections::BTreeMap;

use punctual_app::core::events::civil_days;
use punctual_app::records::reports::Reports;
use punctual_app::web::{Request, Response, problem};
use serde_json::json;

use super::super::{Api, records_failed};
use super::list::filter;

pub async fn counts(api: &Api<'_>, request: &Request) -> Result<Response, Response> {
    let zone = request.query.get("time_zone").unwrap_or("UTC");
    let filter = filter(api, request)?;
    let counts = api.app.records.count(&filter).await;
    let counts = counts.map_err(records_failed)?;
    let quarters: Vec<_> = counts.by_due.iter().map(|count| count.at).collect();
    let days = civil_days(&quarters, zone).ok_or_else(|| {
        let detail = "time_zone must be an IANA name, as in Europe/Berlin";
        problem(400, "no such time zone", detail, Some("time_zone"))
    })?;
    let mut total = 0;
    let mut by: [BTreeMap<&str, i64>; 3] = Default::default();
    for tally in &counts.by_state {
        total += tally.count;
        for (by, name) in by
            .iter_mut()
            .zip([&tally.status, &tally.channel, &tally.reason])
        {
            if !name.is_empty() {
                *by.entry(name).or_default() += tally.count;
            }
        }
    }
    let mut by_day: BTreeMap<&str, i64> = BTreeMap::new();
    for (day, count) in days.iter().zip(&counts.by_due) {
        *by_day.entry(day).or_default() += count.count;
    }
    let by_day: Vec<_> = by_day
        .iter()
        .map(|(day, count)| json!({"day": day, "count": count}))
        .collect();
    let [by_status, by_channel, by_reason] = by;
    Ok(Response::json(
        200,
        &json!({"total": total, "by_status": by_status, "by_channel": by_channel, "by_reason": by_reason, "by_day": by_day}),
    ))
}
