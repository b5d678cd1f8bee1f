//! The queue in SQLite, for running without any account.

use serde_json::json;

use super::{
    Body, Cancel, DELIVERY_COUNT_MAX, DeadLetter, Depth, Disposition, LOCK_SECONDS, Locked,
    NewMessage, Queue, QueueError, SequenceNumber, Settled,
};
use crate::core::Instant;
use crate::sql::{Row, Sql, SqlError, transaction};
use crate::web::rfc3339;

/// The embedded queue on one connection.
pub struct EmbeddedQueue<'a, S>(pub &'a S);

impl From<SqlError> for QueueError {
    fn from(error: SqlError) -> Self {
        Self::from(error.0)
    }
}

const DEATH_BY_COUNT: &str = "UPDATE queue SET dead_at = ?1, dead_reason = 'MaxDeliveryCountExceeded',
    dead_description = 'handed out ' || delivery_count || ' times without being settled', lock_token = NULL
    WHERE dead_at IS NULL AND enqueue_at <= ?1 AND locked_until <= ?1 AND delivery_count >= ?2";

const RECEIVE: &str = "UPDATE queue SET locked_until = ?1 + ?2, delivery_count = delivery_count + 1,
    lock_token = lower(hex(randomblob(16)))
    WHERE sequence_number IN (SELECT sequence_number FROM queue
        WHERE dead_at IS NULL AND enqueue_at <= ?1 AND locked_until <= ?1 ORDER BY enqueue_at, sequence_number LIMIT ?3)
    RETURNING sequence_number, lock_token, body, delivery_count, enqueue_at";

/// When the next message can be taken. Public so that a test sees how it is looked up.
pub const NEXT_AT: &str =
    "SELECT min(max(enqueue_at, locked_until)) FROM queue WHERE dead_at IS NULL";

