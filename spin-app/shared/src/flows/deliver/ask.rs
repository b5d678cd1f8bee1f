//! A worker vanished, or an answer was lost: the provider knows what happened.

use std::collections::HashSet;

use futures::{StreamExt, stream};

use super::attempt::{outgoing, write};
use super::batch::Batch;
use super::outcome::turn;
use super::{Outlets, Summary};
use crate::core::delivering::Outcome;
use crate::core::rendering::Message;
use crate::core::{Appointment, Channel, NotificationStatus as Status};
use crate::flows::{App, FlowError};
use crate::queue::{Locked, Queue};
use crate::records::{NotificationRow, Records};
use crate::senders::each::BEGIN_WITHIN_MS;
use crate::senders::outlet::{Said, among, together};
use crate::senders::{Asked, Found, Sender, repeat_id};

/// A row whose fate is not known, with its message.
type Lost = (Locked, NotificationRow, Option<Appointment>);

/// Asks for each, several at once, and writes down what came of it.
pub(super) async fn ask<R: Records, Q: Queue, E: Sender, M: Sender>(
    app: &App<'_, R, Q>,
    outlets: &Outlets<'_, E, M>,
    batch: &mut Batch,
    summary: &mut Summary,
    lost: Vec<Lost>,
) -> Result<(), FlowError> {
    if lost.is_empty() {
        return Ok(());
    }
    let begin_by = (app.clock)() + BEGIN_WITHIN_MS;
    let asking = lost
        .into_iter()
        .map(|(locked, row, appointment)| async move {
            if (app.clock)() > begin_by {
                return (locked, row, None);
            }
            let asked = asked(app, outlets, &row, appointment.as_ref());
            // When a worker vanished, nobody knows whom it had called.
            let called = match row.core.status {
                Status::Unknown => row.provider.as_deref(),
                _ => row.held_by.as_deref(),
            };
            let said = match row.core.channel {
                Channel::Email => outlets.email.find(called, &asked).await,
                Channel::Sms => outlets.sms.find(called, &asked).await,
            };
            (locked, row, Some((asked, said)))
        });
    let answers: Vec<_> = stream::iter(asking)
        .buffered(outlets.at_once.max(1))
        .collect()
        .await;
    let mut taken = HashSet::new();
    let mut results = Vec::new();
    for (locked, mut row, answer) in answers {
        let Some((asked, said)) = answer else {
            // Too many at once: it is looked at again.
            batch.later(locked, &row, (app.clock)());
            continue;
        };
        let said = resolve(app, &row, &asked, said, &mut taken).await?;
        conclude(app, batch, summary, &mut row, said, &locked.lock_token);
        results.push((locked, row));
    }
    write(app, outlets.channel_fallback, batch, results).await
}

fn asked<R, Q, E, M>(
    app: &App<'_, R, Q>,
    outlets: &Outlets<'_, E, M>,
    row: &NotificationRow,
    appointment: Option<&Appointment>,
) -> Asked {
    let now = (app.clock)();
    let outgoing = appointment.and_then(|a| outgoing(app, outlets, row, a).ok());
    let (recipient, message) = outgoing.map(|(o, _)| (o.recipient, o.message)).unzip();
    Asked {
        notification_id: row.core.id.clone(),
        repeat_id: repeat_id(&row.core.id, row.core.send_now_at),
        recipient,
        text: message.and_then(|message| match message {
            Message::Sms(sms) => Some(sms.text),
            Message::Email(_) => None,
        }),
        first_attempt_at: row.first_attempt_at.unwrap_or(row.core.due_at),
        quiet_since: row.updated_at,
        now,
    }
}

/// Takes out of the candidates what other rows account for, and says what all together say.
async fn resolve<R: Records, Q>(
    app: &App<'_, R, Q>,
    row: &NotificationRow,
    asked: &Asked,
    said: Vec<Said<Found>>,
    taken: &mut HashSet<String>,
) -> Result<Said<Found>, FlowError> {
    let mut resolved = Vec::new();
    for Said { provider, word } in said {
        let word = match word {
            Found::Candidates(candidates) => {
                let ids = candidates.iter().map(|c| c.provider_message_id.clone());
                let ids: Vec<String> = ids.collect();
                let known = app.records.of_provider(provider, &ids).await?;
                let others = known
                    .into_iter()
                    .filter(|other| other.core.id != row.core.id);
                taken.extend(others.filter_map(|other| other.provider_message_id));
                among(candidates, taken, asked)
            }
            word => word,
        };
        resolved.push(Said { provider, word });
    }
    let said = together(resolved);
    if let Found::Yes {
        provider_message_id,
        ..
    } = &said.word
    {
        taken.insert(provider_message_id.clone());
    }
    Ok(said)
}

fn conclude<R, Q>(
    app: &App<'_, R, Q>,
    batch: &mut Batch,
    summary: &mut Summary,
    row: &mut NotificationRow,
    said: Said<Found>,
    lock_token: &str,
) {
    row.provider = Some(said.provider.to_owned());
    let outcome = match said.word {
        Found::Yes {
            provider_message_id,
            sent_at,
        } => {
            row.provider_message_id = Some(provider_message_id);
            row.sent_at = Some(sent_at);
            row.last_error = None;
            Outcome::Accepted
        }
        Found::No => {
            row.held_by = None;
            Outcome::NotFound
        }
        Found::Repeatable => {
            row.held_by = Some(said.provider.to_owned());
            Outcome::NotFound
        }
        Found::Rejected(reason, error) => {
            row.last_error = Some(error);
            Outcome::Rejected(reason)
        }
        Found::Unclear(error) => {
            // Asking counts as an attempt, so that asking ends too.
            row.core.attempts += 1;
            row.last_error = Some(error);
            Outcome::Unanswered
        }
        // Resolved before; should one be left, nothing is known.
        Found::Candidates(_) => Outcome::Unanswered,
    };
    turn(app, batch, summary, row, outcome, None, lock_token);
}
