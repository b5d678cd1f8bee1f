//! Service protection: limits for each user within a sliding window (facts: 6,000 requests, 20 minutes of execution
//! within 5 minutes, 52 at once).

use std::collections::VecDeque;

use crate::refusal::Refusal;

/// The limits of a user. Defaults are the documented ones.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ServiceProtection {
    /// How many requests within the window.
    pub requests: usize,
    /// How much execution time within the window.
    pub execution_ms: i64,
    /// How many at once.
    pub concurrent: usize,
    /// The window.
    pub window_ms: i64,
    /// What a request that no fault slows counts as execution time, since the stand-in itself takes none.
    pub request_ms: i64,
}

impl Default for ServiceProtection {
    fn default() -> Self {
        Self {
            requests: 6_000,
            execution_ms: 20 * 60_000,
            concurrent: 52,
            window_ms: 5 * 60_000,
            request_ms: 20,
        }
    }
}

/// What a user asked for lately.
#[derive(Debug, Default)]
pub struct Usage {
    /// When each request began and how long it took.
    recent: VecDeque<(i64, i64)>,
}

impl Usage {
    /// Notes a request that takes `took_ms`.
    pub fn note(&mut self, limits: &ServiceProtection, now_ms: i64, took_ms: i64) {
        self.recent
            .push_back((now_ms, took_ms.max(limits.request_ms)));
    }

    /// Refuses if there was too much lately.
    pub fn check(&mut self, limits: &ServiceProtection, now_ms: i64) -> Result<(), Refusal> {
        while let Some((from_ms, _)) = self.recent.front() {
            if now_ms - from_ms < limits.window_ms {
                break;
            }
            self.recent.pop_front();
        }
        let at_once = self
            .recent
            .iter()
            .filter(|(from, took)| from + took > now_ms)
            .count();
        if at_once >= limits.concurrent {
            let message = format!(
                "Number of concurrent requests exceeded the limit of {}.",
                limits.concurrent
            );
            return Err(too_many("0x80072326", &message, 1));
        }
        let oldest_ends_in_s = self.recent.front().map_or(1, |(from_ms, _)| {
            (from_ms + limits.window_ms - now_ms).div_euclid(1000) as u32 + 1
        });
        let executed: i64 = self.recent.iter().map(|(_, took)| took).sum();
        if executed >= limits.execution_ms {
            let message = format!(
                "Combined execution time of incoming requests exceeded limit of {} milliseconds over time window of {} seconds. Decrease number of concurrent requests or reduce the duration of requests and try again later.",
                limits.execution_ms,
                limits.window_ms / 1000
            );
            return Err(too_many("0x80072321", &message, oldest_ends_in_s));
        }
        if self.recent.len() >= limits.requests {
            let message = format!(
                "Number of requests exceeded the limit of {} over time window of {} seconds.",
                limits.requests,
                limits.window_ms / 1000
            );
            return Err(too_many("0x80072322", &message, oldest_ends_in_s));
        }
        Ok(())
    }

    /// How many requests are left, as the service tells in a header.
    pub fn left(&self, limits: &ServiceProtection) -> usize {
        limits.requests.saturating_sub(self.recent.len())
    }
}

/// The three codes of throttling: requests, execution time, concurrency.
pub const CODES: [&str; 3] = ["0x80072322", "0x80072321", "0x80072326"];

fn too_many(code: &'static str, message: &str, retry_after_seconds: u32) -> Refusal {
    Refusal {
        retry_after_seconds: Some(retry_after_seconds),
        ..Refusal::new(429, code, message)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(
        limits: ServiceProtection,
        requests: &[(i64, i64)],
        now_ms: i64,
        expected: Option<(&str, u32)>,
    ) {
        let mut usage = Usage::default();
        for (at_ms, took_ms) in requests {
            usage.note(&limits, *at_ms, *took_ms);
        }
        let refused = usage.check(&limits, now_ms).err();
        let refused = refused.map(|it| (it.code, it.retry_after_seconds.unwrap()));
        assert_eq!(refused, expected);
    }

    #[test]
    fn each_limit_has_its_code_and_ends_with_the_window() {
        let limits = ServiceProtection {
            requests: 2,
            execution_ms: 10_000,
            concurrent: 2,
            window_ms: 300_000,
            request_ms: 20,
        };
        check(limits, &[(0, 0)], 100, None);
        check(limits, &[(0, 0), (50, 0)], 100, Some(("0x80072322", 300)));
        check(limits, &[(0, 0), (50, 0)], 299_999, Some(("0x80072322", 1)));
        check(limits, &[(0, 0), (50, 0)], 300_000, None);
        check(limits, &[(0, 10_000)], 10_001, Some(("0x80072321", 290)));
        check(
            limits,
            &[(0, 1_000), (0, 1_000)],
            999,
            Some(("0x80072326", 1)),
        );
    }
}
