//! The archive port in SQLite. Rows are looked for before the write lock is taken and few are written under it, so that a
//! webhook waits for some milliseconds at most.

use serde_json::json;

use super::EmbeddedRecords;
use crate::core::Instant;
use crate::records::archive::{Archive, Day, Taken, Waiting};
use crate::records::{Page, RecordsError, Tally};
use crate::sql::{Row, Sql, Value, transaction};

/// Old enough, by start and by due time, and of a start at all. In the order of the index on due times.
const OLD: &str = "due_at < ?1 AND start_at < ?1 AND start_at > 0";
/// Statuses that no later step but a receipt leads out of.
const ENDED: &str = "status IN ('sent', 'delivered', 'failed', 'canceled', 'skipped')";
/// A gravestone that says more than that there was something.
const SPEAKING: &str =
    "deleted_at < ?1 AND (service IS NOT NULL OR customer_name IS NOT NULL OR email IS NOT NULL
    OR phone IS NOT NULL OR locale IS NOT NULL OR notes IS NOT NULL)";

/// Pages that are given back in one step: a megabyte.
const PAGES: i64 = 256;
/// The part of the file that may stay empty for the rows that come next.
const SPARE_PART: i64 = 10;
/// `PRAGMA auto_vacuum` of a file that can give pages back one by one.
const INCREMENTAL: i64 = 2;

impl<S: Sql> Archive for EmbeddedRecords<'_, S> {
    async fn waiting(&self, before: Instant) -> Result<Waiting, RecordsError> {
        let rows = self.0.execute(
            &format!(
                "SELECT count(*) FILTER (WHERE {ENDED}), count(*) FILTER (WHERE NOT {ENDED}),
                 min(due_at) FILTER (WHERE {ENDED}), max(due_at) FILTER (WHERE {ENDED}) FROM notifications WHERE {OLD}"
            ),
            &[before.into()],
        )?;
        let statement = format!("SELECT count(*) FROM appointments WHERE {SPEAKING}");
        let stones = self.0.execute(&statement, &[before.into()])?;
        let found = rows.first();
        Ok(Waiting {
            rows: found.map_or(0, |row| row.integer(0)),
            is_exact: true,
            open: found.map_or(0, |row| row.integer(1)),
            oldest: found.and_then(|row| row.optional_integer(2)),
            newest: found.and_then(|row| row.optional_integer(3)),
            gravestones: stones.first().map_or(0, |row| row.integer(0)),
        })
    }

    async fn take(&self, before: Instant, limit: u32) -> Result<Taken, RecordsError> {
        let found = format!(
            "SELECT id FROM notifications WHERE {OLD} AND {ENDED} ORDER BY due_at, id LIMIT ?2"
        );
        let mut taken = Taken::default();
        if let Some(ids) = self.ids(&found, before, limit)? {
            taken.rows = self.count_and_delete(before, ids)?;
        }
        let found = format!("SELECT id FROM appointments WHERE {SPEAKING} LIMIT ?2");
        if let Some(ids) = self.ids(&found, before, limit)? {
            let emptied = self.0.execute(
                &format!(
                    "UPDATE appointments SET service = NULL, customer_name = NULL, email = NULL, phone = NULL, locale = NULL,
                     notes = NULL, version = version + 1
                     WHERE {SPEAKING} AND id IN (SELECT value FROM json_each(?2)) RETURNING 1"
                ),
                &[before.into(), ids],
            )?;
            taken.gravestones = count(&emptied);
        }
        Ok(taken)
    }

    async fn give_back(&self) -> Result<bool, RecordsError> {
        let pragma = |name: &str| -> Result<i64, RecordsError> {
            let rows = self.0.execute(&format!("PRAGMA {name}"), &[])?;
            Ok(rows.first().map_or(0, |row| row.integer(0)))
        };
        if pragma("auto_vacuum")? != INCREMENTAL
            || pragma("freelist_count")? <= pragma("page_count")? / SPARE_PART
        {
            return Ok(false);
        }
        self.0
            .execute(&format!("PRAGMA incremental_vacuum({PAGES})"), &[])?;
        Ok(true)
    }

    async fn archived(&self) -> Result<Vec<Tally>, RecordsError> {
        let rows = self.0.execute(
            "SELECT status, reason, channel, sum(count) FROM archived GROUP BY 1, 2, 3 ORDER BY 1, 2, 3",
            &[],
        )?;
        Ok(rows.into_iter().map(|row| tally(row, 0)).collect())
    }

    async fn archived_days(
        &self,
        from: &str,
        to: &str,
        after: Option<&str>,
        limit: u32,
    ) -> Result<Page<Day>, RecordsError> {
        let place: Vec<&str> = after.unwrap_or("~~~").split('~').collect();
        let [day, status, reason, channel] = place[..] else {
            return Err(RecordsError::cursor());
        };
        let rows = self.0.execute(
            "SELECT day, status, reason, channel, count FROM archived
             WHERE day >= ?1 AND day < ?2 AND (day, status, reason, channel) > (?3, ?4, ?5, ?6)
             ORDER BY day, status, reason, channel LIMIT ?7",
            &[
                from.into(),
                to.into(),
                day.into(),
                status.into(),
                reason.into(),
                channel.into(),
                i64::from(limit).into(),
            ],
        )?;
        let day = |mut row: Row| Day {
            day: row.text(0),
            tally: tally(row, 1),
        };
        let items: Vec<_> = rows.into_iter().map(day).collect();
        let full = items.len() >= limit as usize;
        let next = items.last().filter(|_| full).map(|Day { day, tally }| {
            format!("{day}~{}~{}~{}", tally.status, tally.reason, tally.channel)
        });
        Ok(Page { items, next })
    }
}

