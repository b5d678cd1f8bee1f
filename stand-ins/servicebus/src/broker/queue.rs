//! A queue: what becomes of a message, drawn as a state machine.
//!
//! ```text
//!              due                 receive
//!  Scheduled ───────▶ Active ◀───────────────▶ locked ──complete──▶ gone
//!      │   (new number)  │   abandon, release,    │ ╲
//!    cancel              │   lock runs out        │  defer ──▶ Deferred (received by number, then locked)
//!      ▼               expire                     │
//!    gone           gone or dead letter     reject, too many deliveries ──▶ dead letter (same number)
//! ```
//!
//! A sequence number changes only where a scheduled message becomes active (MicrosoftDocs/azure-docs#97032).
//! What falls due between two calls happens in order of its time, and is stamped with its own time.

use std::sync::Arc;

use fe2o3_amqp_types::primitives::SimpleValue;
use serde::{Deserialize, Serialize};

use super::duplicates::Duplicates;
use super::history::{Event, History, What};
use super::log::{Entry, Lock, Log, State};
use super::{Content, Problem, Refusal};
use crate::guid::Guid;
use crate::options::QueueOptions;

/// A queue and the queue of its dead letters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Part {
    /// The queue itself.
    Main,
    /// `$DeadLetterQueue`.
    DeadLetters,
}

#[derive(Debug)]
pub(super) struct Queue {
    pub(super) name: String,
    pub(super) options: QueueOptions,
    pub(super) main: Log,
    pub(super) dead: Log,
    last_number: i64,
    duplicates: Duplicates,
}

impl Queue {
    pub(super) fn new(name: &str, options: QueueOptions) -> Self {
        Self {
            name: name.to_owned(),
            options,
            main: Log::default(),
            dead: Log::default(),
            last_number: 0,
            duplicates: Duplicates::default(),
        }
    }

    pub(super) fn log(&self, part: Part) -> &Log {
        match part {
            Part::Main => &self.main,
            Part::DeadLetters => &self.dead,
        }
    }

    pub(super) fn log_mut(&mut self, part: Part) -> &mut Log {
        match part {
            Part::Main => &mut self.main,
            Part::DeadLetters => &mut self.dead,
        }
    }

    /// Refuses what would make the queue fuller than it may be.
    pub(super) fn check_room(&self, more_bytes: u64) -> Result<(), Refusal> {
        let held = self.main.bytes() + self.dead.bytes();
        if held + more_bytes <= self.options.max_size_bytes {
            return Ok(());
        }
        let text = format!(
            "The maximum entity size has been reached or exceeded. Size of entity in bytes: {held}, \
             max entity size in bytes: {}.",
            self.options.max_size_bytes
        );
        Err(Refusal::new(Problem::QuotaExceeded, text))
    }

    /// Takes a message from a sender; the answer is its number, even if it was dropped as a duplicate.
    pub(super) fn accept(&mut self, content: Content, now_ms: i64, history: &mut History) -> i64 {
        let number = self.next_number();
        let due_ms = content.due_ms.filter(|due_ms| *due_ms > now_ms);
        let is_new = match self.options.duplicate_detection_history_time_window_ms {
            Some(window_ms) => self.duplicates.is_new(content.id(), window_ms, now_ms),
            None => true,
        };
        let mut entry = Entry {
            sequence_number: number,
            content: Arc::new(content),
            state: State::Scheduled,
            lock: None,
            enqueued_ms: now_ms,
            failed_deliveries: 0,
            expires_ms: None,
            dead_letter_of: None,
        };
        let what = match (is_new, due_ms) {
            (false, _) => What::Duplicate,
            (true, Some(_)) => What::Scheduled,
            (true, None) => What::Accepted,
        };
        if what == What::Accepted {
            self.activate(&mut entry, now_ms);
        }
        self.note(history, Part::Main, &entry, what, now_ms);
        if is_new {
            self.main.insert(entry);
        }
        number
    }

    fn next_number(&mut self) -> i64 {
        self.last_number += 1;
        self.last_number
    }

    fn activate(&self, entry: &mut Entry, at_ms: i64) {
        let longest_ms = self.options.default_message_time_to_live_ms;
        let ttl_ms = match (entry.content.ttl_ms, longest_ms) {
            (Some(own_ms), Some(longest_ms)) => Some(own_ms.min(longest_ms)),
            (own_ms, longest_ms) => own_ms.or(longest_ms),
        };
        entry.state = State::Active;
        entry.enqueued_ms = at_ms;
        entry.expires_ms = ttl_ms.and_then(|ttl_ms| at_ms.checked_add_unsigned(ttl_ms));
    }

