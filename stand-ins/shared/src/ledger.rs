//! What was asked of a stand-in: counted by kind, and the newest requests one by one.

use std::collections::{BTreeMap, VecDeque};

use serde::Serialize;

/// One request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Entry {
    /// Counts from 0 and never starts again, so that a reader can go on where it was.
    pub number: u64,
    /// When, by the stand-in's clock; milliseconds since 1970.
    pub at_ms: i64,
    /// What kind of request; each stand-in names its own.
    pub kind: String,
    /// The status of the answer.
    pub status: u16,
}

/// Counts and the newest requests, up to a number of them.
#[derive(Debug)]
pub struct Ledger {
    counts: BTreeMap<String, u64>,
    newest: VecDeque<Entry>,
    capacity: usize,
    next_number: u64,
}

impl Ledger {
    /// Keeps the newest `capacity` requests, and counts all.
    pub fn keeping(capacity: usize) -> Self {
        Self {
            counts: BTreeMap::new(),
            newest: VecDeque::new(),
            capacity,
            next_number: 0,
        }
    }

    /// Notes a request.
    pub fn note(&mut self, at_ms: i64, kind: &str, status: u16) {
        match self.counts.get_mut(kind) {
            Some(count) => *count += 1,
            None => drop(self.counts.insert(kind.to_owned(), 1)),
        }
        let number = self.next_number;
        self.next_number += 1;
        if self.capacity == 0 {
            return;
        }
        if self.newest.len() == self.capacity {
            self.newest.pop_front();
        }
        self.newest.push_back(Entry {
            number,
            at_ms,
            kind: kind.to_owned(),
            status,
        });
    }

    /// How many there were of each kind since the last [`reset`](Self::reset).
    pub fn counts(&self) -> &BTreeMap<String, u64> {
        &self.counts
    }

    /// The requests that are still known, from `number` on, oldest first.
    pub fn since(&self, number: u64) -> impl Iterator<Item = &Entry> {
        self.newest
            .iter()
            .filter(move |entry| entry.number >= number)
    }

    /// Counts from nothing again. Numbers go on.
    pub fn reset(&mut self) {
        self.counts.clear();
        self.newest.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_are_counted_and_the_newest_are_kept() {
        let mut ledger = Ledger::keeping(2);
        for (at_ms, kind) in [(1, "read"), (2, "write"), (3, "read")] {
            ledger.note(at_ms, kind, 200);
        }
        assert_eq!(ledger.counts()["read"], 2);
        let kept: Vec<_> = ledger.since(0).map(|entry| entry.number).collect();
        assert_eq!(kept, [1, 2]);
        assert_eq!(ledger.since(2).count(), 1);
        ledger.reset();
        ledger.note(4, "read", 200);
        assert_eq!(ledger.since(0).next().map(|entry| entry.number), Some(3));
        assert_eq!(ledger.counts()["read"], 1);
    }
}