impl<S: Sql> Queue for EmbeddedQueue<'_, S> {
    type Canceller = Self;

    async fn schedule(
        &self,
        messages: &[NewMessage],
        _: Instant,
    ) -> Result<Vec<Option<SequenceNumber>>, QueueError> {
        if messages.is_empty() {
            return Ok(Vec::new());
        }
        let rows: Vec<_> = messages
            .iter()
            .map(|message| json!({"m": message.message_id, "b": serde_json::to_string(&message.body).unwrap_or_default(), "e": message.enqueue_at}))
            .collect();
        // One statement is one transaction: all or none. RETURNING promises no order, so the id comes along.
        let mut returned = self.0.execute(
            "INSERT INTO queue (message_id, body, enqueue_at)
             SELECT value ->> 'm', value ->> 'b', value ->> 'e' FROM json_each(?1) WHERE true ORDER BY key
             RETURNING message_id, sequence_number",
            &[json!(rows).to_string().into()],
        )?;
        let numbers: std::collections::HashMap<String, i64> = returned
            .iter_mut()
            .map(|row| (row.text(0), row.integer(1)))
            .collect();
        Ok(messages
            .iter()
            .map(|message| numbers.get(&message.message_id).copied())
            .collect())
    }

    fn canceller(&self) -> Option<&Self> {
        Some(self)
    }

    async fn receive(&self, max: u32, _: i64, now: Instant) -> Result<Vec<Locked>, QueueError> {
        // Look before taking the write lock: an empty queue costs readers nothing.
        let due = self.0.execute(
            "SELECT 1 FROM queue WHERE dead_at IS NULL AND enqueue_at <= ?1 AND locked_until <= ?1 LIMIT 1",
            &[now.into()],
        )?;
        if due.is_empty() {
            return Ok(Vec::new());
        }
        let mut rows = transaction(self.0, || {
            self.0.execute(
                DEATH_BY_COUNT,
                &[now.into(), i64::from(DELIVERY_COUNT_MAX).into()],
            )?;
            self.0.execute(
                RECEIVE,
                &[
                    now.into(),
                    (LOCK_SECONDS * 1_000).into(),
                    i64::from(max).into(),
                ],
            )
        })?;
        rows.sort_by_key(|row| (row.integer(4), row.integer(0)));
        Ok(rows.into_iter().map(locked).collect())
    }

    async fn next_at(&self, _: Instant) -> Result<Option<Instant>, QueueError> {
        let rows = self.0.execute(NEXT_AT, &[])?;
        Ok(rows.first().and_then(|row| row.optional_integer(0)))
    }

    async fn settle(
        &self,
        messages: &[(Locked, Disposition)],
        now: Instant,
    ) -> Result<Vec<Settled>, QueueError> {
        let tokens = |wanted: fn(&Disposition) -> bool| {
            let tokens: Vec<_> = messages
                .iter()
                .filter(|(_, disposition)| wanted(disposition))
                .map(|(message, _)| json!([message.sequence_number, message.lock_token]))
                .collect();
            (!tokens.is_empty()).then(|| json!(tokens).to_string())
        };
        const HELD: &str = "dead_at IS NULL AND (sequence_number, lock_token) IN
            (SELECT value ->> 0, value ->> 1 FROM json_each(?1)) AND locked_until > ?2 RETURNING sequence_number";
        transaction(self.0, || {
            let mut held = Vec::new();
            if let Some(tokens) = tokens(|d| *d == Disposition::Complete) {
                held.extend(self.0.execute(
                    &format!("DELETE FROM queue WHERE {HELD}"),
                    &[tokens.into(), now.into()],
                )?);
            }
            if let Some(tokens) = tokens(|d| *d == Disposition::Abandon) {
                let statement =
                    format!("UPDATE queue SET locked_until = 0, lock_token = NULL WHERE {HELD}");
                held.extend(self.0.execute(&statement, &[tokens.into(), now.into()])?);
            }
            for (message, disposition) in messages {
                if let Disposition::DeadLetter {
                    reason,
                    description,
                } = disposition
                {
                    let statement = format!(
                        "UPDATE queue SET dead_at = ?2, dead_reason = ?3, dead_description = ?4, lock_token = NULL WHERE {HELD}"
                    );
                    let token = json!([[message.sequence_number, message.lock_token]]).to_string();
                    held.extend(self.0.execute(
                        &statement,
                        &[
                            token.into(),
                            now.into(),
                            (*reason).into(),
                            description.as_str().into(),
                        ],
                    )?);
                }
            }
            let held: std::collections::HashSet<i64> =
                held.iter().map(|row| row.integer(0)).collect();
            Ok(messages
                .iter()
                .map(|(message, disposition)| {
                    if *disposition == Disposition::Leave || held.contains(&message.sequence_number)
                    {
                        Settled::Done
                    } else {
                        Settled::LockLost
                    }
                })
                .collect())
        })
    }

    async fn dead_letters(&self, max: u32, _: Instant) -> Result<Vec<DeadLetter>, QueueError> {
        let rows = self.0.execute(
            "SELECT sequence_number, body, dead_reason, dead_description, delivery_count, dead_at FROM queue
             WHERE dead_at IS NOT NULL ORDER BY dead_at, sequence_number LIMIT ?1",
            &[i64::from(max).into()],
        )?;
        Ok(rows
            .into_iter()
            .map(|mut row| DeadLetter {
                id: row.integer(0).to_string(),
                notification_id: body(&row.text(1)).map(|body| body.notification),
                reason: row.text(2),
                description: row.text(3),
                delivery_count: u32::try_from(row.integer(4)).unwrap_or(0),
                dead_at: rfc3339(row.integer(5)),
            })
            .collect())
    }

    async fn resubmit(&self, id: &str, now: Instant) -> Result<bool, QueueError> {
        let Ok(number) = id.parse::<i64>() else {
            return Ok(false);
        };
        let rows = self.0.execute(
            "UPDATE queue SET dead_at = NULL, dead_reason = NULL, dead_description = NULL, delivery_count = 0,
                locked_until = 0, enqueue_at = min(enqueue_at, ?2)
             WHERE sequence_number = ?1 AND dead_at IS NOT NULL RETURNING 1",
            &[number.into(), now.into()],
        )?;
        Ok(!rows.is_empty())
    }

    async fn depth(&self, now: Instant) -> Result<Option<Depth>, QueueError> {
        let rows = self.0.execute(
            "SELECT count(*) FILTER (WHERE dead_at IS NULL AND enqueue_at > ?1),
                    count(*) FILTER (WHERE dead_at IS NULL AND enqueue_at <= ?1),
                    count(*) FILTER (WHERE dead_at IS NOT NULL) FROM queue",
            &[now.into()],
        )?;
        let count = |column| {
            rows.first()
                .map_or(0, |row| row.integer(column).unsigned_abs())
        };
        Ok(Some(Depth {
            scheduled: count(0),
            active: count(1),
            dead: count(2),
        }))
    }
}

impl<S: Sql> Cancel for EmbeddedQueue<'_, S> {
    async fn cancel(&self, numbers: &[SequenceNumber]) -> Result<Vec<bool>, QueueError> {
        if numbers.is_empty() {
            return Ok(Vec::new());
        }
        // A message that was ever handed out is no longer "scheduled"; it may be in a worker's hands.
        let rows = self.0.execute(
            "DELETE FROM queue WHERE delivery_count = 0 AND dead_at IS NULL
             AND sequence_number IN (SELECT value FROM json_each(?1)) RETURNING sequence_number",
            &[json!(numbers).to_string().into()],
        )?;
        Ok(numbers
            .iter()
            .map(|number| rows.iter().any(|row| row.integer(0) == *number))
            .collect())
    }
}

fn locked(mut row: Row) -> Locked {
    Locked {
        sequence_number: row.integer(0),
        lock_token: row.text(1),
        body: body(&row.text(2)),
        delivery_count: u32::try_from(row.integer(3)).unwrap_or(u32::MAX),
    }
}

fn body(text: &str) -> Option<Body> {
    serde_json::from_str(text).ok()
}
