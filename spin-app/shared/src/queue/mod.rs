//! The queue port: messages that wait until they are due, taken under a lock (peek-lock), put away or dead-lettered.
//!
//! A message is a hint, never the truth: losing, doubling or delaying one costs time, not correctness.

pub mod any;
pub mod embedded;
pub mod servicebus;

use crate::core::Instant;
use crate::signin::SignInError;
use serde::{Deserialize, Serialize};

/// The number that the broker gave to a scheduled message; its handle for cancelling.
pub type SequenceNumber = i64;

/// What a message says: look at this notification, due at this time.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Body {
    /// The notification's id.
    pub notification: String,
    /// Its due time when the message was made, in milliseconds since 1970.
    pub due_at: Instant,
}

/// A message to be scheduled.
#[derive(Clone, Debug)]
pub struct NewMessage {
    /// Unique for each scheduling, never reused.
    pub message_id: String,
    /// What it says.
    pub body: Body,
    /// The trace that it belongs to, as a `traceparent`. For whoever looks at the broker: the row has it too.
    pub trace: Option<String>,
    /// When it shall become visible.
    pub enqueue_at: Instant,
    /// How much earlier the broker may make it visible, in milliseconds: a full hour is then spread over some time. Whoever
    /// takes it early holds it until its time.
    pub early_ms: i64,
}

/// A message held under a lock.
#[derive(Clone, Debug)]
pub struct Locked {
    /// The broker's number of the message.
    pub sequence_number: SequenceNumber,
    /// Proof of holding the lock.
    pub lock_token: String,
    /// None when the body could not be read: such a message belongs to the dead letters.
    pub body: Option<Body>,
    /// How often it was handed out, this time included.
    pub delivery_count: u32,
}

/// What to do with a locked message.
#[derive(Clone, Debug, PartialEq)]
pub enum Disposition {
    /// Done: remove it.
    Complete,
    /// Give it back at once.
    Abandon,
    /// Leave it locked; it comes back when the lock ends.
    Leave,
    /// Put it among the dead letters.
    DeadLetter {
        /// A short code.
        reason: &'static str,
        /// One sentence for people.
        description: String,
    },
}

/// A message that was given up.
#[derive(Clone, Debug, Serialize)]
pub struct DeadLetter {
    /// What the API calls it.
    pub id: String,
    /// The notification it speaks of, if it can be read.
    pub notification_id: Option<String>,
    /// Short code.
    pub reason: String,
    /// One sentence.
    pub description: String,
    /// How often it was handed out.
    pub delivery_count: u32,
    /// When it died, RFC 3339.
    pub dead_at: String,
}

/// What became of a message that was to be settled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Settled {
    /// What was asked.
    Done,
    /// The lock had ended: the message has come back already, or another has it.
    LockLost,
    /// This transport has no dead-lettering. It was given back, and dies when it was given back often enough.
    GivenBack,
}

/// How full the queue is.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Depth {
    /// Waiting for their time.
    pub scheduled: u64,
    /// Due, locked or not.
    pub active: u64,
    /// Given up.
    pub dead: u64,
}

/// The queue did not do what was asked, or its answer was lost. Worth retrying; the text names no person and no secret.
#[derive(Clone, Debug, PartialEq)]
pub struct QueueError {
    /// One sentence.
    pub text: String,
    /// The broker's wish: not before so many seconds.
    pub retry_after_seconds: Option<u32>,
}

impl From<String> for QueueError {
    fn from(text: String) -> Self {
        Self {
            text,
            retry_after_seconds: None,
        }
    }
}

impl From<SignInError> for QueueError {
    fn from(error: SignInError) -> Self {
        Self {
            text: error.to_string(),
            retry_after_seconds: error.retry_after_seconds,
        }
    }
}

impl std::fmt::Display for QueueError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "queue: {}", self.text)
    }
}

impl std::error::Error for QueueError {}

/// Cancelling scheduled messages: only some transports can.
#[allow(async_fn_in_trait)]
pub trait Cancel {
    /// For each number, whether the message was still waiting and is gone now. False is "too late or
    /// unknown": never a success.
    async fn cancel(&self, numbers: &[SequenceNumber]) -> Result<Vec<bool>, QueueError>;
}

