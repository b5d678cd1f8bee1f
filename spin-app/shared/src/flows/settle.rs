//! Makes the notification rows of one appointment say what the plan demands, in the crash-safe write order:
//! rows `pending` → messages scheduled → rows `scheduled`. A death after any step leaves rows that the next
//! event or reconcile repairs; delivery accepts `pending` rows.

use serde_json::{Value, json};

use super::person::person;
use super::{App, FlowError};
use crate::core::planning::{Action, Change, reconcile};
use crate::core::{Instant, Notification, NotificationStatus as Status, code};
use crate::queue::{Body, Cancel, NewMessage, Queue};
use crate::records::consent::Consent;
use crate::records::{Loaded, NotificationRow, Records};

/// How often a round is repeated because somebody else changed the appointment meanwhile.
const ROUNDS_MAX: u32 = 8;

/// Over how long before its time a planned message may become visible, so that a full hour does not throttle the broker.
const SPREAD_MS: i64 = 60_000;

/// What a settling did.
#[derive(Debug, Default)]
pub struct Report {
    /// Rows that got a message.
    pub scheduled: usize,
    /// Rows that were ended.
    pub canceled: usize,
    /// Rows of the present start that will not be sent, with their reasons.
    pub skipped: Vec<Value>,
    /// Whether any row was written.
    pub changed: bool,
}

impl Report {
    /// The word for the webhook's answer.
    pub fn outcome(&self) -> &'static str {
        match self {
            Self { changed: false, .. } => "unchanged",
            Self {
                scheduled: 0,
                canceled: 1..,
                ..
            } => "canceled",
            _ => "planned",
        }
    }
}

/// Settles an appointment that was just read.
pub async fn settle<R: Records + Consent, Q: Queue>(
    app: &App<'_, R, Q>,
    mut loaded: Loaded,
) -> Result<Report, FlowError> {
    let id = loaded.dated.appointment.id.clone();
    let mut report = Report::default();
    for _ in 0..ROUNDS_MAX {
        let rows: Vec<Notification> = loaded.rows.iter().map(|row| row.core.clone()).collect();
        let now = (app.clock)();
        let living = loaded.living();
        let person = person(app.records, app.policy, living, &loaded.rows, now).await?;
        let changes = reconcile(living, app.policy, &person, &rows, now);
        // Nothing to do means that all was right when it was read; whoever changed it since says so.
        let settled = changes.is_empty() || apply(app, &mut loaded, &changes, &mut report).await?;
        if settled {
            report.skipped = skipped(&loaded);
            return Ok(report);
        }
        loaded = app
            .records
            .load(&id)
            .await?
            .ok_or_else(|| FlowError::new("the appointment vanished"))?;
    }
    Err(FlowError::new("the appointment keeps changing; try again"))
}

