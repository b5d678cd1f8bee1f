//! Receiving under a lock.

use super::{Client, links::Route, wire::Pause};
use crate::{
    codec::DecodeError,
    engine::{Delivery, LinkId},
    error::Error,
    ops::{lock::LockToken, received::BrokeredMessage},
    transport::Transport,
};
use std::{sync::Arc, time::Duration};

/// How long the service may take to say that it has no more.
const DRAIN_TIMEOUT: Duration = Duration::from_secs(5);

/// The most messages that are received at once.
const RECEIVE_MAX: u32 = 2_048;

/// A message that is locked for us until its lock ends: see [`BrokeredMessage::locked_until`].
#[derive(Debug, Clone, PartialEq)]
pub struct Received {
    /// The message, or why it cannot be read. One that cannot be read is best dead-lettered.
    pub message: Result<BrokeredMessage, DecodeError>,
    /// The name of the lock. Missing if the peer is not Service Bus.
    pub lock_token: Option<LockToken>,
    /// Where it came from.
    pub entity: Arc<str>,
    pub(super) delivery: Delivery,
    pub(super) container_id: Arc<str>,
}

impl<T: Transport> Client<T> {
    /// Receives up to `max` messages, each locked. Waits up to `wait` for the first; then takes what is there at once.
    ///
    /// The clock of a lock starts when the service hands the message out: ask for no more than can be worked off in time. Dead letters
    /// are received from `{queue}/$DeadLetterQueue`.
    ///
    /// # Errors
    /// Those of the service and the connection, if no message had come. One that came is handed out even so: it can be settled
    /// later, by another client too.
    pub fn receive(
        &mut self,
        queue: &str,
        max: u32,
        wait: Duration,
    ) -> Result<Vec<Received>, Error> {
        const DOING: &str = "receive";
        let max = max.min(RECEIVE_MAX);
        if max == 0 {
            return Ok(Vec::new());
        }
        let route = Route::From(queue.to_owned());
        let link = self.route(&route, DOING)?;
        let deadline = self.wire.deadline(wait);
        self.wire.engine.grant(link, max);
        let mut end = None;
        while self.inbox.messages.is_empty() && !self.is_gone(link) && end.is_none() {
            end = self.turn(deadline).err();
        }
        if end.is_none() || end == Some(Pause::TimeOut) {
            end = self.drain(&route, link);
        }
        let messages = std::mem::take(&mut self.inbox.messages);
        if messages.is_empty() {
            // What has come is locked for us, so it is handed out whatever happened to the link.
            if let Some(pause) = end {
                return Err(self.error(DOING, pause, false));
            }
            if self.is_gone(link) {
                return Err(self.detached(link, DOING));
            }
        }
        let entity: Arc<str> = queue.into();
        let received = messages.into_iter().map(|incoming| Received {
            message: BrokeredMessage::decode(&incoming.payload),
            lock_token: LockToken::from_delivery_tag(&incoming.tag),
            entity: Arc::clone(&entity),
            delivery: incoming.delivery,
            container_id: Arc::clone(&self.container_id),
        });
        Ok(received.collect())
    }

    /// Takes the credit back, so that no message is handed out that nobody waits for. A link that does not answer is given up.
    fn drain(&mut self, route: &Route, link: LinkId) -> Option<Pause> {
        self.inbox.drained = None;
        self.wire.engine.drain(link);
        // Not under the caller's limit: without this, messages would wait for their locks to end.
        let deadline = self.wire.clock.now() + DRAIN_TIMEOUT;
        while self.inbox.drained != Some(link) && !self.is_gone(link) {
            if let Err(pause) = self.turn(deadline) {
                self.drop_link(link);
                self.routes.remove(route);
                return Some(pause);
            }
        }
        None
    }
}
