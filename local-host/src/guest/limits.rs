//! Memory that one guest may use: all its linear memories together.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use wasmtime::ResourceLimiter;

/// Counts a guest's memory and refuses growth beyond the limit.
pub(crate) struct MemoryLimit {
    limit_bytes: usize,
    /// The most that any guest of the host has used.
    peak_bytes: Arc<AtomicUsize>,
    used_bytes: usize,
    /// Whether growth was refused, which is worth a word in the log when the guest then traps.
    pub refused: bool,
}

impl MemoryLimit {
    pub(crate) fn new(limit_bytes: usize, peak_bytes: Arc<AtomicUsize>) -> Self {
        Self {
            limit_bytes,
            peak_bytes,
            used_bytes: 0,
            refused: false,
        }
    }
}

impl ResourceLimiter for MemoryLimit {
    fn memory_growing(
        &mut self,
        current: usize,
        desired: usize,
        _maximum: Option<usize>,
    ) -> wasmtime::Result<bool> {
        let used_bytes = self
            .used_bytes
            .saturating_sub(current)
            .saturating_add(desired);
        if used_bytes > self.limit_bytes {
            self.refused = true;
            return Ok(false);
        }
        self.used_bytes = used_bytes;
        self.peak_bytes.fetch_max(used_bytes, Ordering::Relaxed);
        Ok(true)
    }

    fn table_growing(
        &mut self,
        _current: usize,
        desired: usize,
        _maximum: Option<usize>,
    ) -> wasmtime::Result<bool> {
        Ok(desired <= 1_000_000)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memories_count_together() {
        let mut limit = MemoryLimit::new(100, Arc::default());
        assert!(limit.memory_growing(0, 60, None).unwrap());
        assert!(!limit.memory_growing(0, 50, None).unwrap());
        assert!(limit.refused);
        assert!(limit.memory_growing(60, 90, None).unwrap());
        assert!(limit.memory_growing(0, 10, None).unwrap());
        assert!(!limit.memory_growing(90, 91, None).unwrap());
        assert_eq!(limit.peak_bytes.load(Ordering::Relaxed), 100);
    }
}
