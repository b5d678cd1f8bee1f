//! One link: its state, its credit, and the message that it is in the middle of.

use super::{Failure, LinkId};
use crate::codec::performatives::{Flow, Transfer};

/// Which way messages go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// We send.
    Outgoing,
    /// We receive.
    Incoming,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum LinkState {
    /// Our attach is out.
    Attaching,
    /// The peer's attach names no terminus: its detach with the reason must follow (part 2, section 2.6.3).
    Refused,
    /// Both attached.
    Attached,
    /// Our detach is out.
    Detaching,
}

#[derive(Debug)]
pub(super) struct Link {
    pub(super) id: LinkId,
    pub(super) name: String,
    pub(super) direction: Direction,
    pub(super) state: LinkState,
    pub(super) handle: u32,
    pub(super) remote_handle: Option<u32>,
    /// Messages so far, by the sender's count; wraps (part 2, section 2.6.7).
    pub(super) delivery_count: u32,
    /// How many more may be sent.
    pub(super) credit: u32,
    /// We asked the peer to drain.
    pub(super) draining: bool,
    /// Incoming: what we take. Outgoing: what the peer takes. 0 is no limit.
    pub(super) max_message_bytes: u64,
    pub(super) partial: Option<Partial>,
}

/// A message of which not all transfers have come.
#[derive(Debug)]
pub(super) struct Partial {
    pub(super) delivery_id: u32,
    pub(super) tag: Vec<u8>,
    pub(super) format: u32,
    pub(super) settled: bool,
    pub(super) payload: Vec<u8>,
}

impl Link {
    /// The peer told a sender link its credit. Returns true if there is some where there was none.
    pub(super) fn credited(&mut self, flow: &Flow) -> bool {
        let Some(link_credit) = flow.link_credit else {
            return false;
        };
        let before = self.credit;
        let limit = flow.delivery_count.unwrap_or(0).wrapping_add(link_credit);
        let credit = limit.wrapping_sub(self.delivery_count);
        // The peer may not have seen our last messages: what would be negative is none.
        self.credit = if credit > u32::MAX / 2 { 0 } else { credit };
        before == 0 && self.credit > 0
    }

    /// The peer told a receiver link how far it is. Returns true if that ends a drain.
    pub(super) fn advanced(&mut self, flow: &Flow) -> bool {
        if let Some(count) = flow.delivery_count {
            let passed = count.wrapping_sub(self.delivery_count);
            if passed <= self.credit {
                self.delivery_count = count;
                self.credit -= passed;
            }
        }
        let drained = self.draining && self.credit == 0;
        self.draining &= !drained;
        drained
    }

    /// Takes one transfer of a receiver link. Gives the message if it is whole.
    pub(super) fn take(
        &mut self,
        transfer: &Transfer,
        payload: &[u8],
    ) -> Result<Option<Partial>, Failure> {
        let mut partial = match self.partial.take() {
            Some(partial) => {
                if transfer
                    .delivery_id
                    .is_some_and(|id| id != partial.delivery_id)
                {
                    return Err(Failure::Violation("a delivery began inside another"));
                }
                partial
            }
            None => {
                if self.credit == 0 {
                    return Err(Failure::Violation("a message came without credit"));
                }
                let delivery_id = transfer.delivery_id;
                Partial {
                    delivery_id: delivery_id
                        .ok_or(Failure::Violation("a delivery has no delivery-id"))?,
                    tag: transfer.delivery_tag.clone().unwrap_or_default().into_vec(),
                    format: transfer.message_format.unwrap_or(0),
                    settled: false,
                    payload: Vec::new(),
                }
            }
        };
        if transfer.aborted {
            self.count();
            return Ok(None);
        }
        partial.settled |= transfer.settled.unwrap_or(false);
        let bytes = (partial.payload.len() + payload.len()) as u64;
        if self.max_message_bytes > 0 && bytes > self.max_message_bytes {
            return Err(Failure::Violation(
                "a message is over the link's size limit",
            ));
        }
        partial.payload.extend_from_slice(payload);
        if transfer.more {
            self.partial = Some(partial);
            return Ok(None);
        }
        self.count();
        Ok(Some(partial))
    }

    /// A message has gone by, whole or aborted.
    fn count(&mut self) {
        self.delivery_count = self.delivery_count.wrapping_add(1);
        self.credit = self.credit.saturating_sub(1);
    }
}
