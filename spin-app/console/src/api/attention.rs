//! What people should look at: of each kind the first 50, and how many there are.

use punctual_app::core::{Instant, NotificationStatus as Status, Reason, code};
use punctual_app::queue::Queue;
use punctual_app::records::reports::Reports;
use punctual_app::records::{NotificationFilter, Records};
use punctual_app::web::Response;
use serde_json::{Value, json};

use super::notifications::expanded;
use super::role::Role;
use super::{Api, busy, records_failed};

const SHOWN_MAX: u32 = 50;
/// What happened longer ago is history.
const WEEK_MS: Instant = 7 * 86_400_000;
/// A worker that is at its ease takes seconds.
const LATE_MS: Instant = 60_000;

pub async fn attention(api: &Api<'_>) -> Result<Response, Response> {
    let now = (api.app.clock)();
    let lately = Some(now - WEEK_MS);
    let filter = |statuses: &[Status], reasons: &[Reason]| NotificationFilter {
        statuses: statuses.iter().map(|it| code(*it).to_owned()).collect(),
        reasons: reasons.iter().map(|it| code(*it).to_owned()).collect(),
        limit: SHOWN_MAX,
        ..NotificationFilter::default()
    };
    let mut told = json!({ "dead_letters": dead_letters(api).await? });
    for (name, filter) in [
        ("unknown", filter(&[Status::Unknown], &[])),
        (
            "missing_contact",
            NotificationFilter {
                from: Some(now),
                ..filter(&[Status::Skipped], &[Reason::NoEmail, Reason::NoPhone])
            },
        ),
        (
            "invalid_contact",
            NotificationFilter {
                from: lately,
                ..filter(
                    &[Status::Skipped, Status::Failed],
                    &[Reason::EmailInvalid, Reason::PhoneInvalid],
                )
            },
        ),
        (
            "suppressed",
            NotificationFilter {
                from: lately,
                ..filter(
                    &[Status::Skipped],
                    &[Reason::OptedOut, Reason::AddressSuppressed],
                )
            },
        ),
        (
            "late",
            NotificationFilter {
                to: Some(now - LATE_MS),
                ..filter(&[Status::Pending, Status::Scheduled, Status::Sending], &[])
            },
        ),
        (
            "failed",
            NotificationFilter {
                from: lately,
                latest_first: true,
                ..filter(&[Status::Failed], &[])
            },
        ),
    ] {
        told[name] = group(api, &filter).await?;
    }
    Ok(Response::json(200, &told))
}

async fn group(api: &Api<'_>, filter: &NotificationFilter) -> Result<Value, Response> {
    let records = api.app.records;
    let found = records
        .notifications(filter)
        .await
        .map_err(records_failed)?;
    let count = match found.next {
        // All of them are here.
        None => i64::try_from(found.items.len()).unwrap_or(i64::MAX),
        Some(_) => {
            let counts = records.count(filter).await.map_err(records_failed)?;
            counts.by_state.iter().map(|tally| tally.count).sum()
        }
    };
    Ok(json!({"count": count, "items": expanded(api, &found.items).await?}))
}

async fn dead_letters(api: &Api<'_>) -> Result<Value, Response> {
    if api.role == Role::Staff {
        return Ok(Value::Null);
    }
    let (queue, now) = (api.app.queue, (api.app.clock)());
    let letters = queue.dead_letters(SHOWN_MAX, now).await.map_err(busy)?;
    // Not every transport can say how many there are beyond those that it shows.
    let depth = queue.depth(now).await.map_err(busy)?;
    let shown = u64::try_from(letters.len()).unwrap_or(u64::MAX);
    let count = depth.map_or(shown, |depth| depth.dead.max(shown));
    Ok(json!({"count": count, "items": letters}))
}
