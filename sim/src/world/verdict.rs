//! The promises over the whole history, once the faults have stopped and all has had its time.

use std::collections::{HashMap, HashSet};

use super::rows::Cells;
use super::{Ask, Event, Hook, World};
use crate::check::{Broken, GONE, LATE, LOST, ONCE, Row, SAME, Story};
use crate::clinic::Change;
use crate::parts::{Records, Service};

/// What is known so long before its time is planned and sent, whatever single fault there is.
const AHEAD_MS: i64 = 10 * 60_000;
/// In a calm world nothing is later than this.
const LATENESS_MAX_MS: i64 = 10_000;
/// Of an appointment that is first heard of so long after its start nothing is planned (`planning/reconcile.rs`).
const LONG_PAST_MS: i64 = 31 * 86_400_000;
/// Attempts of the default policy.
const ATTEMPTS_MAX: i64 = 7;

impl World {
    /// Judges the end. After it, all events are told once more in another order, and nothing may change.
    pub async fn judge_end(&mut self) -> Result<(), Broken> {
        let rows = self.rows().map_err(|error| unreadable(&error))?;
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
        let found = self.appointments().map_err(|error| unreadable(&error))?;
        let gone = self.options.parts.records == Records::Dataverse;
        let wanted = self
            .stories
            .iter()
            .filter(|story| !(gone && story.ends_deleted()));
        let wanted = wanted.count();
        if found.len() != wanted {
            let text = format!(
                "{wanted} appointments were booked and {} are stored",
                found.len()
            );
            return Err(broken(SAME, text, None));
        }
        for stored in found {
            let Some(story) = self.story(&stored.id) else {
                return Err(broken(SAME, "a row that nobody booked".to_owned(), None));
            };
            let written = Cells {
                start_ms: story.last(|change| change.start_ms),
                email: story.last(|change| change.email.clone()).flatten(),
                phone: story.last(|change| change.phone.clone()).flatten(),
                zone: story.last(|change| change.zone).map(str::to_owned),
                status: story
                    .last(|change| change.status)
                    .map(|status| status.name().to_owned()),
            };
            let deleted = story.ends_deleted();
            if deleted != stored.deleted || (!deleted && written != stored.cells) {
                let text = format!("written were {written:?}, stored are {stored:?}");
                return Err(broken(SAME, text, Some(stored.id)));
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
                // Its answer was lost, and so was what would have told of it: it says that nobody knows.
                (false, true) if row.reason == "outcome_unknown" => {
                    sent.insert(row.id.clone());
                }
                (false, true) => {
                    let text = format!("was sent and is {} {}", row.status, row.reason);
                    return fail(ONCE, text);
                }
                (true, true) => {
                    sent.insert(row.id.clone());
                }
                (false, false) => {}
            }
            if row.status == "failed" {
                let known = match row.reason.as_str() {
                    "retries_exhausted" => row.attempts >= ATTEMPTS_MAX,
                    "no_time_left" => true,
                    // The provider was asked and did not know, or cannot be asked.
                    "outcome_unknown" => true,
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
                    let known_ms = story.settled_ms().unwrap_or(i64::MAX);
                    if known_ms - start_ms > LONG_PAST_MS {
                        continue;
                    }
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
            if !story.by_staff && self.options.parts.records == Records::Embedded {
                all.extend((0..story.known.len()).map(|known| (number, known)));
            }
        }
        let mut asks: Vec<Ask> = all
            .into_iter()
            .map(|(story, known)| Ask::Event(story, known, 1))
            .collect();
        asks.extend(self.cloud.told.clone().into_iter().map(|request| {
            Ask::Hook(Hook {
                service: Service::Dataverse,
                job: None,
                arrived_ms: 0,
                request,
            })
        }));
        self.dice.shuffle(&mut asks);
        for ask in asks {
            let in_ms = self.dice.between(0, 60_000);
            self.after_ms(in_ms, Event::Send(ask));
        }
        self.over = false;
        self.after_ms(10 * 60_000, Event::Over);
        self.run().await?;
        let after = self.dump().map_err(|error| unreadable(&error))?;
        let other = before.iter().zip(&after).find(|(old, new)| old != new);
        match other {
            Some((old, new)) => {
                let text = format!("events told again turned\n  {old}\ninto\n  {new}");
                let id = old
                    .split(['|', '"'])
                    .find(|cell| self.by_id.contains_key(*cell));
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
