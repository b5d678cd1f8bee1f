//! Webhooks that wait, that are on their way, and what became of those that were.

use std::collections::{BTreeMap, VecDeque};
use std::fmt;

use bytes::Bytes;
use http::Request;
use punctual_stand_ins::Guid;
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
    pub attempts: u32,
    /// When it is to be sent; none while it is on its way.
    pub due_ms: Option<i64>,
}

/// A request that is to be sent.
#[derive(Debug)]
pub struct Outgoing {
    /// Which webhook it is, for [`finished`](super::finished).
    pub job: u64,
    /// 1, or 2 if it is the one repetition.
    pub attempt: u32,
    /// The request. Its URI is absolute.
    pub request: Request<Bytes>,
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
    jobs: BTreeMap<u64, Job>,
    next_job: u64,
    attempts: VecDeque<Attempt>,
    next_attempt: u64,
    capacity: usize,
}

impl Webhooks {
    /// Keeps the newest `capacity` attempts.
    pub(crate) fn keeping(capacity: usize) -> Self {
        Self {
            jobs: BTreeMap::new(),
            next_job: 0,
            attempts: VecDeque::new(),
            next_attempt: 0,
            capacity,
        }
    }

    /// How many wait or are on their way.
    pub fn waiting(&self) -> usize {
        self.jobs.len()
    }

    /// When the next is to be sent; milliseconds since 1970.
    pub fn next_due_ms(&self) -> Option<i64> {
        self.jobs.values().filter_map(|job| job.due_ms).min()
    }

    /// What was sent, from attempt `number` on, oldest first.
    pub fn since(&self, number: u64) -> impl Iterator<Item = &Attempt> {
        self.attempts.iter().filter(move |it| it.number >= number)
    }

    pub(super) fn add(&mut self, job: Job) {
        self.jobs.insert(self.next_job, job);
        self.next_job += 1;
    }

    /// Those that are due, by when they are and then by age. They are on their way now.
    pub(super) fn take_due(&mut self, now_ms: i64) -> Vec<(u64, Job)> {
        let mut due: Vec<(i64, u64)> = self
            .jobs
            .iter()
            .filter_map(|(number, job)| Some((job.due_ms.filter(|at| *at <= now_ms)?, *number)))
            .collect();
        due.sort_unstable();
        let take = |(_, number)| {
            let job = self.jobs.get_mut(&number)?;
            job.due_ms = None;
            job.attempts += 1;
            Some((number, job.clone()))
        };
        due.into_iter().filter_map(take).collect()
    }

    /// Notes what came of one that is on its way.
    pub(super) fn note(&mut self, number: u64, outcome: &Outcome, now_ms: i64) -> Option<Job> {
        let job = self
            .jobs
            .get(&number)
            .filter(|job| job.due_ms.is_none())?
            .clone();
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
            attempt: job.attempts,
            status,
            failure: (!done).then(|| outcome.to_string()),
        };
        self.next_attempt += 1;
        if self.attempts.len() >= self.capacity.max(1) {
            self.attempts.pop_front();
        }
        self.attempts.push_back(attempt);
        Some(job)
    }

    pub(super) fn put_back(&mut self, number: u64, due_ms: i64) {
        if let Some(job) = self.jobs.get_mut(&number) {
            job.due_ms = Some(due_ms);
        }
    }

    pub(super) fn remove(&mut self, number: u64) {
        self.jobs.remove(&number);
    }
}
