//! The records in SQLite: here the database is the truth, and events are merged into it.

mod archive;
mod audit;
mod channels;
mod consent;
mod filter;
mod reports;
mod row;

use serde_json::json;

use self::filter::Conditions;
use self::row::{APPOINTMENT, NOTIFICATION, appointment, notification, notification_to_json};
use super::channels::{Channels, switches};
use super::{
    Changed, Due, Loaded, NotificationFilter, NotificationRow, Page, Records, RecordsError, Tally,
};
use crate::core::{Appointment, Instant, code, events::DatedAppointment};
use crate::sql::{Sql, SqlError, Value};
use crate::telemetry::counters;

/// The embedded records on one connection.
pub struct EmbeddedRecords<'a, S>(pub &'a S);

impl From<SqlError> for RecordsError {
    fn from(error: SqlError) -> Self {
        Self::new(error.0)
    }
}

/// Reminders of one person's other appointments in three days; whoever has more has a clinic's address.
const OTHERS_MAX: u32 = 1_000;

/// Appointments with a row whose message may be missing: a pending one is overdue from the beginning of time. Condition and
/// expression are those of the index, word for word; left to itself SQLite would read every row there ever was, because
/// they then come in order.
const STUCK: &str = "SELECT DISTINCT appointment_id FROM notifications INDEXED BY notifications_overdue
    WHERE status IN ('pending','scheduled','sending','unknown') AND appointment_id > ?2
      AND CASE status WHEN 'pending' THEN -9223372036854775807 ELSE max(due_at, coalesce(lease_until, 0), coalesce(retry_at, 0)) END < ?1
    ORDER BY appointment_id LIMIT ?3";

/// Guarded upsert of many rows in one statement, which SQLite makes one transaction. A row whose version
/// has moved on is not touched, and a row that was deleted is not created again.
const WRITE_ROWS: &str = "INSERT INTO notifications
    (id, appointment_id, step, channel, start_at, due_at, status, reason, attempts, lease_until, retry_at,
     sequence_number, provider, provider_message_id, last_error, sent_at, version, send_now_at,
     first_attempt_at, held_by, template, trace, updated_at)
    SELECT value ->> 0, value ->> 1, value ->> 2, value ->> 3, value ->> 4, value ->> 5, value ->> 6, value ->> 7,
     value ->> 8, value ->> 9, value ->> 10, value ->> 11, value ->> 12, value ->> 13, value ->> 14, value ->> 15,
     (value ->> 16) + 1, value ->> 17, value ->> 18, value ->> 19, value ->> 20, value ->> 21, ?2 FROM json_each(?1)
     WHERE value ->> 16 = 0 OR EXISTS (SELECT 1 FROM notifications n WHERE n.id = value ->> 0)
    ON CONFLICT (id) DO UPDATE SET due_at = excluded.due_at, status = excluded.status, reason = excluded.reason,
     attempts = excluded.attempts, lease_until = excluded.lease_until, retry_at = excluded.retry_at,
     sequence_number = excluded.sequence_number, provider = excluded.provider,
     provider_message_id = excluded.provider_message_id, last_error = excluded.last_error,
     sent_at = excluded.sent_at, send_now_at = excluded.send_now_at, first_attempt_at = excluded.first_attempt_at,
     held_by = excluded.held_by, template = excluded.template, trace = excluded.trace, version = excluded.version, updated_at = excluded.updated_at
     WHERE notifications.version = excluded.version - 1
    RETURNING id, version";

