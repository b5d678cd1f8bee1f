//! Writes, each guarded by a version.

use futures::{StreamExt, stream};
use serde_json::Value;

use super::batch::{Item, ItemAnswer, Part, PartAnswer};
use super::query::{is_guid, seconds, url};
use super::refusal::Meaning;
use super::{DataverseRecords, row};
use crate::core::{Appointment, Instant};
use crate::http::Http;
use crate::records::{NotificationRow, RecordsError};

/// Operations in one batch of rows that do not belong together. Microsoft advises against large ones.
const PARTS: usize = 20;
/// Batches under way at once.
const AT_ONCE: usize = 4;
const DOING: &str = "write notifications";

/// What became of a row's write.
enum Done {
    /// It has this version now.
    Written(i64),
    /// Somebody else wrote it, made it, or took it away.
    Overtaken,
    Failed(RecordsError),
}

impl<H: Http> DataverseRecords<'_, H> {
    /// Rows of one appointment: all of them or none, in the common case that nobody else writes them. If somebody does, each
    /// on its own. Then the appointment's version.
    pub(super) async fn write_together(
        &self,
        appointment: &str,
        rows: &mut [NotificationRow],
        now: Instant,
    ) -> Result<(Vec<bool>, Option<i64>), RecordsError> {
        if !is_guid(appointment) {
            return Ok((vec![false; rows.len()], None));
        }
        let look = || Item::Single(Part::get(self.table.version_of(appointment)));
        let parts: Vec<_> = rows.iter().map(|row| self.part(row)).collect();
        let mut items = Vec::new();
        if !parts.is_empty() {
            items.push(Item::ChangeSet(parts.clone()));
        }
        items.push(look());
        let mut answers = self.batch(DOING, &items).await?;
        let version = answers.pop().map(|answer| self.version_in(&answer));
        let done: Vec<_> = match answers.pop() {
            None => Vec::new(),
            Some(ItemAnswer::Done(answers)) => {
                answers.iter().map(|answer| self.done(answer)).collect()
            }
            Some(ItemAnswer::Single(answer) | ItemAnswer::Undone(answer)) => {
                let refusal = self.part_refusal(&answer);
                if !matches!(refusal.meaning(), Meaning::Overtaken | Meaning::Missing) {
                    return Err(refusal.error(DOING));
                }
                let mut items: Vec<_> = parts.into_iter().map(Item::Single).collect();
                items.push(look());
                let mut answers = self.batch(DOING, &items).await?;
                let version = answers.pop().map(|answer| self.version_in(&answer));
                let done = self.singles(&answers);
                return Ok((note(rows, done, now)?, version.transpose()?.flatten()));
            }
        };
        Ok((note(rows, done, now)?, version.transpose()?.flatten()))
    }

    /// Rows of many appointments, each on its own.
    pub(super) async fn write_each(
        &self,
        rows: &mut [NotificationRow],
        now: Instant,
    ) -> Result<Vec<bool>, RecordsError> {
        let single = |row: &NotificationRow| Item::Single(self.part(row));
        let batches: Vec<Vec<_>> = rows
            .chunks(PARTS)
            .map(|rows| rows.iter().map(single).collect())
            .collect();
        let work = batches.into_iter().map(|items| async move {
            match self.batch(DOING, &items).await {
                Ok(answers) => self.singles(&answers),
                Err(error) => {
                    let failed = |_| {
                        Done::Failed(RecordsError {
                            text: error.text.clone(),
                            ..error
                        })
                    };
                    items.iter().map(failed).collect()
                }
            }
        });
        let done: Vec<Vec<_>> = stream::iter(work).buffered(AT_ONCE).collect().await;
        note(rows, done.into_iter().flatten().collect(), now)
    }

    /// The operation that writes a row.
    fn part(&self, row: &NotificationRow) -> Part {
        let mut body = row::state(row);
        let guard = match row.version {
            0 => {
                let link = self.table.is_own.then_some(self.table.set.as_str());
                body.extend(row::identity(row, link));
                ("if-none-match", "*".to_owned())
            }
            version => ("if-match", row::etag(version)),
        };
        let path = format!("{}({})", row::SET, row.core.id);
        Part {
            method: "PATCH",
            path: url(&path, &[("$select", row::ID)]),
            headers: vec![
                guard,
                // For the new version: nothing else tells it.
                ("prefer", "return=representation".to_owned()),
                ("accept", "application/json".to_owned()),
            ],
            body: Some(Value::Object(body).to_string()),
        }
    }

    fn singles(&self, answers: &[ItemAnswer]) -> Vec<Done> {
        let done = answers.iter().map(|answer| match answer {
            ItemAnswer::Single(answer) | ItemAnswer::Undone(answer) => self.done(answer),
            ItemAnswer::Done(_) => Done::Failed(RecordsError::new("not what was asked for")),
        });
        done.collect()
    }

    fn done(&self, answer: &PartAnswer) -> Done {
        if answer.is_success() {
            let body: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
            let version = body["@odata.etag"].as_str().and_then(row::version);
            return version.map_or_else(
                || Done::Failed(RecordsError::new("a written row without an ETag")),
                Done::Written,
            );
        }
        let refusal = self.part_refusal(answer);
        match refusal.meaning() {
            Meaning::Overtaken | Meaning::Missing => Done::Overtaken,
            Meaning::Busy | Meaning::Refused => Done::Failed(refusal.error(DOING)),
        }
    }

    /// Writes an appointment, and tells its new version.
    pub(super) async fn save(
        &self,
        appointment: &Appointment,
        expected: i64,
    ) -> Result<Option<i64>, RecordsError> {
        const DOING: &str = "write an appointment";
        let mut body = self.table.write(appointment)?;
        if expected == 0 && self.table.is_own {
            let title = appointment.service.as_deref().unwrap_or("Appointment");
            body["punctual_name"] = title.into();
        }
        let guard = match expected {
            0 => ("if-none-match", "*".to_owned()),
            version => ("if-match", row::etag(version)),
        };
        let mut call = self
            .call("PATCH", &self.table.version_of(&appointment.id))?
            .with(guard.0, guard.1)
            .with("content-type", "application/json")
            .with("prefer", "return=representation");
        call.body = body.to_string().into_bytes();
        let answer = self.write(call).await?;
        if !answer.is_success() {
            let refusal = self.refusal(&answer);
            return match refusal.meaning() {
                Meaning::Overtaken | Meaning::Missing => Ok(None),
                _ => Err(refusal.error(DOING)),
            };
        }
        let row = self.json(DOING, &answer)?;
        let version = row["@odata.etag"].as_str().and_then(row::version);
        version
            .map(Some)
            .ok_or_else(|| RecordsError::new("a written appointment without an ETag"))
    }

    /// Deletes an appointment.
    pub(super) async fn delete(
        &self,
        id: &str,
        expected: i64,
    ) -> Result<Option<i64>, RecordsError> {
        if !is_guid(id) {
            return Ok(None);
        }
        let call = self
            .call("DELETE", &format!("{}({id})", self.table.set))?
            .with("if-match", row::etag(expected));
        let answer = self.write(call).await?;
        if answer.is_success() {
            return Ok(Some(0));
        }
        let refusal = self.refusal(&answer);
        match refusal.meaning() {
            Meaning::Overtaken | Meaning::Missing => Ok(None),
            _ => Err(refusal.error("delete an appointment")),
        }
    }
}

/// Puts the new versions on the rows. An error is told only if nothing at all was written: what was not is then
/// found out by whoever reads again.
fn note(
    rows: &mut [NotificationRow],
    done: Vec<Done>,
    now: Instant,
) -> Result<Vec<bool>, RecordsError> {
    if done.len() != rows.len() {
        return Err(RecordsError::new("not every row was answered"));
    }
    let is_any_written = done.iter().any(|done| matches!(done, Done::Written(_)));
    let mut written = Vec::new();
    for (row, done) in rows.iter_mut().zip(done) {
        match done {
            Done::Written(version) => {
                row.version = version;
                row.updated_at = seconds(now);
                written.push(true);
            }
            Done::Failed(error) if !is_any_written => return Err(error),
            Done::Failed(_) | Done::Overtaken => written.push(false),
        }
    }
    Ok(written)
}
