//! Turns a row by the core's rule for an outcome.

use super::Summary;
use super::batch::{Batch, next};
use crate::core::delivering::{Next, Outcome, Settlement, after};
use crate::core::{NotificationStatus as Status, Reason};
use crate::flows::App;
use crate::records::NotificationRow;

/// Turns the row by the core's rule for `outcome`, and orders a new message where there is a next attempt. `why` is kept
/// as the reason of a row that waits, and in place of "no retries left" of one that does not.
pub(super) fn turn<R, Q>(
    app: &App<'_, R, Q>,
    batch: &mut Batch,
    summary: &mut Summary,
    row: &mut NotificationRow,
    outcome: Outcome,
    why: Option<Reason>,
    lock_token: &str,
) {
    match after(&row.core, outcome, app.policy, (app.clock)()) {
        Next::Sent => {
            summary.sent += 1;
            row.held_by = None;
            row.turn(Status::Sent, None);
        }
        Next::Settle(Settlement { status, reason }) => {
            summary.failed += 1;
            let ran_out = matches!(reason, Reason::RetriesExhausted | Reason::NoTimeLeft);
            // An earlier attempt may have been taken: that nobody took it would be too much to say.
            let held = row.held_by.is_some().then_some(Reason::OutcomeUnknown);
            let reason = why.or(held).filter(|_| ran_out).unwrap_or(reason);
            row.turn(status, Some(reason));
        }
        Next::Retry(at) => {
            summary.retried += 1;
            row.turn(Status::Scheduled, why);
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
