//! Dispositions: the client says what became of a message, the service confirms it.

use fe2o3_amqp_types::definitions::{Error, Role};
use fe2o3_amqp_types::messaging::{Accepted, DeliveryState, Modified, Rejected, Released};
use fe2o3_amqp_types::performatives::Disposition;
use fe2o3_amqp_types::primitives::SimpleValue;
use serde_amqp::Value;
use serde_amqp::primitives::Symbol;

use super::output::{Before, before};
use super::performative::{Said, composite};
use super::session::{Session, Unsettled};
use super::{Turn, amqp_error, error};
use crate::broker::{Application, Settlement};

impl Session {
    pub(super) fn take_disposition(&mut self, said: Said, turn: &mut Turn<'_>) {
        // The client as a sender confirms our confirmations; there is nothing to do.
        if !said.as_receiver || said.last < said.first {
            return;
        }
        let Some((settlement, echo)) = said.state.and_then(settlement) else {
            return;
        };
        let meant: Vec<u32> = self
            .unsettled
            .range(said.first..=said.last)
            .map(|(id, _)| *id)
            .collect();
        for id in meant {
            if let Some(unsettled) = self.unsettled.remove(&id) {
                self.settle_one(
                    id,
                    &unsettled,
                    settlement.clone(),
                    echo.clone(),
                    said.settled,
                    turn,
                );
            }
        }
    }

    fn settle_one(
        &mut self,
        id: u32,
        unsettled: &Unsettled,
        settlement: Settlement,
        echo: DeliveryState,
        is_settled: bool,
        turn: &mut Turn<'_>,
    ) {
        let strike = turn.bus.strike("amqp.settle");
        let state = match before(strike) {
            Before::Break => return turn.out.break_off(),
            Before::Detach => {
                let text = "The link is force detached. The service moved it.";
                return self.detach(
                    unsettled.handle,
                    error("amqp:link:detach-forced", text),
                    turn,
                );
            }
            Before::Refuse(refusal) => rejected(amqp_error(&refusal)),
            Before::Perform => {
                let now_ms = turn.now.wall_ms;
                match turn
                    .bus
                    .broker
                    .settle(&unsettled.entity, unsettled.token, settlement, now_ms)
                {
                    Ok(()) => echo,
                    Err(refusal) => rejected(amqp_error(&refusal)),
                }
            }
        };
        if let Some(link) = self.links.get_mut(&unsettled.handle) {
            link.used_ms = turn.now.steady_ms;
        }
        if !is_settled && turn.out.after(strike, turn.now) {
            let answer = Disposition {
                role: Role::Sender,
                first: id,
                last: Some(id),
                settled: true,
                state: Some(state),
                batchable: false,
            };
            turn.out
                .frame(turn.bus, turn.now, self.channel, &answer, &[]);
        }
    }
}

fn rejected(error: Error) -> DeliveryState {
    DeliveryState::Rejected(Rejected { error: Some(error) })
}

/// What a state asks for, and how its success is confirmed: with the same outcome, and no error.
fn settlement((code, mut fields): (u64, Vec<Value>)) -> Option<(Settlement, DeliveryState)> {
    fields.resize(3, Value::Null);
    Some(match code {
        0x24 => (Settlement::Complete, DeliveryState::Accepted(Accepted {})),
        0x25 => {
            let echo = DeliveryState::Rejected(Rejected { error: None });
            (dead_letter(std::mem::take(&mut fields[0])), echo)
        }
        0x26 => (Settlement::Release, DeliveryState::Released(Released {})),
        0x27 => {
            let flag = |value: &Value| {
                if let Value::Bool(flag) = value {
                    Some(*flag)
                } else {
                    None
                }
            };
            let modify = application(&fields[2]);
            let echo = Modified {
                delivery_failed: flag(&fields[0]),
                undeliverable_here: flag(&fields[1]),
                message_annotations: None,
            };
            let settlement = match echo.undeliverable_here {
                Some(true) => Settlement::Defer { modify },
                _ => Settlement::Abandon { modify },
            };
            (settlement, DeliveryState::Modified(echo))
        }
        _ => return None,
    })
}

/// `rejected` always dead-letters. The reason is in its error's info.
fn dead_letter(error: Value) -> Settlement {
    let (_, mut fields) = composite(error).unwrap_or_default();
    fields.resize(3, Value::Null);
    let mut modify = application(&fields[2]);
    let mut text = |name: &str| match modify.shift_remove(name) {
        Some(SimpleValue::String(text)) => Some(text),
        _ => None,
    };
    let reason = text("DeadLetterReason");
    let description = text("DeadLetterErrorDescription").or(match &fields[1] {
        Value::String(text) => Some(text.clone()),
        _ => None,
    });
    Settlement::DeadLetter {
        reason,
        description,
        modify,
    }
}

/// The members of a map that can be application properties.
pub(super) fn application(map: &Value) -> Application {
    let Value::Map(map) = map else {
        return Application::new();
    };
    let properties = map.iter().filter_map(|(name, value)| match name {
        Value::String(name) => Some((name.clone(), simple(value)?)),
        Value::Symbol(name) => Some((name.as_str().to_owned(), simple(value)?)),
        _ => None,
    });
    properties.collect()
}

/// A value as an application property can be.
fn simple(value: &Value) -> Option<SimpleValue> {
    Some(match value {
        Value::Null => SimpleValue::Null,
        Value::Bool(value) => SimpleValue::Bool(*value),
        Value::Ubyte(value) => SimpleValue::Ubyte(*value),
        Value::Ushort(value) => SimpleValue::Ushort(*value),
        Value::Uint(value) => SimpleValue::Uint(*value),
        Value::Ulong(value) => SimpleValue::Ulong(*value),
        Value::Byte(value) => SimpleValue::Byte(*value),
        Value::Short(value) => SimpleValue::Short(*value),
        Value::Int(value) => SimpleValue::Int(*value),
        Value::Long(value) => SimpleValue::Long(*value),
        Value::Float(value) => SimpleValue::Float(*value),
        Value::Double(value) => SimpleValue::Double(*value),
        Value::Timestamp(value) => SimpleValue::Timestamp(value.clone()),
        Value::Uuid(value) => SimpleValue::Uuid(value.clone()),
        Value::Binary(value) => SimpleValue::Binary(value.clone()),
        Value::String(value) => SimpleValue::String(value.clone()),
        Value::Symbol(value) => SimpleValue::Symbol(Symbol::from(value.as_str())),
        _ => return None,
    })
}
