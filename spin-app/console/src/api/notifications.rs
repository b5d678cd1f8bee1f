//! Notifications: what will be sent, what was, what was not and why; and the two things staff may do with one.

use punctual_app::core::delivering::{Decision, decide};
use punctual_app::core::{Channel, NotificationStatus as Status, Reason, code, parse};
use punctual_app::flows::settle::schedule;
use punctual_app::queue::{Cancel, Queue};
use punctual_app::records::consent::blocks_of;
use punctual_app::records::{Loaded, NotificationFilter, NotificationRow, Records};
use punctual_app::web::{Request, Response, instant, problem};

use super::{busy, guid, limit, page, records_failed};
use crate::Clinic;

pub async fn list(app: &Clinic<'_>, request: &Request) -> Result<Response, Response> {
    let query = |name: &str| request.query.get(name);
    let time = |name: &'static str| match query(name) {
        None => Ok(None),
        Some(text) => instant(text).map(Some).ok_or_else(|| {
            problem(
                400,
                "malformed time",
                &format!("{name} must be RFC 3339"),
                Some(name),
            )
        }),
    };
    let statuses: Vec<String> = query("status")
        .map(|list| list.split(',').map(str::to_owned).collect())
        .unwrap_or_default();
    if statuses
        .iter()
        .any(|status| parse::<Status>(status).is_none())
    {
        return Err(problem(
            400,
            "no such status",
            "status is one, or several with commas between, of pending, scheduled, sending, sent, delivered, unknown, failed, canceled, skipped",
            Some("status"),
        ));
    }
    if query("channel").is_some_and(|channel| parse::<Channel>(channel).is_none()) {
        return Err(problem(
            400,
            "no such channel",
            "channel is email or sms",
            Some("channel"),
        ));
    }
    let latest_first = match query("order") {
        None | Some("asc") => false,
        Some("desc") => true,
        Some(_) => {
            return Err(problem(
                400,
                "no such order",
                "order is asc, the earliest due time first, or desc",
                Some("order"),
            ));
        }
    };
    let filter = NotificationFilter {
        appointment: query("appointment").map(str::to_ascii_lowercase),
        statuses,
        channel: query("channel").map(str::to_owned),
        from: time("from")?,
        to: time("to")?,
        text: query("q").map(str::to_owned),
        latest_first,
        after: query("after").map(str::to_owned),
        limit: limit(request)?,
    };
    let found = app.records.notifications(&filter).await;
    let found = found.map_err(records_failed)?;
    let items = found.items.iter().map(NotificationRow::to_json).collect();
    Ok(page(items, found.next))
}

/// Ends a reminder that has not gone out. It stays ended, whatever events come, until staff say `send-now`.
pub async fn cancel(app: &Clinic<'_>, id: &str) -> Result<Response, Response> {
    let mut row = one(app, id).await?;
    match row.core.status {
        Status::Canceled if row.core.reason == Some(Reason::CanceledByStaff) => {
            return Ok(Response::json(200, &row.to_json()));
        }
        Status::Pending | Status::Scheduled | Status::Canceled | Status::Skipped => {}
        status => return Err(too_late(status)),
    }
    let number = row
        .sequence_number
        .take()
        .and_then(|number| number.parse().ok());
    row.turn(Status::Canceled, Some(Reason::CanceledByStaff));
    write(app, &mut row).await?;
    if let (Some(number), Some(canceller)) = (number, app.queue.canceller()) {
        // Hygiene: the fence stops the message where it cannot be cancelled.
        let _ = canceller.cancel(&[number]).await;
    }
    Ok(Response::json(200, &row.to_json()))
}

/// Makes a reminder due at once, and keeps it so until it is sent or the appointment ends it. What the fence would
/// stop is refused here, and if that changes before delivery takes the message, it is stopped there.
pub async fn send_now(app: &Clinic<'_>, id: &str) -> Result<Response, Response> {
    let mut row = one(app, id).await?;
    let wakes = matches!(
        row.core.status,
        Status::Pending | Status::Scheduled | Status::Canceled | Status::Skipped | Status::Failed
    );
    if !wakes {
        return Err(too_late(row.core.status));
    }
    let now = (app.clock)();
    let loaded = app
        .records
        .load(&row.core.appointment_id)
        .await
        .map_err(busy)?;
    let number = row
        .sequence_number
        .take()
        .and_then(|number| number.parse().ok());
    row.turn(Status::Pending, None);
    // Whole seconds, as all due times: not every store keeps more.
    let at = now.div_euclid(1_000) * 1_000;
    row.core.due_at = at;
    row.core.send_now_at = Some(at);
    row.core.attempts = 0;
    let appointment = loaded.as_ref().and_then(Loaded::living);
    let blocks = blocks_of(app.records, appointment).await.map_err(busy)?;
    if let Decision::Settle(settlement) = decide(Some(&row.core), appointment, blocks, at, now) {
        let reason = code(settlement.reason);
        return Err(problem(
            409,
            "nothing to send",
            &format!("this reminder would be stopped right before it is sent: {reason}"),
            None,
        ));
    }
    write(app, &mut row).await?;
    if let (Some(number), Some(canceller)) = (number, app.queue.canceller()) {
        let _ = canceller.cancel(&[number]).await;
    }
    schedule(app, std::slice::from_mut(&mut row))
        .await
        .map_err(busy)?;
    Ok(Response::json(202, &row.to_json()))
}

async fn one(app: &Clinic<'_>, id: &str) -> Result<NotificationRow, Response> {
    let found = app.records.for_delivery(&[guid(id)?]).await.map_err(busy)?;
    found
        .into_iter()
        .next()
        .map(|(row, _)| row)
        .ok_or_else(|| problem(404, "not found", "there is no such notification", None))
}

async fn write(app: &Clinic<'_>, row: &mut NotificationRow) -> Result<(), Response> {
    let written = app
        .records
        .write_rows(std::slice::from_mut(row), (app.clock)())
        .await
        .map_err(busy)?;
    if written == [true] {
        Ok(())
    } else {
        Err(problem(
            409,
            "changed meanwhile",
            "the notification was just changed; look again",
            None,
        ))
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
