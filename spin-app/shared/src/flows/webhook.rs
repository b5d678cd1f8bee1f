//! A Dataverse event, merged into the embedded records and settled.

use serde_json::json;

use super::settle::{Report, settle};
use super::{App, FlowError};
use crate::core::events::{DatedAppointment, Event, EventKind, Merged, merge};
use crate::core::{FieldChange, Instant};
use crate::queue::Queue;
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
pub async fn take<R: Records, Q: Queue>(
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
        let (version, rows, was_deleted, dated) = match stored {
            Some(loaded) => (
                loaded.version,
                loaded.rows,
                loaded.deleted,
                Some(loaded.dated),
            ),
            None if changes.is_empty() && !deleted => return Ok(None),
            None => (0, Vec::new(), false, None),
        };
        let Merged { dated, changed } = merge(id, dated.as_ref(), changes, at);
        let loaded = |version, dated: DatedAppointment| Loaded {
            dated,
            deleted: was_deleted || deleted,
            version,
            rows,
        };
        if version > 0 && !changed && (was_deleted || !deleted) {
            return Ok(Some(loaded(version, dated)));
        }
        if records
            .store(&dated, was_deleted || deleted, version, now)
            .await?
        {
            return Ok(Some(loaded(version + 1, dated)));
        }
    }
    Err(FlowError(
        "the appointment keeps changing; try again".to_owned(),
    ))
}

/// The webhook's answer.
pub fn answer(id: &str, outcome: &str, report: &Report) -> Response {
    let body = json!({"appointment": id, "outcome": outcome, "scheduled": report.scheduled, "canceled": report.canceled, "skipped": report.skipped});
    Response::json(200, &body)
}
