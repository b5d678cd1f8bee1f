//! What was done to one appointment, and what of it the application has been told and has taken.

use std::collections::BTreeMap;

use uuid::Uuid;

use super::due_ms;
use crate::clinic::{CHANNELS, Change, STEPS, Status, Wish};

/// Something written, and how far it got.
#[derive(Debug, Clone)]
pub struct Known {
    /// What.
    pub change: Change,
    /// When it was written, as the application compares it.
    pub stamp_ms: i64,
    /// When the application was first told: from then on it may know.
    pub told_ms: Option<i64>,
    /// When it first said that it has it: from then on it must know.
    pub taken_ms: Option<i64>,
    /// When the application had certainly compared it with the reminders: from then on they follow from it.
    pub planned_ms: Option<i64>,
}

/// A reminder that may ever have been due: which.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Reminder {
    /// The step.
    pub step: &'static str,
    /// The channel.
    pub channel: &'static str,
    /// The start that it reminds of.
    pub start_ms: i64,
}

/// A wish of staff about a reminder.
#[derive(Debug, Clone)]
pub struct Wished {
    /// What.
    pub wish: Wish,
    /// Which notification.
    pub notification: String,
    /// When the application was told.
    pub told_ms: i64,
    /// When it agreed.
    pub taken_ms: Option<i64>,
}

/// One appointment.
pub struct Story {
    /// Its id.
    pub id: Uuid,
    /// Whether staff keep it in the API.
    pub by_staff: bool,
    /// All that was written, in the order of writing.
    pub known: Vec<Known>,
    /// Wishes.
    pub wished: Vec<Wished>,
    /// Every notification that there may be, by id.
    pub reminders: BTreeMap<String, Reminder>,
}

impl Story {
    /// An appointment that nobody has heard of.
    pub fn new(id: Uuid, by_staff: bool) -> Self {
        Self {
            id,
            by_staff,
            known: Vec::new(),
            wished: Vec::new(),
            reminders: BTreeMap::new(),
        }
    }

    /// Somebody writes. Answers its number.
    pub fn write(&mut self, change: Change, stamp_ms: i64) -> usize {
        if let Some(start_ms) = change.start_ms {
            for (step, channel) in all() {
                let id = notification_id(self.id, step, channel, start_ms);
                let reminder = Reminder {
                    step,
                    channel,
                    start_ms,
                };
                self.reminders.insert(id, reminder);
            }
        }
        self.known.push(Known {
            change,
            stamp_ms,
            told_ms: None,
            taken_ms: None,
            planned_ms: None,
        });
        self.known.len() - 1
    }

    /// The application has looked at all that was taken by then, and planned.
    pub fn planned(&mut self, taken_by_ms: i64, now_ms: i64) {
        for known in &mut self.known {
            if known.taken_ms.is_some_and(|at| at <= taken_by_ms) {
                known.planned_ms.get_or_insert(now_ms);
            }
        }
    }

    /// Staff wish something about a reminder of a start. Answers its number.
    pub fn wish(
        &mut self,
        wish: Wish,
        step: &str,
        channel: &str,
        start_ms: i64,
        told_ms: i64,
    ) -> usize {
        self.wished.push(Wished {
            wish,
            notification: notification_id(self.id, step, channel, start_ms),
            told_ms,
            taken_ms: None,
        });
        self.wished.len() - 1
    }

    /// Whether a send that needs `says` at `now_ms` contradicts what the application had taken by `taken_by_ms`. `says`
    /// answers for a writing whether it speaks for the send, against it, or of something else. That nobody has spoken for it is a
    /// contradiction too.
    pub fn contradicts(
        &self,
        taken_by_ms: i64,
        now_ms: i64,
        says: impl Fn(&Change) -> Option<bool>,
    ) -> bool {
        self.spoken(taken_by_ms, now_ms, &says).1.is_none()
            || self.forbids(taken_by_ms, now_ms, &says)
    }

    /// The same of what is good as long as nobody says otherwise.
    pub fn forbids(
        &self,
        taken_by_ms: i64,
        now_ms: i64,
        says: impl Fn(&Change) -> Option<bool>,
    ) -> bool {
        match self.spoken(taken_by_ms, now_ms, says) {
            (None, _) => false,
            (Some(_), None) => true,
            (Some(against), Some(speaks_for)) => against > speaks_for,
        }
    }

