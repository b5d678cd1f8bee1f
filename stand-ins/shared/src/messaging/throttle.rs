//! Limits on how much may be asked for in a time.

use std::collections::BTreeMap;

/// So many requests in each window of so many milliseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Throttle {
    /// How many.
    pub requests: u32,
    /// In which time. Windows follow each other from 1970 on.
    pub window_ms: i64,
}

/// Where a request stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Taken {
    /// How many there may still be in this window.
    pub remaining: u32,
    /// When the next window begins; milliseconds since 1970.
    pub reset_ms: i64,
    /// Whether this one was too many.
    pub over: bool,
}

/// What was asked for in the windows that run.
#[derive(Debug, Default)]
pub struct Usage {
    windows: BTreeMap<String, (i64, u32)>,
}

impl Usage {
    /// Counts a request by this asker. One that is too many counts too.
    pub fn take(&mut self, asker: &str, throttle: Throttle, now_ms: i64) -> Taken {
        let window_ms = throttle.window_ms.max(1);
        let from_ms = now_ms.div_euclid(window_ms) * window_ms;
        let window = self.windows.entry(asker.to_owned()).or_insert((from_ms, 0));
        if window.0 != from_ms {
            *window = (from_ms, 0);
        }
        window.1 = window.1.saturating_add(1);
        Taken {
            remaining: throttle.requests.saturating_sub(window.1),
            reset_ms: from_ms + window_ms,
            over: window.1 > throttle.requests,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_asker_has_so_many_in_each_window() {
        let throttle = Throttle {
            requests: 2,
            window_ms: 1_000,
        };
        let mut usage = Usage::default();
        let mut over = |asker: &str, now_ms| usage.take(asker, throttle, now_ms).over;
        assert_eq!(
            [over("a", 1), over("a", 2), over("a", 999)],
            [false, false, true]
        );
        assert_eq!([over("b", 999), over("a", 1_000)], [false, false]);
        let taken = usage.take("a", throttle, 1_500);
        assert_eq!((taken.remaining, taken.reset_ms), (0, 2_000));
    }
}
