//! Ending a lock: complete, unlock, renew.

use bytes::Bytes;
use http::{Response, StatusCode};

use super::{Operation, empty};
use crate::address::Entity;
use crate::broker::{Application, Refusal, Settlement};
use crate::bus::ServiceBus;

/// Acts on the message that is named by id or number *and* lock. HTTP cannot dead-letter.
pub(super) fn settle(
    bus: &mut ServiceBus,
    entity: &Entity,
    operation: &Operation,
    id: &str,
    lock: &str,
    now_ms: i64,
) -> Result<Response<Bytes>, Refusal> {
    let token = lock.parse().map_err(|_| Refusal::lock_lost())?;
    let entry = bus.broker.locked(entity, token, now_ms)?;
    if entry.content.id().as_deref() != Some(id) && entry.sequence_number.to_string() != id {
        return Err(Refusal::lock_lost());
    }
    match operation {
        Operation::Renew => drop(bus.broker.renew(entity, &[token], now_ms)?),
        Operation::Unlock => {
            let modify = Application::new();
            bus.broker
                .settle(entity, token, Settlement::Abandon { modify }, now_ms)?;
        }
        _ => bus
            .broker
            .settle(entity, token, Settlement::Complete, now_ms)?,
    }
    Ok(empty(StatusCode::OK))
}
