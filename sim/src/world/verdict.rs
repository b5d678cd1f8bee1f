//! The promises over the whole history, once the faults have stopped and all has had its time.

use std::collections::{HashMap, HashSet};

use super::{Ask, Event, World};
use crate::check::{Broken, GONE, LATE, LOST, ONCE, Row, SAME, Story, rows};
use crate::clinic::Change;

/// What is known so long before its time is planned and sent, whatever single fault there is.
const AHEAD_MS: i64 = 10 * 60_000;
/// In a calm world nothing is later than this.
const LATENESS_MAX_MS: i64 = 10_000;
/// Attempts of the default policy.
const ATTEMPTS_MAX: i64 = 7;

impl World {
    /// Judges the end. After it, all events are told once more in another order, and nothing may change.
    pub async fn judge_end(&mut self) -> Result<(), Broken> {
        let rows = rows(&self.reader).map_err(|error| unreadable(&error))?;
        self.judge_records()?;
        self.judge_rows(&rows)?;
        self.judge_demands(&rows)?;
        if let Some((messages @ 1.., _)) = self.bus_depth() {
            return Err(broken(
                LOST,
                format!("{messages} messages are left in the queue"),
                None,
            ));
        }
        self.replay().await
    }

    fn story(&self, appointment: &str) -> Option<&Story> {
        let number = self.by_id.get(appointment)?;
        self.stories.get(*number)
    }

