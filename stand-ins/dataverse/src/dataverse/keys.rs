//! The indexes of alternate keys. Each is built in the background, which takes time, may fail, and can be begun again.

use std::collections::BTreeMap;

/// How far the indexes are.
#[derive(Debug, Clone)]
pub(crate) struct KeyIndexes {
    started_ms: i64,
    build_ms: i64,
    /// By the key's logical name: how often building it will still fail.
    failures: BTreeMap<String, u32>,
    /// By the key's logical name: when it was begun again.
    again_ms: BTreeMap<String, i64>,
}

impl KeyIndexes {
    /// All of them begin now.
    pub fn begin(build_ms: i64, failures: BTreeMap<String, u32>, now_ms: i64) -> Self {
        Self {
            started_ms: now_ms,
            build_ms,
            failures,
            again_ms: BTreeMap::new(),
        }
    }

    /// `EntityKeyIndexStatus`
    pub fn status(&self, key: &str, now_ms: i64) -> &'static str {
        let since_ms = self.again_ms.get(key).unwrap_or(&self.started_ms);
        if now_ms < since_ms.saturating_add(self.build_ms) {
            "Pending"
        } else if self.failures.get(key).is_some_and(|left| *left > 0) {
            "Failed"
        } else {
            "Active"
        }
    }

    /// Begins again, if it failed.
    pub fn begin_again(&mut self, key: &str, now_ms: i64) {
        if self.status(key, now_ms) == "Failed" {
            self.again_ms.insert(key.to_owned(), now_ms);
            if let Some(left) = self.failures.get_mut(key) {
                *left -= 1;
            }
        }
    }

    /// Whether every key can be used.
    pub fn active(&self, now_ms: i64) -> bool {
        let mut others = self.failures.keys().chain(self.again_ms.keys());
        now_ms >= self.started_ms.saturating_add(self.build_ms)
            && others.all(|key| self.status(key, now_ms) == "Active")
    }
}
