//! Taking messages under a lock, and settling them. One request a message, several at a time.

use futures::{StreamExt, stream};

use super::super::wire;
use super::call::refused;
use super::properties::Incoming;
use super::{AT_ONCE, RestQueue};
use crate::core::Instant;
use crate::http::{Answer, Http};
use crate::queue::{Disposition, Locked, QueueError, Settled};

/// The longest that the service is asked to wait; sixty is what its documentation uses.
const WAIT_SECONDS_MAX: i64 = 60;

/// A message that was taken.
pub(super) struct Taken {
    pub locked: Locked,
    pub answer: Answer,
    pub properties: Incoming,
}

impl<H: Http> RestQueue<'_, H> {
    /// Takes up to `max` messages; waits up to `patience_ms` for the first, and for no other.
    pub(super) async fn take(
        &self,
        entity: &str,
        max: usize,
        patience_ms: i64,
        now: Instant,
    ) -> Result<Vec<Taken>, QueueError> {
        let mut taken = Vec::new();
        if max > 0 {
            taken.extend(self.take_one(entity, patience_ms, now).await?);
        }
        // The first was there: others may be. Rounds end with the first that finds nothing.
        while !taken.is_empty() && taken.len() < max {
            let wanted = (max - taken.len()).min(AT_ONCE);
            let round = stream::iter((0..wanted).map(|_| self.take_one(entity, 0, now)));
            let round: Vec<_> = round.buffer_unordered(AT_ONCE).collect().await;
            let before = taken.len();
            for result in round {
                match result {
                    Ok(found) => taken.extend(found),
                    // What was taken is locked for us: work on it, and meet the error in the next call.
                    Err(_) => return Ok(taken),
                }
            }
            if taken.len() < before + wanted {
                break;
            }
        }
        Ok(taken)
    }

    async fn take_one(
        &self,
        entity: &str,
        patience_ms: i64,
        now: Instant,
    ) -> Result<Option<Taken>, QueueError> {
        let seconds = (patience_ms / 1_000).clamp(0, WAIT_SECONDS_MAX);
        let path = format!("/head?timeout={seconds}");
        let call = self.call("POST", entity, &path, seconds * 1_000);
        let answer = self.send(call, now).await?;
        match answer.status {
            200 | 201 => read(answer).map(Some),
            204 => Ok(None),
            _ => Err(refused("receive", &answer, now)),
        }
    }

    /// Settles messages of an entity.
    pub(super) async fn settle_all(
        &self,
        entity: &str,
        messages: &[(Locked, Disposition)],
        now: Instant,
    ) -> Result<Vec<Settled>, QueueError> {
        let each = messages
            .iter()
            .map(|(locked, disposition)| self.settle_one(entity, locked, disposition, now));
        let settled: Vec<_> = stream::iter(each).buffered(AT_ONCE).collect().await;
        settled.into_iter().collect()
    }

    async fn settle_one(
        &self,
        entity: &str,
        locked: &Locked,
        disposition: &Disposition,
        now: Instant,
    ) -> Result<Settled, QueueError> {
        let (method, settled) = match disposition {
            Disposition::Leave => return Ok(Settled::Done),
            Disposition::Complete => ("DELETE", Settled::Done),
            Disposition::Abandon => ("PUT", Settled::Done),
            // There is no request for it. The queue's delivery count ends what is given back again and again.
            Disposition::DeadLetter { .. } => ("PUT", Settled::GivenBack),
        };
        // The service calls it a bad request when a token is no GUID; nothing is held by such a one.
        if !is_guid(&locked.lock_token) {
            return Ok(Settled::LockLost);
        }
        let path = format!("/{}/{}", locked.sequence_number, locked.lock_token);
        let answer = self.send(self.call(method, entity, &path, 0), now).await?;
        match answer.status {
            200..=299 => Ok(settled),
            404 | 410 => Ok(Settled::LockLost),
            _ => Err(refused("settle", &answer, now)),
        }
    }
}

fn is_guid(text: &str) -> bool {
    text.len() == 36
        && text
            .bytes()
            .all(|byte| byte == b'-' || byte.is_ascii_hexdigit())
}

fn read(answer: Answer) -> Result<Taken, QueueError> {
    let properties = answer.header("brokerproperties").unwrap_or_default();
    let properties: Incoming = serde_json::from_str(properties).map_err(|_| {
        QueueError::from("receive: the service said nothing of the message that it gave".to_owned())
    })?;
    let locked = Locked {
        sequence_number: properties.sequence_number,
        lock_token: properties.lock_token.clone(),
        body: wire::read(&answer.body),
        delivery_count: properties.delivery_count,
    };
    Ok(Taken {
        locked,
        answer,
        properties,
    })
}
