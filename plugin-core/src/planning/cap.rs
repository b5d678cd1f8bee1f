//! The daily cap: a person gets no more than so many reminders in a civil day.
//!
//! A day's reminders stand in one order, whichever of the person's appointments is looked at: due time, step,
//! channel, id. The first ones up to the cap are sent. Only what comes earlier counts against a reminder, so that
//! two appointments never wait for each other, and each settles for good once the earlier one has.

use chrono::Datelike;
use chrono_tz::Tz;

use crate::contract::exports::punctual::reminders::planning::{Planned, Taken};
use crate::time::local;
use crate::types::{Channel, Instant, Notification, NotificationStatus as Status, Policy, Reason};

/// Skips what is beyond the cap. `standing` are the due times of this appointment's own reminders that the plan has
/// no say in any more; they come first. `others` are the person's other reminders.
pub fn apply(
    planned: &mut [Planned],
    rows: &[Notification],
    standing: &[Instant],
    others: &[Taken],
    policy: &Policy,
    zone: Tz,
) {
    let Some(cap) = policy.daily_cap.map(usize::from) else {
        return;
    };
    let day = |at: Instant| local(at, zone).map(|at| at.num_days_from_ce());
    let mut open: Vec<usize> = (0..planned.len())
        .filter(|&index| is_open(&planned[index], rows))
        .collect();
    let mut kept: Vec<Instant> = standing.to_vec();
    // The first one again and again, for there are few; the library's sort would weigh 5 KB in the component.
    while let Some(first) = (0..open.len()).min_by_key(|&at| place(&planned[open[at]])) {
        let index = open.swap_remove(first);
        let item = &planned[index];
        let today = day(item.due_at);
        let earlier = others.iter().filter(|other| place_of(other) < place(item));
        let count = earlier
            .map(|other| other.due_at)
            .chain(kept.iter().copied())
            .filter(|&at| day(at) == today)
            .count();
        if count < cap {
            kept.push(item.due_at);
        } else {
            planned[index].skip = Some(Reason::DailyCap);
        }
    }
}

/// Whether the plan decides on it: nothing else skips it, and its row has not ended in a way that the plan leaves alone.
fn is_open(item: &Planned, rows: &[Notification]) -> bool {
    let row = rows.iter().find(|row| row.id == item.id);
    item.skip.is_none()
        && row.is_none_or(|row| match row.status {
            Status::Pending | Status::Scheduled => row.send_now_at.is_none(),
            Status::Canceled => row.reason != Some(Reason::CanceledByStaff),
            Status::Skipped => true,
            Status::Sending
            | Status::Sent
            | Status::Delivered
            | Status::Unknown
            | Status::Failed => false,
        })
}

/// The place in a day's order.
fn place(item: &Planned) -> (Instant, &str, Channel, &str) {
    (item.due_at, &item.step, item.channel, &item.id)
}

fn place_of(other: &Taken) -> (Instant, &str, Channel, &str) {
    (other.due_at, &other.step, other.channel, &other.id)
}
