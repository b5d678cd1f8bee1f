//! The audit trail in SQLite.

use serde_json::json;

use super::{EmbeddedRecords, cursor, page};
use crate::records::audit::{Audit, AuditEntry};
use crate::records::{Page, RecordsError};
use crate::sql::{Row, Sql};

impl<S: Sql> Audit for EmbeddedRecords<'_, S> {
    async fn note(&self, entries: &[AuditEntry]) -> Result<(), RecordsError> {
        let all: Vec<_> = entries
            .iter()
            .map(|entry| {
                json!([
                    entry.id,
                    entry.at,
                    entry.role,
                    entry.action,
                    entry.subject,
                    entry.outcome
                ])
            })
            .collect();
        self.0.execute(
            "INSERT INTO audit (id, at, role, action, subject, outcome)
             SELECT value ->> 0, value ->> 1, value ->> 2, value ->> 3, value ->> 4, value ->> 5 FROM json_each(?1) WHERE true
             ON CONFLICT DO NOTHING",
            &[json!(all).to_string().into()],
        )?;
        Ok(())
    }

    async fn audit(
        &self,
        subject: Option<&str>,
        after: Option<&str>,
        limit: u32,
    ) -> Result<Page<AuditEntry>, RecordsError> {
        let (after_at, after_id) = cursor(after)?.unzip();
        let rows = self.0.execute(
            "SELECT id, at, role, action, subject, outcome FROM audit
             WHERE (?1 IS NULL OR subject = ?1) AND (?2 IS NULL OR (at, id) < (?2, ?3))
             ORDER BY at DESC, id DESC LIMIT ?4",
            &[
                subject.into(),
                after_at.into(),
                after_id.into(),
                i64::from(limit).into(),
            ],
        )?;
        let entry = |mut row: Row| AuditEntry {
            id: row.text(0),
            at: row.integer(1),
            role: row.text(2),
            action: row.text(3),
            subject: row.optional_text(4),
            outcome: row.text(5),
        };
        let place = |entry: &AuditEntry| (entry.at, entry.id.clone());
        Ok(page(rows.into_iter().map(entry).collect(), limit, place))
    }
}
