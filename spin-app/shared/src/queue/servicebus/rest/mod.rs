//! Service Bus by HTTP (its "runtime REST" API): one request for a batch of new messages, one for each message that is
//! received or settled. It tells no sequence number and cannot cancel.

mod call;
mod dead;
mod properties;
mod receive;
mod schedule;

use super::Namespace;
use crate::core::Instant;
use crate::http::Http;
use crate::queue::{
    DeadLetter, Depth, Disposition, Locked, NewMessage, NoCancel, Queue, QueueError,
    SequenceNumber, Settled,
};
use crate::signin::Tokens;

/// Requests under way at once.
const AT_ONCE: usize = 16;

/// The queue over HTTP.
pub struct RestQueue<'a, H> {
    http: &'a H,
    namespace: &'a Namespace,
    tokens: Option<&'a dyn Tokens>,
}

impl<'a, H: Http> RestQueue<'a, H> {
    /// A queue of a namespace. Tokens are needed where the namespace is to know us by them.
    pub fn new(http: &'a H, namespace: &'a Namespace, tokens: Option<&'a dyn Tokens>) -> Self {
        Self {
            http,
            namespace,
            tokens,
        }
    }
}

impl<H: Http> Queue for RestQueue<'_, H> {
    type Canceller = NoCancel;

    async fn schedule(
        &self,
        messages: &[NewMessage],
        now: Instant,
    ) -> Result<Vec<Option<SequenceNumber>>, QueueError> {
        for batch in schedule::batches(messages) {
            self.send_batch(&batch, now).await?;
        }
        Ok(vec![None; messages.len()])
    }

    fn canceller(&self) -> Option<&NoCancel> {
        None
    }

    async fn receive(
        &self,
        max: u32,
        patience_ms: i64,
        now: Instant,
    ) -> Result<Vec<Locked>, QueueError> {
        let max = usize::try_from(max).unwrap_or(usize::MAX);
        let taken = self
            .take(&self.namespace.queue, max, patience_ms, now)
            .await?;
        Ok(taken.into_iter().map(|taken| taken.locked).collect())
    }

    async fn next_at(&self, _: Instant) -> Result<Option<Instant>, QueueError> {
        Ok(None)
    }

    async fn settle(
        &self,
        messages: &[(Locked, Disposition)],
        now: Instant,
    ) -> Result<Vec<Settled>, QueueError> {
        self.settle_all(&self.namespace.queue, messages, now).await
    }

    async fn dead_letters(&self, max: u32, now: Instant) -> Result<Vec<DeadLetter>, QueueError> {
        self.list_dead(max, now).await
    }

    async fn resubmit(&self, id: &str, now: Instant) -> Result<bool, QueueError> {
        self.revive(id, now).await
    }

    async fn depth(&self, _: Instant) -> Result<Option<Depth>, QueueError> {
        Ok(None)
    }
}
