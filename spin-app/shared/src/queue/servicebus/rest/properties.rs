//! The header `BrokerProperties`, and dates as the service writes them.

use chrono::DateTime;
use serde::{Deserialize, Serialize};

use crate::core::Instant;

/// What we say of a message.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Outgoing<'a> {
    pub message_id: &'a str,
    pub scheduled_enqueue_time_utc: String,
}

/// What the service says of a message, as far as it matters here.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Incoming {
    pub sequence_number: i64,
    pub lock_token: String,
    #[serde(default)]
    pub delivery_count: u32,
    #[serde(default)]
    pub enqueued_time_utc: String,
}

/// An HTTP date (RFC 9110 section 5.6.7), rounded up: a message must not become visible before its time.
pub fn http_date(at: Instant) -> String {
    let seconds = at.saturating_add(999).div_euclid(1_000);
    let date = DateTime::from_timestamp(seconds, 0).unwrap_or_default();
    date.format("%a, %d %b %Y %H:%M:%S GMT").to_string()
}

/// The instant of an HTTP date; the present where it cannot be read.
pub fn instant(date: &str, now: Instant) -> Instant {
    DateTime::parse_from_rfc2822(date).map_or(now, |at| at.timestamp_millis())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_those_of_http_and_never_early() {
        for (at, expected) in [
            (784_111_777_000, "Sun, 06 Nov 1994 08:49:37 GMT"),
            (784_111_777_001, "Sun, 06 Nov 1994 08:49:38 GMT"),
            (1_779_958_800_000, "Thu, 28 May 2026 09:00:00 GMT"),
        ] {
            assert_eq!(http_date(at), expected);
        }
        assert_eq!(instant("Sun, 06 Nov 1994 08:49:37 GMT", 0), 784_111_777_000);
        assert_eq!(instant("yesterday", 7), 7);
    }

    #[test]
    fn what_the_service_says_is_read_whatever_else_it_says() {
        let incoming: Incoming = serde_json::from_str(
            r#"{"DeliveryCount":2,"EnqueuedTimeUtc":"Sun, 06 Nov 1994 08:49:37 GMT","LockToken":"2b0d7b3d-cb6d-4bad-9bdd-9b1deb4d3b7d",
                "LockedUntilUtc":"Sun, 06 Nov 1994 08:50:37 GMT","MessageId":"a/1","SequenceNumber":72057594037927941,"State":"Active",
                "TimeToLive":922337203685.47754}"#,
        )
        .unwrap();
        assert_eq!(incoming.sequence_number, 72_057_594_037_927_941);
        assert_eq!(incoming.delivery_count, 2);
    }
}
