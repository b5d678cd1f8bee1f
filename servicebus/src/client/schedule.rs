//! Scheduling, cancelling, peeking.

use super::Client;
use crate::{
    error::{Class, Error},
    ops::{
        management::{Reply, Request},
        outgoing::OutgoingMessage,
        peek,
        received::BrokeredMessage,
        schedule::{self, Cancellation, Entry, PER_REQUEST_MAX, SequenceNumber},
    },
    transport::Transport,
};

impl<T: Transport> Client<T> {
    /// Schedules messages. Gives the sequence number of each, in the order of the messages.
    ///
    /// What is too much for one request goes in several. So some may be scheduled while others are not, and each has its own answer.
    pub fn schedule(
        &mut self,
        queue: &str,
        messages: &[OutgoingMessage],
    ) -> Vec<Result<SequenceNumber, Error>> {
        if messages.is_empty() {
            return Vec::new();
        }
        let pair = match self.management(queue, "schedule") {
            Ok(pair) => pair,
            Err(error) => return vec![Err(error); messages.len()],
        };
        let bytes_max = self.request_bytes_max(&pair);
        let mut results = Vec::with_capacity(messages.len());
        let (mut entries, mut places) = (Vec::new(), Vec::new());
        for (place, message) in messages.iter().enumerate() {
            let entry = Entry::new(message, bytes_max);
            results.push(entry.map(|entry| {
                entries.push(entry);
                places.push(place);
                SequenceNumber(0)
            }));
        }
        let batches = schedule::batches(&entries, bytes_max);
        let requests: Vec<Request> = batches
            .iter()
            .map(|batch| schedule::schedule_messages(&entries[batch.clone()]))
            .collect();
        let replies = self.request_all(&pair, &requests, "schedule");
        for (batch, reply) in batches.into_iter().zip(replies) {
            let numbers = reply.and_then(|reply| schedule::scheduled(reply, batch.len()));
            for (at, entry) in batch.enumerate() {
                results[places[entry]] = match &numbers {
                    Ok(numbers) => Ok(numbers[at]),
                    Err(error) => Err(error.clone()),
                };
            }
        }
        results
    }

    /// Cancels scheduled messages. Gives the answer for each, in the order of the numbers.
    ///
    /// Groups are asked first. A group that has a number that the service does not know is asked again number by number; see
    /// [`schedule::cancelled`].
    pub fn cancel(
        &mut self,
        queue: &str,
        numbers: &[SequenceNumber],
    ) -> Vec<Result<Cancellation, Error>> {
        if numbers.is_empty() {
            return Vec::new();
        }
        let pair = match self.management(queue, "cancel") {
            Ok(pair) => pair,
            Err(error) => return vec![Err(error); numbers.len()],
        };
        let groups: Vec<&[SequenceNumber]> = numbers.chunks(PER_REQUEST_MAX).collect();
        let requests: Vec<Request> = groups
            .iter()
            .map(|g| schedule::cancel_scheduled(g))
            .collect();
        let replies = self.request_all(&pair, &requests, "cancel");
        let mut results = Vec::with_capacity(numbers.len());
        let (mut singles, mut places) = (Vec::new(), Vec::new());
        for (group, reply) in groups.into_iter().zip(replies) {
            let answer = reply.and_then(schedule::cancelled);
            let unclear = match &answer {
                Ok(answer) => *answer == Cancellation::TooLateOrUnknown,
                // Such as "is already being cancelled".
                Err(error) => error.class == Class::Invalid,
            };
            for number in group {
                if unclear && group.len() > 1 {
                    singles.push(schedule::cancel_scheduled(&[*number]));
                    places.push(results.len());
                }
                results.push(answer.clone());
            }
        }
        let replies = self.request_all(&pair, &singles, "cancel");
        for (place, reply) in places.into_iter().zip(replies) {
            results[place] = reply.and_then(schedule::cancelled);
        }
        results
    }

    /// Looks at up to `count` messages from a number on, without taking them: active, scheduled, locked and deferred ones.
    ///
    /// # Errors
    /// Those of the service, and of the connection.
    pub fn peek(
        &mut self,
        queue: &str,
        from: SequenceNumber,
        count: u16,
    ) -> Result<Vec<BrokeredMessage>, Error> {
        let reply = self.request_one(queue, peek::peek_messages(from, count), "peek")?;
        peek::peeked(reply)
    }

    /// One request to an entity's `$management`.
    pub(super) fn request_one(
        &mut self,
        entity: &str,
        request: Request,
        doing: &'static str,
    ) -> Result<Reply, Error> {
        let pair = self.management(entity, doing)?;
        let reply = self.request_all(&pair, &[request], doing).pop();
        reply.unwrap_or_else(|| Err(Error::new(Class::Retryable, doing, "not asked")))
    }
}
