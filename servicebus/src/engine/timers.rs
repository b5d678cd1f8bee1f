//! Idle time-outs, both ways: AMQP 1.0 part 2, section 2.4.5.

use crate::moment::Moment;
use std::time::Duration;

/// When to send a heartbeat, and when to give the peer up.
#[derive(Debug, Clone)]
pub(super) struct Timers {
    /// What we promise to tolerate at least. The peer is told half of what we tolerate, as the standard advises.
    tolerance: Duration,
    heard_at: Moment,
    /// Half of what the peer told us, so that a late heartbeat is still in time.
    beat_every: Option<Duration>,
    spoke_at: Moment,
}

impl Timers {
    pub(super) fn new(advertised: Duration, now: Moment) -> Self {
        Self {
            tolerance: advertised.saturating_mul(2),
            heard_at: now,
            beat_every: None,
            spoke_at: now,
        }
    }

    /// The peer's idle time-out, from its open. Zero is none.
    pub(super) fn peer_expects(&mut self, idle_time_out_ms: Option<u32>) {
        self.beat_every = idle_time_out_ms
            .filter(|ms| *ms > 0)
            .map(|ms| Duration::from_millis(u64::from(ms / 2).max(1)));
    }

    pub(super) fn heard(&mut self, now: Moment) {
        self.heard_at = self.heard_at.max(now);
    }

    pub(super) fn spoke(&mut self, now: Moment) {
        self.spoke_at = self.spoke_at.max(now);
    }

    pub(super) fn beat_at(&self) -> Option<Moment> {
        self.beat_every.map(|every| self.spoke_at + every)
    }

    pub(super) fn give_up_at(&self) -> Moment {
        self.heard_at + self.tolerance
    }
}
