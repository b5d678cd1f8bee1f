//! Switching a channel off and on.

use super::settle::schedule;
use super::{App, FlowError};
use crate::core::{Channel, Instant, NotificationStatus as Status, Reason, code};
use crate::queue::Queue;
use crate::records::{NotificationFilter, NotificationRow, Records};

/// Rows that are woken at once.
const PAGE: u32 = 200;

/// Wakes the reminders that wait for a channel, until `until`. What is left, or what a death in here leaves, is looked at
/// again within minutes: that is what their messages are for.
pub async fn wake<R: Records, Q: Queue>(
    app: &App<'_, R, Q>,
    channel: Channel,
    until: Instant,
) -> Result<usize, FlowError> {
    let mut woken = 0;
    let filter = NotificationFilter {
        statuses: vec![code(Status::Scheduled).to_owned()],
        reasons: vec![code(Reason::ChannelOff).to_owned()],
        channel: Some(code(channel).to_owned()),
        limit: PAGE,
        ..NotificationFilter::default()
    };
    while (app.clock)() < until {
        // Always the first ones: whoever was woken waits no more.
        let mut rows = app.records.notifications(&filter).await?.items;
        for row in &mut rows {
            row.turn(Status::Pending, None);
        }
        let written = app.records.write_rows(&mut rows, (app.clock)()).await?;
        let mut told: Vec<NotificationRow> = rows
            .into_iter()
            .zip(written)
            .filter_map(|(row, written)| written.then_some(row))
            .collect();
        if told.is_empty() {
            break;
        }
        schedule(app, &mut told).await?;
        woken += told.len();
    }
    Ok(woken)
}
