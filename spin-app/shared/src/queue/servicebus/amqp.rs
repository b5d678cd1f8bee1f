//! Service Bus by AMQP: one connection for all that a request of the application does. It tells sequence numbers, cancels,
//! and dead-letters with a reason.

use std::cell::RefCell;
use std::collections::HashMap;
use std::time::Duration;

use punctual_servicebus::codec::SimpleValue;
use punctual_servicebus::ops::outgoing::OutgoingMessage;
use punctual_servicebus::ops::received::BrokeredMessage;
use punctual_servicebus::ops::schedule::{Cancellation, SequenceNumber as Number};
use punctual_servicebus::ops::settle::Disposition as Wanted;
use punctual_servicebus::transport::Transport;
use punctual_servicebus::{Class, Client, Error, Received, UnixMs};

use super::{Namespace, wire};
use crate::core::Instant;
use crate::queue::{
    Body, Cancel, DeadLetter, Depth, Disposition, Locked, NewMessage, Queue, QueueError,
    SequenceNumber, Settled,
};
use crate::web::rfc3339;

/// Dead letters that are looked through for the one that is to be resubmitted.
const SEARCHED_MAX: u32 = 1_000;

/// Opens connections to a namespace, and is told the way there by whoever knows the host.
pub trait Dial {
    /// What carries the bytes.
    type Transport: Transport;

    /// A new connection. It may block; it must not take longer than some seconds.
    fn dial(&self) -> Result<Client<Self::Transport>, Error>;
}

/// The queue over AMQP. The connection is opened by the first operation.
pub struct AmqpQueue<'a, D: Dial> {
    dial: &'a D,
    namespace: &'a Namespace,
    client: RefCell<Option<Client<D::Transport>>>,
    /// What was received and is not settled, by lock.
    received: RefCell<HashMap<String, Received>>,
}

impl<'a, D: Dial> AmqpQueue<'a, D> {
    /// A queue of a namespace.
    pub fn new(dial: &'a D, namespace: &'a Namespace) -> Self {
        Self {
            dial,
            namespace,
            client: RefCell::default(),
            received: RefCell::default(),
        }
    }

    /// Works with the connection, opening one where there is none. Work that surely had no effect because the connection
    /// was gone is done again on a new one, once.
    fn with<R>(
        &self,
        work: impl Fn(&mut Client<D::Transport>) -> Result<R, Error>,
    ) -> Result<R, QueueError> {
        let mut kept = self.client.borrow_mut();
        let was_used = kept.is_some();
        let first = work(self.open(&mut kept)?);
        let is_open = kept.as_ref().is_some_and(Client::is_open);
        let result = match first {
            Err(error) if was_used && !is_open && error.class == Class::Retryable => {
                work(self.open(&mut kept)?)
            }
            first => first,
        };
        result.map_err(failed)
    }

    /// The connection that is kept, if it still stands, or a new one.
    fn open<'c>(
        &self,
        kept: &'c mut Option<Client<D::Transport>>,
    ) -> Result<&'c mut Client<D::Transport>, QueueError> {
        if !kept.as_ref().is_some_and(Client::is_open) {
            *kept = Some(self.dial.dial().map_err(failed)?);
        }
        let closed = || QueueError::from("the connection is closed".to_owned());
        kept.as_mut().ok_or_else(closed)
    }

    /// All of many answers, or the first error among them.
    fn all<R>(
        &self,
        work: impl Fn(&mut Client<D::Transport>) -> Vec<Result<R, Error>>,
    ) -> Result<Vec<R>, QueueError> {
        self.with(|client| work(client).into_iter().collect())
    }

    fn take(&self, entity: &str, max: u32, patience_ms: i64) -> Result<Vec<Received>, QueueError> {
        let wait = Duration::from_millis(patience_ms.max(0).unsigned_abs());
        self.with(|client| client.receive(entity, max, wait))
    }
}

