//! Counters of what leaves no row behind, kept as marks.

use crate::records::Records;

/// The counters, by the names of their marks, and what they count.
pub const COUNTERS: &[(&str, &str)] = &[
    ("receipts_applied", "Receipts that changed a reminder."),
    ("receipts_repeated", "Receipts that told nothing new."),
    (
        "receipts_unknown",
        "Receipts of messages that no reminder accounts for.",
    ),
    ("receipts_ignored", "Receipts of kinds that do not matter."),
    (
        "suppressions_added",
        "Addresses and numbers that were suppressed.",
    ),
    ("replies_stop", "Texts that said stop."),
    ("replies_start", "Texts that said start."),
    ("replies_other", "Texts that said something else."),
];

/// How often it is tried when somebody else counts at the same time.
const ROUNDS_MAX: u32 = 8;

/// Counts. It is for the eye: where it fails, what was counted has happened all the same.
pub async fn count<R: Records>(records: &R, name: &str, by: usize) {
    let by = i64::try_from(by).unwrap_or(0);
    for _ in 0..ROUNDS_MAX {
        if by == 0 {
            return;
        }
        let Ok(before) = records.mark(name).await else {
            return;
        };
        let after = before.unwrap_or(0).saturating_add(by);
        match records.set_mark(name, before, after).await {
            Ok(false) => {}
            Ok(true) | Err(_) => return,
        }
    }
}
