//! What happened to every message, for tests to read: bounded, the oldest forgotten first.

use std::collections::VecDeque;

use serde::Serialize;

use super::Part;

/// What happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum What {
    /// Taken from a sender, active at once.
    Accepted,
    /// Taken from a sender for later.
    Scheduled,
    /// Reported as taken, and dropped: its id was seen before.
    Duplicate,
    /// A scheduled message became active; `sequence_number` is the new one.
    Activated,
    /// A scheduled message was taken back.
    Cancelled,
    /// Handed to a receiver.
    Delivered,
    /// A lock was made longer.
    Renewed,
    /// Done with.
    Completed,
    /// Given back as failed.
    Abandoned,
    /// Given back unlooked at.
    Released,
    /// Put aside.
    Deferred,
    /// A lock ran out.
    LockExpired,
    /// Moved to the dead letters; `reason` says why.
    DeadLettered,
    /// Lived too long, and was dropped.
    Expired,
}

/// One entry.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Event {
    /// Counts from 0 and never starts again, so that a reader can go on where it was.
    pub number: u64,
    /// When, by the broker's clock.
    pub at_ms: i64,
    /// The queue's name.
    pub queue: String,
    /// Which half of the queue.
    pub part: Part,
    /// The message's number at the time.
    pub sequence_number: i64,
    /// The number under which it was scheduled, where it became active.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scheduled_as: Option<i64>,
    /// The sender's id of the message.
    pub message_id: Option<String>,
    /// What happened.
    pub what: What,
    /// Why, for dead letters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// The newest events, up to a number of them.
#[derive(Debug)]
pub struct History {
    events: VecDeque<Event>,
    capacity: usize,
    next_number: u64,
}

impl History {
    /// Keeps the newest `capacity` events.
    pub fn keeping(capacity: usize) -> Self {
        Self {
            events: VecDeque::new(),
            capacity,
            next_number: 0,
        }
    }

    pub(super) fn note(&mut self, mut event: Event) {
        event.number = self.next_number;
        self.next_number += 1;
        if self.capacity == 0 {
            return;
        }
        if self.events.len() == self.capacity {
            self.events.pop_front();
        }
        self.events.push_back(event);
    }

    /// The events that are still known, from `number` on, oldest first.
    pub fn since(&self, number: u64) -> impl Iterator<Item = &Event> {
        self.events
            .iter()
            .filter(move |event| event.number >= number)
    }
}
