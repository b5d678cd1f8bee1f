//! The credits of a namespace: Standard has 1,000 a second, one for each message sent or peeked.
//!
//! What a schedule or a cancel costs is not documented; here it is one a message. Messages that are received cost
//! the service's customers a credit too. Here they are not counted, because over AMQP nothing could be refused.

use super::Refusal;

/// Counts credits in windows of one second.
#[derive(Debug)]
pub(super) struct Throttle {
    per_second: Option<u32>,
    window: i64,
    spent: u32,
}

impl Throttle {
    pub(super) fn new(per_second: Option<u32>) -> Self {
        Self {
            per_second,
            window: i64::MIN,
            spent: 0,
        }
    }

    /// Spends one credit a message. What a full window refuses costs nothing.
    pub(super) fn spend(&mut self, messages: usize, now_ms: i64) -> Result<(), Refusal> {
        let Some(per_second) = self.per_second else {
            return Ok(());
        };
        let window = now_ms.div_euclid(1000);
        if window != self.window {
            (self.window, self.spent) = (window, 0);
        }
        let cost = u32::try_from(messages.max(1)).unwrap_or(u32::MAX);
        // A batch larger than the window passes alone, or it never would.
        if self.spent > 0 && self.spent.saturating_add(cost) > per_second {
            return Err(Refusal::busy());
        }
        self.spent = self.spent.saturating_add(cost);
        Ok(())
    }
}
