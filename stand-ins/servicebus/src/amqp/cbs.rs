//! `$cbs`: the client shows tokens (learn.microsoft.com, "AMQP 1.0 in Azure Service Bus protocol guide").

use serde_amqp::Value;
use serde_amqp::primitives::OrderedMap;

use super::output::{Before, before};
use super::request::{CBS, Done, Request};
use super::session::Session;
use super::{Turn, error};
use crate::address::{Address, path_of};
use crate::broker::{Problem, Refusal};

const LARGEST_COUNT_OF_GRANTS: usize = 256;

pub(super) fn take(session: &mut Session, handle: u32, bytes: &[u8], turn: &mut Turn<'_>) {
    let request = match Request::read(bytes) {
        Ok(request) => request,
        Err(malformed) => {
            return session.detach(handle, error("amqp:decode-error", malformed.0), turn);
        }
    };
    let strike = turn.bus.strike("amqp.token");
    let done = match before(strike) {
        Before::Break => return turn.out.break_off(),
        Before::Detach => {
            let text = "The link is force detached. The service moved it.";
            return session.detach(handle, error("amqp:link:detach-forced", text), turn);
        }
        Before::Refuse(refusal) => Err(refusal),
        Before::Perform => put_token(&request, turn),
    };
    let done = done.map_or_else(Done::from, |()| Done {
        status: 202,
        text: "Accepted".into(),
        condition: None,
        body: OrderedMap::new(),
    });
    if turn.out.after(strike, turn.now) {
        request.respond(session, &Address::Cbs, &CBS, done);
    }
}

/// The token's own resource is what it is good for. `name` must be there, and below a queue that exists.
fn put_token(request: &Request, turn: &mut Turn<'_>) -> Result<(), Refusal> {
    let argument = |text: &str| Refusal::new(Problem::Argument, text);
    if request.text("operation") != Some("put-token") {
        return Err(argument("The operation of $cbs is put-token."));
    }
    let audience = request
        .text("name")
        .ok_or_else(|| argument("The property name must hold the audience."))?;
    let Value::String(token) = &request.body else {
        return Err(argument("The body must be a token as a string."));
    };
    let grant = turn.bus.access.judge(token, turn.now.wall_ms)?;
    let path = path_of(audience).unwrap_or_default();
    if let Some(Address::Entity(entity) | Address::Management(entity)) = Address::parse(&path) {
        turn.bus.broker.check_exists(&entity)?;
    }
    turn.grants
        .retain(|known| known.scope != grant.scope || known.rights != grant.rights);
    if turn.grants.len() >= LARGEST_COUNT_OF_GRANTS {
        return Err(Refusal::new(
            Problem::QuotaExceeded,
            "This connection has too many tokens.",
        ));
    }
    turn.grants.push(grant);
    Ok(())
}
