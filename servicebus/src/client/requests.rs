//! Requests and their responses, many at a time.

use super::{
    Client,
    inbox::LinkStatus,
    links::{Pair, REPLY_CREDIT},
    wire::Pause,
};
use crate::{
    codec::messaging::{DeliveryState, Rejected},
    engine::{Condition, Delivery, LinkId, SendError},
    error::{Class, Error},
    ops::management::{Reply, Request},
    transport::Transport,
};
use std::time::Duration;

/// How many requests wait for their responses at one time.
const IN_FLIGHT_MAX: usize = (REPLY_CREDIT / 2) as usize;

/// Why no more responses come.
enum End {
    Pause(Pause),
    Detached(LinkId),
}

struct Flight {
    index: usize,
    id: String,
    delivery: Delivery,
}

impl<T: Transport> Client<T> {
    /// The largest request for an entity, in bytes.
    pub(super) fn request_bytes_max(&self, pair: &Pair) -> usize {
        let ours = self.options.request_bytes_max;
        match self.inbox.links.get(&pair.requests) {
            Some((_, LinkStatus::Attached { max_message_bytes })) if *max_message_bytes > 0 => {
                usize::try_from(*max_message_bytes)
                    .unwrap_or(ours)
                    .min(ours)
            }
            _ => ours,
        }
    }

    /// Sends requests, and gives the response to each in the same order. Waits [`crate::Options::operation_timeout`] for each next
    /// response; after one that does not come nothing more is sent.
    pub(super) fn request_all(
        &mut self,
        pair: &Pair,
        requests: &[Request],
        doing: &'static str,
    ) -> Vec<Result<Reply, Error>> {
        let mut results: Vec<Option<Result<Reply, Error>>> = vec![None; requests.len()];
        let mut flights: Vec<Flight> = Vec::new();
        let mut next = 0;
        let mut stop: Option<Error> = None;
        let mut deadline = self.wire.deadline(self.options.operation_timeout);
        loop {
            while stop.is_none() && next < requests.len() && flights.len() < IN_FLIGHT_MAX {
                match self.send_request(pair, &requests[next], doing) {
                    Ok(Some((id, delivery))) => flights.push(Flight {
                        index: next,
                        id,
                        delivery,
                    }),
                    Ok(None) => break,
                    Err(error) => results[next] = Some(Err(error)),
                }
                next += 1;
            }
            let before = flights.len();
            flights.retain(|flight| {
                let result = self.landed(flight, doing);
                let waits = result.is_none();
                if let Some(result) = result {
                    results[flight.index] = Some(result);
                }
                waits
            });
            if flights.is_empty() && (stop.is_some() || next == requests.len()) {
                break;
            }
            if flights.len() < before {
                deadline = self.wire.deadline(self.options.operation_timeout);
                continue;
            }
            let links = [pair.requests, pair.responses];
            let gone = links.into_iter().find(|link| self.is_gone(*link));
            let end = match gone {
                Some(link) => End::Detached(link),
                None => match self.turn(deadline) {
                    Ok(()) => continue,
                    Err(pause) => End::Pause(pause),
                },
            };
            for flight in flights.drain(..) {
                let asked = requests[flight.index].changes;
                results[flight.index] = Some(Err(self.ended(&end, doing, asked)));
                self.forget(&flight);
            }
            stop = Some(self.ended(&end, doing, false));
        }
        let stop = stop.unwrap_or_else(|| Error::new(Class::Retryable, doing, "not asked"));
        let fill = |result: Option<_>| result.unwrap_or_else(|| Err(stop.clone()));
        results.into_iter().map(fill).collect()
    }

    fn ended(&self, end: &End, doing: &'static str, asked: bool) -> Error {
        match end {
            End::Pause(pause) => self.error(doing, pause.clone(), asked),
            End::Detached(link) => {
                let mut error = self.detached(*link, doing);
                if asked {
                    error.class = Class::UnknownOutcome;
                }
                error
            }
        }
    }

    /// `None` if there is no credit now.
    fn send_request(
        &mut self,
        pair: &Pair,
        request: &Request,
        doing: &'static str,
    ) -> Result<Option<(String, Delivery)>, Error> {
        if self.wire.engine.credit(pair.requests) == 0 {
            return Ok(None);
        }
        let id = self.fresh_name();
        let invalid = |text: String| Error::new(Class::Invalid, doing, text);
        let message = request
            .encode(&id, &pair.reply_to, self.server_timeout_ms())
            .map_err(|error| invalid(error.to_string()))?;
        match self.wire.engine.send(pair.requests, 0, false, &message) {
            Ok(delivery) => {
                self.inbox.replies.insert(id.clone(), None);
                self.inbox.outcomes.insert(delivery, None);
                Ok(Some((id, delivery)))
            }
            Err(SendError::NoCredit | SendError::Full | SendError::NotAttached) => Ok(None),
            Err(SendError::TooLarge(max)) => Err(invalid(format!(
                "a request of {} bytes is over the peer's limit of {max}",
                message.len()
            ))),
            Err(SendError::Encoding) => Err(invalid("the request cannot be encoded".to_owned())),
        }
    }

    /// A second less than we wait, so that its answer comes before we give up.
    fn server_timeout_ms(&self) -> u32 {
        let deadline = self.wire.deadline(self.options.operation_timeout);
        let left = deadline
            .since(self.wire.clock.now())
            .saturating_sub(Duration::from_secs(1));
        u32::try_from(left.as_millis())
            .unwrap_or(u32::MAX)
            .max(1_000)
    }

    /// The response, or why there will be none.
    fn landed(&mut self, flight: &Flight, doing: &'static str) -> Option<Result<Reply, Error>> {
        if let Some(Some(_)) = self.inbox.replies.get(&flight.id) {
            let reply = self.inbox.replies.remove(&flight.id).flatten();
            self.inbox.outcomes.remove(&flight.delivery);
            if reply.as_ref().is_some_and(|reply| reply.status == 401) {
                // Whatever token stands, it does not serve: the next operation puts a new one.
                self.tokens.clear();
            }
            return reply.map(Ok);
        }
        let refusal = match self.inbox.outcomes.get(&flight.delivery) {
            Some(Some(Some(DeliveryState::Rejected(Rejected { error })))) => match error {
                Some(error) => Condition::from_wire(error),
                None => Condition::new("", "the request was rejected"),
            },
            Some(Some(Some(DeliveryState::Released(_) | DeliveryState::Modified(_)))) => {
                Condition::new("amqp:link:detach-forced", "the request was not taken")
            }
            _ => return None,
        };
        self.forget(flight);
        Some(Err(Error::from_condition(doing, refusal, None)))
    }

    fn forget(&mut self, flight: &Flight) {
        self.inbox.replies.remove(&flight.id);
        self.inbox.outcomes.remove(&flight.delivery);
    }
}
