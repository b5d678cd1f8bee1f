//! Dead letters by HTTP: there is no looking without taking, so they are taken and given back.

use super::super::wire;
use super::RestQueue;
use super::call::refused;
use super::properties::{Outgoing, http_date, instant};
use super::receive::Taken;
use crate::core::Instant;
use crate::http::Http;
use crate::queue::{DeadLetter, Disposition, QueueError};
use crate::web::rfc3339;

/// Dead letters that are looked through for the one that is to be resubmitted.
const SEARCHED_MAX: usize = 1_000;

impl<H: Http> RestQueue<'_, H> {
    pub(super) async fn list_dead(
        &self,
        max: u32,
        now: Instant,
    ) -> Result<Vec<DeadLetter>, QueueError> {
        let entity = self.namespace.dead_letter_queue();
        let max = usize::try_from(max).unwrap_or(usize::MAX);
        let taken = self.take(&entity, max, 0, now).await?;
        let mut list: Vec<_> = taken
            .iter()
            .map(|taken| (taken.locked.sequence_number, describe(taken, now)))
            .collect();
        self.give_back(&entity, taken, now).await?;
        list.sort_by_key(|(number, _)| *number);
        Ok(list.into_iter().map(|(_, letter)| letter).collect())
    }

    /// Sends a copy and then removes the dead one: dying in between leaves one message too many, never one too few.
    pub(super) async fn revive(&self, id: &str, now: Instant) -> Result<bool, QueueError> {
        let Ok(number) = id.parse::<i64>() else {
            return Ok(false);
        };
        let entity = self.namespace.dead_letter_queue();
        let mut taken = self.take(&entity, SEARCHED_MAX, 0, now).await?;
        let found = taken
            .iter()
            .position(|taken| taken.locked.sequence_number == number);
        let found = found.map(|place| taken.swap_remove(place));
        self.give_back(&entity, taken, now).await?;
        let Some(found) = found else { return Ok(false) };

        let properties = Outgoing {
            message_id: &format!("{number}/resubmitted-{}", found.locked.lock_token),
            scheduled_enqueue_time_utc: http_date(now),
        };
        let properties = serde_json::to_string(&properties).unwrap_or_default();
        let mut call = self
            .call("POST", &self.namespace.queue, "", 0)
            .with("content-type", wire::CONTENT_TYPE)
            .with("brokerproperties", properties);
        call.body.clone_from(&found.answer.body);
        let answer = self.send(call, now).await?;
        if answer.status != 201 {
            self.give_back(&entity, vec![found], now).await?;
            return Err(refused("resubmit", &answer, now));
        }
        self.settle_all(&entity, &[(found.locked, Disposition::Complete)], now)
            .await?;
        Ok(true)
    }

    async fn give_back(
        &self,
        entity: &str,
        taken: Vec<Taken>,
        now: Instant,
    ) -> Result<(), QueueError> {
        let back: Vec<_> = taken
            .into_iter()
            .map(|taken| (taken.locked, Disposition::Abandon))
            .collect();
        self.settle_all(entity, &back, now).await?;
        Ok(())
    }
}

fn describe(taken: &Taken, now: Instant) -> DeadLetter {
    let property = |name| {
        // A custom property is a header; a string stands in quotes.
        let value = taken.answer.header(name).unwrap_or_default();
        serde_json::from_str(value).unwrap_or_else(|_| value.to_owned())
    };
    DeadLetter {
        id: taken.locked.sequence_number.to_string(),
        notification_id: taken
            .locked
            .body
            .as_ref()
            .map(|body| body.notification.clone()),
        reason: property("deadletterreason"),
        description: property("deadlettererrordescription"),
        // Looking is one more, and no delivery.
        delivery_count: taken.locked.delivery_count.saturating_sub(1),
        // When it came into this queue.
        dead_at: rfc3339(instant(&taken.properties.enqueued_time_utc, now)),
    }
}
