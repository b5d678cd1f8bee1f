//! `BrokerProperties`: a message's properties as JSON.

use chrono::{DateTime, Utc};
use fe2o3_amqp_types::messaging::annotations::OwnedKey;
use fe2o3_amqp_types::messaging::{MessageId, Properties};
use serde::{Deserialize, Serialize};
use serde_amqp::Value;

use crate::broker::{Content, Entry, Problem, Refusal, id_text};

/// What a message that never expires has for `TimeToLive`: .NET's longest TimeSpan, in seconds.
const FOR_EVER_SECONDS: f64 = 922_337_203_685.477_5;

/// What a sender may set. Anything else is ignored, as the service does.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(super) struct Given {
    pub(super) message_id: Option<String>,
    correlation_id: Option<String>,
    session_id: Option<String>,
    partition_key: Option<String>,
    label: Option<String>,
    reply_to: Option<String>,
    reply_to_session_id: Option<String>,
    to: Option<String>,
    time_to_live: Option<f64>,
    time_to_live_time_span: Option<String>,
    scheduled_enqueue_time_utc: Option<String>,
}

impl Given {
    /// Writes them into a message.
    pub(super) fn apply(self, content: &mut Content) -> Result<(), Refusal> {
        if let (Some(key), Some(session)) = (&self.partition_key, &self.session_id)
            && key != session
        {
            return Err(argument(
                "PartitionKey must equal SessionId when both are set.",
            ));
        }
        content.ttl_ms = match (self.time_to_live, self.time_to_live_time_span) {
            (Some(seconds), _) if seconds.is_finite() && seconds > 0.0 => {
                Some((seconds * 1000.0) as u64)
            }
            (Some(_), _) => {
                return Err(argument(
                    "TimeToLive must be a number of seconds above zero.",
                ));
            }
            (None, Some(span)) => Some(time_span_ms(&span).ok_or_else(|| {
                argument("TimeToLiveTimeSpan must be days.hours:minutes:seconds.")
            })?),
            (None, None) => None,
        };
        content.due_ms = match self.scheduled_enqueue_time_utc {
            Some(date) => Some(date_ms(&date)?),
            None => None,
        };
        if let Some(key) = self.partition_key {
            let name = OwnedKey::from("x-opt-partition-key");
            content.annotations.insert(name, Value::String(key));
        }
        content.properties = Properties {
            message_id: self.message_id.map(MessageId::String),
            correlation_id: self.correlation_id.map(MessageId::String),
            subject: self.label,
            to: self.to,
            reply_to: self.reply_to,
            group_id: self.session_id,
            reply_to_group_id: self.reply_to_session_id,
            ..std::mem::take(&mut content.properties)
        };
        Ok(())
    }
}

fn argument(text: &str) -> Refusal {
    Refusal::new(Problem::Argument, text)
}

/// RFC 1123 dates, which RFC 2822 has too: `Sun, 06 Nov 1994 08:49:37 GMT`.
fn date_ms(date: &str) -> Result<i64, Refusal> {
    let parsed = DateTime::parse_from_rfc2822(date);
    parsed.map(|date| date.timestamp_millis()).map_err(|_| {
        argument(
            "ScheduledEnqueueTimeUtc must be an RFC 1123 date like Sun, 06 Nov 1994 08:49:37 GMT.",
        )
    })
}

/// `0.00:00:40` or `00:00:40`.
fn time_span_ms(span: &str) -> Option<u64> {
    let (days, rest) = span.split_once('.').unwrap_or(("0", span));
    let mut parts = rest.split(':').map(|part| part.parse::<u64>().ok());
    let (hours, minutes, seconds) = (parts.next()??, parts.next()??, parts.next()??);
    let days: u64 = days.parse().ok()?;
    let hours = days.checked_mul(24)?.checked_add(hours)?;
    let seconds = hours
        .checked_mul(3600)?
        .checked_add(minutes.checked_mul(60)?)?
        .checked_add(seconds)?;
    seconds
        .checked_mul(1000)
        .filter(|ms| *ms > 0 && parts.next().is_none())
}

