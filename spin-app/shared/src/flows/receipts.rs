//! What providers tell later comes back to the rows, and to what is known of addresses.
//!
//! Death at any step: the provider tells again what was not answered, and everything here may be told again.

use std::collections::HashMap;

use super::fallback::instead;
use super::settle::schedule;
use super::{App, FlowError};
use crate::core::delivering::{Receipt, on_receipt};
use crate::core::{Instant, NotificationStatus as Status};
use crate::queue::Queue;
use crate::receipts::{Told, Wish};
use crate::records::consent::{Consent, Suppression};
use crate::records::{NotificationRow, Records};

/// How often it is begun anew because somebody else wrote a row meanwhile.
const ROUNDS_MAX: u32 = 8;

/// What became of the news of one call.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Heard {
    /// Receipts that changed a row.
    pub applied: usize,
    /// Receipts that told nothing new.
    pub repeated: usize,
    /// Receipts of messages that no row accounts for.
    pub unknown: usize,
    /// Addresses that are suppressed from now on.
    pub suppressed: usize,
}

/// Takes the news of one call, in the order told.
pub async fn hear<R: Records + Consent, Q: Queue>(
    app: &App<'_, R, Q>,
    news: &[Told],
    falls_back: bool,
) -> Result<Heard, FlowError> {
    let mut heard = Heard::default();
    for told in news {
        heard.suppressed += usize::from(heed(app, told).await?);
    }
    let told: Vec<&Told> = news.iter().filter(|told| told.receipt.is_some()).collect();
    for _ in 0..ROUNDS_MAX {
        let before = heard;
        if apply(app, &told, falls_back, &mut heard).await? {
            let counts = [
                ("receipts_applied", heard.applied),
                ("receipts_repeated", heard.repeated),
                ("receipts_unknown", heard.unknown),
                ("suppressions_added", heard.suppressed),
            ];
            app.records.raise(&counts).await;
            return Ok(heard);
        }
        heard = before;
    }
    Err(FlowError::new("the reminders keep changing; try again"))
}

/// Suppresses an address, or takes it back. Whether it is newly suppressed.
async fn heed<R: Records + Consent, Q>(
    app: &App<'_, R, Q>,
    told: &Told,
) -> Result<bool, FlowError> {
    match &told.wish {
        None => Ok(false),
        Some(Wish::Suppress(address, reason)) => {
            let entry = Suppression {
                channel: told.channel,
                address: address.clone(),
                reason: *reason,
                source: told.provider,
            };
            Ok(app.records.suppress(&entry, (app.clock)()).await?)
        }
        Some(Wish::Lift(address)) => {
            app.records.lift(told.channel, address).await?;
            Ok(false)
        }
    }
}

/// One round: reads the rows, turns them, writes those that changed. False when somebody else was faster with one.
async fn apply<R: Records, Q: Queue>(
    app: &App<'_, R, Q>,
    news: &[&Told],
    falls_back: bool,
    heard: &mut Heard,
) -> Result<bool, FlowError> {
    let now = (app.clock)();
    let mut rows = rows(app, news).await?;
    let mut changed: Vec<String> = Vec::new();
    for told in news {
        let Some(row) = find(&mut rows, told) else {
            heard.unknown += 1;
            continue;
        };
        if turn(row, told, now) {
            heard.applied += 1;
            changed.push(row.core.id.clone());
        } else {
            heard.repeated += 1;
        }
    }
    rows.retain(|row| changed.contains(&row.core.id));
    let ours = rows.len();
    if falls_back {
        let instead: Vec<_> = rows.iter().filter_map(|row| instead(row, now)).collect();
        rows.extend(instead);
    }
    let written = app.records.write_rows(&mut rows, now).await?;
    let more = rows.drain(ours..).zip(&written[ours..]);
    let mut more: Vec<_> = more
        .filter(|(_, written)| **written)
        .map(|(row, _)| row)
        .collect();
    schedule(app, &mut more).await?;
    Ok(!written[..ours].contains(&false))
}

/// The rows that the news are of: by the id that we gave along, else by the provider's own.
async fn rows<R: Records, Q>(
    app: &App<'_, R, Q>,
    news: &[&Told],
) -> Result<Vec<NotificationRow>, FlowError> {
    let mut ids: Vec<String> = news
        .iter()
        .filter_map(|told| told.notification.clone())
        .collect();
    ids.sort();
    ids.dedup();
    let mut rows: Vec<NotificationRow> = match ids.is_empty() {
        true => Vec::new(),
        false => {
            let found = app.records.for_delivery(&ids).await?.rows;
            found.into_iter().map(|(row, _)| row).collect()
        }
    };
    let mut others: HashMap<&str, Vec<String>> = HashMap::new();
    for told in news.iter().filter(|told| find(&mut rows, told).is_none()) {
        let ids = others.entry(told.provider).or_default();
        ids.extend(told.provider_message_id.clone());
    }
    for (provider, ids) in others {
        for row in app.records.of_provider(provider, &ids).await? {
            if rows.iter().all(|known| known.core.id != row.core.id) {
                rows.push(row);
            }
        }
    }
    Ok(rows)
}

fn find<'a>(rows: &'a mut [NotificationRow], told: &Told) -> Option<&'a mut NotificationRow> {
    let named = |row: &NotificationRow| Some(&row.core.id) == told.notification.as_ref();
    let known = |row: &NotificationRow| {
        row.provider.as_deref() == Some(told.provider)
            && row.provider_message_id.is_some()
            && row.provider_message_id == told.provider_message_id
    };
    let at = rows
        .iter()
        .position(named)
        .or_else(|| rows.iter().position(known))?;
    Some(&mut rows[at])
}

/// Turns a row by the core's rule. Whether it changed.
fn turn(row: &mut NotificationRow, told: &Told, now: Instant) -> bool {
    let Some(receipt) = told.receipt else {
        return false;
    };
    if row.core.channel != told.channel || !is_of_this_sending(row, told) {
        return false;
    }
    let Some(turn) = on_receipt(&row.core, receipt) else {
        return false;
    };
    row.turn(turn.status, turn.reason);
    row.provider = Some(told.provider.to_owned());
    if row.provider_message_id.is_none() {
        row.provider_message_id
            .clone_from(&told.provider_message_id);
    }
    row.held_by = None;
    if matches!(turn.status, Status::Sent | Status::Delivered) {
        row.sent_at = row.sent_at.or(Some(now));
        row.last_error = None;
    }
    if matches!(receipt, Receipt::Failed(_)) {
        row.last_error.clone_from(&told.error);
    }
    true
}

/// Whether it is of the message that the row is of now: what is told of one that another took the place of, by another
/// provider or because staff ordered it anew, says nothing of this one. SendGrid lengthens its ids.
fn is_of_this_sending(row: &NotificationRow, told: &Told) -> bool {
    let (Some(ours), Some(theirs)) = (&row.provider_message_id, &told.provider_message_id) else {
        return true;
    };
    let same_provider = row.provider.as_deref() == Some(told.provider);
    let rest = theirs.strip_prefix(ours.as_str());
    same_provider
        && (ours.is_empty() || rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('.')))
}