impl<S: Sql> EmbeddedRecords<'_, S> {
    /// The ids that a statement finds, as a JSON array; none where there are none.
    fn ids(
        &self,
        statement: &str,
        before: Instant,
        limit: u32,
    ) -> Result<Option<Value>, RecordsError> {
        let mut rows = self
            .0
            .execute(statement, &[before.into(), i64::from(limit).into()])?;
        let ids: Vec<_> = rows.iter_mut().map(|row| row.text(0)).collect();
        Ok((!ids.is_empty()).then(|| json!(ids).to_string().into()))
    }

    /// One transaction. What changed since it was looked for is left alone by all of its statements alike.
    fn count_and_delete(&self, before: Instant, ids: Value) -> Result<u32, RecordsError> {
        let these = format!("{OLD} AND {ENDED} AND id IN (SELECT value FROM json_each(?2))");
        let parameters = [before.into(), ids];
        transaction(self.0, || {
            self.0.execute(
                &format!(
                    "INSERT INTO archived (day, status, reason, channel, count)
                     SELECT strftime('%Y-%m-%d', due_at / 1000, 'unixepoch'), status, coalesce(reason, ''), channel, count(*)
                     FROM notifications WHERE {these} GROUP BY 1, 2, 3, 4
                     ON CONFLICT (day, status, reason, channel) DO UPDATE SET count = count + excluded.count"
                ),
                &parameters,
            )?;
            self.0.execute(
                &format!("DELETE FROM outbox WHERE notification_id IN (SELECT id FROM notifications WHERE {these})"),
                &parameters,
            )?;
            let gone = self.0.execute(
                &format!("DELETE FROM notifications WHERE {these} RETURNING 1"),
                &parameters,
            )?;
            Ok(count(&gone))
        })
    }
}

/// Status, reason, channel and count, from that column on. By whom they were sent is not counted.
fn tally(mut row: Row, from: usize) -> Tally {
    Tally {
        status: row.text(from),
        reason: row.text(from + 1),
        channel: row.text(from + 2),
        provider: String::new(),
        count: row.integer(from + 3),
    }
}

fn count(rows: &[Row]) -> u32 {
    u32::try_from(rows.len()).unwrap_or(u32::MAX)
}
