//! What the console reads, in SQLite.

use serde_json::json;

use super::filter::Conditions;
use super::row::{APPOINTMENT, appointment};
use super::{EmbeddedRecords, cursor, page};
use crate::core::{Appointment, Instant};
use crate::records::reports::{AppointmentFilter, Counts, DueCount, QUARTER_MS, Reports, Tally};
use crate::records::{Loaded, NotificationFilter, Page, Records, RecordsError};
use crate::sql::Sql;

impl<S: Sql> Reports for EmbeddedRecords<'_, S> {
    async fn count(&self, filter: &NotificationFilter) -> Result<Counts, RecordsError> {
        let (conditions, values) = Conditions::of_notifications(filter).finish();
        let by_state = self.0.execute(
            &format!(
                "SELECT n.status, coalesce(n.reason,''), n.channel, count(*) FROM notifications n WHERE {conditions} GROUP BY 1, 2, 3"
            ),
            &values,
        )?;
        let by_due = self.0.execute(
            &format!(
                "SELECT n.due_at / {QUARTER_MS} * {QUARTER_MS}, n.status, count(*) FROM notifications n WHERE {conditions}
                 GROUP BY 1, 2 ORDER BY 1"
            ),
            &values,
        )?;
        let tally = |mut row: crate::sql::Row| Tally {
            status: row.text(0),
            reason: row.text(1),
            channel: row.text(2),
            provider: String::new(),
            count: row.integer(3),
        };
        let due = |mut row: crate::sql::Row| DueCount {
            at: row.integer(0),
            status: row.text(1),
            count: row.integer(2),
        };
        Ok(Counts {
            by_state: by_state.into_iter().map(tally).collect(),
            by_due: by_due.into_iter().map(due).collect(),
        })
    }

    async fn deliveries(
        &self,
        from: Instant,
        to: Instant,
        limit: u32,
    ) -> Result<Vec<(Instant, Instant)>, RecordsError> {
        // One text in place of ten thousands of rows, each of which costs more than its two numbers.
        let mut rows = self.0.execute(
            "SELECT json_group_array(json_array(due_at, sent_at)) FROM (
                SELECT due_at, sent_at FROM notifications WHERE due_at >= ?1 AND due_at < ?2 AND sent_at IS NOT NULL
                ORDER BY due_at DESC LIMIT ?3)",
            &[from.into(), to.into(), i64::from(limit).into()],
        )?;
        let pairs = rows.first_mut().map(|row| row.text(0)).unwrap_or_default();
        serde_json::from_str(&pairs)
            .map_err(|_| RecordsError::new("SQLite made a list that is none"))
    }

    async fn living(&self, ids: &[String]) -> Result<Vec<Appointment>, RecordsError> {
        let statement = format!(
            "SELECT {APPOINTMENT} FROM appointments a WHERE a.deleted_at IS NULL AND a.id IN (SELECT value FROM json_each(?1))"
        );
        let rows = self
            .0
            .execute(&statement, &[json!(ids).to_string().into()])?;
        rows.into_iter()
            .map(|row| Ok(appointment(row)?.dated.appointment))
            .collect()
    }

    async fn appointments(&self, filter: &AppointmentFilter) -> Result<Page<Loaded>, RecordsError> {
        const START: &str = "coalesce(a.start_at, 0)";
        let after = cursor(filter.after.as_deref())?;
        let (conditions, values) = Conditions::of_appointments(filter)
            .after(after, (START, "a.id"), filter.latest_first)
            .finish();
        let direction = if filter.latest_first { "DESC" } else { "ASC" };
        let statement = format!(
            "SELECT {APPOINTMENT} FROM appointments a WHERE {conditions}
             ORDER BY {START} {direction}, a.id {direction} LIMIT {}",
            filter.limit
        );
        let rows = self.0.execute(&statement, &values)?;
        let found = rows
            .into_iter()
            .map(appointment)
            .collect::<Result<_, _>>()?;
        let place = |loaded: &Loaded| {
            let appointment = &loaded.dated.appointment;
            (appointment.start_at.unwrap_or(0), appointment.id.clone())
        };
        Ok(page(found, filter.limit, place))
    }

    async fn of_person(
        &self,
        person: &Appointment,
        limit: u32,
    ) -> Result<Vec<Loaded>, RecordsError> {
        let mut rows = self.0.execute(
            "SELECT id FROM appointments a WHERE a.deleted_at IS NULL AND a.id IN (
                SELECT id FROM appointments WHERE email IS NOT NULL AND lower(trim(email)) = lower(trim(?1))
                UNION SELECT id FROM appointments WHERE phone = ?2)
             ORDER BY a.start_at DESC, a.id LIMIT ?3",
            &[
                person.email.as_deref().into(),
                person.phone.as_deref().into(),
                i64::from(limit).into(),
            ],
        )?;
        let ids: Vec<_> = rows.iter_mut().map(|row| row.text(0)).collect();
        Ok(self.load_all(&ids).await?.into_iter().flatten().collect())
    }
}