    /// The newest word against a send that was taken by then, and the newest for it that was told.
    fn spoken(
        &self,
        taken_by_ms: i64,
        now_ms: i64,
        says: impl Fn(&Change) -> Option<bool>,
    ) -> (Option<i64>, Option<i64>) {
        let newest = |wanted: bool, knows: &dyn Fn(&Known) -> bool| {
            let fits = |known: &&Known| says(&known.change) == Some(wanted) && knows(known);
            let stamps = self.known.iter().filter(fits).map(|known| known.stamp_ms);
            stamps.max()
        };
        let against = newest(false, &|known| {
            known.taken_ms.is_some_and(|at| at <= taken_by_ms)
        });
        let speaks_for = newest(true, &|known| known.told_ms.is_some_and(|at| at <= now_ms));
        (against, speaks_for)
    }

    /// Whether a deletion had been taken by then.
    pub fn is_deleted(&self, taken_by_ms: i64) -> bool {
        let taken = |known: &Known| known.taken_ms.is_some_and(|at| at <= taken_by_ms);
        self.known
            .iter()
            .any(|known| known.change.deletes && taken(known))
    }

    /// The last value of a field among all writings.
    pub fn last<T>(&self, field: impl Fn(&Change) -> Option<T>) -> Option<T> {
        let mut last: Option<(i64, T)> = None;
        for known in &self.known {
            if let Some(value) = field(&known.change)
                && last.as_ref().is_none_or(|(at, _)| *at <= known.stamp_ms)
            {
                last = Some((known.stamp_ms, value));
            }
        }
        last.map(|(_, value)| value)
    }

    /// Whether it was deleted at all.
    pub fn ends_deleted(&self) -> bool {
        self.known.iter().any(|known| known.change.deletes)
    }

    /// Whether it ends as one that is reminded of, and its start.
    pub fn ends_open_at(&self) -> Option<i64> {
        let open = self
            .last(|change| change.status)
            .is_some_and(Status::is_open);
        (open && !self.ends_deleted())
            .then(|| self.last(|change| change.start_ms))
            .flatten()
    }

    /// When the application had planned by the last of what decides about reminders; none as long as it has not.
    pub fn settled_ms(&self) -> Option<i64> {
        let mut latest = 0;
        for known in self.known.iter().filter(|known| decides(&known.change)) {
            latest = latest.max(known.planned_ms?);
        }
        Some(latest)
    }

    /// When the first and the last of the zones that it may have been in has the step due.
    pub fn due_range_ms(&self, step: &str, start_ms: i64) -> Option<(i64, i64)> {
        let zones = self.known.iter().filter_map(|known| known.change.zone);
        let dues = zones.filter_map(|zone| due_ms(step, start_ms, zone));
        dues.fold(None, |range: Option<(i64, i64)>, due| {
            Some(range.map_or((due, due), |(low, high)| (low.min(due), high.max(due))))
        })
    }
}

/// Whether a writing has to do with what is sent, when and to whom.
fn decides(change: &Change) -> bool {
    let Change {
        start_ms,
        status,
        email,
        phone,
        zone,
        deletes,
        ..
    } = change;
    start_ms.is_some()
        || status.is_some_and(|status| !matches!(status, Status::Completed | Status::NoShow))
        || email.is_some()
        || phone.is_some()
        || zone.is_some()
        || *deletes
}

/// Each step with each channel.
pub fn all() -> impl Iterator<Item = (&'static str, &'static str)> {
    STEPS
        .iter()
        .flat_map(|step| CHANNELS.iter().map(move |channel| (*step, *channel)))
}

/// The name that ARCHITECTURE.md gives a notification.
pub fn notification_id(appointment: Uuid, step: &str, channel: &str, start_ms: i64) -> String {
    let start = chrono::DateTime::from_timestamp_millis(start_ms).unwrap_or_default();
    let start = start.to_rfc3339_opts(chrono::SecondsFormat::Secs, true);
    Uuid::new_v5(&appointment, format!("{step}/{channel}/{start}").as_bytes()).to_string()
}