    /// The appointments are as they were written last.
    fn judge_records(&self) -> Result<(), Broken> {
        let mut query = self
            .reader
            .prepare(
                "SELECT id, start_at, email, phone, time_zone, status, deleted_at IS NOT NULL FROM appointments",
            )
            .map_err(|error| unreadable(&error))?;
        type Columns = (
            String,
            Option<i64>,
            Option<String>,
            Option<String>,
            Option<String>,
            String,
            bool,
        );
        let read = |row: &rusqlite::Row<'_>| -> rusqlite::Result<Columns> {
            Ok((
                row.get(0)?,
                row.get(1)?,
                row.get(2)?,
                row.get(3)?,
                row.get(4)?,
                row.get(5)?,
                row.get(6)?,
            ))
        };
        let found = query
            .query_map([], read)
            .and_then(Iterator::collect::<rusqlite::Result<Vec<_>>>)
            .map_err(|error| unreadable(&error))?;
        if found.len() != self.stories.len() {
            let text = format!(
                "{} appointments were booked and {} are stored",
                self.stories.len(),
                found.len()
            );
            return Err(broken(SAME, text, None));
        }
        for (id, start_at, email, phone, zone, status, deleted) in found {
            let Some(story) = self.story(&id) else {
                return Err(broken(SAME, "a row that nobody booked".to_owned(), None));
            };
            let written = (
                story.last(|change| change.start_ms),
                story.last(|change| change.email.clone()).flatten(),
                story.last(|change| change.phone.clone()).flatten(),
                story.last(|change| change.zone).map(str::to_owned),
                story
                    .last(|change| change.status)
                    .map(|status| status.name().to_owned()),
            );
            let stored = (start_at, email, phone, zone, Some(status));
            if story.ends_deleted() != deleted || (!deleted && written != stored) {
                let text = format!("written were {written:?}, stored are {stored:?}");
                return Err(broken(SAME, text, Some(id)));
            }
        }
        Ok(())
    }

    /// Every row has ended, says why, and agrees with the provider.
    fn judge_rows(&self, rows: &[Row]) -> Result<(), Broken> {
        let mut sent = HashSet::new();
        for row in rows {
            let fail = |promise, text: String| {
                let text = format!("notification {} {text}", row.id);
                Err(broken(promise, text, Some(row.appointment.clone())))
            };
            if !row.has_ended() {
                return fail(LOST, format!("is still {}", row.status));
            }
            let was_sent = matches!(row.status.as_str(), "sent" | "delivered");
            if !was_sent && row.reason.is_empty() {
                return fail(LOST, format!("is {} and says not why", row.status));
            }
            match (was_sent, self.sends.at_ms.contains_key(&row.id)) {
                (true, false) => {
                    return fail(LOST, "counts as sent; the provider never saw it".to_owned());
                }
                (false, true) => {
                    let text = format!("was sent and is {} {}", row.status, row.reason);
                    return fail(ONCE, text);
                }
                (true, true) => drop(sent.insert(row.id.clone())),
                (false, false) => {}
            }
            if row.status == "failed" {
                let known = match row.reason.as_str() {
                    "retries_exhausted" => row.attempts >= ATTEMPTS_MAX,
                    "no_time_left" => true,
                    _ => false,
                };
                let trouble = self.options.profile.kill > 0.0 || !self.outages.is_empty();
                if !known || !trouble {
                    let text = format!("failed with {} after {}", row.reason, row.attempts);
                    return fail(LOST, text);
                }
            }
        }
        if sent.len() != self.sends.at_ms.len() {
            let missing = self.sends.at_ms.keys().find(|id| !sent.contains(*id));
            let text = format!("notification {missing:?} was sent and has no row");
            return Err(broken(ONCE, text, None));
        }
        Ok(())
    }

    /// Whoever should have been reminded was, or there is a reason that holds.
    fn judge_demands(&mut self, rows: &[Row]) -> Result<(), Broken> {
        let rows: HashMap<&str, &Row> = rows.iter().map(|row| (row.id.as_str(), row)).collect();
        let mut lateness = Vec::new();
        for story in &self.stories {
            let Some(start_ms) = story.ends_open_at() else {
                continue;
            };
            for (id, reminder) in &story.reminders {
                if reminder.start_ms != start_ms {
                    continue;
                }
                let fail = |promise, text: String| {
                    let text = format!("{} {}: {text}", reminder.step, reminder.channel);
                    Err(broken(promise, text, Some(story.id.to_string())))
                };
                let Some(row) = rows.get(id.as_str()) else {
                    return fail(LOST, "was never planned".to_owned());
                };
                self.judge_reason(story, row, reminder.step, reminder.channel, start_ms)?;
                if let Some(late_ms) = self.lateness(story, row, reminder.step, start_ms) {
                    lateness.push(late_ms);
                    let calm = self.options.profile.name == "calm" && self.tally.kills == 0;
                    if calm && late_ms > LATENESS_MAX_MS {
                        return fail(LATE, format!("{late_ms} ms late"));
                    }
                }
            }
        }
        lateness.sort_unstable();
        self.tally.lateness_ms = lateness;
        Ok(())
    }

    fn judge_reason(
        &self,
        story: &Story,
        row: &Row,
        step: &str,
        channel: &str,
        start_ms: i64,
    ) -> Result<(), Broken> {
        let zone = story.last(|change| change.zone).unwrap_or("UTC");
        let due_ms = crate::check::due_ms(step, start_ms, zone).unwrap_or(start_ms);
        let settled_ms = story.settled_ms().unwrap_or(i64::MAX);
        let contact = |change: &Change| match channel {
            "email" => change.email.clone(),
            _ => change.phone.clone(),
        };
        let reachable = story.last(contact).flatten().is_some();
        let staffed = story
            .wished
            .iter()
            .any(|wished| wished.notification == row.id);
        let holds = match (row.status.as_str(), row.reason.as_str()) {
            ("sent" | "delivered", _) => true,
            // Judged above.
            ("failed", _) => true,
            ("canceled", "canceled_by_staff") => staffed,
            ("skipped", "due_in_past") => settled_ms + AHEAD_MS > due_ms,
            ("skipped", "no_email" | "no_phone") => !reachable || settled_ms + AHEAD_MS > due_ms,
            ("skipped", "appointment_started") => {
                settled_ms + AHEAD_MS > start_ms || self.was_troubled(due_ms, start_ms)
            }
            // It was ended while the appointment was at another time or called off, and came back too late.
            ("canceled" | "skipped", _) => settled_ms > due_ms.min(start_ms),
            _ => false,
        };
        if holds {
            return Ok(());
        }
        let text = format!(
            "{step} {channel} is {} {}, though all was known {} min before it was due",
            row.status,
            row.reason,
            (due_ms - settled_ms) / 60_000
        );
        Err(broken(LOST, text, Some(story.id.to_string())))
    }

    /// Whether something may have kept a reminder from being sent between two times.
    fn was_troubled(&self, from_ms: i64, to_ms: i64) -> bool {
        let retry_ms = 4 * 3_600_000;
        let outage =
            |(begin_ms, end_ms): &(i64, i64)| *begin_ms <= to_ms && end_ms + retry_ms >= from_ms;
        self.outages.iter().any(outage) || self.options.profile.kill >= 0.005
    }

    /// How late a reminder went out that nothing stood in the way of.
    fn lateness(&self, story: &Story, row: &Row, step: &str, start_ms: i64) -> Option<i64> {
        let sent_ms = *self.sends.at_ms.get(&row.id)?;
        let zone = story.last(|change| change.zone)?;
        let due_ms = crate::check::due_ms(step, start_ms, zone)?;
        let plain = story
            .wished
            .iter()
            .all(|wished| wished.notification != row.id);
        let known = story.settled_ms()? + 60_000 < due_ms;
        let provider = !self.was_troubled_by_provider(due_ms, sent_ms);
        (plain && known && provider).then_some(sent_ms - due_ms)
    }

    fn was_troubled_by_provider(&self, from_ms: i64, to_ms: i64) -> bool {
        let outage = |(begin_ms, end_ms): &(i64, i64)| *begin_ms <= to_ms && *end_ms >= from_ms;
        self.outages.iter().any(outage)
    }

    /// All events once more, in any order: nothing changes, and nothing is sent.
    async fn replay(&mut self) -> Result<(), Broken> {
        let before = self.dump().map_err(|error| unreadable(&error))?;
        let sent = self.sends.at_ms.len();
        let mut all: Vec<(usize, usize)> = Vec::new();
        for (number, story) in self.stories.iter().enumerate() {
            if !story.by_staff {
                all.extend((0..story.known.len()).map(|known| (number, known)));
            }
        }
        self.dice.shuffle(&mut all);
        for (story, known) in all {
            let in_ms = self.dice.between(0, 60_000);
            self.after_ms(in_ms, Event::Send(Ask::Event(story, known, 1)));
        }
        self.over = false;
        self.after_ms(10 * 60_000, Event::Over);
        self.run().await?;
        let after = self.dump().map_err(|error| unreadable(&error))?;
        let other = before.iter().zip(&after).find(|(old, new)| old != new);
        match other {
            Some((old, new)) => {
                let text = format!("events told again turned\n  {old}\ninto\n  {new}");
                let id = old.split('|').find(|cell| self.by_id.contains_key(*cell));
                Err(broken(SAME, text, id.map(str::to_owned)))
            }
            None if before.len() != after.len() => {
                let text = format!("{} rows became {}", before.len(), after.len());
                Err(broken(SAME, text, None))
            }
            None if sent != self.sends.at_ms.len() => {
                let text = "something was sent because events were told again".to_owned();
                Err(broken(GONE, text, None))
            }
            None => Ok(()),
        }
    }

    /// Every row of both tables in one line each.
    fn dump(&self) -> rusqlite::Result<Vec<String>> {
        let mut lines = Vec::new();
        for sql in [
            "SELECT * FROM appointments ORDER BY id",
            "SELECT * FROM notifications ORDER BY id",
        ] {
            let mut query = self.reader.prepare(sql)?;
            let width = query.column_count();
            let mut rows = query.query([])?;
            while let Some(row) = rows.next()? {
                let cells = (0..width).map(|column| {
                    let value: rusqlite::types::Value = row.get(column)?;
                    Ok(match value {
                        rusqlite::types::Value::Null => "-".to_owned(),
                        rusqlite::types::Value::Integer(number) => number.to_string(),
                        rusqlite::types::Value::Text(text) => text,
                        other => format!("{other:?}"),
                    })
                });
                lines.push(cells.collect::<rusqlite::Result<Vec<_>>>()?.join("|"));
            }
        }
        Ok(lines)
    }
}

fn broken(promise: &'static str, story: String, appointment: Option<String>) -> Broken {
    Broken {
        promise,
        story,
        appointment,
    }
}

fn unreadable(error: &rusqlite::Error) -> Broken {
    broken(LOST, format!("the rows cannot be read: {error}"), None)
}