impl<S: Sql> Records for EmbeddedRecords<'_, S> {
    async fn load(&self, id: &str) -> Result<Option<Loaded>, RecordsError> {
        let statement = format!("SELECT {APPOINTMENT} FROM appointments a WHERE id = ?1");
        let Some(found) = self.0.execute(&statement, &[id.into()])?.into_iter().next() else {
            return Ok(None);
        };
        let mut loaded = appointment(found)?;
        let statement = format!(
            "SELECT {NOTIFICATION} FROM notifications n WHERE appointment_id = ?1 ORDER BY due_at, id"
        );
        loaded.rows = self
            .0
            .execute(&statement, &[id.into()])?
            .into_iter()
            .map(notification)
            .collect::<Result<_, _>>()?;
        Ok(Some(loaded))
    }

    async fn load_all(&self, appointments: &[String]) -> Result<Vec<Option<Loaded>>, RecordsError> {
        let mut all = Vec::new();
        for id in appointments {
            all.push(self.load(id).await?);
        }
        Ok(all)
    }

    async fn store(
        &self,
        dated: &DatedAppointment,
        deleted: bool,
        expected: i64,
        now: Instant,
    ) -> Result<Option<i64>, RecordsError> {
        let a = &dated.appointment;
        let written = self.0.execute(
            "INSERT INTO appointments (id, service, customer_name, email, phone, start_at, end_at, time_zone, locale, status,
                resource, notes, stamps, deleted_at, version, updated_at)
             SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15 + 1, ?16
             WHERE ?15 = 0 OR EXISTS (SELECT 1 FROM appointments WHERE id = ?1)
             ON CONFLICT (id) DO UPDATE SET service = excluded.service, customer_name = excluded.customer_name,
                email = excluded.email, phone = excluded.phone, start_at = excluded.start_at, end_at = excluded.end_at,
                time_zone = excluded.time_zone, locale = excluded.locale, status = excluded.status,
                resource = excluded.resource, notes = excluded.notes, stamps = excluded.stamps,
                deleted_at = excluded.deleted_at, version = excluded.version, updated_at = excluded.updated_at
             WHERE appointments.version = excluded.version - 1
             RETURNING 1",
            &[
                a.id.as_str().into(),
                a.service.as_deref().into(),
                a.customer_name.as_deref().into(),
                a.email.as_deref().into(),
                a.phone.as_deref().into(),
                a.start_at.into(),
                a.end_at.into(),
                a.time_zone.as_deref().into(),
                a.locale.as_deref().into(),
                code(a.status).into(),
                a.resource.as_deref().into(),
                a.notes.as_deref().into(),
                json!(dated.stamps).to_string().into(),
                deleted.then_some(now).into(),
                expected.into(),
                now.into(),
            ],
        )?;
        Ok((!written.is_empty()).then_some(expected + 1))
    }

    async fn version(&self, id: &str) -> Result<Option<i64>, RecordsError> {
        let rows = self.0.execute(
            "SELECT version FROM appointments WHERE id = ?1",
            &[id.into()],
        )?;
        Ok(rows.first().map(|row| row.integer(0)))
    }

    async fn write_rows(
        &self,
        rows: &mut [NotificationRow],
        now: Instant,
    ) -> Result<Vec<bool>, RecordsError> {
        if rows.is_empty() {
            return Ok(Vec::new());
        }
        let all: Vec<_> = rows.iter().map(notification_to_json).collect();
        let mut written = self
            .0
            .execute(WRITE_ROWS, &[json!(all).to_string().into(), now.into()])?;
        // By id and version: a stale copy of a row in the same call was not written, though its id was.
        let mut written: std::collections::HashSet<(String, i64)> = written
            .iter_mut()
            .map(|row| (row.text(0), row.integer(1)))
            .collect();
        let told = rows.iter_mut().map(|row| {
            let done = written.remove(&(row.core.id.clone(), row.version + 1));
            if done {
                row.version += 1;
                row.updated_at = now;
            }
            done
        });
        Ok(told.collect())
    }

    async fn write_rows_of(
        &self,
        appointment: &str,
        rows: &mut [NotificationRow],
        now: Instant,
    ) -> Result<(Vec<bool>, Option<i64>), RecordsError> {
        let written = self.write_rows(rows, now).await?;
        Ok((written, self.version(appointment).await?))
    }

    async fn for_delivery(&self, ids: &[String]) -> Result<Due, RecordsError> {
        let ids: Value = json!(ids).to_string().into();
        let statement = format!(
            "SELECT {NOTIFICATION} FROM json_each(?1) j JOIN notifications n ON n.id = j.value"
        );
        let rows = self.0.execute(&statement, std::slice::from_ref(&ids))?;
        let statement = format!(
            "SELECT {APPOINTMENT} FROM appointments a WHERE deleted_at IS NULL AND id IN
             (SELECT n.appointment_id FROM json_each(?1) j JOIN notifications n ON n.id = j.value)"
        );
        let mut appointments = std::collections::HashMap::new();
        for found in self.0.execute(&statement, &[ids])? {
            let found = appointment(found)?.dated.appointment;
            appointments.insert(found.id.clone(), found);
        }
        let with = |row| {
            let row = notification(row)?;
            let appointment = appointments.get(&row.core.appointment_id).cloned();
            Ok((row, appointment))
        };
        Ok(Due {
            rows: rows
                .into_iter()
                .map(with)
                .collect::<Result<_, RecordsError>>()?,
            switches: switches(&self.channels().await?),
        })
    }

    async fn of_provider(
        &self,
        provider: &str,
        messages: &[String],
    ) -> Result<Vec<NotificationRow>, RecordsError> {
        let statement = format!(
            "SELECT {NOTIFICATION} FROM json_each(?1) j JOIN notifications n ON n.provider_message_id = j.value
             WHERE n.provider = ?2"
        );
        let messages: Value = json!(messages).to_string().into();
        let rows = self.0.execute(&statement, &[messages, provider.into()])?;
        rows.into_iter().map(notification).collect()
    }

    async fn others(
        &self,
        appointment: &Appointment,
        from: Instant,
        to: Instant,
    ) -> Result<Vec<NotificationRow>, RecordsError> {
        let statement = format!(
            "SELECT {NOTIFICATION} FROM notifications n WHERE n.due_at BETWEEN ?4 AND ?5
               AND n.status IN ('pending','scheduled','sending','unknown','sent','delivered')
               AND n.appointment_id IN (SELECT id FROM appointments a WHERE a.id <> ?1 AND a.deleted_at IS NULL
                    AND (lower(trim(a.email)) = lower(trim(?2)) OR a.phone = ?3))
             ORDER BY n.due_at, n.id LIMIT {OTHERS_MAX}"
        );
        let rows = self.0.execute(
            &statement,
            &[
                appointment.id.as_str().into(),
                appointment.email.as_deref().into(),
                appointment.phone.as_deref().into(),
                from.into(),
                to.into(),
            ],
        )?;
        rows.into_iter().map(notification).collect()
    }

    async fn changed(
        &self,
        since: Instant,
        after: Option<&str>,
        limit: u32,
    ) -> Result<Page<Changed>, RecordsError> {
        let (after_at, after_id) = cursor(after)?.unwrap_or((since, String::new()));
        let rows = self.0.execute(
            "SELECT updated_at, id FROM appointments WHERE updated_at >= ?1 AND (updated_at, id) > (?2, ?3)
             ORDER BY updated_at, id LIMIT ?4",
            &[since.into(), after_at.into(), after_id.into(), i64::from(limit).into()],
        )?;
        let changed = rows.into_iter().map(|mut row| Changed {
            at: row.integer(0),
            id: row.text(1),
        });
        let place = |changed: &Changed| (changed.at, changed.id.clone());
        Ok(page(changed.collect(), limit, place))
    }

    async fn stuck(
        &self,
        overdue_before: Instant,
        after: Option<&str>,
        limit: u32,
    ) -> Result<Page<String>, RecordsError> {
        let mut rows = self.0.execute(
            STUCK,
            &[
                overdue_before.into(),
                after.unwrap_or_default().into(),
                i64::from(limit).into(),
            ],
        )?;
        let items: Vec<_> = rows.iter_mut().map(|row| row.text(0)).collect();
        let full = items.len() >= limit as usize;
        let next = items.last().filter(|_| full).cloned();
        Ok(Page { items, next })
    }

    async fn notifications(
        &self,
        filter: &NotificationFilter,
    ) -> Result<Page<NotificationRow>, RecordsError> {
        let after = cursor(filter.after.as_deref())?;
        let (conditions, parameters) = Conditions::of_notifications(filter)
            .after(after, ("n.due_at", "n.id"), filter.latest_first)
            .finish();
        let direction = if filter.latest_first { "DESC" } else { "ASC" };
        let statement = format!(
            "SELECT {NOTIFICATION} FROM notifications n WHERE {conditions}
             ORDER BY n.due_at {direction}, n.id {direction} LIMIT {}",
            filter.limit
        );
        let rows = self.0.execute(&statement, &parameters)?;
        let rows = rows
            .into_iter()
            .map(notification)
            .collect::<Result<_, _>>()?;
        let place = |row: &NotificationRow| (row.core.due_at, row.core.id.clone());
        Ok(page(rows, filter.limit, place))
    }

    async fn of_resource(
        &self,
        resource: &str,
        from: Instant,
        to: Instant,
    ) -> Result<Vec<Appointment>, RecordsError> {
        let statement = format!(
            "SELECT {APPOINTMENT} FROM appointments a
             WHERE lower(trim(resource)) = lower(trim(?1)) AND deleted_at IS NULL
               AND status NOT IN ('canceled', 'no_show')
               AND start_at < ?3 AND coalesce(end_at, start_at) > ?2"
        );
        let rows = self
            .0
            .execute(&statement, &[resource.into(), from.into(), to.into()])?;
        rows.into_iter()
            .map(|row| Ok(appointment(row)?.dated.appointment))
            .collect()
    }

    async fn tally(&self, since: Instant) -> Result<Vec<Tally>, RecordsError> {
        let rows = self.0.execute(
            "SELECT status, coalesce(reason,''), channel, coalesce(provider,''), count(*) FROM notifications
             WHERE due_at >= ?1 GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4",
            &[since.into()],
        )?;
        let tally = |mut row: crate::sql::Row| Tally {
            status: row.text(0),
            reason: row.text(1),
            channel: row.text(2),
            provider: row.text(3),
            count: row.integer(4),
        };
        Ok(rows.into_iter().map(tally).collect())
    }

    async fn lateness(
        &self,
        bounds_ms: &[i64],
        since: Instant,
    ) -> Result<(Vec<i64>, i64, i64), RecordsError> {
        let buckets: String = bounds_ms
            .iter()
            .map(|bound| format!("count(*) FILTER (WHERE sent_at - due_at <= {bound}), "))
            .collect();
        let rows = self.0.execute(
            &format!("SELECT {buckets} count(*), coalesce(sum(max(sent_at - due_at, 0)), 0) FROM notifications WHERE sent_at IS NOT NULL AND due_at >= ?1"),
            &[since.into()],
        )?;
        let cell = |column| rows.first().map_or(0, |row| row.integer(column));
        Ok((
            (0..bounds_ms.len()).map(cell).collect(),
            cell(bounds_ms.len()),
            cell(bounds_ms.len() + 1),
        ))
    }

    async fn mark(&self, name: &str) -> Result<Option<i64>, RecordsError> {
        let rows = self
            .0
            .execute("SELECT value FROM marks WHERE name = ?1", &[name.into()])?;
        Ok(rows.first().map(|row| row.integer(0)))
    }

    async fn set_mark(
        &self,
        name: &str,
        expected: Option<i64>,
        value: i64,
    ) -> Result<bool, RecordsError> {
        let rows = self.0.execute(
            "INSERT INTO marks (name, value) SELECT ?1, ?3 WHERE ?2 IS NULL OR EXISTS (SELECT 1 FROM marks WHERE name = ?1)
             ON CONFLICT (name) DO UPDATE SET value = excluded.value WHERE marks.value IS ?2 RETURNING 1",
            &[name.into(), expected.into(), value.into()],
        )?;
        Ok(!rows.is_empty())
    }

    async fn raise(&self, counts: &[(&'static str, usize)]) {
        let counts = counts.iter().filter(|(_, by)| *by > 0);
        let counts = counts.map(|(name, by)| ((*name).to_owned(), i64::try_from(*by).unwrap_or(0)));
        let counts: Vec<_> = counts.collect();
        if !counts.is_empty() {
            let _ = counters::add(self.0, &counts);
        }
    }
}

/// A place in an order: `instant~id`.
fn cursor(text: Option<&str>) -> Result<Option<(Instant, String)>, RecordsError> {
    let Some(text) = text else { return Ok(None) };
    let read = || {
        let (at, id) = text.split_once('~')?;
        Some((at.parse().ok()?, id.to_owned()))
    };
    read().map(Some).ok_or_else(RecordsError::cursor)
}

/// A page that may have another one behind it if it is full.
fn page<T>(items: Vec<T>, limit: u32, place: impl Fn(&T) -> (Instant, String)) -> Page<T> {
    let full = items.len() >= limit as usize;
    let next = items.last().filter(|_| full).map(|last| {
        let (at, id) = place(last);
        format!("{at}~{id}")
    });
    Page { items, next }
}
