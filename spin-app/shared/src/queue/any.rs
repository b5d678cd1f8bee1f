//! The queue that the settings chose.

use super::embedded::EmbeddedQueue;
use super::servicebus::amqp::{AmqpQueue, Dial};
use super::servicebus::rest::RestQueue;
use super::{
    Cancel, DeadLetter, Depth, Disposition, Locked, NewMessage, Queue, QueueError, SequenceNumber,
    Settled,
};
use crate::core::Instant;
use crate::http::Http;
use crate::sql::Sql;

/// One of the adapters.
pub enum AnyQueue<'a, S, H, D: Dial> {
    /// `queue=embedded`.
    Embedded(EmbeddedQueue<'a, S>),
    /// `queue=servicebus`, `servicebus_transport=rest`.
    Rest(RestQueue<'a, H>),
    /// `queue=servicebus`, `servicebus_transport=amqp`.
    Amqp(Box<AmqpQueue<'a, D>>),
}

/// Calls the adapter that it is.
macro_rules! each {
    ($self:ident, $queue:ident => $call:expr) => {
        match $self {
            Self::Embedded($queue) => $call,
            Self::Rest($queue) => $call,
            Self::Amqp($queue) => $call,
        }
    };
}

impl<S: Sql, H: Http, D: Dial> Queue for AnyQueue<'_, S, H, D> {
    type Canceller = Self;

    async fn schedule(
        &self,
        messages: &[NewMessage],
        now: Instant,
    ) -> Result<Vec<Option<SequenceNumber>>, QueueError> {
        each!(self, queue => queue.schedule(messages, now).await)
    }

    fn canceller(&self) -> Option<&Self> {
        each!(self, queue => queue.canceller().map(|_| self))
    }

    async fn receive(
        &self,
        max: u32,
        patience_ms: i64,
        now: Instant,
    ) -> Result<Vec<Locked>, QueueError> {
        each!(self, queue => queue.receive(max, patience_ms, now).await)
    }

    async fn next_at(&self, now: Instant) -> Result<Option<Instant>, QueueError> {
        each!(self, queue => queue.next_at(now).await)
    }

    async fn settle(
        &self,
        messages: &[(Locked, Disposition)],
        now: Instant,
    ) -> Result<Vec<Settled>, QueueError> {
        each!(self, queue => queue.settle(messages, now).await)
    }

    async fn dead_letters(&self, max: u32, now: Instant) -> Result<Vec<DeadLetter>, QueueError> {
        each!(self, queue => queue.dead_letters(max, now).await)
    }

    async fn resubmit(&self, id: &str, now: Instant) -> Result<bool, QueueError> {
        each!(self, queue => queue.resubmit(id, now).await)
    }

    async fn depth(&self, now: Instant) -> Result<Option<Depth>, QueueError> {
        each!(self, queue => queue.depth(now).await)
    }
}

impl<S: Sql, H: Http, D: Dial> Cancel for AnyQueue<'_, S, H, D> {
    async fn cancel(&self, numbers: &[SequenceNumber]) -> Result<Vec<bool>, QueueError> {
        match self {
            Self::Embedded(queue) => queue.cancel(numbers).await,
            Self::Amqp(queue) => queue.cancel(numbers).await,
            // It has no canceller, so nobody comes here.
            Self::Rest(_) => Ok(vec![false; numbers.len()]),
        }
    }
}
