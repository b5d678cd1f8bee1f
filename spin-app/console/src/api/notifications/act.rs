//! What people may do with one reminder. All of it goes through the fence again before anything is sent.

use punctual_app::core::delivering::{Decision, decide};
use punctual_app::core::{
    ALL_ON, Appointment, Instant, NotificationStatus as Status, Reason, code,
};
use punctual_app::flows::settle::schedule;
use punctual_app::queue::{Cancel, Queue};
use punctual_app::records::consent::blocks_of;
use punctual_app::records::{NotificationRow, Records};
use punctual_app::web::{Request, Response, problem};

use super::super::body::{Body, wrong};
use super::super::{Api, busy, guid};

/// A reminder after an action.
pub struct Done {
    /// The row as it is now.
    pub row: NotificationRow,
    /// Whether anything was to be done.
    pub changed: bool,
}

pub async fn cancel(api: &Api<'_>, id: &str) -> Result<Response, Response> {
    let done = cancel_one(api, id).await?;
    Ok(Response::json(200, &done.row.to_json()))
}

pub async fn send_now(api: &Api<'_>, id: &str) -> Result<Response, Response> {
    let done = send_one_now(api, id).await?;
    Ok(Response::json(202, &done.row.to_json()))
}

pub async fn move_to(api: &Api<'_>, id: &str, request: &Request) -> Result<Response, Response> {
    let body = Body::read(request, &["due_at"])?;
    let due_at = body.time("due_at")?;
    let due_at = due_at.ok_or_else(|| wrong("due_at", "due_at is missing"))?;
    let done = move_one(api, id, due_at).await?;
    Ok(Response::json(200, &done.row.to_json()))
}

/// Ends a reminder that has not gone out. It stays ended, whatever events come, until somebody wakes it.
pub async fn cancel_one(api: &Api<'_>, id: &str) -> Result<Done, Response> {
    let (mut row, _) = one(api, id).await?;
    match row.core.status {
        Status::Canceled if row.core.reason == Some(Reason::CanceledByStaff) => {
            return Ok(Done {
                row,
                changed: false,
            });
        }
        Status::Pending | Status::Scheduled | Status::Canceled | Status::Skipped => {}
        status => return Err(too_late(status)),
    }
    let message = take_number(&mut row);
    row.turn(Status::Canceled, Some(Reason::CanceledByStaff));
    write(api, &mut row).await?;
    forget(api, message).await;
    Ok(Done { row, changed: true })
}

/// Makes a reminder due at once, and keeps it so until it is sent or the appointment ends it.
pub async fn send_one_now(api: &Api<'_>, id: &str) -> Result<Done, Response> {
    let (row, appointment) = one(api, id).await?;
    let now = (api.app.clock)();
    wake(api, row, appointment.as_ref(), now, now).await
}

/// Makes a reminder due at another time before the start.
pub async fn move_one(api: &Api<'_>, id: &str, due_at: Instant) -> Result<Done, Response> {
    let (row, appointment) = one(api, id).await?;
    let now = (api.app.clock)();
    let due_at = whole_seconds(due_at);
    if due_at < whole_seconds(now) {
        return Err(wrong(
            "due_at",
            "this time has passed; send-now sends at once",
        ));
    }
    if due_at >= row.core.start_at {
        return Err(wrong(
            "due_at",
            "the appointment has begun by then; a reminder must come before it",
        ));
    }
    if row.core.due_at == due_at && row.core.send_now_at == Some(due_at) && is_waiting(&row) {
        return Ok(Done {
            row,
            changed: false,
        });
    }
    wake(api, row, appointment.as_ref(), due_at, now).await
}

/// Gives a reminder a due time of its own, in which the plan has no more say. What the fence would stop now is refused; if
/// that changes before delivery takes the message, it is stopped there.
async fn wake(
    api: &Api<'_>,
    mut row: NotificationRow,
    appointment: Option<&Appointment>,
    due_at: Instant,
    now: Instant,
) -> Result<Done, Response> {
    if !is_waiting(&row)
        && !matches!(
            row.core.status,
            Status::Canceled | Status::Skipped | Status::Failed
        )
    {
        return Err(too_late(row.core.status));
    }
    let message = take_number(&mut row);
    row.turn(Status::Pending, None);
    let at = whole_seconds(due_at);
    row.core.due_at = at;
    row.core.send_now_at = Some(at);
    row.core.attempts = 0;
    let blocks = blocks_of(api.app.records, appointment);
    let blocks = blocks.await.map_err(busy)?;
    // A channel that is off only makes it wait.
    let decision = decide(Some(&row.core), appointment, blocks, ALL_ON, at, now);
    if let Decision::Settle(settlement) = decision {
        let reason = code(settlement.reason);
        return Err(problem(
            409,
            "nothing to send",
            &format!("this reminder would be stopped right before it is sent: {reason}"),
            None,
        ));
    }
    write(api, &mut row).await?;
    forget(api, message).await;
    schedule(api.app, std::slice::from_mut(&mut row))
        .await
        .map_err(|error| error.answer())?;
    Ok(Done { row, changed: true })
}

fn is_waiting(row: &NotificationRow) -> bool {
    matches!(row.core.status, Status::Pending | Status::Scheduled)
}

/// Whole seconds, as all due times: not every store keeps more.
fn whole_seconds(at: Instant) -> Instant {
    at.div_euclid(1_000) * 1_000
}

/// The row of an id with its appointment, or 404.
pub async fn one(
    api: &Api<'_>,
    id: &str,
) -> Result<(NotificationRow, Option<Appointment>), Response> {
    let ids = [guid(id)?];
    let found = api.app.records.for_delivery(&ids).await.map_err(busy)?;
    let found = found.rows.into_iter().next();
    found.ok_or_else(|| problem(404, "not found", "there is no such notification", None))
}

fn take_number(row: &mut NotificationRow) -> Option<i64> {
    row.sequence_number.take()?.parse().ok()
}

/// Hygiene: the fence stops the message where it cannot be cancelled.
async fn forget(api: &Api<'_>, message: Option<i64>) {
    if let (Some(number), Some(canceller)) = (message, api.app.queue.canceller()) {
        let _ = canceller.cancel(&[number]).await;
    }
}

async fn write(api: &Api<'_>, row: &mut NotificationRow) -> Result<(), Response> {
    let rows = std::slice::from_mut(row);
    let written = api.app.records.write_rows(rows, (api.app.clock)()).await;
    match written.map_err(busy)? == [true] {
        true => Ok(()),
        false => Err(problem(
            409,
            "changed meanwhile",
            "the notification was just changed; look again",
            None,
        )),
    }
}

fn too_late(status: Status) -> Response {
    problem(
        409,
        "too late",
        &format!("the notification is {}", code(status)),
        None,
    )
}
