//! What a scraper wants and no row tells: what providers and people told, how long webhooks took, what others answered. Kept in the embedded database,
//! where there is one. An instance has no memory of its own; with Azure parts a collector adds up instead (`otlp`).

use super::{Entry, Journal};
use crate::core::Instant;
use crate::sql::{Sql, SqlError, Value};

/// What leaves no row behind: the names of its marks, and what they count.
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

/// Upper bounds of the webhook's buckets, in milliseconds.
pub const WEBHOOK_BOUNDS_MS: [i64; 8] = [5, 10, 25, 50, 100, 250, 1_000, 5_000];

/// The prefix of the marks that count answers of others: `upstream/sendgrid/2xx`.
pub const UPSTREAM: &str = "upstream/";
/// The prefix of the marks that count webhooks by how long they took: `webhook_ms/25`, `webhook_ms/inf`, `webhook_ms/sum`.
pub const WEBHOOK: &str = "webhook_ms/";

/// Counts a webhook that took so long. To be called inside its own transaction, where it costs next to nothing.
pub fn webhook(sql: &impl Sql, journal: &Journal, now: Instant) -> Result<(), SqlError> {
    let took_ms = journal.elapsed_ms(now).max(0);
    let bound = WEBHOOK_BOUNDS_MS.iter().find(|bound| took_ms <= **bound);
    let bucket = bound.map_or_else(|| "inf".to_owned(), i64::to_string);
    add(
        sql,
        &[
            (format!("{WEBHOOK}{bucket}"), 1),
            (format!("{WEBHOOK}sum"), took_ms),
        ],
    )
}

/// What others answered in this request, as marks.
pub fn upstream(entries: &[Entry]) -> Vec<(String, i64)> {
    let mut counts: Vec<(String, i64)> = Vec::new();
    for entry in entries {
        let Entry::Called(called) = entry else {
            continue;
        };
        let name = format!("{UPSTREAM}{}/{}", called.upstream, called.result.class());
        match counts.iter_mut().find(|(known, _)| *known == name) {
            Some((_, count)) => *count += 1,
            None => counts.push((name, 1)),
        }
    }
    counts
}

/// The marks of a prefix, with what follows it in their names.
pub fn read(sql: &impl Sql, prefix: &str) -> Result<Vec<(String, i64)>, SqlError> {
    let rows = sql.execute(
        "SELECT substr(name, length(?1) + 1), value FROM marks WHERE substr(name, 1, length(?1)) = ?1 ORDER BY name",
        &[prefix.into()],
    )?;
    let rows = rows
        .into_iter()
        .map(|mut row| (row.text(0), row.integer(1)));
    Ok(rows.collect())
}

/// Adds to marks, all in one statement. `counts` is not empty.
pub fn add(sql: &impl Sql, counts: &[(String, i64)]) -> Result<(), SqlError> {
    let places: Vec<String> = (0..counts.len())
        .map(|index| format!("(?{}, ?{})", 2 * index + 1, 2 * index + 2))
        .collect();
    let statement = format!(
        "INSERT INTO marks (name, value) VALUES {} ON CONFLICT (name) DO UPDATE SET value = value + excluded.value",
        places.join(", ")
    );
    let values: Vec<Value> = counts
        .iter()
        .flat_map(|(name, value)| [Value::from(name.as_str()), Value::from(*value)])
        .collect();
    sql.execute(&statement, &values)?;
    Ok(())
}
