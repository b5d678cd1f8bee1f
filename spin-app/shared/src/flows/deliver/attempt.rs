//! An attempt: claim, render, send, and write down what came of it.

use futures::future::join;

use super::batch::{Batch, next};
use super::outcome::turn;
use super::{Outlets, Summary};
use crate::core::delivering::{Outcome, Settlement, last_look};
use crate::core::rendering::{calendar, render};
use crate::core::{Appointment, Channel, Instant, NotificationStatus as Status, Reason};
use crate::flows::fallback::instead;
use crate::flows::settle::schedule;
use crate::flows::{App, FlowError};
use crate::queue::{Disposition, Locked, Queue};
use crate::records::consent::{Consent, Suppression, key};
use crate::records::{NotificationRow, Records};
use crate::senders::each::{BEGIN_WITHIN_MS, CALL_MS};
use crate::senders::outlet::{Outlet, Said};
use crate::senders::{Outgoing, Pace, Sender, Sent, repeat_id};

/// A message in the queue, its row, which is this worker's, and what is to be sent.
type Claimed = (Locked, NotificationRow, Outgoing);

/// How long a worker may hold a row. Much longer than any provider call is allowed to take.
const LEASE_MS: i64 = 60_000;
/// A send is not begun when less than this of the lease is left: whoever asks the provider after the lease
/// has ended must find everything that this worker did.
const LEASE_MARGIN_MS: i64 = 35_000;
const _: () = assert!(BEGIN_WITHIN_MS + CALL_MS < LEASE_MARGIN_MS);
/// When a provider refuses us, not the message: how soon it is tried again, in seconds. Soon after somebody mended it,
/// and not so often that the provider locks us out.
const MISCONFIGURED_SECONDS: u32 = 300;

/// Makes the row this worker's, for one attempt more.
pub(super) fn claim(row: &mut NotificationRow, now: Instant) {
    row.turn(Status::Sending, None);
    row.core.attempts += 1;
    row.core.lease_until = Some(now + LEASE_MS);
    let ordered_at = row.core.send_now_at;
    let anew = |first: Instant| ordered_at.is_some_and(|ordered_at| first < ordered_at);
    if row.first_attempt_at.is_none_or(anew) {
        // Another sending than the one before, if there was one: what is known of that says nothing of this.
        row.first_attempt_at = Some(now);
        row.held_by = None;
        row.provider_message_id = None;
    }
}

