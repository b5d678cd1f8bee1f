//! A Dataverse event. With embedded records it is merged into them; where Dataverse keeps the records it is a hint, and
//! the row is read. Then the rows follow.

use serde_json::json;

use super::settle::{Report, settle};
use super::{App, FlowError};
use crate::core::events::{Event, EventKind, merge};
use crate::core::{Channel, FieldChange, Instant};
use crate::queue::Queue;
use crate::records::consent::{Consent, key};
use crate::records::{Loaded, Records};
use crate::web::{Request, Response, problem};

/// How often a merge is repeated because another event was faster.
const ROUNDS_MAX: u32 = 16;

/// Refuses a request whose headers and body speak of different things: one of them was tampered with.
pub fn check_headers(request: &Request, event: &Event) -> Result<(), Response> {
    let differs = |name: &str, expected: &str| {
        request
            .header(name)
            .is_some_and(|value| !value.eq_ignore_ascii_case(expected))
    };
    if differs("x-ms-dynamics-entity-name", &event.table) {
        return Err(problem(
            400,
            "header and body disagree",
            "the header names another table than the body",
            Some("PrimaryEntityName"),
        ));
    }
    let named = match event.kind {
        EventKind::Created => Some("Create"),
        EventKind::Updated => Some("Update"),
        EventKind::Deleted => Some("Delete"),
        EventKind::Other => None,
    };
    if named.is_some_and(|name| differs("x-ms-dynamics-request-name", name)) {
        return Err(problem(
            400,
            "header and body disagree",
            "the header names another message than the body",
            Some("MessageName"),
        ));
    }
    Ok(())
}

/// Takes an event of a mapped table. Its attributes are the truth here, each as new as its `modifiedon`.
pub async fn take<R: Records + Consent, Q: Queue>(
    app: &App<'_, R, Q>,
    event: &Event,
) -> Result<Report, FlowError> {
    let now = (app.clock)();
    let at = event.modified_at.unwrap_or(now);
    let deleted = event.kind == EventKind::Deleted;
    match accept(app.records, &event.id, &event.changes, at, deleted, now).await? {
        Some(loaded) => settle(app, loaded).await,
        None => Ok(Report::default()),
    }
}

/// Hears that something of an appointment changed, and looks at it as it is now. Of what the event says, only the
/// addresses are heard, as a hint at what to look up with it.
pub async fn heed<R: Records + Consent, Q: Queue>(
    app: &App<'_, R, Q>,
    event: &Event,
) -> Result<Report, FlowError> {
    let addresses = event.changes.iter().filter_map(|change| match change {
        FieldChange::Email(Some(email)) => Some((Channel::Email, key(Channel::Email, email)?)),
        FieldChange::Phone(Some(phone)) => Some((Channel::Sms, key(Channel::Sms, phone)?)),
        _ => None,
    });
    app.records.foresee(&addresses.collect::<Vec<_>>());
    match app.records.load(&event.id).await? {
        Some(loaded) => settle(app, loaded).await,
        None => Ok(Report::default()),
    }
}

/// Merges changes into the stored appointment and stores it. None when there is nothing to settle: a deleted
/// appointment stays deleted, and an event without content about an unknown row says nothing.
pub async fn accept<R: Records>(
    records: &R,
    id: &str,
    changes: &[FieldChange],
    at: Instant,
    deleted: bool,
    now: Instant,
) -> Result<Option<Loaded>, FlowError> {
    for _ in 0..ROUNDS_MAX {
        let stored = records.load(id).await?;
        if stored.is_none() && changes.is_empty() && !deleted {
            return Ok(None);
        }
        let before = stored.as_ref().map(|loaded| &loaded.dated);
        let dated = merge(id, before, changes, at).dated;
        let (version, was_deleted) = stored
            .as_ref()
            .map_or((0, false), |l| (l.version, l.deleted));
        let deleted = was_deleted || deleted;
        // A stamp may move though no value does: it must be kept, or an older event could win later.
        let news = before != Some(&dated) || deleted != was_deleted;
        let rows = stored.map(|loaded| loaded.rows).unwrap_or_default();
        if !news {
            return Ok(Some(Loaded {
                dated,
                deleted,
                version,
                rows,
            }));
        }
        if let Some(version) = records.store(&dated, deleted, version, now).await? {
            return Ok(Some(Loaded {
                dated,
                deleted,
                version,
                rows,
            }));
        }
    }
    Err(FlowError::new("the appointment keeps changing; try again"))
}

/// The webhook's answer.
pub fn answer(id: &str, outcome: &str, report: &Report) -> Response {
    let body = json!({"appointment": id, "outcome": outcome, "scheduled": report.scheduled, "canceled": report.canceled, "skipped": report.skipped});
    Response::json(200, &body)
}