    /// Takes a scheduled message back, if it is there.
    pub(super) fn cancel(&mut self, number: i64, now_ms: i64, history: &mut History) {
        if self.is_scheduled(number)
            && let Some(entry) = self.main.remove(number)
        {
            self.note(history, Part::Main, &entry, What::Cancelled, now_ms);
        }
    }

    pub(super) fn is_scheduled(&self, number: i64) -> bool {
        self.main
            .get(number)
            .is_some_and(|entry| entry.state == State::Scheduled)
    }

    /// Hands out a message: locked with `token`, or for good.
    pub(super) fn hand_out(
        &mut self,
        part: Part,
        number: i64,
        token: Option<Guid>,
        now_ms: i64,
        history: &mut History,
    ) -> Option<Entry> {
        let until_ms = now_ms.saturating_add(self.options.lock_duration_ms);
        let log = self.log_mut(part);
        let entry = match token {
            Some(token) => log
                .change(number, |entry| entry.lock = Some(Lock { token, until_ms }))?
                .clone(),
            None => log.remove(number)?,
        };
        self.note(history, part, &entry, What::Delivered, now_ms);
        Some(entry)
    }

    /// Makes a lock longer; the answer is its new end.
    pub(super) fn renew(
        &mut self,
        part: Part,
        token: Guid,
        now_ms: i64,
        history: &mut History,
    ) -> Option<i64> {
        let until_ms = now_ms.saturating_add(self.options.lock_duration_ms);
        let log = self.log_mut(part);
        let number = log.locked(token)?.sequence_number;
        let entry = log
            .change(number, |entry| entry.lock = Some(Lock { token, until_ms }))?
            .clone();
        self.note(history, part, &entry, What::Renewed, now_ms);
        Some(until_ms)
    }

    /// When something happens by itself next.
    pub(super) fn next_timer_ms(&self) -> Option<i64> {
        let timers = [self.main.next_timer(), self.dead.next_timer()];
        timers.into_iter().flatten().map(|(at_ms, _)| at_ms).min()
    }

    /// Lets all happen that has fallen due. The answer is whether anything did.
    pub(super) fn tick(&mut self, now_ms: i64, history: &mut History) -> bool {
        let mut happened = false;
        for part in [Part::Main, Part::DeadLetters] {
            let mut time_ms = i64::MIN;
            while let Some((at_ms, number)) = self.log(part).next_timer()
                && at_ms <= now_ms
            {
                happened = true;
                // A message may have outlived its time while it was locked: history does not go back.
                time_ms = time_ms.max(at_ms);
                self.fall_due(part, number, time_ms, history);
            }
        }
        happened
    }

    fn fall_due(&mut self, part: Part, number: i64, at_ms: i64, history: &mut History) {
        let Some(entry) = self.log(part).get(number) else {
            return;
        };
        if entry.lock.is_some() {
            self.unlock(part, number, What::LockExpired, at_ms, history);
        } else if entry.state == State::Scheduled {
            if let Some(mut entry) = self.main.remove(number) {
                entry.sequence_number = self.next_number();
                self.activate(&mut entry, at_ms);
                self.note_activated(history, &entry, number, at_ms);
                self.main.insert(entry);
            }
        } else if self.options.dead_lettering_on_message_expiration {
            let description = "The message expired and was dead lettered.";
            self.bury(
                number,
                Some("TTLExpiredException"),
                Some(description),
                at_ms,
                history,
            );
        } else if let Some(entry) = self.log_mut(part).remove(number) {
            self.note(history, part, &entry, What::Expired, at_ms);
        }
    }

    pub(super) fn note(
        &self,
        history: &mut History,
        part: Part,
        entry: &Entry,
        what: What,
        at_ms: i64,
    ) {
        history.note(self.event(part, entry, what, at_ms));
    }

    fn note_activated(&self, history: &mut History, entry: &Entry, scheduled_as: i64, at_ms: i64) {
        let mut event = self.event(Part::Main, entry, What::Activated, at_ms);
        event.scheduled_as = Some(scheduled_as);
        history.note(event);
    }

    fn event(&self, part: Part, entry: &Entry, what: What, at_ms: i64) -> Event {
        let reason = entry.content.application.get("DeadLetterReason");
        Event {
            number: 0,
            at_ms,
            queue: self.name.clone(),
            part,
            sequence_number: entry.sequence_number,
            scheduled_as: None,
            message_id: entry.content.id(),
            what,
            reason: match (what, reason) {
                (What::DeadLettered, Some(SimpleValue::String(reason))) => Some(reason.clone()),
                _ => None,
            },
        }
    }
}
