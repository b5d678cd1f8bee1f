//! What a namespace and its queues are like. Defaults are those of the Standard tier.

use serde::{Deserialize, Serialize};

/// A queue's options. The names follow the service's own; durations are milliseconds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct QueueOptions {
    /// How long a message is locked for its receiver. The service allows 5 s to 5 min.
    pub lock_duration_ms: i64,
    /// How many failed deliveries make a dead letter; 1 at least.
    pub max_delivery_count: u32,
    /// The life of messages that bring none, and the longest life of those that do; null is for ever.
    pub default_message_time_to_live_ms: Option<u64>,
    /// Whether expired messages become dead letters instead of vanishing.
    pub dead_lettering_on_message_expiration: bool,
    /// For how long message-ids are remembered; null detects no duplicates.
    pub duplicate_detection_history_time_window_ms: Option<i64>,
    /// What the queue holds, scheduled messages and dead letters included.
    pub max_size_bytes: u64,
}

impl Default for QueueOptions {
    fn default() -> Self {
        Self {
            lock_duration_ms: 60_000,
            max_delivery_count: 10,
            default_message_time_to_live_ms: None,
            dead_lettering_on_message_expiration: false,
            duplicate_detection_history_time_window_ms: None,
            max_size_bytes: 1 << 30,
        }
    }
}

impl QueueOptions {
    /// The options, if the service would take them; else what is wrong.
    pub fn checked(self) -> Result<Self, String> {
        if !(1..=300_000).contains(&self.lock_duration_ms) {
            return Err("lock_duration_ms must be 1 to 300000, which is five minutes".into());
        }
        if self.max_delivery_count == 0 {
            return Err("max_delivery_count must be 1 or more".into());
        }
        Ok(self)
    }
}

/// What holds for a whole namespace.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NamespaceOptions {
    /// The largest message, headers included: 256 KB in Standard.
    pub max_message_bytes: usize,
    /// The largest batch.
    pub max_batch_bytes: usize,
    /// The most messages in a batch; undocumented by Microsoft, 4,500 as measured by users.
    pub max_batch_count: usize,
    /// Credits a second for the whole namespace: 1,000 in Standard. None throttles nothing.
    pub credits_per_second: Option<u32>,
    /// The largest AMQP frame that is read or written.
    pub max_frame_bytes: u32,
    /// Whether a cancel of several numbers, some of them missing, cancels those that are there although it answers
    /// 404. Microsoft does not say; a client must be right with both.
    pub cancels_in_part: bool,
    /// What HTTP says when the namespace is busy. Users report both 429 and 503; Microsoft says neither.
    pub http_busy_status: u16,
    /// How many events the history keeps.
    pub history_capacity: usize,
}

impl Default for NamespaceOptions {
    fn default() -> Self {
        Self {
            max_message_bytes: 256 << 10,
            max_batch_bytes: 256 << 10,
            max_batch_count: 4_500,
            credits_per_second: None,
            max_frame_bytes: 64 << 10,
            cancels_in_part: false,
            http_busy_status: 503,
            history_capacity: 100_000,
        }
    }
}
