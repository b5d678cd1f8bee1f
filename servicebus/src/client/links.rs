//! Sessions, links and tokens, made when they are needed and kept while they live.

use super::{
    Client,
    inbox::{LinkStatus, Purpose},
};
use crate::{
    codec::{
        Symbol, Value,
        messaging::{Accepted, DeliveryState},
    },
    engine::{Direction, LinkId, LinkOptions, SessionId},
    error::{Class, Error},
    ops::cbs,
    transport::Transport,
};

/// How many responses may be under way. Requests in flight are kept below that.
pub(super) const REPLY_CREDIT: u32 = 128;

/// Entities that have links at one time. More than that is a mistake in the caller.
const LINKS_MAX: usize = 128;

/// A token is put again when less than this is left of it.
const TOKEN_MARGIN_MS: i64 = 120_000;

/// A link for messages.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) enum Route {
    /// To an entity.
    To(String),
    /// From an entity, with locks.
    From(String),
}

/// Two links for requests and their responses.
#[derive(Debug, Clone)]
pub(super) struct Pair {
    pub(super) requests: LinkId,
    pub(super) responses: LinkId,
    pub(super) reply_to: String,
    /// Responses that the peer may still send.
    credit: u32,
}

impl<T: Transport> Client<T> {
    pub(super) fn begin_session(&mut self, doing: &'static str) -> Result<SessionId, Error> {
        if let Some(session) = self.inbox.session {
            return Ok(session);
        }
        let session = self.wire.engine.begin();
        let full = || Error::new(Class::Retryable, doing, "the peer takes no more sessions");
        self.inbox.session = Some(session.ok_or_else(full)?);
        session.ok_or_else(full)
    }

    /// Puts a token for an entity, unless one stands.
    pub(super) fn authorize(&mut self, entity: &str, doing: &'static str) -> Result<(), Error> {
        self.catch_up();
        let audience = cbs::audience(&self.options.namespace, entity);
        let now = self.wire.clock.unix();
        if self
            .tokens
            .get(&audience)
            .is_some_and(|until| until.0 - now.0 > TOKEN_MARGIN_MS)
        {
            return Ok(());
        }
        let Some(token) = self.options.credential.token(&audience, now) else {
            return Ok(());
        };
        if token.expires_at <= now {
            return Err(Error::new(
                Class::Auth,
                doing,
                "the token has expired: get a new one",
            ));
        }
        let pair = self.pair(cbs::ADDRESS, doing)?;
        let request = cbs::put_token(&audience, &token);
        let reply = self.request_all(&pair, &[request], doing).pop();
        let lost = || Error::new(Class::Protocol, doing, "no answer to the token");
        reply
            .ok_or_else(lost)??
            .success(doing)
            .map_err(|mut error| {
                match (error.class, error.status) {
                    (Class::Retryable | Class::Configuration, _) => {}
                    (_, Some(404)) => error.class = Class::Configuration,
                    // Whatever else the status: it is the token that was not taken.
                    _ => error.class = Class::Auth,
                }
                error
            })?;
        if self.tokens.len() >= LINKS_MAX {
            self.tokens.clear();
        }
        self.tokens.insert(audience, token.expires_at);
        Ok(())
    }

    /// The management links of an entity.
    pub(super) fn management(&mut self, entity: &str, doing: &'static str) -> Result<Pair, Error> {
        self.authorize(entity, doing)?;
        self.pair(&format!("{entity}/$management"), doing)
    }

    /// The links for requests to an address: those that are there, or new ones.
    fn pair(&mut self, address: &str, doing: &'static str) -> Result<Pair, Error> {
        let pair = match self.pairs.get(address) {
            Some(pair) if !self.is_gone(pair.requests) && !self.is_gone(pair.responses) => {
                pair.clone()
            }
            Some(pair) => {
                let pair = pair.clone();
                self.drop_link(pair.requests);
                self.drop_link(pair.responses);
                self.attach_pair(address, doing)?
            }
            None => self.attach_pair(address, doing)?,
        };
        let ready = self
            .until_attached(pair.requests, doing)
            .and_then(|()| self.until_attached(pair.responses, doing));
        if let Err(error) = ready {
            self.drop_link(pair.requests);
            self.drop_link(pair.responses);
            self.pairs.remove(address);
            return Err(error);
        }
        self.refill();
        Ok(pair)
    }

    /// Attaches links for requests. Does not wait.
    pub(super) fn attach_pair(
        &mut self,
        address: &str,
        doing: &'static str,
    ) -> Result<Pair, Error> {
        if self.pairs.len() >= LINKS_MAX {
            return Err(too_many(doing));
        }
        // The response link's name, its target and reply-to are the same text: peers look at any of them.
        let reply_to = self.fresh_name();
        let requests = LinkOptions {
            name: self.fresh_name(),
            direction: Direction::Outgoing,
            source: Some(reply_to.clone()),
            target: Some(address.to_owned()),
            unsettled: true,
            settle_second: false,
            max_message_bytes: 0,
            properties: None,
        };
        let responses = LinkOptions {
            name: reply_to.clone(),
            direction: Direction::Incoming,
            source: Some(address.to_owned()),
            target: Some(reply_to.clone()),
            max_message_bytes: self.options.response_bytes_max as u64,
            ..requests.clone()
        };
        let requests = self.attach(&requests, Purpose::Send, doing)?;
        let responses = self.attach(&responses, Purpose::Replies, doing)?;
        let pair = Pair {
            requests,
            responses,
            reply_to,
            credit: 0,
        };
        self.pairs.insert(address.to_owned(), pair.clone());
        Ok(pair)
    }

