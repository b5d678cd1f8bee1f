//! HTTP: passes requests on, and lets a receive wait.

use std::sync::Arc;

use bytes::Bytes;
use futures::future::BoxFuture;
use http::Request;
use punctual_stand_ins::{Handler, Reply};

use super::shared::Shared;
use crate::rest::{self, Outcome};

pub(super) struct Rest {
    shared: Arc<Shared>,
}

impl Rest {
    pub(super) fn new(shared: Arc<Shared>) -> Self {
        Self { shared }
    }
}

impl Handler for Rest {
    fn answer(&self, request: Request<Bytes>) -> BoxFuture<'_, Reply> {
        Box::pin(async move {
            // Heard of from here on, so that no change falls between looking and waiting.
            let mut changes = self.shared.changes();
            let outcome = self
                .shared
                .with(|bus, now_ms| rest::handle(bus, &request, now_ms));
            let waiting = match outcome {
                Outcome::Done(reply) => return reply,
                Outcome::Wait(waiting) => waiting,
            };
            loop {
                tokio::select! {
                    _ = changes.changed() => {}
                    () = self.shared.clock.wait_until_ms(waiting.until_ms) => {}
                }
                let resumed = self
                    .shared
                    .with(|bus, now_ms| rest::resume(bus, &waiting, now_ms));
                if let Some(reply) = resumed {
                    return reply;
                }
            }
        })
    }
}
