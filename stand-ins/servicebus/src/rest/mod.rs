//! The HTTP face (learn.microsoft.com, "Azure Service Bus REST API"): requests in, replies out.
//!
//! | request | does |
//! |---|---|
//! | `POST /{entity}/messages` | sends one message, or a batch in JSON |
//! | `POST /{entity}/messages/head?timeout=s` | receives one message under a lock |
//! | `DELETE /{entity}/messages/head?timeout=s` | receives one message for good |
//! | `DELETE`, `PUT`, `POST /{entity}/messages/{id}/{lock}` | completes, unlocks, renews |
//!
//! A receive may have to wait. Then [`handle`] answers [`Outcome::Wait`], and whoever drives asks [`resume`] again
//! when something changed or the time is over.

mod error;
mod properties;
mod receive;
mod send;
mod settle;

use std::time::Duration;

use bytes::Bytes;
use http::{Method, Request, Response, StatusCode, header};
use percent_encoding::percent_decode_str;
use punctual_stand_ins::{FaultKind, Manner, Reply, Strike};

use crate::access::Right;
use crate::address::Entity;
use crate::broker::{Mode, Problem, Refusal};
use crate::bus::{self, ServiceBus};

pub use receive::Waiting;

/// What came of a request.
pub enum Outcome {
    /// An answer.
    Done(Reply),
    /// A receive for which there is nothing yet.
    Wait(Waiting),
}

/// What a request asks for.
enum Operation {
    Send,
    Receive(Mode),
    Complete,
    Unlock,
    Renew,
}

impl Operation {
    fn point(&self) -> &'static str {
        match self {
            Self::Send => "rest.send",
            Self::Receive(_) => "rest.receive",
            Self::Complete => "rest.complete",
            Self::Unlock => "rest.unlock",
            Self::Renew => "rest.renew",
        }
    }

    fn right(&self) -> Right {
        match self {
            Self::Send => Right::Send,
            _ => Right::Listen,
        }
    }
}

/// A request that is understood.
struct Asked<'a> {
    entity: Entity,
    operation: Operation,
    /// The message's id or number, and its lock.
    message: Option<(String, &'a str)>,
}

/// Answers a request.
pub fn handle(bus: &mut ServiceBus, request: &Request<Bytes>, now_ms: i64) -> Outcome {
    match understand(request) {
        Ok(asked) => answer(bus, &asked, request, now_ms),
        Err(refusal) => Outcome::Done(error::response(bus, &refusal, None).into()),
    }
}

/// Looks again for a receive that waits. None means: nothing yet.
pub fn resume(bus: &mut ServiceBus, waiting: &Waiting, now_ms: i64) -> Option<Reply> {
    let response = match receive::take(bus, waiting, now_ms) {
        Ok(Some(response)) => response,
        Ok(None) if now_ms >= waiting.until_ms => empty(StatusCode::NO_CONTENT),
        Ok(None) => return None,
        Err(refusal) => error::response(bus, &refusal, None),
    };
    Some(spoil(response, waiting.strike))
}

fn answer(
    bus: &mut ServiceBus,
    asked: &Asked<'_>,
    request: &Request<Bytes>,
    now_ms: i64,
) -> Outcome {
    let strike = bus.strike(asked.operation.point());
    if strike.is_some_and(|strike| strike.kind == FaultKind::Drop) {
        return Outcome::Done(spoil(empty(StatusCode::OK), strike));
    }
    let done = match bus::refusal(strike) {
        Some(refusal) => Err(refusal),
        None => perform(bus, asked, request, now_ms),
    };
    let response = match done {
        Ok(Some(response)) => response,
        Ok(None) => {
            let mut waiting = receive::waiting(asked, request, now_ms);
            waiting.strike = strike;
            return match resume(bus, &waiting, now_ms) {
                Some(reply) => Outcome::Done(reply),
                None => Outcome::Wait(waiting),
            };
        }
        Err(refusal) => error::response(bus, &refusal, strike),
    };
    Outcome::Done(spoil(response, strike))
}

/// Does what is asked. None means that it is a receive, which may wait.
fn perform(
    bus: &mut ServiceBus,
    asked: &Asked<'_>,
    request: &Request<Bytes>,
    now_ms: i64,
) -> Result<Option<Response<Bytes>>, Refusal> {
    let authorization = request.headers().get(header::AUTHORIZATION);
    let authorization = authorization.and_then(|value| value.to_str().ok());
    let grant = bus.access.judge_header(authorization, now_ms)?;
    if !grant.allows(asked.operation.right(), &asked.entity.to_string(), now_ms) {
        let text = "Unauthorized access: the token is not for this queue, or its rule does not allow this.";
        return Err(Refusal::unauthorized(text));
    }
    bus.broker.check_exists(&asked.entity)?;
    let done = match (&asked.operation, &asked.message) {
        (Operation::Send, _) => send::send(bus, &asked.entity, request, now_ms)?,
        (Operation::Receive(_), _) | (_, None) => return Ok(None),
        (operation, Some((id, lock))) => {
            settle::settle(bus, &asked.entity, operation, id, lock, now_ms)?
        }
    };
    Ok(Some(done))
}

fn understand(request: &Request<Bytes>) -> Result<Asked<'_>, Refusal> {
    let path = request.uri().path().trim_matches('/');
    let unknown = || {
        Refusal::new(
            Problem::Argument,
            "There is no such resource; see the REST reference.",
        )
    };
    let segments: Vec<&str> = path.split('/').collect();
    let is_messages = |segment: &&str| segment.eq_ignore_ascii_case("messages");
    let at = segments.iter().rposition(is_messages).ok_or_else(unknown)?;
    let entity = Entity::parse(&segments[..at].join("/")).ok_or_else(unknown)?;
    let method = request.method();
    let (operation, message) = match (&segments[at + 1..], method) {
        ([], &Method::POST) => (Operation::Send, None),
        ([head], &Method::POST) if head.eq_ignore_ascii_case("head") => {
            (Operation::Receive(Mode::PeekLock), None)
        }
        ([head], &Method::DELETE) if head.eq_ignore_ascii_case("head") => {
            (Operation::Receive(Mode::ReceiveAndDelete), None)
        }
        ([id, lock], method) => {
            let operation = match *method {
                Method::DELETE => Operation::Complete,
                Method::PUT => Operation::Unlock,
                Method::POST => Operation::Renew,
                _ => return Err(unknown()),
            };
            let id = percent_decode_str(id).decode_utf8_lossy().into_owned();
            (operation, Some((id, *lock)))
        }
        _ => return Err(unknown()),
    };
    Ok(Asked {
        entity,
        operation,
        message,
    })
}

fn empty(status: StatusCode) -> Response<Bytes> {
    let mut response = Response::new(Bytes::new());
    *response.status_mut() = status;
    response
}

/// Does to an answer what a fault asks for.
fn spoil(response: Response<Bytes>, strike: Option<Strike>) -> Reply {
    let mut reply = Reply::from(response);
    if let Some(strike) = strike {
        reply.manner = match strike.kind {
            FaultKind::Drop | FaultKind::LoseAnswer => Manner::Dropped,
            FaultKind::HalfAnswer => Manner::Half,
            FaultKind::NoAnswer => Manner::Silent,
            _ => Manner::Whole,
        };
        reply.delay = Duration::from_millis(strike.delay_ms);
    }
    reply
}

#[cfg(test)]
mod tests;
