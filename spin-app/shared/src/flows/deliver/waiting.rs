//! Reminders whose channel is switched off. The row says so, and a new message comes when it is to be looked at again.

use super::Summary;
use super::batch::Batch;
use crate::core::{Instant, NotificationStatus as Status, Reason};
use crate::flows::{App, FlowError};
use crate::queue::{Disposition, Locked};
use crate::records::{NotificationRow, Records};

/// Makes the row wait until `at`.
pub(super) fn wait(row: &mut NotificationRow, at: Instant) {
    row.turn(Status::Scheduled, Some(Reason::ChannelOff));
    row.core.retry_at = Some(at);
}

/// Writes down that rows wait, and orders their messages. Where somebody was faster, the message looks again.
pub(super) async fn put_off<R: Records, Q>(
    app: &App<'_, R, Q>,
    batch: &mut Batch,
    summary: &mut Summary,
    waiting: Vec<(Locked, NotificationRow, Instant)>,
) -> Result<(), FlowError> {
    if waiting.is_empty() {
        return Ok(());
    }
    let mut rows: Vec<_> = waiting.iter().map(|(_, row, _)| row.clone()).collect();
    let written = app.records.write_rows(&mut rows, (app.clock)()).await?;
    for (((locked, _, at), row), written) in waiting.into_iter().zip(rows).zip(written) {
        if written {
            summary.retried += 1;
            batch.later(locked, &row, at);
        } else {
            batch.settled.push((locked, Disposition::Abandon));
        }
    }
    Ok(())
}
