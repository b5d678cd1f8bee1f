//! Attaching a link: the address is read, the token looked for, the answer echoes what the client said.

use fe2o3_amqp_types::definitions::{Fields, Handle, Role, SenderSettleMode};
use fe2o3_amqp_types::messaging::TargetArchetype;
use fe2o3_amqp_types::performatives::Attach;
use serde_amqp::Value;
use serde_amqp::primitives::Symbol;

use super::link::{Incoming, Link, Outgoing, Way};
use super::output::{Before, before};
use super::session::{LARGEST_HANDLE, Session};
use super::{Turn, amqp_error};
use crate::address::Address;
use crate::broker::{Mode, Problem, Refusal};
use crate::codec::Malformed;

impl Session {
    pub(super) fn attach(&mut self, attach: Attach, turn: &mut Turn<'_>) -> Result<(), Malformed> {
        let handle = u32::from(attach.handle.clone());
        if handle > LARGEST_HANDLE {
            return Err(Malformed("a handle is above handle-max"));
        }
        if self.links.contains_key(&handle) {
            return Err(Malformed("a handle was attached twice"));
        }
        let strike = turn.bus.strike("amqp.attach");
        let link = match before(strike) {
            Before::Break => {
                turn.out.break_off();
                return Ok(());
            }
            Before::Refuse(refusal) => Err(refusal),
            Before::Detach | Before::Perform => link(&attach, turn),
        };
        if !turn.out.after(strike, turn.now) {
            return Ok(());
        }
        let answer = echo(&attach, link.is_ok(), turn);
        turn.out
            .frame(turn.bus, turn.now, self.channel, &answer, &[]);
        match link {
            Ok(link) => {
                self.links.insert(handle, link);
                self.top_up(handle, turn);
            }
            Err(refusal) => {
                let error = Some(amqp_error(&refusal));
                let detach = fe2o3_amqp_types::performatives::Detach {
                    handle: Handle(handle),
                    closed: true,
                    error,
                };
                turn.out
                    .frame(turn.bus, turn.now, self.channel, &detach, &[]);
            }
        }
        Ok(())
    }
}

/// The link that is asked for, if it may be.
fn link(attach: &Attach, turn: &Turn<'_>) -> Result<Link, Refusal> {
    let source = attach
        .source
        .as_ref()
        .and_then(|source| source.address.as_deref());
    let target = match attach.target.as_deref() {
        Some(TargetArchetype::Target(target)) => target.address.as_deref(),
        None => None,
    };
    let client_sends = attach.role == Role::Sender;
    let address = if client_sends { target } else { source };
    let address = address.and_then(Address::parse).ok_or_else(|| {
        Refusal::new(
            Problem::EntityNotFound,
            "The link's address is not that of a queue.",
        )
    })?;
    if let Some((right, path)) = Link::right(&address, client_sends) {
        turn.check(right, &path)?;
    }
    if let Address::Management(entity) | Address::Entity(entity) = &address {
        turn.bus.broker.check_exists(entity)?;
    }
    let way = if client_sends {
        Way::In(Incoming::default())
    } else {
        Way::Out(Outgoing {
            credit: 0,
            delivery_count: 0,
            drains: false,
            mode: match attach.snd_settle_mode {
                SenderSettleMode::Settled => Mode::ReceiveAndDelete,
                _ => Mode::PeekLock,
            },
            target: target.map(str::to_owned),
            responses: Default::default(),
        })
    };
    Ok(Link {
        name: attach.name.clone(),
        handle: u32::from(attach.handle.clone()),
        address,
        way,
        used_ms: turn.now.steady_ms,
    })
}

/// The answer: the same name and settings, the other role. A refused link lacks the end that would be ours, and is
/// detached right after (part 2, section 2.6.3).
fn echo(attach: &Attach, is_good: bool, turn: &Turn<'_>) -> Attach {
    let client_sends = attach.role == Role::Sender;
    let options = turn.bus.broker.options();
    let mut properties = Fields::new();
    let batch_bytes = Value::Ulong(options.max_batch_bytes as u64);
    properties.insert(
        Symbol::from("com.microsoft:max-message-batch-size"),
        batch_bytes,
    );
    // Clients want both ends, even where they named only one.
    let source = attach.source.clone().unwrap_or_default();
    let target = attach.target.clone();
    let target = target.unwrap_or_else(|| Box::new(TargetArchetype::Target(Default::default())));
    Attach {
        name: attach.name.clone(),
        handle: attach.handle.clone(),
        role: if client_sends {
            Role::Receiver
        } else {
            Role::Sender
        },
        snd_settle_mode: attach.snd_settle_mode.clone(),
        rcv_settle_mode: attach.rcv_settle_mode.clone(),
        source: (is_good || client_sends).then_some(source),
        target: (is_good || !client_sends).then_some(target),
        unsettled: None,
        incomplete_unsettled: false,
        initial_delivery_count: (!client_sends).then_some(0),
        max_message_size: Some(largest_delivery_bytes(turn) as u64),
        offered_capabilities: None,
        desired_capabilities: None,
        properties: Some(properties),
    }
}

/// The largest delivery that a client may send.
pub(super) fn largest_delivery_bytes(turn: &Turn<'_>) -> usize {
    let options = turn.bus.broker.options();
    options.max_message_bytes.max(options.max_batch_bytes)
}
