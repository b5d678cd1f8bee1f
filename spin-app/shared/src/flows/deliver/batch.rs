//! One batch of due messages.

use std::collections::{HashMap, HashSet};

use super::held::Early;
use super::{Outlets, Summary, provider};
use crate::core::delivering::{Decision, Next, Outcome, Settlement, after, decide, last_look};
use crate::core::rendering::render;
use crate::core::{
    Appointment, Channel, Instant, NO_LINKS, NotificationStatus as Status, Reason, STRANGER,
};
use crate::flows::settle::message;
use crate::flows::{App, FlowError};
use crate::queue::{Disposition, Locked, NewMessage, Queue, Settled};
use crate::records::{NotificationRow, Records};
use crate::senders::{Found, Outgoing, Sender, Sent};

/// How long a worker may hold a row. Much longer than any provider call is allowed to take.
const LEASE_MS: i64 = 60_000;
/// A send is not begun when less than this of the lease is left: whoever asks the provider after the lease
/// has ended must find everything that this worker did.
const LEASE_MARGIN_MS: i64 = 35_000;

/// The messages of a batch and what becomes of them.
struct Batch {
    settled: Vec<(Locked, Disposition)>,
    again: Vec<NewMessage>,
}

impl Batch {
    /// Puts the message away; a new one comes at `at`.
    fn later(&mut self, locked: Locked, row: &NotificationRow, at: Instant) {
        self.again.push(next(&locked.lock_token, row, at));
        self.settled.push((locked, Disposition::Complete));
    }
}

/// A new message at `at`. Its id tells by which lock its forerunner was held: the same message may be handed out
/// again, with its row as it was, if it cannot be put away.
fn next(lock_token: &str, row: &NotificationRow, at: Instant) -> NewMessage {
    let suffix = format!("/after-{lock_token}");
    message(row, at, &suffix)
}

/// Works through `messages`. Answers those that are early but due by `hold_until`: they are to come again then.
pub async fn work<R: Records, Q: Queue, E: Sender, M: Sender>(
    app: &App<'_, R, Q>,
    outlets: &Outlets<'_, E, M>,
    messages: Vec<Locked>,
    hold_until: Instant,
    summary: &mut Summary,
) -> Result<Vec<Early>, FlowError> {
    let ids: Vec<String> = messages
        .iter()
        .filter_map(|message| Some(message.body.as_ref()?.notification.clone()))
        .collect();
    let found = app.records.for_delivery(&ids).await?;
    let mut rows: HashMap<String, (NotificationRow, Option<Appointment>)> = found
        .into_iter()
        .map(|(row, appointment)| (row.core.id.clone(), (row, appointment)))
        .collect();

    let mut batch = Batch {
        settled: Vec::new(),
        again: Vec::new(),
    };
    let mut touched = HashSet::new();
    let (mut ended, mut claims, mut early) = (Vec::new(), Vec::new(), Vec::new());
    for locked in messages {
        let Some(body) = locked.body.clone() else {
            let description = "the body is not a reminder message".to_owned();
            batch.settled.push((
                locked,
                Disposition::DeadLetter {
                    reason: "UnreadableBody",
                    description,
                },
            ));
            continue;
        };
        let now = (app.clock)();
        let known = rows.get(&body.notification);
        let decision = decide(
            known.map(|(row, _)| &row.core),
            known.and_then(|(_, a)| a.as_ref()),
            STRANGER.blocks,
            body.due_at,
            now,
        );
        // Two messages of one row in one batch: the second sees the row as it was before the first. It
        // waits for the next batch, which reads the row again.
        if !touched.insert(body.notification.clone()) {
            batch.settled.push((locked, Disposition::Abandon));
            continue;
        }
        match (decision, rows.remove(&body.notification)) {
            (Decision::Drop(_), _) | (_, None) => {
                summary.suppressed += 1;
                batch.settled.push((locked, Disposition::Complete));
            }
            (Decision::Hold(at), Some((row, _))) if at <= hold_until => {
                let instead = next(&locked.lock_token, &row, at);
                early.push(Early {
                    at,
                    locked,
                    instead,
                });
            }
            (Decision::Hold(at) | Decision::Busy(at), Some((row, _))) => {
                batch.later(locked, &row, at)
            }
            (Decision::Settle(Settlement { status, reason }), Some((mut row, _))) => {
                row.turn(status, Some(reason));
                ended.push((locked, row));
            }
            (Decision::Ask, Some((row, _))) => {
                ask(app, outlets, &mut batch, summary, locked, row).await?
            }
            (Decision::Send, Some((mut row, Some(appointment)))) => {
                row.turn(Status::Sending, None);
                row.core.attempts += 1;
                row.core.lease_until = Some(now + LEASE_MS);
                claims.push((locked, row, appointment));
            }
            // The fence never says "send" without an appointment; should it, the message comes back.
            (Decision::Send, Some((_, None))) => batch.settled.push((locked, Disposition::Leave)),
        }
    }
    end(app, &mut batch, summary, ended).await?;
    send(app, outlets, &mut batch, summary, claims).await?;
    // New messages first: dying in between leaves one message too many, never one too few.
    let now = (app.clock)();
    if !batch.again.is_empty() {
        app.queue.schedule(&batch.again, now).await?;
    }
    let settled = app.queue.settle(&batch.settled, now).await?;
    // Whoever cannot dead-letter gives back, and that was no dead letter yet.
    for ((_, disposition), settled) in batch.settled.iter().zip(settled) {
        let died = matches!(disposition, Disposition::DeadLetter { .. });
        summary.dead_lettered += u32::from(died && settled == Settled::Done);
    }
    Ok(early)
}

