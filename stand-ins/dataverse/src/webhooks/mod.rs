//! Webhooks: changes of rows become outgoing requests, in the shape and with the manners of the platform.
//!
//! Whoever drives asks for what is [`due`], sends it, and says with [`finished`] what came back. The shell does it over
//! sockets; a simulation hands the requests over itself.
//!
//! ```text
//! event ─▶ job ──due──▶ sent ──2xx──────────────▶ succeeded
//!                        │ ▲──502, 503, 504, once
//!                        └──anything else, or 60 s──▶ failed
//! ```

mod body;
mod context;
mod endpoint;
mod job;
mod registration;
mod steps;

pub use job::{Attempt, Outcome, Webhooks};
pub use punctual_stand_ins::Outgoing;

pub(crate) use registration::check_registration;

use punctual_stand_ins::{FaultKind, Guid};

use crate::dataverse::Dataverse;
use crate::store::{Cause, Changes, Event, Work};
use crate::value::Value;
use job::Job;
use steps::Step;

/// After this the platform gives up waiting for an answer.
pub const LONGEST_ANSWER_MS: u64 = 60_000;

/// Makes a job for each step that wants to hear of the event.
pub(crate) fn announce(dataverse: &mut Dataverse, event: &Event, now_ms: i64) {
    if event.cause.bypass {
        return;
    }
    for step in steps::wanting(dataverse, event) {
        let point = match event.message {
            crate::store::Message::Create => "webhook.create",
            crate::store::Message::Update => "webhook.update",
            crate::store::Message::Delete => "webhook.delete",
        };
        let strike = dataverse.strike(point);
        let kind = strike.map(|strike| strike.kind);
        if kind == Some(FaultKind::Drop) {
            continue;
        }
        let held_ms = strike.map_or(0, |strike| strike.delay_ms as i64);
        let operation = Guid::next(&mut dataverse.random);
        let (body, exceeded) = body::write(dataverse, event, &step, operation, now_ms);
        let due_ms = now_ms + dataverse.options.webhook_delay_ms + held_ms;
        write_job(dataverse, event, &step, operation, now_ms);
        let times = if kind == Some(FaultKind::Twice) { 2 } else { 1 };
        for _ in 0..times {
            let job = Job {
                operation,
                step: step.id,
                endpoint: step.endpoint,
                message: event.message,
                table: event.table.clone(),
                row: event.id,
                correlation: event.cause.correlation_id,
                body: body.clone(),
                exceeded,
                forgets: step.forgets,
            };
            dataverse.webhooks.outbox.add(job, due_ms);
        }
    }
}

/// What is to be sent now. Each is handed out once; until [`finished`] is told of it, it stays as it is.
pub fn due(dataverse: &mut Dataverse, now_ms: i64) -> Vec<Outgoing> {
    let mut outgoing = Vec::new();
    for (number, attempt, job) in dataverse.webhooks.outbox.take_due(now_ms) {
        let endpoint = dataverse.store.get("serviceendpoint", job.endpoint);
        let request = endpoint.ok_or("the endpoint is gone".to_owned());
        let request = request.and_then(|row| endpoint::request(row, &job, &dataverse.options.host));
        match request {
            Ok(request) => outgoing.push(Outgoing {
                job: number,
                attempt,
                request,
            }),
            Err(why) => finished(dataverse, number, &Outcome::Unsendable(why), now_ms),
        }
    }
    outgoing
}

/// Says what came of a webhook that was handed out.
pub fn finished(dataverse: &mut Dataverse, number: u64, outcome: &Outcome, now_ms: i64) {
    let Some((job, attempts)) = dataverse.webhooks.note(number, outcome, now_ms) else {
        return;
    };
    let again = matches!(outcome, Outcome::Status(502..=504)) && attempts == 1;
    if again {
        let due_ms = now_ms + dataverse.options.webhook_retry_ms;
        return dataverse.webhooks.outbox.put_back(number, due_ms);
    }
    dataverse.webhooks.outbox.remove(number);
    let done = matches!(outcome, Outcome::Status(200..=299));
    settle(
        dataverse,
        &job,
        attempts,
        done.then_some(()).ok_or(outcome),
        now_ms,
    );
}

/// Writes rows of the platform's own, which no step hears of.
fn quietly(dataverse: &mut Dataverse, now_ms: i64, act: impl FnOnce(&mut Work<'_>)) {
    let unit = dataverse.ids.unit;
    let cause = Cause {
        request_id: Guid::NIL,
        correlation_id: Guid::NIL,
        tag: None,
        bypass: true,
        user: dataverse.ids.user,
    };
    let schema = dataverse.schema.clone();
    let mut work = Work::begin(
        &schema,
        &mut dataverse.store,
        &mut dataverse.random,
        unit,
        cause,
        now_ms,
    );
    act(&mut work);
    work.commit();
}

/// The row of a job that is ready to run.
fn write_job(dataverse: &mut Dataverse, event: &Event, step: &Step, operation: Guid, now_ms: i64) {
    let number = |number| Some(Value::Integer(number));
    let step_id = Value::Reference("sdkmessageprocessingstep".into(), step.id);
    let cells = [
        ("asyncoperationid", Some(Value::Guid(operation))),
        ("name", Some(Value::Text(step.name.clone()))),
        ("operationtype", number(1)),
        ("statecode", number(0)),
        ("statuscode", number(0)),
        (
            "messagename",
            Some(Value::Text(event.message.name().into())),
        ),
        ("primaryentitytype", Some(Value::Text(event.table.clone()))),
        ("regardingobjectid", Some(Value::Guid(event.id))),
        ("requestid", Some(Value::Guid(event.cause.request_id))),
        (
            "correlationid",
            Some(Value::Guid(event.cause.correlation_id)),
        ),
        ("owningextensionid", Some(step_id)),
    ];
    let cells: Changes = cells
        .into_iter()
        .map(|(column, change)| (column.to_owned(), change))
        .collect();
    quietly(dataverse, now_ms, |work| {
        // The id is new, so this cannot be refused.
        let _ = work
            .table("asyncoperation")
            .and_then(|table| work.create(table, cells));
    });
}

/// The row of a job that is over: succeeded, failed, or gone.
fn settle(
    dataverse: &mut Dataverse,
    job: &Job,
    attempts: u32,
    done: Result<(), &Outcome>,
    now_ms: i64,
) {
    let status = if done.is_ok() { 30 } else { 31 };
    let message = done.err().map(|outcome| Value::Text(outcome.to_string()));
    let (id, forgets) = (job.operation, job.forgets && done.is_ok());
    let cells = [
        ("statecode", Some(Value::Integer(3))),
        ("statuscode", Some(Value::Integer(status))),
        ("retrycount", Some(Value::Integer(i64::from(attempts) - 1))),
        (
            "completedon",
            Some(Value::Instant(now_ms.div_euclid(1000) * 1000)),
        ),
        ("message", message),
    ];
    let cells: Changes = cells
        .into_iter()
        .map(|(column, change)| (column.to_owned(), change))
        .collect();
    quietly(dataverse, now_ms, |work| {
        // Of a job that was run twice, the row may be gone already.
        let _ = work
            .table("asyncoperation")
            .and_then(|table| match forgets {
                true => work.delete(table, id),
                false => work.update(table, id, cells),
            });
    });
}

#[cfg(test)]
mod tests;