fn date(at_ms: i64) -> String {
    let at: DateTime<Utc> = DateTime::from_timestamp_millis(at_ms).unwrap_or(DateTime::UNIX_EPOCH);
    at.format("%a, %d %b %Y %H:%M:%S GMT").to_string()
}

/// What a receiver gets to know.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct Shown<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    correlation_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    dead_letter_source: Option<&'a str>,
    delivery_count: u32,
    enqueued_sequence_number: i64,
    enqueued_time_utc: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    label: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    lock_token: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    locked_until_utc: Option<String>,
    message_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    partition_key: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reply_to: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reply_to_session_id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    scheduled_enqueue_time_utc: Option<String>,
    sequence_number: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    session_id: Option<&'a str>,
    state: &'static str,
    time_to_live: f64,
    #[serde(skip_serializing_if = "Option::is_none")]
    to: Option<&'a str>,
}

/// The header's value for a message that was received.
pub(super) fn shown(entry: &Entry) -> String {
    let (content, properties) = (&entry.content, &entry.content.properties);
    let shown = Shown {
        correlation_id: properties.correlation_id.as_ref().map(id_text),
        dead_letter_source: entry.dead_letter_of.as_deref(),
        // AMQP counts failed deliveries, HTTP counts deliveries.
        delivery_count: entry.failed_deliveries.saturating_add(1),
        enqueued_sequence_number: 0,
        enqueued_time_utc: date(entry.enqueued_ms),
        label: properties.subject.as_deref(),
        lock_token: entry.lock.map(|lock| lock.token.to_string()),
        locked_until_utc: entry.lock.map(|lock| date(lock.until_ms)),
        message_id: content.id(),
        partition_key: match content
            .annotations
            .get(&OwnedKey::from("x-opt-partition-key"))
        {
            Some(Value::String(key)) => Some(key),
            _ => None,
        },
        reply_to: properties.reply_to.as_deref(),
        reply_to_session_id: properties.reply_to_group_id.as_deref(),
        scheduled_enqueue_time_utc: content.due_ms.map(date),
        sequence_number: entry.sequence_number,
        session_id: properties.group_id.as_deref(),
        state: "Active",
        time_to_live: content
            .ttl_ms
            .map_or(FOR_EVER_SECONDS, |ttl_ms| ttl_ms as f64 / 1000.0),
        to: properties.to.as_deref(),
    };
    ascii(&serde_json::to_string(&shown).unwrap_or_default())
}

/// JSON with `\u` escapes for all that a header cannot carry.
pub(super) fn ascii(json: &str) -> String {
    let mut escaped = String::with_capacity(json.len());
    for letter in json.chars() {
        if letter.is_ascii() {
            escaped.push(letter);
        } else {
            for unit in letter.encode_utf16(&mut [0; 2]) {
                escaped += &format!("\\u{unit:04x}");
            }
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_and_dates() {
        for (span, expected) in [
            ("0.00:00:40", Some(40_000)),
            ("00:01:00", Some(60_000)),
            ("1.02:03:04", Some(93_784_000)),
            ("00:00:00", None),
            ("40", None),
            ("0.00:00:40:1", None),
            ("99999999999999999999.00:00:00", None),
            ("9999999999999999999.00:00:00", None),
        ] {
            assert_eq!(time_span_ms(span), expected, "{span}");
        }
        assert_eq!(date(784_111_777_000), "Sun, 06 Nov 1994 08:49:37 GMT");
        assert_eq!(
            date_ms("Sun, 06 Nov 1994 08:49:37 GMT").unwrap(),
            784_111_777_000
        );
        assert!(date_ms("1994-11-06T08:49:37Z").is_err());
    }

    #[test]
    fn what_a_header_cannot_carry_is_escaped() {
        assert_eq!(
            ascii(r#"{"Label":"Zoë 🎉"}"#),
            r#"{"Label":"Zo\u00eb \ud83c\udf89"}"#
        );
    }
}
