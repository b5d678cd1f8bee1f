//! Sending to the client: messages and responses, as far as credit and window go.

use fe2o3_amqp_types::definitions::Handle;
use fe2o3_amqp_types::performatives::Transfer;
use punctual_stand_ins::FaultKind;
use serde_bytes::ByteBuf;

use super::link::Way;
use super::session::{Session, Unsettled};
use super::{Turn, amqp_error, error};
use crate::address::{Address, Entity};
use crate::broker::Entry;
use crate::codec::encode;
use crate::guid::{Guid, swapped};

/// What a transfer's performative takes at most, of a frame of 512 bytes at least.
const LARGEST_PERFORMATIVE_BYTES: usize = 96;

impl Session {
    /// Delivers message by message, a link at a time, so that links share.
    pub(super) fn deliver(&mut self, turn: &mut Turn<'_>) {
        loop {
            self.flush(turn);
            // Whoever was served last waits for the others.
            let (earlier, later): (Vec<u32>, Vec<u32>) = self
                .links
                .keys()
                .partition(|handle| **handle <= self.last_served);
            let handles = [later, earlier].concat();
            let mut delivered = false;
            for handle in handles {
                if self.outbox.is_empty() && !turn.out.is_broken() {
                    if self.deliver_one(handle, turn) {
                        delivered = true;
                        self.last_served = handle;
                    }
                    self.flush(turn);
                }
            }
            if !delivered {
                break;
            }
        }
        self.answer_drains(turn);
    }

    /// Delivers one message or response over this link, if there is one and credit for it.
    fn deliver_one(&mut self, handle: u32, turn: &mut Turn<'_>) -> bool {
        let Some(link) = self.links.get_mut(&handle) else {
            return false;
        };
        let Way::Out(out) = &mut link.way else {
            return false;
        };
        if out.credit == 0 {
            return false;
        }
        let (entity, mode) = match &link.address {
            Address::Entity(entity) => (entity.clone(), out.mode),
            Address::Cbs | Address::Management(_) => {
                let Some(response) = out.responses.pop_front() else {
                    return false;
                };
                link.used_ms = turn.now.steady_ms;
                self.send(handle, &response, None, true);
                return true;
            }
        };
        match turn
            .bus
            .broker
            .receive(&entity, mode, turn.now.wall_ms, &mut turn.bus.random)
        {
            Ok(Some(entry)) => {
                link.used_ms = turn.now.steady_ms;
                self.deliver_message(handle, &entity, &entry, turn);
                true
            }
            Ok(None) => false,
            Err(refusal) => {
                self.detach(handle, amqp_error(&refusal), turn);
                false
            }
        }
    }

    /// The message is locked by now: a fault here leaves it so, as a connection that breaks would.
    fn deliver_message(
        &mut self,
        handle: u32,
        entity: &Entity,
        entry: &Entry,
        turn: &mut Turn<'_>,
    ) {
        let strike = turn.bus.strike("amqp.deliver");
        match strike.map(|strike| strike.kind) {
            Some(FaultKind::Detach) => {
                let text = "The link is force detached. The service moved it.";
                return self.detach(handle, error("amqp:link:detach-forced", text), turn);
            }
            Some(FaultKind::Drop) => return turn.out.break_off(),
            _ => drop(turn.out.after(strike, turn.now)),
        }
        let delivery_id = self.next_delivery_id;
        let tag = entry.lock.map(|lock| swapped(lock.token));
        self.send(handle, &encode(entry), tag, entry.lock.is_none());
        if let Some(lock) = entry.lock {
            let unsettled = Unsettled {
                handle,
                entity: entity.clone(),
                token: lock.token,
            };
            self.unsettled.insert(delivery_id, unsettled);
        }
    }

    /// Puts a delivery into the outbox, in as many frames as the client's frame size asks for.
    fn send(&mut self, handle: u32, message: &[u8], tag: Option<Guid>, settled: bool) {
        let delivery_id = self.next_delivery_id;
        self.next_delivery_id = delivery_id.wrapping_add(1);
        if let Some(Way::Out(out)) = self.links.get_mut(&handle).map(|link| &mut link.way) {
            out.credit -= 1;
            out.delivery_count = out.delivery_count.wrapping_add(1);
        }
        let tag = tag.map_or_else(|| delivery_id.to_be_bytes().to_vec(), |tag| tag.0.to_vec());
        let piece_bytes = (self.peer_frame_bytes as usize)
            .saturating_sub(8 + LARGEST_PERFORMATIVE_BYTES)
            .max(1);
        let count = message.len().div_ceil(piece_bytes).max(1);
        for index in 0..count {
            let (start, end) = (
                index * piece_bytes,
                ((index + 1) * piece_bytes).min(message.len()),
            );
            let is_first = index == 0;
            let transfer = Transfer {
                handle: Handle(handle),
                delivery_id: is_first.then_some(delivery_id),
                delivery_tag: is_first.then(|| ByteBuf::from(tag.clone())),
                message_format: is_first.then_some(0),
                settled: Some(settled),
                more: index + 1 < count,
                rcv_settle_mode: None,
                state: None,
                resume: false,
                aborted: false,
                batchable: false,
            };
            self.outbox
                .push_back((transfer, message[start..end].to_vec()));
        }
    }

    /// Sends what the client's window allows.
    fn flush(&mut self, turn: &mut Turn<'_>) {
        while self.peer_window > 0
            && let Some((transfer, payload)) = self.outbox.pop_front()
        {
            self.peer_window -= 1;
            self.next_outgoing_id = self.next_outgoing_id.wrapping_add(1);
            turn.out
                .frame(turn.bus, turn.now, self.channel, &transfer, &payload);
        }
    }

    /// Gives back credit for which there is nothing, where the client asked for that.
    fn answer_drains(&mut self, turn: &mut Turn<'_>) {
        if !self.outbox.is_empty() {
            return;
        }
        let mut drained = Vec::new();
        for link in self.links.values_mut() {
            if let Way::Out(out) = &mut link.way
                && std::mem::take(&mut out.drains)
            {
                out.delivery_count = out.delivery_count.wrapping_add(out.credit);
                out.credit = 0;
                drained.push(link.handle);
            }
        }
        for handle in drained {
            self.send_flow(Some(handle), true, turn);
        }
    }
}
