//! What the client sends: pieces are put together, and go where the link leads.

use fe2o3_amqp_types::definitions::Role;
use fe2o3_amqp_types::messaging::{Accepted, DeliveryState, Rejected};
use fe2o3_amqp_types::performatives::{Disposition, Transfer};

use super::attach::largest_delivery_bytes;
use super::link::{Partial, Way};
use super::output::{Before, before};
use super::session::{NO_LINK, Session};
use super::{Turn, amqp_error, cbs, error, management};
use crate::address::{Address, Entity};
use crate::broker::{Problem, Refusal};
use crate::codec::{Malformed, decode, decode_batch};

/// The message-format of a batch.
const BATCH: u32 = 0x8001_3700;

impl Session {
    pub(super) fn take_transfer(
        &mut self,
        transfer: Transfer,
        payload: Vec<u8>,
        turn: &mut Turn<'_>,
    ) -> Result<(), Malformed> {
        self.next_incoming_id = self.next_incoming_id.wrapping_add(1);
        self.window = self
            .window
            .checked_sub(1)
            .ok_or(Malformed("a transfer is beyond the window"))?;
        let handle = u32::from(transfer.handle.clone());
        let largest_bytes = largest_delivery_bytes(turn);
        // After a detach of ours, transfers may be on their way.
        let Some(link) = self.links.get_mut(&handle) else {
            self.top_up(handle, turn);
            return Ok(());
        };
        let Way::In(incoming) = &mut link.way else {
            return Err(NO_LINK);
        };
        link.used_ms = turn.now.steady_ms;
        let mut partial = match incoming.partial.take() {
            Some(partial) => partial,
            None => {
                let id = transfer
                    .delivery_id
                    .ok_or(Malformed("a delivery begins without an id"))?;
                incoming.credit = incoming
                    .credit
                    .checked_sub(1)
                    .ok_or(Malformed("a transfer is beyond the credit"))?;
                incoming.delivery_count = incoming.delivery_count.wrapping_add(1);
                Partial {
                    delivery_id: id,
                    format: transfer.message_format.unwrap_or(0),
                    settled: false,
                    is_too_large: false,
                    bytes: Vec::new(),
                }
            }
        };
        if !transfer.aborted {
            partial.settled |= transfer.settled.unwrap_or(false);
            partial.is_too_large |= partial.bytes.len() + payload.len() > largest_bytes;
            if partial.is_too_large {
                // The rest is read and forgotten; at its end the delivery is rejected.
                partial.bytes = Vec::new();
            } else {
                partial.bytes.extend_from_slice(&payload);
            }
            if transfer.more {
                incoming.partial = Some(partial);
            } else {
                let address = link.address.clone();
                self.take_delivery(handle, &address, partial, turn);
            }
        }
        self.top_up(handle, turn);
        Ok(())
    }

    fn take_delivery(
        &mut self,
        handle: u32,
        address: &Address,
        delivery: Partial,
        turn: &mut Turn<'_>,
    ) {
        let (id, settled) = (delivery.delivery_id, delivery.settled);
        if delivery.is_too_large {
            let text = format!(
                "The delivery exceeds the {} bytes that this link allows.",
                largest_delivery_bytes(turn)
            );
            return self.confirm(
                id,
                settled,
                Err(Refusal::new(Problem::TooLarge, text)),
                turn,
            );
        }
        match address {
            Address::Entity(entity) => self.take_message(handle, entity, delivery, turn),
            Address::Cbs => {
                self.confirm(id, settled, Ok(()), turn);
                cbs::take(self, handle, &delivery.bytes, turn);
            }
            Address::Management(entity) => {
                self.confirm(id, settled, Ok(()), turn);
                management::take(self, handle, entity, &delivery.bytes, turn);
            }
        }
    }

    fn take_message(
        &mut self,
        handle: u32,
        entity: &Entity,
        delivery: Partial,
        turn: &mut Turn<'_>,
    ) {
        let strike = turn.bus.strike("amqp.send");
        let sent = match before(strike) {
            Before::Break => return turn.out.break_off(),
            Before::Detach => {
                let text = "The link is force detached. The service moved it.";
                return self.detach(handle, error("amqp:link:detach-forced", text), turn);
            }
            Before::Refuse(refusal) => Err(refusal),
            Before::Perform => send(entity, &delivery, turn),
        };
        if turn.out.after(strike, turn.now) {
            self.confirm(delivery.delivery_id, delivery.settled, sent, turn);
        }
    }

    /// Says what became of a delivery, unless the client does not care.
    fn confirm(
        &mut self,
        id: u32,
        is_settled: bool,
        outcome: Result<(), Refusal>,
        turn: &mut Turn<'_>,
    ) {
        if is_settled {
            return;
        }
        let state = match outcome {
            Ok(()) => DeliveryState::Accepted(Accepted {}),
            Err(refusal) => DeliveryState::Rejected(Rejected {
                error: Some(amqp_error(&refusal)),
            }),
        };
        let disposition = Disposition {
            role: Role::Receiver,
            first: id,
            last: Some(id),
            settled: true,
            state: Some(state),
            batchable: false,
        };
        turn.out
            .frame(turn.bus, turn.now, self.channel, &disposition, &[]);
    }
}

fn send(entity: &Entity, delivery: &Partial, turn: &mut Turn<'_>) -> Result<(), Refusal> {
    let contents = match delivery.format {
        BATCH => decode_batch(&delivery.bytes),
        _ => decode(&delivery.bytes).map(|content| vec![content]),
    };
    let contents =
        contents.map_err(|malformed| Refusal::new(Problem::Argument, malformed.to_string()))?;
    turn.bus.broker.send(entity, contents, turn.now.wall_ms)?;
    Ok(())
}
