//! Tokens that are kept and renewed in time.
//!
//! An instance lives for one request, so tokens are kept in the host's key-value store, from where others may have them
//! too. They are renewed when half of their life is over, or five minutes before its end if that is later: by one, while
//! the others go on with the old one. The store promises nobody to be the only one, so now and then it is two. As long as
//! the old token is good a failure to renew it is nobody's trouble.
//!
//! Without a good token each request asks for one of its own. That happens after a start, and Entra stands it.

use std::cell::RefCell;
use std::collections::HashMap;

use futures::FutureExt;
use futures::future::LocalBoxFuture;
use serde::{Deserialize, Serialize};

use super::{Identity, SignInError, Token, Tokens, answer};
use crate::cache::Cache;
use crate::core::Instant;
use crate::http::Http;

/// A token is not used in its last minute: the request has to arrive, and clocks differ.
const MARGIN_MS: i64 = 60_000;
/// Renewed this long before its end, unless half of its life is later.
const AHEAD_MS: i64 = 300_000;
/// While one renews a token, others leave it to them for so long.
const FLIGHT_MS: i64 = 15_000;

/// A token as it is kept.
#[derive(Clone, Serialize, Deserialize)]
struct Kept {
    token: String,
    expires_at: Instant,
    renew_at: Instant,
}

/// The source.
pub struct SignIn<H, C, F> {
    http: H,
    cache: C,
    identity: Identity,
    clock: F,
    /// What this request has already seen, by resource.
    seen: RefCell<HashMap<String, Kept>>,
}

impl<H: Http, C: Cache, F: Fn() -> Instant> SignIn<H, C, F> {
    /// A source for an identity.
    pub fn new(http: H, cache: C, identity: Identity, clock: F) -> Self {
        Self {
            http,
            cache,
            identity,
            clock,
            seen: RefCell::default(),
        }
    }

    /// Under what a token is kept. Whoever finds it refused and cannot wait for another one empties the place.
    pub fn key(&self, resource: &str) -> String {
        format!("token/{}/{resource}", self.identity.name())
    }

    /// What is kept and good for a while yet.
    fn kept(&self, resource: &str, now: Instant) -> Option<Kept> {
        let is_good = |kept: &Kept| now < kept.expires_at - MARGIN_MS;
        let seen = self.seen.borrow().get(resource).cloned();
        if let Some(seen) = seen.filter(is_good) {
            return Some(seen);
        }
        let kept: Kept = serde_json::from_slice(&self.cache.get(&self.key(resource))?).ok()?;
        let kept = Some(kept).filter(is_good)?;
        self.seen
            .borrow_mut()
            .insert(resource.to_owned(), kept.clone());
        Some(kept)
    }

    /// Whether this one is to renew the token; if so, it says so to the others.
    fn takes_off(&self, resource: &str, now: Instant) -> bool {
        let key = format!("{}/flight", self.key(resource));
        let until = self.cache.get(&key);
        let until = until.and_then(|until| String::from_utf8(until).ok()?.parse::<Instant>().ok());
        // A time far ahead is that of a clock that was set back since.
        if until.is_some_and(|until| (now..now + FLIGHT_MS).contains(&until)) {
            return false;
        }
        self.cache
            .put(&key, (now + FLIGHT_MS).to_string().as_bytes());
        true
    }

    async fn good(&self, resource: &str) -> Result<Token, SignInError> {
        let now = (self.clock)();
        let Some(kept) = self.kept(resource, now) else {
            return self.fetch(resource).await;
        };
        if now >= kept.renew_at && self.takes_off(resource, now) {
            // What was kept is good still, so a failure is told to nobody; the next one tries again.
            if let Ok(token) = self.fetch(resource).await {
                return Ok(token);
            }
        }
        Ok(Token {
            text: kept.token,
            expires_at: kept.expires_at,
        })
    }

    async fn other(&self, resource: &str, refused: &str) -> Result<Token, SignInError> {
        self.seen.borrow_mut().remove(resource);
        let kept = self.kept(resource, (self.clock)());
        match kept.filter(|kept| kept.token != refused) {
            Some(kept) => Ok(Token {
                text: kept.token,
                expires_at: kept.expires_at,
            }),
            None => self.fetch(resource).await,
        }
    }

    /// Asks for a token and keeps it.
    async fn fetch(&self, resource: &str) -> Result<Token, SignInError> {
        let token = match self.ask(resource).await {
            Err(error)
                if answer::is_stale_assertion(&error) && self.identity.may_have_changed() =>
            {
                self.ask(resource).await
            }
            asked => asked,
        }?;
        let now = (self.clock)();
        let half = now + (token.expires_at - now) / 2;
        let kept = Kept {
            token: token.text.clone(),
            expires_at: token.expires_at,
            renew_at: half.max(token.expires_at - AHEAD_MS),
        };
        if let Ok(text) = serde_json::to_vec(&kept) {
            self.cache.put(&self.key(resource), &text);
        }
        self.seen.borrow_mut().insert(resource.to_owned(), kept);
        Ok(token)
    }

    async fn ask(&self, resource: &str) -> Result<Token, SignInError> {
        let call = self.identity.request(resource)?;
        let answer = self.http.send(call).await.map_err(|error| SignInError {
            text: error.to_string(),
            retry_after_seconds: None,
        })?;
        answer::read(&answer, (self.clock)())
    }
}

impl<H: Http, C: Cache, F: Fn() -> Instant> Tokens for SignIn<H, C, F> {
    fn token<'a>(&'a self, resource: &'a str) -> LocalBoxFuture<'a, Result<Token, SignInError>> {
        self.good(resource).boxed_local()
    }

    fn renew<'a>(
        &'a self,
        resource: &'a str,
        refused: &'a str,
    ) -> LocalBoxFuture<'a, Result<Token, SignInError>> {
        self.other(resource, refused).boxed_local()
    }
}
