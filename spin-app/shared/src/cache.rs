//! A place for what is costly to find out and may be forgotten at any time: addresses, tokens.

/// The port. A cache that fails is an empty one.
pub trait Cache {
    /// What was put there, if it still is.
    fn get(&self, key: &str) -> Option<Vec<u8>>;

    /// Keeps a value for as long as it pleases.
    fn put(&self, key: &str, value: &[u8]);
}

impl<C: Cache> Cache for &C {
    fn get(&self, key: &str) -> Option<Vec<u8>> {
        (**self).get(key)
    }

    fn put(&self, key: &str, value: &[u8]) {
        (**self).put(key, value);
    }
}
