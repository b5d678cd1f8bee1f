//! The work that everyone does, and what came of it.

use std::time::{Duration, Instant};

use anyhow::Result;
use serde::{Deserialize, Serialize};

/// The content of a message: as long as that of a reminder, which is what the app schedules.
pub const BODY: &str =
    r#"{"notification":"6f1c2f0e-5d2b-5c8a-9a53-0d3c1b7e4a10","due_at":1780304400000}"#;
/// Its media type.
pub const CONTENT_TYPE: &str = "application/json";
/// The rule and the key that every stand-in and emulator has.
pub const KEY_NAME: &str = "RootManageSharedAccessKey";
/// See [`KEY_NAME`].
pub const KEY: &str = "SAS_KEY_VALUE";
/// How far ahead messages are scheduled: none becomes active while this runs.
pub const AHEAD_SECONDS: i64 = 3_600;

/// Schedule, one call after the other, until the time is up; then cancel all of it, if asked for, a call for each call.
///
/// This and [`Figures`] are a line of JSON for the vendor's clients.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct Work {
    /// Messages in a call.
    pub batch: u32,
    /// No call is begun after so long.
    pub span_seconds: f64,
    /// Nor more than so many.
    pub calls_max: u32,
    /// Whether to cancel.
    pub cancel: bool,
}

impl Work {
    /// As many calls as fit into `span`.
    pub fn during(span: Duration, batch: u32) -> Self {
        Self {
            batch,
            span_seconds: span.as_secs_f64(),
            // What the broker holds, and what is remembered for cancelling, has an end.
            calls_max: 60_000 / batch,
            cancel: true,
        }
    }

    /// One call that schedules, and no more.
    pub fn schedule_once(batch: u32) -> Self {
        Self {
            batch,
            span_seconds: 0.0,
            calls_max: 1,
            cancel: false,
        }
    }
}

/// What was done. A contender that cannot cancel has cancelled nothing.
#[derive(Debug, Clone, Copy, Default, Deserialize)]
pub struct Figures {
    /// Messages that were scheduled.
    pub scheduled: u32,
    /// How long that took.
    pub schedule_seconds: f64,
    /// Messages that were cancelled.
    pub cancelled: u32,
    /// How long that took.
    pub cancel_seconds: f64,
}

/// Schedules until the work says that it is enough. Gives what each call gave, and how long all of it took.
pub fn repeat<C>(work: Work, mut call: impl FnMut(u32) -> Result<C>) -> Result<(Vec<C>, f64)> {
    let started = Instant::now();
    let mut calls = Vec::new();
    for number in 0..work.calls_max {
        calls.push(call(number)?);
        if started.elapsed().as_secs_f64() >= work.span_seconds {
            break;
        }
    }
    Ok((calls, started.elapsed().as_secs_f64()))
}
