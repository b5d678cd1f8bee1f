//! Each message that the provider took, judged at the moment it took it.

use std::collections::HashMap;

use super::story::Reminder;
use super::{Broken, GONE, LATE, ONCE, Story};
use crate::clinic::{Change, Status, Wish};

/// A message as the provider has it.
#[derive(Debug, Clone)]
pub struct Letter {
    /// The notification.
    pub notification: String,
    /// The appointment that it says it is about.
    pub appointment: String,
    /// Its channel.
    pub channel: String,
    /// To whom.
    pub recipient: String,
}

/// All that were taken.
#[derive(Default)]
pub struct Sends {
    /// When each notification was sent.
    pub at_ms: HashMap<String, i64>,
}

impl Sends {
    /// Judges a message that the provider takes at `now_ms` of the true time.
    pub fn judge(
        &mut self,
        letter: &Letter,
        story: &Story,
        now_ms: i64,
        grace_ms: i64,
        slack_ms: i64,
    ) -> Result<(), Broken> {
        let broken = |promise, text: &str| {
            let story = format!(
                "{} to notification {} of appointment {}: {text}",
                letter.channel, letter.notification, letter.appointment
            );
            Err(Broken {
                promise,
                story,
                appointment: Some(letter.appointment.clone()),
            })
        };
        let Some(reminder) = story.reminders.get(&letter.notification).copied() else {
            return broken(GONE, "its start is none that the appointment ever had");
        };
        if let Some(before_ms) = self.at_ms.insert(letter.notification.clone(), now_ms) {
            return broken(
                ONCE,
                &format!("sent again, {} ms after the first time", now_ms - before_ms),
            );
        }
        let by_ms = now_ms - grace_ms;
        if story.is_deleted(by_ms) {
            return broken(GONE, "the appointment was deleted");
        }
        let start = |change: &Change| change.start_ms.map(|at| at == reminder.start_ms);
        if story.contradicts(by_ms, now_ms, start) {
            return broken(GONE, "the appointment is no longer at that time");
        }
        let status = |change: &Change| change.status.map(Status::is_open);
        if story.forbids(by_ms, now_ms, status) {
            return broken(GONE, "the appointment was called off");
        }
        let recipient = |change: &Change| {
            let contact = match reminder.channel {
                "email" => &change.email,
                _ => &change.phone,
            };
            let contact = contact.as_ref()?;
            Some(contact.as_deref() == Some(letter.recipient.as_str()))
        };
        if story.contradicts(by_ms, now_ms, recipient) {
            return broken(GONE, "to whom it no longer is");
        }
        if now_ms >= reminder.start_ms + slack_ms {
            return broken(GONE, "the appointment has begun");
        }
        self.wishes(story, letter, reminder, now_ms, by_ms, slack_ms)
    }

    /// Staff may have wished it away, or earlier than it is due.
    fn wishes(
        &self,
        story: &Story,
        letter: &Letter,
        reminder: Reminder,
        now_ms: i64,
        by_ms: i64,
        slack_ms: i64,
    ) -> Result<(), Broken> {
        let mine = |wish: Wish| {
            story
                .wished
                .iter()
                .filter(move |wished| wished.wish == wish)
                .filter(|wished| wished.notification == letter.notification)
        };
        let last_told = mine(Wish::SendNow)
            .filter(|wished| wished.told_ms <= now_ms)
            .map(|wished| wished.told_ms)
            .max();
        let canceled = mine(Wish::Cancel)
            .filter_map(|wished| wished.taken_ms)
            .any(|at| at <= by_ms && last_told.is_none_or(|told| told < at));
        let due = story.due_range_ms(reminder.step, reminder.start_ms);
        let early = due.is_none_or(|(due_ms, _)| now_ms < due_ms - slack_ms);
        let (promise, text) = match (canceled, early && last_told.is_none()) {
            (true, _) => (GONE, "staff had canceled it"),
            (_, true) => (LATE, "before its time"),
            _ => return Ok(()),
        };
        Err(Broken {
            promise,
            story: format!(
                "{} {} of appointment {}: {text}",
                reminder.step, reminder.channel, letter.appointment
            ),
            appointment: Some(letter.appointment.clone()),
        })
    }
}
