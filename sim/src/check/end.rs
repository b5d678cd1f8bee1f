//! What must be true of the rows when the faults have stopped and all has had its time.

use rusqlite::Connection;

/// A notification row, as far as the checker looks.
#[derive(Debug, Clone)]
pub struct Row {
    /// Its id.
    pub id: String,
    /// Its appointment.
    pub appointment: String,
    /// The start that it reminds of.
    pub start_ms: i64,
    /// The status.
    pub status: String,
    /// The reason, or empty.
    pub reason: String,
    /// Attempts.
    pub attempts: i64,
}

impl Row {
    /// Whether nothing more happens to it.
    pub fn has_ended(&self) -> bool {
        matches!(
            self.status.as_str(),
            "sent" | "delivered" | "failed" | "canceled" | "skipped"
        )
    }
}

/// All rows.
pub fn rows(database: &Connection) -> rusqlite::Result<Vec<Row>> {
    let mut query = database.prepare_cached(
        "SELECT id, appointment_id, start_at, status, coalesce(reason, ''), attempts FROM notifications ORDER BY id",
    )?;
    let row = |row: &rusqlite::Row<'_>| {
        Ok(Row {
            id: row.get(0)?,
            appointment: row.get(1)?,
            start_ms: row.get(2)?,
            status: row.get(3)?,
            reason: row.get(4)?,
            attempts: row.get(5)?,
        })
    };
    query.query_map([], row)?.collect()
}
