//! `{entity}/$management`: operations as requests (learn.microsoft.com, "AMQP request-response operations in
//! Azure Service Bus").

use serde_amqp::Value;
use serde_amqp::primitives::{Array, OrderedMap, Timestamp, Uuid};
use serde_bytes::ByteBuf;

use super::output::{Before, before};
use super::request::{Done, MANAGEMENT, Request, elements, member};
use super::session::Session;
use super::settle::application;
use super::{Turn, error};
use crate::access::Right;
use crate::address::{Address, Entity};
use crate::broker::{Entry, Mode, Problem, Refusal, Settlement};
use crate::codec::{decode, encode};
use crate::guid::Guid;

type Body = OrderedMap<Value, Value>;

/// Does what a request asks for.
type Perform = fn(&Request, &Entity, &mut Turn<'_>) -> Result<Done, Refusal>;

/// An operation: the point at which a fault can strike, the right to ask for it, what it does.
fn operation(name: &str) -> Option<(&'static str, Right, Perform)> {
    Some(match name.strip_prefix("com.microsoft:")? {
        "schedule-message" => ("amqp.management.schedule", Right::Send, schedule),
        "cancel-scheduled-message" => ("amqp.management.cancel", Right::Send, cancel),
        "peek-message" => ("amqp.management.peek", Right::Listen, peek),
        "renew-lock" => ("amqp.management.renew", Right::Listen, renew),
        "receive-by-sequence-number" => {
            ("amqp.management.receive", Right::Listen, receive_deferred)
        }
        "update-disposition" => ("amqp.management.settle", Right::Listen, update_disposition),
        _ => return None,
    })
}

pub(super) fn take(
    session: &mut Session,
    handle: u32,
    entity: &Entity,
    bytes: &[u8],
    turn: &mut Turn<'_>,
) {
    let request = match Request::read(bytes) {
        Ok(request) => request,
        Err(malformed) => {
            return session.detach(handle, error("amqp:decode-error", malformed.0), turn);
        }
    };
    let address = Address::Management(entity.clone());
    let Some((point, right, perform)) = operation(request.text("operation").unwrap_or_default())
    else {
        let refusal = Refusal::new(Problem::NotImplemented, "There is no such operation here.");
        return request.respond(session, &address, &MANAGEMENT, refusal.into());
    };
    let strike = turn.bus.strike(point);
    let done = match before(strike) {
        Before::Break => return turn.out.break_off(),
        Before::Detach => {
            let text = "The link is force detached. The service moved it.";
            return session.detach(handle, error("amqp:link:detach-forced", text), turn);
        }
        Before::Refuse(refusal) => Err(refusal),
        Before::Perform => turn
            .check(right, &format!("{entity}/$management"))
            .and_then(|()| perform(&request, entity, turn)),
    };
    if turn.out.after(strike, turn.now) {
        request.respond(
            session,
            &address,
            &MANAGEMENT,
            done.unwrap_or_else(Done::from),
        );
    }
}

fn argument(text: &str) -> Refusal {
    Refusal::new(Problem::Argument, text)
}

fn body(name: &str, value: Value) -> Body {
    let mut body = Body::new();
    body.insert(Value::String(name.to_owned()), value);
    body
}

fn numbers(request: &Request) -> Result<Vec<i64>, Refusal> {
    let numbers = request
        .member("sequence-numbers")
        .map(elements)
        .unwrap_or_default();
    let numbers: Option<Vec<i64>> = numbers
        .iter()
        .map(|number| match number {
            Value::Long(number) => Some(*number),
            _ => None,
        })
        .collect();
    let numbers = numbers.filter(|numbers| !numbers.is_empty());
    numbers.ok_or_else(|| argument("sequence-numbers must be an array of longs, one at least."))
}

fn tokens(request: &Request) -> Result<Vec<Guid>, Refusal> {
    let tokens = request
        .member("lock-tokens")
        .map(elements)
        .unwrap_or_default();
    let tokens: Option<Vec<Guid>> = tokens
        .iter()
        .map(|token| match token {
            Value::Uuid(token) => Some(Guid(*token.as_inner())),
            _ => None,
        })
        .collect();
    let tokens = tokens.filter(|tokens| !tokens.is_empty());
    tokens.ok_or_else(|| argument("lock-tokens must be an array of uuids, one at least."))
}

fn schedule(request: &Request, entity: &Entity, turn: &mut Turn<'_>) -> Result<Done, Refusal> {
    let members = request.member("messages").map(elements).unwrap_or_default();
    let contents = members.iter().map(|each| {
        let Some(Value::Binary(message)) = member(each, "message") else {
            return Err(argument(
                "Each of messages must hold the encoded message as binary.",
            ));
        };
        let content = decode(message).map_err(|malformed| argument(malformed.0))?;
        match content.due_ms {
            Some(_) => Ok(content),
            None => Err(argument(
                "A message to be scheduled needs x-opt-scheduled-enqueue-time.",
            )),
        }
    });
    let contents = contents.collect::<Result<Vec<_>, _>>()?;
    if contents.is_empty() {
        return Err(argument(
            "messages must be a list of messages, one at least.",
        ));
    }
    let numbers = turn.bus.broker.send(entity, contents, turn.now.wall_ms)?;
    let numbers = Array::from(numbers.into_iter().map(Value::Long).collect::<Vec<_>>());
    Ok(Done::ok(body("sequence-numbers", Value::Array(numbers))))
}

fn cancel(request: &Request, entity: &Entity, turn: &mut Turn<'_>) -> Result<Done, Refusal> {
    turn.bus
        .broker
        .cancel(entity, &numbers(request)?, turn.now.wall_ms)?;
    Ok(Done::ok(Body::new()))
}

fn peek(request: &Request, entity: &Entity, turn: &mut Turn<'_>) -> Result<Done, Refusal> {
    let from = match request.member("from-sequence-number") {
        Some(Value::Long(from)) => *from,
        _ => return Err(argument("from-sequence-number must be a long.")),
    };
    let count = match request.member("message-count") {
        Some(Value::Int(count)) if *count > 0 => *count as usize,
        _ => return Err(argument("message-count must be an int above zero.")),
    };
    let entries = turn
        .bus
        .broker
        .peek(entity, from, count, turn.now.wall_ms)?;
    // A response is a message too: it ends where the next one would make it too large.
    let mut left_bytes = turn.bus.broker.options().max_message_bytes;
    let mut messages = Vec::new();
    for entry in &entries {
        let message = encode(entry);
        if !messages.is_empty() && message.len() > left_bytes {
            break;
        }
        left_bytes = left_bytes.saturating_sub(message.len());
        messages.push(Value::Map(body(
            "message",
            Value::Binary(ByteBuf::from(message)),
        )));
    }
    if messages.is_empty() {
        return Ok(Done {
            status: 204,
            text: "No messages.".into(),
            condition: Some(Problem::MessageNotFound.condition()),
            body: Body::new(),
        });
    }
    Ok(Done::ok(body("messages", Value::List(messages))))
}

fn renew(request: &Request, entity: &Entity, turn: &mut Turn<'_>) -> Result<Done, Refusal> {
    let ends_ms = turn
        .bus
        .broker
        .renew(entity, &tokens(request)?, turn.now.wall_ms)?;
    let ends = ends_ms
        .into_iter()
        .map(|end_ms| Value::Timestamp(Timestamp::from_milliseconds(end_ms)));
    let ends = Array::from(ends.collect::<Vec<_>>());
    Ok(Done::ok(body("expirations", Value::Array(ends))))
}

fn receive_deferred(
    request: &Request,
    entity: &Entity,
    turn: &mut Turn<'_>,
) -> Result<Done, Refusal> {
    // The documentation says ubyte, both clients send uint.
    let mode = match request.member("receiver-settle-mode") {
        Some(Value::Uint(0) | Value::Ubyte(0)) => Mode::ReceiveAndDelete,
        _ => Mode::PeekLock,
    };
    let (numbers, now_ms) = (numbers(request)?, turn.now.wall_ms);
    let broker = &mut turn.bus.broker;
    let entries = broker.receive_deferred(entity, &numbers, mode, now_ms, &mut turn.bus.random)?;
    let shown = |entry: &Entry| {
        let mut shown = body("message", Value::Binary(ByteBuf::from(encode(entry))));
        if let Some(lock) = entry.lock {
            shown.insert(
                Value::String("lock-token".into()),
                Value::Uuid(Uuid::from(lock.token.0)),
            );
        }
        Value::Map(shown)
    };
    let messages = entries.iter().map(shown).collect();
    Ok(Done::ok(body("messages", Value::List(messages))))
}

/// Settles locks from any connection.
fn update_disposition(
    request: &Request,
    entity: &Entity,
    turn: &mut Turn<'_>,
) -> Result<Done, Refusal> {
    let text = |name: &str| match request.member(name) {
        Some(Value::String(text)) => Some(text.clone()),
        _ => None,
    };
    let modify = || {
        request
            .member("properties-to-modify")
            .map(application)
            .unwrap_or_default()
    };
    let settlement = match text("disposition-status").as_deref() {
        Some("completed") => Settlement::Complete,
        Some("abandoned") => Settlement::Abandon { modify: modify() },
        // The service's own spelling.
        Some("defered") => Settlement::Defer { modify: modify() },
        Some("suspended") => Settlement::DeadLetter {
            reason: text("deadletter-reason"),
            description: text("deadletter-description"),
            modify: modify(),
        },
        _ => {
            return Err(argument(
                "disposition-status must be completed, abandoned, defered or suspended.",
            ));
        }
    };
    for token in tokens(request)? {
        turn.bus
            .broker
            .settle(entity, token, settlement.clone(), turn.now.wall_ms)?;
    }
    Ok(Done::ok(Body::new()))
}
