//! What a stand-in wants sent: when each thing is due, and that none is sent twice at once.

use std::collections::BTreeMap;

use bytes::Bytes;
use http::{Request, Response};

use crate::NoAnswer;

/// What came back.
pub type Answer = Result<Response<Bytes>, NoAnswer>;

/// A request that is to be sent.
#[derive(Debug)]
pub struct Outgoing {
    /// Which job it is, for whoever is told what came of it.
    pub job: u64,
    /// Counts from 1.
    pub attempt: u32,
    /// The request. Its URI is absolute.
    pub request: Request<Bytes>,
}

/// Jobs that wait or are on their way.
#[derive(Debug)]
pub struct Outbox<J> {
    jobs: BTreeMap<u64, Slot<J>>,
    next_job: u64,
}

#[derive(Debug)]
struct Slot<J> {
    job: J,
    attempts: u32,
    /// None while it is on its way.
    due_ms: Option<i64>,
}

impl<J> Default for Outbox<J> {
    fn default() -> Self {
        Self {
            jobs: BTreeMap::new(),
            next_job: 0,
        }
    }
}

impl<J: Clone> Outbox<J> {
    /// Adds a job; the answer is its number.
    pub fn add(&mut self, job: J, due_ms: i64) -> u64 {
        let number = self.next_job;
        self.next_job += 1;
        let slot = Slot {
            job,
            attempts: 0,
            due_ms: Some(due_ms),
        };
        self.jobs.insert(number, slot);
        number
    }

    /// How many wait or are on their way.
    pub fn waiting(&self) -> usize {
        self.jobs.len()
    }

    /// How many are due or on their way: those that a test waits for while the clock stands still.
    pub fn at_hand(&self, now_ms: i64) -> usize {
        let slots = self.jobs.values();
        slots
            .filter(|slot| slot.due_ms.is_none_or(|due_ms| due_ms <= now_ms))
            .count()
    }

    /// When the next is due; milliseconds since 1970.
    pub fn next_due_ms(&self) -> Option<i64> {
        self.jobs.values().filter_map(|slot| slot.due_ms).min()
    }

    /// Those that are due, by when they are and then by age: number, attempt, job. They are on their way now.
    pub fn take_due(&mut self, now_ms: i64) -> Vec<(u64, u32, J)> {
        let mut due: Vec<(i64, u64)> = self
            .jobs
            .iter()
            .filter_map(|(number, slot)| Some((slot.due_ms.filter(|at| *at <= now_ms)?, *number)))
            .collect();
        due.sort_unstable();
        let take = |(_, number)| {
            let slot = self.jobs.get_mut(&number)?;
            slot.due_ms = None;
            slot.attempts += 1;
            Some((number, slot.attempts, slot.job.clone()))
        };
        due.into_iter().filter_map(take).collect()
    }

    /// The job and how often it was tried, if it is on its way.
    pub fn on_its_way(&self, number: u64) -> Option<(u32, &J)> {
        let slot = self.jobs.get(&number)?;
        slot.due_ms.is_none().then_some((slot.attempts, &slot.job))
    }

    /// Lets one that is on its way be tried again.
    pub fn put_back(&mut self, number: u64, due_ms: i64) {
        if let Some(slot) = self.jobs.get_mut(&number) {
            slot.due_ms = Some(due_ms);
        }
    }

    /// Forgets a job.
    pub fn remove(&mut self, number: u64) {
        self.jobs.remove(&number);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn jobs_come_when_they_are_due_and_once_at_a_time() {
        let mut outbox = Outbox::default();
        let (late, early) = (outbox.add("late", 20), outbox.add("early", 10));
        assert_eq!(outbox.next_due_ms(), Some(10));
        assert_eq!(outbox.take_due(9), []);
        assert_eq!((outbox.at_hand(9), outbox.at_hand(10)), (0, 1));
        assert_eq!(
            outbox.take_due(20),
            [(early, 1, "early"), (late, 1, "late")]
        );
        assert_eq!((outbox.take_due(99), outbox.next_due_ms()), (vec![], None));
        assert_eq!(outbox.at_hand(20), 2);
        outbox.put_back(late, 30);
        assert_eq!(outbox.on_its_way(late), None);
        outbox.remove(early);
        assert_eq!(outbox.take_due(30), [(late, 2, "late")]);
        assert_eq!(outbox.on_its_way(late), Some((2, &"late")));
        assert_eq!(outbox.waiting(), 1);
    }
}
