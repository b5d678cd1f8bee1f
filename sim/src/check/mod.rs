//! The promises, held against what really happened: what people did, what the application was told and took, what
//! the provider received.

mod due;
mod end;
mod sends;
mod story;

pub use due::due_ms;
pub use end::{Row, rows};
pub use sends::{Letter, Sends};
pub use story::{Known, Story, notification_id};

/// A broken promise.
#[derive(Debug, Clone)]
pub struct Broken {
    /// Which: see ARCHITECTURE.md.
    pub promise: &'static str,
    /// What happened, in one sentence.
    pub story: String,
    /// The appointment that it happened to.
    pub appointment: Option<String>,
}

impl std::fmt::Display for Broken {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: {}", self.promise, self.story)?;
        match &self.appointment {
            Some(id) if !self.story.contains(id) => write!(f, ", appointment {id}"),
            _ => Ok(()),
        }
    }
}

impl std::error::Error for Broken {}

/// Nothing of an appointment that is gone, has moved, or has begun.
pub const GONE: &str = "promise 1 (nothing for what is gone)";
/// One send for each appointment, start, step and channel.
pub const ONCE: &str = "promise 2 (once)";
/// Nothing due is lost.
pub const LOST: &str = "promise 3 (nothing is lost)";
/// Any order of events ends in the same rows.
pub const SAME: &str = "promise 4 (the same rows)";
/// In time while providers answer.
pub const LATE: &str = "promise 5 (in time)";
/// What the outside is told: no 500, no refusal of what is right.
pub const ANSWER: &str = "answers";
