//! What may be forgotten, in the host's key-value store.

use spin_sdk::key_value::Store;

use crate::cache::Cache;

/// The store `default`. Without the right to it nothing is kept, and everything works.
pub struct SpinCache(Option<Store>);

impl SpinCache {
    /// Opens the store.
    pub fn open() -> Self {
        Self(Store::open_default().ok())
    }
}

impl Cache for SpinCache {
    fn get(&self, key: &str) -> Option<Vec<u8>> {
        self.0.as_ref()?.get(key).ok()?
    }

    fn put(&self, key: &str, value: &[u8]) {
        if let Some(store) = &self.0 {
            // It is a cache: a value that is not kept is found out again.
            let _ = store.set(key, value);
        }
    }
}
