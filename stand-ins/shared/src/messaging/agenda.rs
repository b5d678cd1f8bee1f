//! What will happen by itself, and when.

use std::collections::BTreeMap;

/// Events that lie ahead, in the order in which they happen. Of two at the same time, the one that was added first goes first.
#[derive(Debug)]
pub struct Agenda<E> {
    ahead: BTreeMap<(i64, u64), E>,
    added: u64,
}

impl<E> Default for Agenda<E> {
    fn default() -> Self {
        Self {
            ahead: BTreeMap::new(),
            added: 0,
        }
    }
}

impl<E> Agenda<E> {
    /// Adds an event.
    pub fn add(&mut self, at_ms: i64, event: E) {
        self.ahead.insert((at_ms, self.added), event);
        self.added += 1;
    }

    /// Takes the next event that is due by now, and when it happened.
    pub fn take(&mut self, now_ms: i64) -> Option<(i64, E)> {
        let first = self.ahead.first_entry()?;
        let at_ms = first.key().0;
        (at_ms <= now_ms).then(|| (at_ms, first.remove()))
    }

    /// When the next event is; milliseconds since 1970.
    pub fn next_due_ms(&self) -> Option<i64> {
        self.ahead.first_key_value().map(|((at_ms, _), _)| *at_ms)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_happen_in_their_order() {
        let mut agenda = Agenda::default();
        for (at_ms, event) in [(20, "c"), (10, "a"), (10, "b"), (30, "d")] {
            agenda.add(at_ms, event);
        }
        let happened: Vec<_> = std::iter::from_fn(|| agenda.take(20)).collect();
        assert_eq!(happened, [(10, "a"), (10, "b"), (20, "c")]);
        assert_eq!(agenda.next_due_ms(), Some(30));
    }
}