/// Claims, renders, sends, and writes down what came of it.
pub(super) async fn send<R: Records + Consent, Q: Queue, E: Sender, M: Sender>(
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
            Ok((outgoing, template)) => {
                row.template = Some(template);
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
    // Each channel has providers of its own, so neither waits for the other.
    let (emails, texts) = join(
        hand_over(app.clock, outlets.email, emails),
        hand_over(app.clock, outlets.sms, texts),
    )
    .await;
    let mut suppressions = Vec::new();
    for ((locked, mut row, outgoing), said) in emails.into_iter().chain(texts) {
        match said {
            Some(said) if said.word != Sent::NotBegun => {
                suppressions.extend(suppression(&outgoing, &said));
                conclude(app, batch, summary, &mut row, said, &locked.lock_token);
            }
            // No call was made. It has its turn again at once, unless the appointment has begun.
            _ => {
                let now = (app.clock)();
                if !ends(&mut row, now, summary) {
                    summary.retried += 1;
                    row.core.attempts -= 1;
                    row.turn(Status::Scheduled, None);
                    batch.again.push(next(&locked.lock_token, &row, now));
                }
            }
        }
        results.push((locked, row));
    }
    for entry in &suppressions {
        // Should it fail, the next message to them is refused too, and tells it again. The rows must be written.
        let _ = app.records.suppress(entry, (app.clock)()).await;
    }
    write(app, outlets.channel_fallback, batch, results).await
}

/// Gives a channel's messages to its providers, and answers what these said; nothing, where it was too late for a call:
/// claiming and rendering took time.
async fn hand_over<S: Sender>(
    clock: &dyn Fn() -> Instant,
    outlet: &Outlet<S>,
    claimed: Vec<Claimed>,
) -> Vec<(Claimed, Option<Said<Sent>>)> {
    let now = clock();
    let (in_time, late): (Vec<_>, Vec<_>) = claimed.into_iter().partition(|(_, row, _)| {
        let core = &row.core;
        let holds = |until: Instant| now < until - LEASE_MARGIN_MS;
        core.lease_until.is_some_and(holds) && last_look(core, now).is_none()
    });
    let mut held = Vec::new();
    let mut messages = Vec::new();
    for (locked, row, outgoing) in in_time {
        held.push((locked, row));
        messages.push(outgoing);
    }
    let pace = Pace {
        clock,
        begin_by: now + BEGIN_WITHIN_MS,
    };
    let said = match messages.is_empty() {
        true => Vec::new(),
        false => outlet.send(&messages, &pace).await,
    };
    let told = held.into_iter().zip(messages).zip(said);
    let told = told.map(|(((locked, row), outgoing), said)| ((locked, row, outgoing), Some(said)));
    let late = late.into_iter().map(|claimed| (claimed, None));
    told.chain(late).collect()
}

/// Writes what came of each, and with it the emails in place of texts that cannot be delivered.
pub(super) async fn write<R: Records, Q: Queue>(
    app: &App<'_, R, Q>,
    falls_back: bool,
    batch: &mut Batch,
    results: Vec<(Locked, NotificationRow)>,
) -> Result<(), FlowError> {
    let now = (app.clock)();
    let (locked, mut rows): (Vec<_>, Vec<_>) = results.into_iter().unzip();
    if falls_back {
        let instead: Vec<_> = rows.iter().filter_map(|row| instead(row, now)).collect();
        rows.extend(instead);
    }
    let mut written = app.records.write_rows(&mut rows, now).await?;
    let more = rows.split_off(locked.len()).into_iter();
    let more = more.zip(written.split_off(locked.len()));
    let mut more: Vec<_> = more
        .filter(|(_, written)| *written)
        .map(|(row, _)| row)
        .collect();
    schedule(app, &mut more).await?;
    for (locked, written) in locked.into_iter().zip(written) {
        // Only the holder of the lease writes a `sending` row, so this is written unless the lease ran out, or a
        // receipt was faster. Then the message comes back and finds out.
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

/// Whether no call must be made any more; then the row has ended.
fn ends(row: &mut NotificationRow, now: Instant, summary: &mut Summary) -> bool {
    let Some(Settlement { status, reason }) = last_look(&row.core, now) else {
        return false;
    };
    summary.suppressed += 1;
    row.core.attempts -= 1;
    row.turn(status, Some(reason));
    true
}

/// The message, and which words it has.
pub(super) fn outgoing<R, Q, E, M>(
    app: &App<'_, R, Q>,
    outlets: &Outlets<'_, E, M>,
    row: &NotificationRow,
    appointment: &Appointment,
) -> Result<(Outgoing, String), String> {
    let channel = row.core.channel;
    let recipient = match channel {
        Channel::Email => appointment.email.clone(),
        Channel::Sms => appointment.phone.clone(),
    };
    let recipient = recipient.ok_or("the appointment has no contact for this channel")?;
    let is_email = channel == Channel::Email;
    let address = key(channel, &recipient);
    let links = outlets.links.of(appointment, channel, address.as_deref());
    let (signature, policy) = (outlets.signature, app.policy);
    let rendered = render(
        appointment,
        &row.core.step,
        channel,
        signature,
        policy,
        &links,
    )?;
    let now = (app.clock)();
    let outgoing = Outgoing {
        notification_id: row.core.id.clone(),
        appointment_id: appointment.id.clone(),
        step: row.core.step.clone(),
        channel,
        recipient,
        attempt: row.core.attempts,
        repeat_id: repeat_id(&row.core.id, row.core.send_now_at),
        first_attempt_at: row.first_attempt_at.unwrap_or(now),
        start_at: row.core.start_at,
        only: row.held_by.clone(),
        trace: row.trace.clone(),
        message: rendered.message,
        unsubscribe_url: links.unsubscribe,
        calendar: is_email
            .then(|| calendar(appointment, signature, policy, now))
            .flatten(),
    };
    Ok((outgoing, rendered.template))
}

/// What the provider refuses for good because of the address.
fn suppression(outgoing: &Outgoing, said: &Said<Sent>) -> Option<Suppression> {
    let Sent::Rejected {
        reason,
        suppress: true,
        ..
    } = &said.word
    else {
        return None;
    };
    Some(Suppression {
        channel: outgoing.channel,
        address: key(outgoing.channel, &outgoing.recipient)?,
        reason: match reason {
            Reason::OptedOut => Reason::OptedOut,
            _ => Reason::AddressSuppressed,
        },
        source: said.provider,
    })
}

/// Turns the row as the provider's answer demands, and orders a new message where there is a next attempt.
fn conclude<R, Q>(
    app: &App<'_, R, Q>,
    batch: &mut Batch,
    summary: &mut Summary,
    row: &mut NotificationRow,
    said: Said<Sent>,
    lock_token: &str,
) {
    row.provider = Some(said.provider.to_owned());
    let (outcome, error, why) = match said.word {
        Sent::Accepted {
            provider_message_id,
        } => {
            row.provider_message_id = Some(provider_message_id);
            row.sent_at = Some((app.clock)());
            (Outcome::Accepted, None, None)
        }
        Sent::Rejected { reason, error, .. } => (Outcome::Rejected(reason), Some(error), None),
        Sent::Unavailable(wish, error) => (Outcome::Unavailable(wish), Some(error), None),
        Sent::Misconfigured(error) => {
            // The provider looked at our key, not at the message: that was no attempt at it.
            row.core.attempts -= 1;
            let outcome = Outcome::Unavailable(Some(MISCONFIGURED_SECONDS));
            (outcome, Some(error), Some(Reason::ProviderMisconfigured))
        }
        Sent::Unanswered(error) => (Outcome::Unanswered, Some(error), None),
        // The caller saw to it.
        Sent::NotBegun => (Outcome::Unavailable(None), None, None),
    };
    row.last_error = error;
    turn(app, batch, summary, row, outcome, why, lock_token);
}