/// Writes the rows that the fence ended. Where somebody was faster, the message looks again.
async fn end<R: Records, Q: Queue>(
    app: &App<'_, R, Q>,
    batch: &mut Batch,
    summary: &mut Summary,
    ended: Vec<(Locked, NotificationRow)>,
) -> Result<(), FlowError> {
    let (locked, mut rows): (Vec<_>, Vec<_>) = ended.into_iter().unzip();
    let written = app.records.write_rows(&mut rows, (app.clock)()).await?;
    for (locked, written) in locked.into_iter().zip(written) {
        summary.suppressed += u32::from(written);
        batch.settled.push((
            locked,
            if written {
                Disposition::Complete
            } else {
                Disposition::Abandon
            },
        ));
    }
    Ok(())
}

/// Claims, renders, sends, and writes down what came of it.
async fn send<R: Records, Q: Queue, E: Sender, M: Sender>(
    app: &App<'_, R, Q>,
    outlets: &Outlets<'_, E, M>,
    batch: &mut Batch,
    summary: &mut Summary,
    claims: Vec<(Locked, NotificationRow, Appointment)>,
) -> Result<(), FlowError> {
    if claims.is_empty() {
        return Ok(());
    }
    let mut rows: Vec<_> = claims.iter().map(|(_, row, _)| row.clone()).collect();
    let claimed = app.records.write_rows(&mut rows, (app.clock)()).await?;
    let mut emails = Vec::new();
    let mut texts = Vec::new();
    let mut results: Vec<(Locked, NotificationRow)> = Vec::new();
    for (((locked, _, appointment), mut row), claimed) in claims.into_iter().zip(rows).zip(claimed)
    {
        if !claimed {
            batch.settled.push((locked, Disposition::Abandon));
            continue;
        }
        match outgoing(app, outlets, &row, &appointment) {
            Ok(outgoing) => {
                let bin = if row.core.channel == Channel::Email {
                    &mut emails
                } else {
                    &mut texts
                };
                bin.push((locked, row, outgoing));
            }
            Err(error) => {
                summary.failed += 1;
                row.turn(Status::Failed, Some(Reason::TemplateError));
                row.last_error = Some(error);
                results.push((locked, row));
            }
        }
    }
    for (due, is_email) in [(emails, true), (texts, false)] {
        // Claiming and rendering took time, and so did the other channel: is each still in time?
        let now = (app.clock)();
        let (mut held, mut messages) = (Vec::new(), Vec::new());
        for (locked, mut row, outgoing) in due {
            match last_look(&row.core, now) {
                None => {
                    held.push((locked, row));
                    messages.push(outgoing);
                }
                Some(Settlement { status, reason }) => {
                    summary.suppressed += 1;
                    row.core.attempts -= 1;
                    row.turn(status, Some(reason));
                    results.push((locked, row));
                }
            }
        }
        if messages.is_empty() {
            continue;
        }
        let in_time = held.iter().all(|(_, row)| {
            row.core
                .lease_until
                .is_some_and(|until| now < until - LEASE_MARGIN_MS)
        });
        let sent = match (in_time, is_email) {
            (false, _) => {
                vec![Sent::Unavailable(None, "the worker was held up".to_owned()); messages.len()]
            }
            (true, true) => outlets.email.send(&messages, now).await,
            (true, false) => outlets.sms.send(&messages, now).await,
        };
        for ((locked, mut row), sent) in held.into_iter().zip(sent) {
            row.provider = Some(provider(outlets, row.core.channel).to_owned());
            conclude(app, batch, summary, &mut row, sent, &locked.lock_token);
            results.push((locked, row));
        }
    }
    let (locked, mut rows): (Vec<_>, Vec<_>) = results.into_iter().unzip();
    let written = app.records.write_rows(&mut rows, (app.clock)()).await?;
    for (locked, written) in locked.into_iter().zip(written) {
        // Only the holder of the lease writes a `sending` row, so this is written unless the lease ran out.
        // Then whoever took over has asked the provider, and the message tells them to look.
        batch.settled.push((
            locked,
            if written {
                Disposition::Complete
            } else {
                Disposition::Abandon
            },
        ));
    }
    Ok(())
}

