//! Settling what was received, and keeping it locked.

use super::{Client, Received};
use crate::{
    engine::Delivery,
    error::{Class, Error},
    moment::UnixMs,
    ops::{lock, settle::Disposition},
    transport::Transport,
};

impl<T: Transport> Client<T> {
    /// Settles one message, and waits until the service has done it.
    ///
    /// # Errors
    /// [`Class::LockLost`] if the lock has ended, and those of the service and the connection.
    pub fn settle(&mut self, received: &Received, disposition: &Disposition) -> Result<(), Error> {
        let result = self.settle_all(&[(received, disposition)]).pop();
        result.unwrap_or_else(|| Err(Error::new(Class::Retryable, "settle", "not asked")))
    }

    /// Settles many messages in one round-trip. Gives the answer for each, in order.
    ///
    /// A message whose link is gone, or that another connection received, is settled by its lock token.
    pub fn settle_all(&mut self, messages: &[(&Received, &Disposition)]) -> Vec<Result<(), Error>> {
        let mut on_link = Vec::new();
        let mut by_token = Vec::new();
        for (place, (received, disposition)) in messages.iter().enumerate() {
            let delivery = received.delivery;
            let ours = received.container_id == self.container_id;
            let wire_state = disposition.to_wire();
            if ours && self.wire.engine.dispose(delivery, wire_state, false) {
                self.inbox.settled.insert(delivery, None);
                on_link.push((place, delivery));
            } else {
                by_token.push(place);
            }
        }
        let mut results = vec![Ok(()); messages.len()];
        let deadline = self.wire.deadline(self.options.operation_timeout);
        for (place, delivery) in on_link {
            results[place] = self.settled(delivery, messages[place].1, deadline);
        }
        for place in by_token {
            let (received, disposition) = messages[place];
            results[place] = self.settle_by_token(received, disposition);
        }
        results
    }

    fn settled(
        &mut self,
        delivery: Delivery,
        disposition: &Disposition,
        deadline: crate::moment::Moment,
    ) -> Result<(), Error> {
        let result = loop {
            match self.inbox.settled.get(&delivery) {
                Some(Some(state)) => break disposition.verdict(state.as_ref()),
                _ if self.is_gone(delivery.link) => {
                    let mut error = self.detached(delivery.link, "settle");
                    error.class = Class::UnknownOutcome;
                    break Err(error);
                }
                _ => {}
            }
            if let Err(pause) = self.turn(deadline) {
                break Err(self.error("settle", pause, true));
            }
        };
        self.inbox.settled.remove(&delivery);
        result
    }

    fn settle_by_token(
        &mut self,
        received: &Received,
        disposition: &Disposition,
    ) -> Result<(), Error> {
        let token = received.lock_token.ok_or_else(no_lock)?;
        let request = lock::update_disposition(token, disposition);
        let reply = self.request_one(&received.entity, request, "settle")?;
        reply.change("settle").map(|_| ())
    }

    /// Renews the lock of a message. Gives its new end, by the service's clock.
    ///
    /// # Errors
    /// [`Class::LockLost`] if the lock has ended, and those of the service and the connection.
    pub fn renew(&mut self, received: &Received) -> Result<UnixMs, Error> {
        let token = received.lock_token.ok_or_else(no_lock)?;
        let reply = self.request_one(&received.entity, lock::renew_lock(token), "renew")?;
        lock::renewed(reply)
    }
}

fn no_lock() -> Error {
    let text = "the message came without a lock token, and its link is gone";
    Error::new(Class::LockLost, "settle", text)
}