/// One pass of the write order. False when the appointment or a row was written by somebody else meanwhile.
async fn apply<R: Records, Q: Queue>(
    app: &App<'_, R, Q>,
    loaded: &mut Loaded,
    changes: &[Change],
    report: &mut Report,
) -> Result<bool, FlowError> {
    let id = loaded.dated.appointment.id.clone();
    let mut outdated = Vec::new();
    let mut rows: Vec<NotificationRow> = changes
        .iter()
        .map(|change| {
            let mut row = loaded
                .rows
                .iter()
                .find(|row| row.core.id == change.id)
                .cloned()
                .unwrap_or_else(|| fresh(loaded, change));
            outdated.extend(
                row.sequence_number
                    .take()
                    .and_then(|number| number.parse::<i64>().ok()),
            );
            row.core.due_at = change.due_at;
            match change.action {
                Action::Create | Action::Revive | Action::Reschedule => {
                    row.trace = None;
                    row.turn(Status::Pending, None)
                }
                Action::Repair => row.turn(Status::Pending, None),
                Action::Skip => row.turn(Status::Skipped, change.reason),
                Action::Cancel => row.turn(Status::Canceled, change.reason),
            }
            row
        })
        .collect();
    let (written, mut version) = app
        .records
        .write_rows_of(&id, &mut rows, (app.clock)())
        .await?;
    report.changed |= written.contains(&true);
    report.canceled += rows
        .iter()
        .zip(&written)
        .filter(|(row, written)| **written && row.core.status == Status::Canceled)
        .count();

    let mut pending: Vec<NotificationRow> = rows
        .iter()
        .zip(&written)
        .filter(|(row, written)| **written && row.core.status == Status::Pending)
        .map(|(row, _)| row.clone())
        .collect();
    if !pending.is_empty() {
        queue(app, &mut pending).await?;
        // A row that somebody took meanwhile stays theirs.
        let told = app.records.write_rows_of(&id, &mut pending, (app.clock)());
        (_, version) = told.await?;
    }
    report.scheduled += pending.len();

    if let Some(canceller) = app.queue.canceller()
        && !outdated.is_empty()
    {
        // Hygiene, never correctness: whatever stays in the queue is stopped by the fence.
        let _ = canceller.cancel(&outdated).await;
    }
    for row in rows.into_iter().map(|row| {
        pending
            .iter()
            .find(|p| p.core.id == row.core.id)
            .cloned()
            .unwrap_or(row)
    }) {
        match loaded
            .rows
            .iter_mut()
            .find(|known| known.core.id == row.core.id)
        {
            Some(known) => *known = row,
            None => loaded.rows.push(row),
        }
    }
    let expected = (!loaded.deleted || version.is_some()).then_some(loaded.version);
    Ok(!written.contains(&false) && version == expected)
}

/// Queues a message for each row and notes its number. A row that somebody took meanwhile stays theirs.
pub async fn schedule<R: Records, Q: Queue>(
    app: &App<'_, R, Q>,
    rows: &mut [NotificationRow],
) -> Result<(), FlowError> {
    queue(app, rows).await?;
    app.records.write_rows(rows, (app.clock)()).await?;
    Ok(())
}

/// Queues a message for each row, which then is `scheduled` but for writing it.
async fn queue<R: Records, Q: Queue>(
    app: &App<'_, R, Q>,
    rows: &mut [NotificationRow],
) -> Result<(), FlowError> {
    let messages: Vec<_> = rows
        .iter()
        .map(|row| NewMessage {
            early_ms: SPREAD_MS,
            ..message(row, row.core.due_at, "")
        })
        .collect();
    let now = (app.clock)();
    let numbers = app.queue.schedule(&messages, now).await?;
    for (row, number) in rows.iter_mut().zip(numbers) {
        row.turn(Status::Scheduled, None);
        row.sequence_number = number.map(|number| number.to_string());
    }
    Ok(())
}

/// The message of a row. Its id holds the row's version, so that each scheduling has its own.
pub fn message(row: &NotificationRow, enqueue_at: Instant, suffix: &str) -> NewMessage {
    NewMessage {
        message_id: format!("{}/{}{suffix}", row.core.id, row.version),
        body: Body {
            notification: row.core.id.clone(),
            due_at: row.core.due_at,
        },
        trace: row.trace.clone(),
        enqueue_at,
        early_ms: 0,
    }
}

fn fresh(loaded: &Loaded, change: &Change) -> NotificationRow {
    NotificationRow::new(Notification {
        id: change.id.clone(),
        appointment_id: loaded.dated.appointment.id.clone(),
        step: change.step.clone(),
        channel: change.channel,
        start_at: change.start_at,
        due_at: change.due_at,
        status: Status::Pending,
        reason: None,
        attempts: 0,
        lease_until: None,
        retry_at: None,
        send_now_at: None,
    })
}

fn skipped(loaded: &Loaded) -> Vec<Value> {
    let start_at = loaded
        .living()
        .map(|appointment| appointment.start_at.unwrap_or(0));
    let rows = loaded
        .rows
        .iter()
        .filter(|row| row.core.status == Status::Skipped && Some(row.core.start_at) == start_at);
    rows.map(|row| json!({"step": row.core.step, "channel": code(row.core.channel), "reason": row.core.reason.map(code)})).collect()
}