impl<D: Dial> Queue for AmqpQueue<'_, D> {
    type Canceller = Self;

    async fn schedule(
        &self,
        messages: &[NewMessage],
        _: Instant,
    ) -> Result<Vec<Option<SequenceNumber>>, QueueError> {
        if messages.is_empty() {
            return Ok(Vec::new());
        }
        let outgoing: Vec<_> = messages.iter().map(outgoing).collect();
        let numbers = self.all(|client| client.schedule(&self.namespace.queue, &outgoing))?;
        Ok(numbers
            .into_iter()
            .map(|Number(number)| Some(number))
            .collect())
    }

    fn canceller(&self) -> Option<&Self> {
        Some(self)
    }

    async fn receive(
        &self,
        max: u32,
        patience_ms: i64,
        _: Instant,
    ) -> Result<Vec<Locked>, QueueError> {
        if max == 0 {
            return Ok(Vec::new());
        }
        let received = self.take(&self.namespace.queue, max, patience_ms)?;
        Ok(received
            .into_iter()
            .map(|received| {
                let locked = locked(&received);
                self.received
                    .borrow_mut()
                    .insert(locked.lock_token.clone(), received);
                locked
            })
            .collect())
    }

    async fn next_at(&self, _: Instant) -> Result<Option<Instant>, QueueError> {
        Ok(None)
    }

    async fn settle(
        &self,
        messages: &[(Locked, Disposition)],
        _: Instant,
    ) -> Result<Vec<Settled>, QueueError> {
        let mut settled = vec![Settled::LockLost; messages.len()];
        let (mut places, mut known, mut wanted) = (Vec::new(), Vec::new(), Vec::new());
        for (place, (locked, disposition)) in messages.iter().enumerate() {
            let Some(disposition) = asked(disposition) else {
                settled[place] = Settled::Done;
                continue;
            };
            // What this request has not received is not its to settle, and what it has settled it holds no more.
            if let Some(received) = self.received.borrow_mut().remove(&locked.lock_token) {
                places.push(place);
                known.push(received);
                wanted.push(disposition);
            }
        }
        let pairs: Vec<_> = known.iter().zip(&wanted).collect();
        let results = self.with(|client| Ok(client.settle_all(&pairs)))?;
        for (place, result) in places.into_iter().zip(results) {
            settled[place] = match result {
                Ok(()) => Settled::Done,
                Err(error) if matches!(error.class, Class::LockLost | Class::TooLate) => {
                    Settled::LockLost
                }
                Err(error) => return Err(failed(error)),
            };
        }
        Ok(settled)
    }

    async fn dead_letters(&self, max: u32, _: Instant) -> Result<Vec<DeadLetter>, QueueError> {
        let entity = self.namespace.dead_letter_queue();
        let count = u16::try_from(max).unwrap_or(u16::MAX);
        if count == 0 {
            return Ok(Vec::new());
        }
        let letters = self.with(|client| client.peek(&entity, Number(0), count))?;
        let describe = |letter: &BrokeredMessage| DeadLetter {
            id: letter.sequence_number().unwrap_or_default().to_string(),
            notification_id: wire::read(&letter.data()).map(|body| body.notification),
            reason: letter.dead_letter_reason().unwrap_or_default().to_owned(),
            description: letter
                .dead_letter_description()
                .unwrap_or_default()
                .to_owned(),
            delivery_count: letter.failed_deliveries() + u32::from(!died_of_itself(letter)),
            dead_at: letter
                .enqueued_at()
                .map_or_else(String::new, |at| rfc3339(at.0)),
        };
        Ok(letters.iter().map(describe).collect())
    }

    /// Sends a copy and then removes the dead one: dying in between leaves one message too many, never one too few.
    async fn resubmit(&self, id: &str, now: Instant) -> Result<bool, QueueError> {
        let Ok(number) = id.parse::<i64>() else {
            return Ok(false);
        };
        let entity = self.namespace.dead_letter_queue();
        let taken = self.take(&entity, SEARCHED_MAX, 0)?;
        let is_it = |received: &&Received| locked(received).sequence_number == number;
        let found = taken.iter().find(is_it);
        if let Some(found) = found {
            let lock_token = locked(found).lock_token;
            let copy = OutgoingMessage {
                content_type: Some(wire::CONTENT_TYPE.to_owned()),
                body: found
                    .message
                    .as_ref()
                    .map(|message| message.data().into_owned())
                    .unwrap_or_default(),
                ..OutgoingMessage::scheduled(
                    &format!("{number}/resubmitted-{lock_token}"),
                    "",
                    UnixMs(now),
                )
            };
            self.all(|client| client.schedule(&self.namespace.queue, std::slice::from_ref(&copy)))?;
        }
        let dispositions: Vec<_> = taken
            .iter()
            .map(|received| match is_it(&received) {
                true => Wanted::Complete,
                false => Wanted::Release,
            })
            .collect();
        let pairs: Vec<_> = taken.iter().zip(&dispositions).collect();
        // What cannot be given back comes back by itself when its lock ends.
        self.with(|client| Ok(client.settle_all(&pairs)))?;
        Ok(found.is_some())
    }

    async fn depth(&self, _: Instant) -> Result<Option<Depth>, QueueError> {
        Ok(None)
    }
}

