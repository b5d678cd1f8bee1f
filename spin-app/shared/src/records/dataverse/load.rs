//! Appointments with their rows: two reads each, all of them in one request.

use serde_json::Value;

use super::batch::{Item, ItemAnswer, Part};
use super::query::{is_guid, text, url};
use super::table::WITH_WORDS;
use super::{DataverseRecords, row};
use crate::core::events::{DatedAppointment, merge};
use crate::core::{Appointment, Instant};
use crate::http::Http;
use crate::records::{Loaded, NotificationRow, RecordsError};

const DOING: &str = "read appointments";

impl<H: Http> DataverseRecords<'_, H> {
    pub(super) async fn read_all(
        &self,
        ids: &[String],
    ) -> Result<Vec<Option<Loaded>>, RecordsError> {
        let known: Vec<_> = ids.iter().filter(|id| is_guid(id)).collect();
        let mut found = Vec::new();
        if !known.is_empty() {
            let mut items: Vec<_> = known.iter().flat_map(|id| self.reads(id)).collect();
            let foreseen = self.foreseen.read();
            let asks = foreseen.is_some();
            items.extend(foreseen);
            let mut answers = self.batch(DOING, &items).await?;
            if asks && let Some(answer) = answers.pop() {
                self.foreseen.take(self.suppressions_in(&answer)?);
            }
            for (id, pair) in known.iter().zip(answers.chunks(2)) {
                if let [appointment, rows] = pair {
                    found.push(self.loaded(id, appointment, rows)?);
                }
            }
        }
        let mut found = found.into_iter();
        Ok(ids
            .iter()
            .map(|id| is_guid(id).then(|| found.next().flatten()).flatten())
            .collect())
    }

    /// The appointment, then its rows. The other way round, rows could belong to a start that nobody read.
    fn reads(&self, id: &str) -> [Item; 2] {
        let filter = format!("punctual_appointmentid eq {}", text(id));
        let rows = url(row::SET, &[("$select", row::SELECT), ("$filter", &filter)]);
        let appointment = Part::get(self.table.row(id)).with("prefer", WITH_WORDS);
        [Item::Single(appointment), Item::Single(Part::get(rows))]
    }

    fn loaded(
        &self,
        id: &str,
        appointment: &ItemAnswer,
        rows: &ItemAnswer,
    ) -> Result<Option<Loaded>, RecordsError> {
        let appointment = self.part_json(DOING, appointment)?;
        let rows = self.part_json(DOING, rows)?.unwrap_or_default();
        let mut rows = rows_of(&rows)?;
        rows.sort_by(|a, b| (a.core.due_at, &a.core.id).cmp(&(b.core.due_at, &b.core.id)));
        let loaded = match appointment {
            Some(found) => self.living_row(&found)?,
            // Rows without an appointment are what is left of one that was deleted.
            None if !rows.is_empty() => Loaded {
                dated: merge(id, None, &[], 0).dated,
                deleted: true,
                version: 0,
                rows: Vec::new(),
            },
            None => return Ok(None),
        };
        Ok(Some(Loaded { rows, ..loaded }))
    }

    /// A row of the appointments' table.
    pub(super) fn living_row(&self, row: &Value) -> Result<Loaded, RecordsError> {
        let version = row["@odata.etag"].as_str().and_then(row::version);
        let version = version.ok_or_else(|| RecordsError::new("an appointment without an ETag"))?;
        Ok(Loaded {
            dated: dated(self.table.read(row)?),
            deleted: false,
            version,
            rows: Vec::new(),
        })
    }

    pub(super) async fn read_version(&self, id: &str) -> Result<Option<i64>, RecordsError> {
        if !is_guid(id) {
            return Ok(None);
        }
        let item = Item::Single(Part::get(self.table.version_of(id)));
        let answers = self.batch(DOING, &[item]).await?;
        match answers.first() {
            Some(answer) => self.version_in(answer),
            None => Ok(None),
        }
    }

    /// The version that a read of a row tells.
    pub(super) fn version_in(&self, answer: &ItemAnswer) -> Result<Option<i64>, RecordsError> {
        let row = self.part_json(DOING, answer)?;
        Ok(row.and_then(|row| row["@odata.etag"].as_str().and_then(row::version)))
    }
}

/// The table itself knows what is newest, so no field has an instant of its own: whatever is written now is later.
fn dated(appointment: Appointment) -> DatedAppointment {
    const FIELDS: usize = 11;
    DatedAppointment {
        appointment,
        stamps: vec![Instant::default(); FIELDS],
    }
}

/// The notification rows of a list.
pub(super) fn rows_of(list: &Value) -> Result<Vec<NotificationRow>, RecordsError> {
    let rows = list["value"].as_array().map(Vec::as_slice);
    rows.unwrap_or_default().iter().map(row::read).collect()
}
