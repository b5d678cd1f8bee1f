//! Sending messages that are active at once.

use super::{Client, links::Route};
use crate::{
    codec::messaging::{DeliveryState, Rejected},
    engine::{Condition, Delivery, SendError},
    error::{Class, Error},
    ops::outgoing::OutgoingMessage,
    transport::Transport,
};

const DOING: &str = "send";

/// How many messages wait for their outcomes at one time.
const IN_FLIGHT_MAX: usize = 256;

impl<T: Transport> Client<T> {
    /// Sends messages. Gives the answer for each, in order. No sequence number comes back: see [`Client::schedule`].
    pub fn send(&mut self, queue: &str, messages: &[OutgoingMessage]) -> Vec<Result<(), Error>> {
        if messages.is_empty() {
            return Vec::new();
        }
        let link = match self.route(&Route::To(queue.to_owned()), DOING) {
            Ok(link) => link,
            Err(error) => return vec![Err(error); messages.len()],
        };
        let mut results: Vec<Option<Result<(), Error>>> = vec![None; messages.len()];
        let mut flights: Vec<(usize, Delivery)> = Vec::new();
        let mut next = 0;
        let mut deadline = self.wire.deadline(self.options.operation_timeout);
        let stop = loop {
            while next < messages.len() && flights.len() < IN_FLIGHT_MAX {
                let sent = messages[next]
                    .encode()
                    .map(|message| self.wire.engine.send(link, 0, false, &message));
                match sent {
                    Ok(Ok(delivery)) => {
                        self.inbox.outcomes.insert(delivery, None);
                        flights.push((next, delivery));
                    }
                    Ok(Err(SendError::TooLarge(max))) => {
                        let text = format!("a message is over the queue's limit of {max} bytes");
                        results[next] = Some(Err(Error::new(Class::Invalid, DOING, text)));
                    }
                    Ok(Err(SendError::Encoding)) => {
                        let text = "the message cannot be encoded";
                        results[next] = Some(Err(Error::new(Class::Invalid, DOING, text)));
                    }
                    Ok(Err(SendError::NoCredit | SendError::Full | SendError::NotAttached)) => {
                        break;
                    }
                    Err(error) => results[next] = Some(Err(error)),
                }
                next += 1;
            }
            let before = flights.len();
            flights.retain(|(place, delivery)| {
                let Some(Some(state)) = self.inbox.outcomes.get(delivery) else {
                    return true;
                };
                results[*place] = Some(outcome(state.as_ref()));
                self.inbox.outcomes.remove(delivery);
                false
            });
            if flights.len() < before {
                deadline = self.wire.deadline(self.options.operation_timeout);
                continue;
            }
            if flights.is_empty() && next == messages.len() {
                break None;
            }
            if self.is_gone(link) {
                break Some(self.detached(link, DOING));
            }
            if let Err(pause) = self.turn(deadline) {
                break Some(self.error(DOING, pause, false));
            }
        };
        for (place, delivery) in flights {
            self.inbox.outcomes.remove(&delivery);
            let mut error = stop.clone().unwrap_or_else(not_sent);
            error.class = Class::UnknownOutcome;
            results[place] = Some(Err(error));
        }
        let stop = stop.unwrap_or_else(not_sent);
        let fill = |result: Option<_>| result.unwrap_or_else(|| Err(stop.clone()));
        results.into_iter().map(fill).collect()
    }
}

fn outcome(state: Option<&DeliveryState>) -> Result<(), Error> {
    let condition = match state {
        Some(DeliveryState::Accepted(_)) => return Ok(()),
        Some(DeliveryState::Rejected(Rejected { error: Some(error) })) => {
            Condition::from_wire(error)
        }
        Some(DeliveryState::Released(_) | DeliveryState::Modified(_)) => {
            Condition::new("amqp:link:detach-forced", "the message was not taken")
        }
        _ => Condition::new("", "the message was rejected"),
    };
    Err(Error::from_condition(DOING, condition, None))
}

fn not_sent() -> Error {
    Error::new(Class::Retryable, DOING, "not sent")
}