    /// A link for messages: the one that is there, or a new one.
    pub(super) fn route(&mut self, route: &Route, doing: &'static str) -> Result<LinkId, Error> {
        let (Route::To(entity) | Route::From(entity)) = route;
        self.authorize(entity, doing)?;
        let link = match self.routes.get(route) {
            Some(link) if !self.is_gone(*link) => *link,
            found => {
                if let Some(link) = found.copied() {
                    self.drop_link(link);
                } else if self.routes.len() >= LINKS_MAX {
                    return Err(too_many(doing));
                }
                let link = self.attach_route(route, doing)?;
                self.routes.insert(route.clone(), link);
                link
            }
        };
        if let Err(error) = self.until_attached(link, doing) {
            self.drop_link(link);
            self.routes.remove(route);
            return Err(error);
        }
        Ok(link)
    }

    fn attach_route(&mut self, route: &Route, doing: &'static str) -> Result<LinkId, Error> {
        let name = self.fresh_name();
        let receiver_name = Symbol::from("com.microsoft:receiver-name");
        let (options, purpose) = match route {
            Route::To(entity) => {
                let options = LinkOptions {
                    source: Some(name.clone()),
                    target: Some(entity.clone()),
                    direction: Direction::Outgoing,
                    unsettled: true,
                    settle_second: false,
                    max_message_bytes: 0,
                    properties: None,
                    name,
                };
                (options, Purpose::Send)
            }
            Route::From(entity) => {
                let receiver = [(receiver_name, Value::String(name.clone()))];
                let options = LinkOptions {
                    source: Some(entity.clone()),
                    target: Some(name.clone()),
                    direction: Direction::Incoming,
                    unsettled: true,
                    settle_second: true,
                    max_message_bytes: self.options.response_bytes_max as u64,
                    properties: Some(receiver.into_iter().collect()),
                    name,
                };
                (options, Purpose::Receive)
            }
        };
        self.attach(&options, purpose, doing)
    }

    fn attach(
        &mut self,
        options: &LinkOptions,
        purpose: Purpose,
        doing: &'static str,
    ) -> Result<LinkId, Error> {
        let session = self.begin_session(doing)?;
        let link = self.wire.engine.attach(session, options);
        let link = link
            .ok_or_else(|| Error::new(Class::Retryable, doing, "the peer takes no more links"))?;
        self.inbox
            .links
            .insert(link, (purpose, LinkStatus::Attaching));
        Ok(link)
    }

    fn until_attached(&mut self, link: LinkId, doing: &'static str) -> Result<(), Error> {
        let deadline = self.wire.deadline(self.options.operation_timeout);
        loop {
            match self.inbox.links.get(&link) {
                Some((_, LinkStatus::Attached { .. })) => return Ok(()),
                Some((_, LinkStatus::Attaching)) => {}
                _ => {
                    let error = self.detached(link, doing);
                    if error.class == Class::Auth {
                        // Whatever token stands, it does not serve: the next attempt puts a new one.
                        self.tokens.clear();
                    }
                    return Err(error);
                }
            }
            self.turn(deadline)
                .map_err(|pause| self.error(doing, pause, false))?;
        }
    }

    /// Why a link is gone.
    pub(super) fn detached(&self, link: LinkId, doing: &'static str) -> Error {
        match self.inbox.links.get(&link) {
            Some((_, LinkStatus::Detached(Some(condition)))) => {
                Error::from_condition(doing, condition.clone(), None)
            }
            _ => Error::new(Class::Retryable, doing, "the service detached the link"),
        }
    }

    pub(super) fn is_gone(&self, link: LinkId) -> bool {
        let status = self.inbox.links.get(&link).map(|(_, status)| status);
        !matches!(
            status,
            Some(LinkStatus::Attaching | LinkStatus::Attached { .. })
        )
    }

    /// Detaches a link if it is there, and forgets it.
    pub(super) fn drop_link(&mut self, link: LinkId) {
        self.wire.engine.detach(link);
        self.inbox.links.remove(&link);
    }

    /// Settles responses that were read, and gives the peer credit for more.
    pub(super) fn refill(&mut self) {
        for (delivery, settled) in std::mem::take(&mut self.inbox.used) {
            if !settled {
                let accepted = DeliveryState::Accepted(Accepted {});
                self.wire.engine.dispose(delivery, accepted, true);
            }
            let pair = self
                .pairs
                .values_mut()
                .find(|pair| pair.responses == delivery.link);
            if let Some(pair) = pair {
                pair.credit = pair.credit.saturating_sub(1);
            }
        }
        for pair in self.pairs.values_mut() {
            if pair.credit <= REPLY_CREDIT / 2 && self.inbox.is_attached(pair.responses) {
                pair.credit = REPLY_CREDIT;
                self.wire.engine.grant(pair.responses, REPLY_CREDIT);
            }
        }
    }
}

fn too_many(doing: &'static str) -> Error {
    let text = format!("more than {LINKS_MAX} queues are in use on one connection");
    Error::new(Class::Invalid, doing, text)
}
