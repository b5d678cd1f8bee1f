//! The consent port in SQLite.

use serde_json::json;

use super::EmbeddedRecords;
use crate::core::{Channel, Instant, Reason, code, parse};
use crate::records::RecordsError;
use crate::records::consent::{Consent, Suppression};
use crate::sql::Sql;

impl<S: Sql> Consent for EmbeddedRecords<'_, S> {
    async fn suppressed(
        &self,
        addresses: &[(Channel, String)],
    ) -> Result<Vec<(Channel, String, Reason)>, RecordsError> {
        let asked: Vec<_> = addresses
            .iter()
            .map(|(channel, address)| json!([code(*channel), address]))
            .collect();
        // Of the two reasons `opted_out` is the greater text.
        let rows = self.0.execute(
            "SELECT s.channel, s.address, max(s.reason) FROM json_each(?1) j
             JOIN suppressions s ON s.channel = j.value ->> 0 AND s.address = j.value ->> 1
             GROUP BY s.channel, s.address",
            &[json!(asked).to_string().into()],
        )?;
        let known = |mut row: crate::sql::Row| {
            let (channel, address, reason) = (row.text(0), row.text(1), row.text(2));
            let unknown = || RecordsError::new("suppressions holds what this build does not know");
            let channel = parse(&channel).ok_or_else(unknown)?;
            Ok((channel, address, parse(&reason).ok_or_else(unknown)?))
        };
        rows.into_iter().map(known).collect()
    }

    async fn suppress(&self, entry: &Suppression, now: Instant) -> Result<bool, RecordsError> {
        let rows = self.0.execute(
            "INSERT INTO suppressions (channel, address, reason, source, since) VALUES (?1, ?2, ?3, ?4, ?5)
             ON CONFLICT DO NOTHING RETURNING 1",
            &[
                code(entry.channel).into(),
                entry.address.as_str().into(),
                code(entry.reason).into(),
                entry.source.into(),
                now.into(),
            ],
        )?;
        Ok(!rows.is_empty())
    }

    async fn lift(&self, channel: Channel, address: &str) -> Result<bool, RecordsError> {
        let rows = self.0.execute(
            "DELETE FROM suppressions WHERE channel = ?1 AND address = ?2 AND reason = ?3 RETURNING 1",
            &[
                code(channel).into(),
                address.into(),
                code(Reason::OptedOut).into(),
            ],
        )?;
        Ok(!rows.is_empty())
    }
}
