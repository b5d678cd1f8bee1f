//! Webhooks that wait, that are on their way, and what became of those that were.

use std::collections::VecDeque;
use std::fmt;

use bytes::Bytes;
use punctual_stand_ins::{Answer, Guid, NoAnswer, Outbox};
use serde::Serialize;

use crate::store::Message;

/// A webhook that is not over.
#[derive(Debug, Clone)]
pub(super) struct Job {
    /// The id of its row in `asyncoperations`. A job that is run twice has it twice.
    pub operation: Guid,
    pub step: Guid,
    pub endpoint: Guid,
    pub message: Message,
    pub table: String,
    pub row: Guid,
    pub correlation: Guid,
    pub body: Bytes,
    /// Whether the body lost its parts.
    pub exceeded: bool,
    /// Whether its row vanishes when it succeeds.
    pub forgets: bool,
}

/// What came of sending.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// An answer. Its body does not matter.
    Status(u16),
    /// None within a minute.
    TimedOut,
    /// The connection failed.
    Broken,
    /// It could not even be sent: why.
    Unsendable(String),
}

impl From<&Answer> for Outcome {
    fn from(answer: &Answer) -> Self {
        match answer {
            Ok(response) => Self::Status(response.status().as_u16()),
            Err(NoAnswer::TimedOut) => Self::TimedOut,
            Err(NoAnswer::Broken) => Self::Broken,
            Err(NoAnswer::Refused(why)) => Self::Unsendable(why.clone()),
        }
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Status(status) => {
                write!(formatter, "The webhook call failed with status {status}.")
            }
            Self::TimedOut => formatter.write_str("The webhook call failed because it timed out."),
            Self::Broken => {
                formatter.write_str("The webhook call failed because the connection failed.")
            }
            Self::Unsendable(why) => write!(formatter, "The webhook was not called: {why}."),
        }
    }
}

/// A webhook that was sent, for tests to read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Attempt {
    /// Counts from 0 and never starts again.
    pub number: u64,
    /// When its answer came; milliseconds since 1970.
    pub at_ms: i64,
    /// `Create`, `Update` or `Delete`
    pub message: &'static str,
    /// The table's logical name.
    pub table: String,
    /// The row.
    pub row: Guid,
    /// The step's id.
    pub step: Guid,
    /// The job's id, as the body tells it in `OperationId`.
    pub operation: Guid,
    /// 1, or 2 if it was the one repetition.
    pub attempt: u32,
    /// The answer's status; none if there was no answer.
    pub status: Option<u16>,
    /// What failed, in a sentence.
    pub failure: Option<String>,
}

/// All webhooks of an environment.
#[derive(Debug)]
pub struct Webhooks {
    pub(super) outbox: Outbox<Job>,
    attempts: VecDeque<Attempt>,
    next_attempt: u64,
    capacity: usize,
}

impl Webhooks {
    /// Keeps the newest `capacity` attempts.
    pub(crate) fn keeping(capacity: usize) -> Self {
        Self {
            outbox: Outbox::default(),
            attempts: VecDeque::new(),
            next_attempt: 0,
            capacity,
        }
    }

    /// How many wait or are on their way.
    pub fn waiting(&self) -> usize {
        self.outbox.waiting()
    }

    /// When the next is to be sent; milliseconds since 1970.
    pub fn next_due_ms(&self) -> Option<i64> {
        self.outbox.next_due_ms()
    }

    /// What was sent, from attempt `number` on, oldest first.
    pub fn since(&self, number: u64) -> impl Iterator<Item = &Attempt> {
        self.attempts.iter().filter(move |it| it.number >= number)
    }

    /// Notes what came of one that is on its way: the job, and how often it was tried.
    pub(super) fn note(
        &mut self,
        number: u64,
        outcome: &Outcome,
        now_ms: i64,
    ) -> Option<(Job, u32)> {
        let (attempts, job) = self.outbox.on_its_way(number)?;
        let job = job.clone();
        let status = match outcome {
            Outcome::Status(status) => Some(*status),
            _ => None,
        };
        let done = matches!(outcome, Outcome::Status(200..=299));
        let attempt = Attempt {
            number: self.next_attempt,
            at_ms: now_ms,
            message: job.message.name(),
            table: job.table.clone(),
            row: job.row,
            step: job.step,
            operation: job.operation,
            attempt: attempts,
            status,
            failure: (!done).then(|| outcome.to_string()),
        };
        self.next_attempt += 1;
        if self.attempts.len() >= self.capacity.max(1) {
            self.attempts.pop_front();
        }
        self.attempts.push_back(attempt);
        Some((job, attempts))
    }
}
