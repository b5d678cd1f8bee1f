//! The consent port in SQLite.

use serde_json::json;

use super::{EmbeddedRecords, cursor, page};
use crate::core::{Channel, Instant, Reason, code, parse};
use crate::records::consent::{Consent, Listed, Suppression};
use crate::records::{Page, RecordsError};
use crate::sql::{FRESH_GUID, Sql};

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

    async fn suppressions(
        &self,
        channel: Option<Channel>,
        text: Option<&str>,
        after: Option<&str>,
        limit: u32,
    ) -> Result<Page<Listed>, RecordsError> {
        let (after_at, after_id) = cursor(after)?.unzip();
        let rows = self.0.execute(
            &format!(
                "SELECT {LISTED} FROM suppressions
                 WHERE (?1 IS NULL OR channel = ?1) AND (?2 IS NULL OR instr(address, lower(?2)))
                   AND (?3 IS NULL OR (since, id) < (?3, ?4))
                 ORDER BY since DESC, id DESC LIMIT ?5"
            ),
            &[
                channel.map(code).into(),
                text.into(),
                after_at.into(),
                after_id.into(),
                i64::from(limit).into(),
            ],
        )?;
        let found = rows.into_iter().map(listed).collect::<Result<_, _>>()?;
        let place = |found: &Listed| (found.since, found.id.clone());
        Ok(page(found, limit, place))
    }

    async fn suppression(
        &self,
        channel: Channel,
        address: &str,
        reason: Reason,
    ) -> Result<Option<Listed>, RecordsError> {
        let rows = self.0.execute(
            &format!("SELECT {LISTED} FROM suppressions WHERE channel = ?1 AND address = ?2 AND reason = ?3"),
            &[code(channel).into(), address.into(), code(reason).into()],
        )?;
        rows.into_iter().next().map(listed).transpose()
    }

    async fn unsuppress(&self, id: &str) -> Result<bool, RecordsError> {
        let rows = self.0.execute(
            "DELETE FROM suppressions WHERE id = ?1 RETURNING 1",
            &[id.into()],
        )?;
        Ok(!rows.is_empty())
    }

    async fn suppress(&self, entry: &Suppression, now: Instant) -> Result<bool, RecordsError> {
        let rows = self.0.execute(
            &format!(
                "INSERT INTO suppressions (id, channel, address, reason, source, since)
             VALUES ({FRESH_GUID}, ?1, ?2, ?3, ?4, ?5)
             ON CONFLICT DO NOTHING RETURNING 1"
            ),
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

/// The columns of a listed suppression.
const LISTED: &str = "id, channel, address, reason, source, since";

fn listed(mut row: crate::sql::Row) -> Result<Listed, RecordsError> {
    let (channel, reason) = (row.text(1), row.text(3));
    let unknown = || RecordsError::new("suppressions holds what this build does not know");
    Ok(Listed {
        id: row.text(0),
        channel: parse(&channel).ok_or_else(unknown)?,
        address: row.text(2),
        reason: parse(&reason).ok_or_else(unknown)?,
        source: row.text(4),
        since: row.integer(5),
    })
}
