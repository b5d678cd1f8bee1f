//! What has come and is waited for. Nothing is kept that nobody asked for, so that a peer cannot fill it.

use crate::{
    codec::messaging::DeliveryState,
    engine::{Condition, Delivery, Event, Incoming, LinkId, SessionId},
    ops::management::Reply,
};
use std::collections::{HashMap, VecDeque};

/// What a link is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Purpose {
    /// Messages go out.
    Send,
    /// Responses come in.
    Replies,
    /// Messages come in.
    Receive,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) enum LinkStatus {
    Attaching,
    Attached { max_message_bytes: u64 },
    Detached(Option<Condition>),
}

/// Whether an answer has come, and which.
type Awaited<T> = Option<T>;

#[derive(Debug, Default)]
pub(super) struct Inbox {
    pub(super) links: HashMap<LinkId, (Purpose, LinkStatus)>,
    /// By message id of the request.
    pub(super) replies: HashMap<String, Awaited<Reply>>,
    pub(super) outcomes: HashMap<Delivery, Awaited<Option<DeliveryState>>>,
    pub(super) settled: HashMap<Delivery, Awaited<Option<DeliveryState>>>,
    pub(super) messages: VecDeque<Incoming>,
    pub(super) drained: Option<LinkId>,
    pub(super) opened: bool,
    pub(super) closed: bool,
    pub(super) session: Option<SessionId>,
    /// Deliveries of responses, to be settled and to get their credit back.
    pub(super) used: Vec<(Delivery, bool)>,
}

impl Inbox {
    pub(super) fn take(&mut self, event: Event) {
        match event {
            Event::Opened => self.opened = true,
            Event::Closed => self.closed = true,
            Event::Began(_) | Event::Credit(_) => {}
            Event::Attached {
                link,
                max_message_bytes,
            } => {
                if let Some((_, status)) = self.links.get_mut(&link) {
                    *status = LinkStatus::Attached { max_message_bytes };
                }
            }
            Event::Detached { link, condition } => {
                if let Some((_, status)) = self.links.get_mut(&link) {
                    *status = LinkStatus::Detached(condition);
                }
            }
            Event::Ended { session, .. } => {
                self.session = self.session.filter(|ours| *ours != session);
            }
            Event::Drained(link) => self.drained = Some(link),
            Event::Outcome { delivery, state } => answer(&mut self.outcomes, delivery, state),
            Event::Settled { delivery, state } => answer(&mut self.settled, delivery, state),
            Event::Message(incoming) => self.message(incoming),
        }
    }

    fn message(&mut self, incoming: Incoming) {
        match self.links.get(&incoming.delivery.link) {
            Some((Purpose::Receive, _)) => self.messages.push_back(incoming),
            Some((Purpose::Replies, _)) => {
                self.used.push((incoming.delivery, incoming.settled));
                // A response that answers nothing of ours came too late, or is not for us.
                if let Ok((id, reply)) = Reply::decode(&incoming.payload)
                    && let Some(awaited) = self.replies.get_mut(&id)
                {
                    *awaited = Some(reply);
                }
            }
            _ => {}
        }
    }

    pub(super) fn is_attached(&self, link: LinkId) -> bool {
        matches!(
            self.links.get(&link),
            Some((_, LinkStatus::Attached { .. }))
        )
    }
}

fn answer<K: Eq + std::hash::Hash, V>(map: &mut HashMap<K, Awaited<V>>, key: K, value: V) {
    if let Some(awaited) = map.get_mut(&key) {
        *awaited = Some(value);
    }
}
