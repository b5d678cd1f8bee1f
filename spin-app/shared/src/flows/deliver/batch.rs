//! One batch of due messages.

use std::collections::{HashMap, HashSet};

use super::ask::ask;
use super::attempt::{claim, send};
use super::held::Early;
use super::waiting::{put_off, wait};
use super::{Outlets, Summary};
use crate::core::delivering::{Decision, Settlement, decide};
use crate::core::{Appointment, Blocks, Instant, STRANGER};
use crate::flows::settle::message;
use crate::flows::{App, FlowError};
use crate::queue::{Disposition, Locked, NewMessage, Queue, Settled};
use crate::records::consent::{Consent, blocks};
use crate::records::{Due, NotificationRow, Records};
use crate::senders::Sender;

/// The messages of a batch and what becomes of them.
pub(super) struct Batch {
    pub settled: Vec<(Locked, Disposition)>,
    pub again: Vec<NewMessage>,
}

impl Batch {
    /// Puts the message away; a new one comes at `at`.
    pub fn later(&mut self, locked: Locked, row: &NotificationRow, at: Instant) {
        self.again.push(next(&locked.lock_token, row, at));
        self.settled.push((locked, Disposition::Complete));
    }
}

/// A new message at `at`. Its id tells by which lock its forerunner was held: the same message may be handed out
/// again, with its row as it was, if it cannot be put away.
pub(super) fn next(lock_token: &str, row: &NotificationRow, at: Instant) -> NewMessage {
    let suffix = format!("/after-{lock_token}");
    message(row, at, &suffix)
}

/// Works through `messages`. Answers those that are early but due by `hold_until`: they are to come again then.
pub async fn work<R: Records + Consent, Q: Queue, E: Sender, M: Sender>(
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
    let Due {
        rows: found,
        switches,
    } = app.records.for_delivery(&ids).await?;
    let blocked = blocked(app, &found).await?;
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
    let mut waiting = Vec::new();
    let mut asks = Vec::new();
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
        let appointment = known.and_then(|(_, appointment)| appointment.as_ref());
        let blocks = appointment.and_then(|appointment| blocked.get(&appointment.id));
        let decision = decide(
            known.map(|(row, _)| &row.core),
            appointment,
            *blocks.unwrap_or(&STRANGER.blocks),
            switches,
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
            (Decision::Wait(at), Some((mut row, _))) => {
                wait(&mut row, at);
                waiting.push((locked, row, at));
            }
            (Decision::Settle(Settlement { status, reason }), Some((mut row, _))) => {
                row.turn(status, Some(reason));
                ended.push((locked, row));
            }
            (Decision::Ask, Some((row, appointment))) => asks.push((locked, row, appointment)),
            (Decision::Send, Some((mut row, Some(appointment)))) => {
                claim(&mut row, now);
                claims.push((locked, row, appointment));
            }
            // The fence never says "send" without an appointment; should it, the message comes back.
            (Decision::Send, Some((_, None))) => batch.settled.push((locked, Disposition::Leave)),
        }
    }
    end(app, &mut batch, summary, ended).await?;
    put_off(app, &mut batch, summary, waiting).await?;
    send(app, outlets, &mut batch, summary, claims).await?;
    ask(app, outlets, &mut batch, summary, asks).await?;
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

/// What is blocked for whom, as it is now: it may have been said after the plan was made.
async fn blocked<R: Records + Consent, Q>(
    app: &App<'_, R, Q>,
    found: &[(NotificationRow, Option<Appointment>)],
) -> Result<HashMap<String, Blocks>, FlowError> {
    let appointments = found
        .iter()
        .filter_map(|(_, appointment)| appointment.as_ref());
    let appointments: Vec<&Appointment> = appointments.collect();
    let blocks = blocks(app.records, &appointments).await?;
    let ids = appointments
        .iter()
        .map(|appointment| appointment.id.clone());
    Ok(ids.zip(blocks).collect())
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
