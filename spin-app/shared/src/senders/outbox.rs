//! The local outbox: the provider of the embedded mode. It takes everything and forgets nothing, and it does
//! not look for duplicates: whoever sends twice shall see it.

use serde_json::{Value, json};

use super::{Asked, Found, Outgoing, Pace, Sender, Sent};
use crate::core::{Instant, code, rendering::Message};
use crate::sql::{Sql, SqlError};
use crate::web::rfc3339;

/// The outbox on one connection.
pub struct Outbox<'a, S>(pub &'a S);

impl<S: Sql> Sender for Outbox<'_, S> {
    fn name(&self) -> &'static str {
        "outbox"
    }

    async fn send(&self, messages: &[Outgoing], pace: &Pace<'_>) -> Vec<Sent> {
        match self.insert(messages, (pace.clock)()) {
            Ok(ids) => ids
                .into_iter()
                .map(|id| Sent::Accepted {
                    provider_message_id: format!("outbox-{id}"),
                })
                .collect(),
            // One statement: all or none were stored, and an error means none.
            Err(error) => vec![Sent::Unavailable(None, error.to_string()); messages.len()],
        }
    }

    async fn find(&self, asked: &Asked) -> Found {
        let found = self.0.execute(
            "SELECT id, sent_at FROM outbox WHERE notification_id = ?1 ORDER BY id LIMIT 1",
            &[asked.notification_id.as_str().into()],
        );
        match found.as_ref().map(|rows| rows.first()) {
            Ok(Some(row)) => Found::Yes {
                provider_message_id: format!("outbox-{}", row.integer(0)),
                sent_at: row.integer(1),
            },
            Ok(None) => Found::No,
            Err(error) => Found::Unclear(error.to_string()),
        }
    }
}

impl<S: Sql> Outbox<'_, S> {
    fn insert(&self, messages: &[Outgoing], now: Instant) -> Result<Vec<i64>, SqlError> {
        let all: Vec<Value> = messages.iter().map(to_json).collect();
        let rows = self.0.execute(
            "INSERT INTO outbox (notification_id, attempt, appointment_id, step, channel, recipient, subject, body_text, body_html, segments, sent_at)
             SELECT value ->> 0, value ->> 1, value ->> 2, value ->> 3, value ->> 4, value ->> 5, value ->> 6, value ->> 7,
                    value ->> 8, value ->> 9, ?2 FROM json_each(?1) WHERE true ORDER BY key
             RETURNING id",
            &[json!(all).to_string().into(), now.into()],
        )?;
        // Ids grow in the order of inserting; RETURNING promises no order.
        let mut ids: Vec<i64> = rows.iter().map(|row| row.integer(0)).collect();
        ids.sort_unstable();
        Ok(ids)
    }

    /// The latest message of a notification.
    pub fn latest(&self, notification: &str) -> Result<Option<Value>, SqlError> {
        let rows = self.0.execute(
            &format!(
                "SELECT {SHOWN} FROM outbox WHERE notification_id = ?1 ORDER BY id DESC LIMIT 1"
            ),
            &[notification.into()],
        )?;
        Ok(rows.into_iter().next().map(shown))
    }

    /// The newest messages first, for the console.
    pub fn list(&self, limit: u32, before: Option<i64>) -> Result<Vec<Value>, SqlError> {
        let rows = self.0.execute(
            &format!(
                "SELECT {SHOWN} FROM outbox WHERE ?1 IS NULL OR id < ?1 ORDER BY id DESC LIMIT ?2"
            ),
            &[before.into(), i64::from(limit).into()],
        )?;
        Ok(rows.into_iter().map(shown).collect())
    }
}

/// The columns that people see.
const SHOWN: &str = "id, notification_id, appointment_id, step, channel, recipient, subject, body_text, body_html, segments, attempt, sent_at";

fn shown(mut row: crate::sql::Row) -> Value {
    json!({
        "id": row.integer(0).to_string(), "notification_id": row.text(1), "appointment_id": row.text(2), "step": row.text(3),
        "channel": row.text(4), "to": row.text(5), "subject": row.optional_text(6), "text": row.text(7),
        "html": row.optional_text(8), "segments": row.optional_integer(9), "attempt": row.integer(10), "sent_at": rfc3339(row.integer(11)),
    })
}

fn to_json(message: &Outgoing) -> Value {
    let (subject, text, html, segments) = match &message.message {
        Message::Email(email) => (Some(&email.subject), &email.text, Some(&email.html), None),
        Message::Sms(sms) => (None, &sms.text, None, Some(sms.size.segments)),
    };
    json!([
        message.notification_id,
        message.attempt,
        message.appointment_id,
        message.step,
        code(message.channel),
        message.recipient,
        subject,
        text,
        html,
        segments
    ])
}