/// The port. Every adapter passes the suite in `tests/conformance/queue`.
#[allow(async_fn_in_trait)]
pub trait Queue {
    /// The transport's way to cancel; [`NoCancel`] for one that has none.
    type Canceller: Cancel;

    /// Schedules messages. The numbers are in the order given, none where the transport does not tell them.
    /// After an error any of the messages may be there: whoever schedules again uses other ids.
    async fn schedule(
        &self,
        messages: &[NewMessage],
        now: Instant,
    ) -> Result<Vec<Option<SequenceNumber>>, QueueError>;

    /// None when this transport cannot cancel: then the fence alone keeps a cancelled reminder from going out.
    fn canceller(&self) -> Option<&Self::Canceller>;

    /// Takes up to `max` visible messages under a lock of [`LOCK_SECONDS`]. Where nothing is there, a transport that
    /// can be told of the first to come waits for it, up to `patience_ms`; the others answer at once.
    async fn receive(
        &self,
        max: u32,
        patience_ms: i64,
        now: Instant,
    ) -> Result<Vec<Locked>, QueueError>;

    /// When the next message becomes visible, if the transport can say. One that waits in [`receive`](Self::receive) need not.
    async fn next_at(&self, now: Instant) -> Result<Option<Instant>, QueueError>;

    /// Settles locked messages; for each what became of it. Leaving one is not asked: always done.
    async fn settle(
        &self,
        messages: &[(Locked, Disposition)],
        now: Instant,
    ) -> Result<Vec<Settled>, QueueError>;

    /// The first dead letters in the broker's order: as they died, or by number.
    async fn dead_letters(&self, max: u32, now: Instant) -> Result<Vec<DeadLetter>, QueueError>;

    /// Puts a dead letter back into the queue; false when there is none of this id.
    async fn resubmit(&self, id: &str, now: Instant) -> Result<bool, QueueError>;

    /// Depths for the metrics; none where the transport cannot say.
    async fn depth(&self, now: Instant) -> Result<Option<Depth>, QueueError>;
}

impl<Q: Queue> Queue for &Q {
    type Canceller = Q::Canceller;

    async fn schedule(
        &self,
        messages: &[NewMessage],
        now: Instant,
    ) -> Result<Vec<Option<SequenceNumber>>, QueueError> {
        (**self).schedule(messages, now).await
    }

    fn canceller(&self) -> Option<&Q::Canceller> {
        (**self).canceller()
    }

    async fn receive(
        &self,
        max: u32,
        patience_ms: i64,
        now: Instant,
    ) -> Result<Vec<Locked>, QueueError> {
        (**self).receive(max, patience_ms, now).await
    }

    async fn next_at(&self, now: Instant) -> Result<Option<Instant>, QueueError> {
        (**self).next_at(now).await
    }

    async fn settle(
        &self,
        messages: &[(Locked, Disposition)],
        now: Instant,
    ) -> Result<Vec<Settled>, QueueError> {
        (**self).settle(messages, now).await
    }

    async fn dead_letters(&self, max: u32, now: Instant) -> Result<Vec<DeadLetter>, QueueError> {
        (**self).dead_letters(max, now).await
    }

    async fn resubmit(&self, id: &str, now: Instant) -> Result<bool, QueueError> {
        (**self).resubmit(id, now).await
    }

    async fn depth(&self, now: Instant) -> Result<Option<Depth>, QueueError> {
        (**self).depth(now).await
    }
}

/// For transports without cancelling: it has no value.
#[derive(Debug)]
pub enum NoCancel {}

impl Cancel for NoCancel {
    async fn cancel(&self, _: &[SequenceNumber]) -> Result<Vec<bool>, QueueError> {
        match *self {}
    }
}

/// How long a message stays locked.
pub const LOCK_SECONDS: i64 = 60;

/// A message handed out this often without being settled becomes a dead letter.
pub const DELIVERY_COUNT_MAX: u32 = 10;