impl<D: Dial> Cancel for AmqpQueue<'_, D> {
    async fn cancel(&self, numbers: &[SequenceNumber]) -> Result<Vec<bool>, QueueError> {
        if numbers.is_empty() {
            return Ok(Vec::new());
        }
        let numbers: Vec<_> = numbers.iter().copied().map(Number).collect();
        let answers = self.all(|client| client.cancel(&self.namespace.queue, &numbers))?;
        Ok(answers
            .into_iter()
            .map(|answer| answer == Cancellation::Cancelled)
            .collect())
    }
}

fn outgoing(message: &NewMessage) -> OutgoingMessage {
    let at = UnixMs(wire::enqueue_at(message));
    let properties = wire::properties(message).into_iter().flatten();
    OutgoingMessage {
        content_type: Some(wire::CONTENT_TYPE.to_owned()),
        properties: properties
            .map(|(name, value)| (name.to_owned(), SimpleValue::String(value.to_owned())))
            .collect(),
        ..OutgoingMessage::scheduled(&message.message_id, wire::body(message), at)
    }
}

fn asked(disposition: &Disposition) -> Option<Wanted> {
    match disposition {
        Disposition::Complete => Some(Wanted::Complete),
        Disposition::Abandon => Some(Wanted::Abandon),
        Disposition::Leave => None,
        Disposition::DeadLetter {
            reason,
            description,
        } => Some(Wanted::DeadLetter {
            reason: (*reason).to_owned(),
            description: description.clone(),
        }),
    }
}

fn locked(received: &Received) -> Locked {
    let message = received.message.as_ref().ok();
    let body: Option<Body> = message.and_then(|message| wire::read(&message.data()));
    Locked {
        sequence_number: message
            .and_then(|message| message.sequence_number())
            .unwrap_or_default(),
        lock_token: received
            .lock_token
            .map_or_else(String::new, |token| token.to_string()),
        body,
        // The wire counts failed deliveries; this one is not among them.
        delivery_count: message.map_or(1, |message| message.failed_deliveries() + 1),
    }
}

/// Whether the broker gave it up. Else somebody held it and did, which is a delivery that the broker does not count.
fn died_of_itself(letter: &BrokeredMessage) -> bool {
    const REASONS: [&str; 2] = ["MaxDeliveryCountExceeded", "TTLExpiredException"];
    let reason = letter.dead_letter_reason();
    reason.is_some_and(|reason| REASONS.contains(&reason))
}

fn failed(error: Error) -> QueueError {
    let wish = error.retry_after();
    QueueError {
        text: error.to_string(),
        retry_after_seconds: wish.and_then(|wish| u32::try_from(wish.as_secs().max(1)).ok()),
    }
}
