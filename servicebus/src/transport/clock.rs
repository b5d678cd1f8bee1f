//! The clock of the driver. The engine has none: it is told.

use crate::moment::{Moment, UnixMs};
use std::{
    fmt::Debug,
    time::{Instant, SystemTime, UNIX_EPOCH},
};

/// Time for time-outs, and time of day for tokens and certificates.
pub trait Clock: Debug + Send + Sync {
    /// A clock that never goes back.
    fn now(&self) -> Moment;
    /// The time of day.
    fn unix(&self) -> UnixMs;
}

/// The clocks of the system.
#[derive(Debug)]
pub struct SystemClock {
    origin: Instant,
}

impl Default for SystemClock {
    fn default() -> Self {
        Self {
            origin: Instant::now(),
        }
    }
}

impl Clock for SystemClock {
    fn now(&self) -> Moment {
        Moment::default() + self.origin.elapsed()
    }

    fn unix(&self) -> UnixMs {
        let since = SystemTime::now().duration_since(UNIX_EPOCH);
        UnixMs(since.map_or(0, |since| {
            i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
        }))
    }
}
