//! Drains what is due: receive under a lock → fence → claim the row → provider → outcome → settle the message.
//!
//! Death at any arrow: before the claim, the message comes back and everything is decided anew. Between claim
//! and outcome, the row is `sending` under a lease; when that has run out, the provider is asked. Between
//! outcome and settled message, the message comes back and finds the row ended.

mod ask;
mod attempt;
mod batch;
mod held;
mod outcome;
mod waiting;

use serde::Serialize;

use super::{App, FlowError};
use crate::core::Instant;
use crate::core::rendering::Sender as Signature;
use crate::links::Links;
use crate::queue::Queue;
use crate::records::Records;
use crate::records::consent::Consent;
use crate::senders::Sender;
use crate::senders::outlet::Outlet;
use held::Held;

/// Messages taken at once. Bounded, so that a batch is done long before its locks end; a multiple of the usual number of calls
/// under way, so that the last round of calls is a full one.
const BATCH: u32 = 96;
/// The longest pause between two looks at an idle queue.
const PAUSE_MS: i64 = 250;
/// New batches are not begun after this, whatever `wait` says: below the shortest request limit (30 s).
const BUDGET_MS: i64 = 25_000;

/// What a delivery call did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Summary {
    /// Messages taken from the queue.
    pub received: u32,
    /// Reminders that a provider took.
    pub sent: u32,
    /// Put off to a later attempt.
    pub retried: u32,
    /// Given up.
    pub failed: u32,
    /// Stopped by the fence.
    pub suppressed: u32,
    /// Outcome not known; the provider will be asked again.
    pub unknown: u32,
    /// Messages that nobody can read.
    pub dead_lettered: u32,
}

/// The senders of the two channels, and who signs.
pub struct Outlets<'a, E, M> {
    /// Sends email.
    pub email: &'a Outlet<E>,
    /// Sends SMS.
    pub sms: &'a Outlet<M>,
    /// Who signs the messages.
    pub signature: &'a Signature,
    /// What messages link to.
    pub links: &'a Links,
    /// Whether a text that cannot be delivered becomes an email.
    pub channel_fallback: bool,
    /// Calls to one provider under way at once.
    pub at_once: usize,
    /// How to wait, in milliseconds of the host's clock.
    pub sleep: &'a dyn Fn(i64),
}

/// Delivers until `max` messages were taken, or, with the queue empty, until `wait_ms` have passed.
pub async fn deliver<R: Records + Consent, Q: Queue, E: Sender, M: Sender>(
    app: &App<'_, R, Q>,
    outlets: &Outlets<'_, E, M>,
    wait_ms: i64,
    max: u32,
) -> Result<Summary, FlowError> {
    let began = (app.clock)();
    let wait_until = began + wait_ms.min(BUDGET_MS);
    let mut summary = Summary::default();
    let mut held = Held::default();
    loop {
        let now = (app.clock)();
        let mut messages = held.due(now);
        let mut next = held.next().unwrap_or(Instant::MAX);
        if messages.is_empty() {
            let room = max - summary.received;
            if now > began + BUDGET_MS || (room == 0 && held.next().is_none()) {
                break;
            }
            if room > 0 {
                // A queue that can tell that nothing is due yet is not asked for it.
                let later = app.queue.next_at(now).await?.filter(|at| *at > now);
                if let Some(at) = later {
                    next = next.min(at);
                } else {
                    // Until the first of the early ones is due, or the caller has waited enough.
                    let until = next.min(wait_until);
                    let room = BATCH.min(room);
                    messages = app.queue.receive(room, (until - now).max(0), now).await?;
                    summary.received += u32::try_from(messages.len()).unwrap_or(u32::MAX);
                }
            }
        }
        if !messages.is_empty() {
            held.add(batch::work(app, outlets, messages, wait_until, &mut summary).await?);
            continue;
        }
        let now = (app.clock)();
        if now >= wait_until {
            break;
        }
        (outlets.sleep)(
            next.saturating_sub(now)
                .clamp(1, PAUSE_MS)
                .min(wait_until - now),
        );
    }
    held.put_off(app).await?;
    Ok(summary)
}

impl Summary {
    /// The answer of `/deliver`.
    pub fn to_json(self) -> serde_json::Value {
        serde_json::to_value(self).unwrap_or_default()
    }
}
