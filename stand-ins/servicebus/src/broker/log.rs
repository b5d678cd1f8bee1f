//! Half a queue: its messages in order of their sequence numbers, and when each needs attention next.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::Content;
use crate::guid::Guid;

/// Whether a message can be received. The numbers are those of the annotation `x-opt-message-state`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// It can, when it is not locked.
    Active = 0,
    /// Only by its sequence number.
    Deferred = 1,
    /// Not yet.
    Scheduled = 2,
}

/// A receiver's claim on a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lock {
    /// What the receiver settles it with.
    pub token: Guid,
    /// When it ends by itself.
    pub until_ms: i64,
}

/// A message in a queue.
#[derive(Debug, Clone)]
pub struct Entry {
    /// Its number; a scheduled message gets another when it becomes active.
    pub sequence_number: i64,
    /// What the sender gave.
    pub content: Arc<Content>,
    /// Whether it can be received.
    pub state: State,
    /// Who has it now.
    pub lock: Option<Lock>,
    /// When it was scheduled or, once active, became so.
    pub enqueued_ms: i64,
    /// Deliveries that were abandoned or ran out. AMQP shows this number, HTTP one more.
    pub failed_deliveries: u32,
    /// When it has lived too long.
    pub expires_ms: Option<i64>,
    /// The queue that it is a dead letter of.
    pub dead_letter_of: Option<String>,
}

impl Entry {
    /// When something happens to this message of itself, if nobody touches it.
    fn timer_ms(&self) -> Option<i64> {
        match (&self.state, &self.lock) {
            (State::Scheduled, _) => self.content.due_ms,
            // Locked messages do not expire until they are unlocked.
            (_, Some(lock)) => Some(lock.until_ms),
            (_, None) => self.expires_ms,
        }
    }

    fn is_ready(&self) -> bool {
        self.state == State::Active && self.lock.is_none()
    }
}

/// The messages of one half of a queue.
#[derive(Debug, Default)]
pub(super) struct Log {
    entries: BTreeMap<i64, Entry>,
    ready: BTreeSet<i64>,
    locked: BTreeMap<Guid, i64>,
    timers: BTreeSet<(i64, i64)>,
    bytes: u64,
}

impl Log {
    /// What all messages weigh.
    pub(super) fn bytes(&self) -> u64 {
        self.bytes
    }

    /// How many messages there are.
    pub(super) fn len(&self) -> usize {
        self.entries.len()
    }

    pub(super) fn insert(&mut self, entry: Entry) {
        self.bytes += entry.content.size_bytes as u64;
        self.index(&entry);
        self.entries.insert(entry.sequence_number, entry);
    }

    pub(super) fn remove(&mut self, sequence_number: i64) -> Option<Entry> {
        let entry = self.entries.remove(&sequence_number)?;
        self.bytes -= entry.content.size_bytes as u64;
        self.unindex(&entry);
        Some(entry)
    }

    /// Changes a message and shows it as it is then.
    pub(super) fn change(
        &mut self,
        sequence_number: i64,
        how: impl FnOnce(&mut Entry),
    ) -> Option<&Entry> {
        let mut entry = self.remove(sequence_number)?;
        how(&mut entry);
        self.insert(entry);
        self.get(sequence_number)
    }

    pub(super) fn get(&self, sequence_number: i64) -> Option<&Entry> {
        self.entries.get(&sequence_number)
    }

    /// The messages from this number on.
    pub(super) fn from(&self, sequence_number: i64) -> impl Iterator<Item = &Entry> {
        self.entries
            .range(sequence_number..)
            .map(|(_, entry)| entry)
    }

    /// The first message that can be received.
    pub(super) fn first_ready(&self) -> Option<i64> {
        self.ready.first().copied()
    }

    /// The message that is locked with this token.
    pub(super) fn locked(&self, token: Guid) -> Option<&Entry> {
        self.get(*self.locked.get(&token)?)
    }

    /// When the next message needs attention, and which.
    pub(super) fn next_timer(&self) -> Option<(i64, i64)> {
        self.timers.first().copied()
    }

    fn index(&mut self, entry: &Entry) {
        if entry.is_ready() {
            self.ready.insert(entry.sequence_number);
        }
        if let Some(lock) = entry.lock {
            self.locked.insert(lock.token, entry.sequence_number);
        }
        if let Some(at_ms) = entry.timer_ms() {
            self.timers.insert((at_ms, entry.sequence_number));
        }
    }

    fn unindex(&mut self, entry: &Entry) {
        self.ready.remove(&entry.sequence_number);
        if let Some(lock) = entry.lock {
            self.locked.remove(&lock.token);
        }
        if let Some(at_ms) = entry.timer_ms() {
            self.timers.remove(&(at_ms, entry.sequence_number));
        }
    }
}