fn outgoing<R, Q, E, M>(
    app: &App<'_, R, Q>,
    outlets: &Outlets<'_, E, M>,
    row: &NotificationRow,
    appointment: &Appointment,
) -> Result<Outgoing, String> {
    let recipient = match row.core.channel {
        Channel::Email => appointment.email.clone(),
        Channel::Sms => appointment.phone.clone(),
    };
    Ok(Outgoing {
        notification_id: row.core.id.clone(),
        appointment_id: appointment.id.clone(),
        step: row.core.step.clone(),
        channel: row.core.channel,
        recipient: recipient.ok_or("the appointment has no contact for this channel")?,
        attempt: row.core.attempts,
        message: render(
            appointment,
            &row.core.step,
            row.core.channel,
            outlets.signature,
            app.policy,
            &NO_LINKS,
        )?
        .message,
    })
}

/// Turns the row as the provider's answer demands, and orders a new message where there is a next attempt.
fn conclude<R, Q>(
    app: &App<'_, R, Q>,
    batch: &mut Batch,
    summary: &mut Summary,
    row: &mut NotificationRow,
    sent: Sent,
    lock_token: &str,
) {
    let now = (app.clock)();
    let (outcome, error) = match sent {
        Sent::Accepted {
            provider_message_id,
        } => {
            row.provider_message_id = Some(provider_message_id);
            row.sent_at = Some(now);
            (Outcome::Accepted, None)
        }
        Sent::Rejected(error) => (Outcome::Rejected(Reason::ProviderRejected), Some(error)),
        Sent::Unavailable(wish, error) => (Outcome::Unavailable(wish), Some(error)),
        Sent::Unanswered(error) => (Outcome::Unanswered, Some(error)),
    };
    row.last_error = error;
    turn(app, batch, summary, row, outcome, lock_token);
}

/// Turns the row by the core's rule for `outcome`.
fn turn<R, Q>(
    app: &App<'_, R, Q>,
    batch: &mut Batch,
    summary: &mut Summary,
    row: &mut NotificationRow,
    outcome: Outcome,
    lock_token: &str,
) {
    match after(&row.core, outcome, app.policy, (app.clock)()) {
        Next::Sent => {
            summary.sent += 1;
            row.turn(Status::Sent, None);
        }
        Next::Settle(Settlement { status, reason }) => {
            summary.failed += 1;
            row.turn(status, Some(reason));
        }
        Next::Retry(at) => {
            summary.retried += 1;
            row.turn(Status::Scheduled, None);
            row.core.retry_at = Some(at);
            batch.again.push(next(lock_token, row, at));
        }
        Next::AskAgain(at) => {
            summary.unknown += 1;
            row.turn(Status::Unknown, Some(Reason::OutcomeUnknown));
            row.core.retry_at = Some(at);
            batch.again.push(next(lock_token, row, at));
        }
    }
}

/// A worker vanished, or an answer was lost: the provider knows what happened.
async fn ask<R: Records, Q: Queue, E: Sender, M: Sender>(
    app: &App<'_, R, Q>,
    outlets: &Outlets<'_, E, M>,
    batch: &mut Batch,
    summary: &mut Summary,
    locked: Locked,
    mut row: NotificationRow,
) -> Result<(), FlowError> {
    let found = match row.core.channel {
        Channel::Email => outlets.email.find(&row.core.id).await,
        Channel::Sms => outlets.sms.find(&row.core.id).await,
    };
    row.provider = Some(provider(outlets, row.core.channel).to_owned());
    let outcome = match found {
        Found::Yes {
            provider_message_id,
            sent_at,
        } => {
            row.provider_message_id = Some(provider_message_id);
            row.sent_at = Some(sent_at);
            Outcome::Accepted
        }
        Found::No => Outcome::NotFound,
        Found::Unclear(error) => {
            // Asking counts as an attempt, so that asking ends too.
            row.core.attempts += 1;
            row.last_error = Some(error);
            Outcome::Unanswered
        }
    };
    turn(app, batch, summary, &mut row, outcome, &locked.lock_token);
    let written = app
        .records
        .write_rows(std::slice::from_mut(&mut row), (app.clock)())
        .await?;
    let disposition = if written == [true] {
        Disposition::Complete
    } else {
        Disposition::Abandon
    };
    batch.settled.push((locked, disposition));
    Ok(())
}
