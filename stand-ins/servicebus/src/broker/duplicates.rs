//! The memory of message-ids, for queues that detect duplicates.

use std::collections::{HashSet, VecDeque};

/// Remembers ids for a window of time since their message was accepted: scheduled or not, consumed or not,
/// cancelled or not.
#[derive(Debug, Default)]
pub(super) struct Duplicates {
    known: HashSet<String>,
    by_age: VecDeque<(i64, String)>,
}

impl Duplicates {
    /// Whether the id is new; it is remembered from now on. Messages without an id are never duplicates.
    pub(super) fn is_new(&mut self, id: Option<String>, window_ms: i64, now_ms: i64) -> bool {
        while let Some((seen_ms, _)) = self.by_age.front() {
            if seen_ms.saturating_add(window_ms) > now_ms {
                break;
            }
            if let Some((_, id)) = self.by_age.pop_front() {
                self.known.remove(&id);
            }
        }
        let Some(id) = id else { return true };
        if !self.known.insert(id.clone()) {
            return false;
        }
        self.by_age.push_back((now_ms, id));
        true
    }
}
