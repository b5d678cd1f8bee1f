//! What both transports put into a message, and when it is to be enqueued.

use std::collections::BTreeMap;

use crate::core::Instant;
use crate::queue::{Body, NewMessage};

/// The media type of a reminder message.
pub const CONTENT_TYPE: &str = "application/json";

/// The content of a message.
pub fn body(message: &NewMessage) -> String {
    // Two strings' worth of JSON: it cannot fail.
    serde_json::to_string(&message.body).unwrap_or_default()
}

/// What the application adds to a message: its trace, under the names that W3C's draft for AMQP and the vendor's own
/// libraries use.
pub fn properties(message: &NewMessage) -> Option<BTreeMap<&'static str, &str>> {
    let trace = message.trace.as_deref()?;
    Some(BTreeMap::from([
        ("Diagnostic-Id", trace),
        ("traceparent", trace),
    ]))
}

/// The body of a message that came, none when it is not one of ours.
pub fn read(bytes: &[u8]) -> Option<Body> {
    serde_json::from_slice(bytes).ok()
}

/// When the broker shall enqueue it: up to `early_ms` earlier, the same for the same notification each time.
pub fn enqueue_at(message: &NewMessage) -> Instant {
    match u64::try_from(message.early_ms) {
        Ok(early_ms @ 1..) => {
            let spread_ms = fnv1a(&message.body.notification) % early_ms;
            message.enqueue_at - i64::try_from(spread_ms).unwrap_or(0)
        }
        _ => message.enqueue_at,
    }
}

/// FNV-1a with 64 bits: small, and even enough for spreading.
fn fnv1a(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(notification: &str, early_ms: i64) -> NewMessage {
        NewMessage {
            message_id: "m".to_owned(),
            body: Body {
                notification: notification.to_owned(),
                due_at: 0,
            },
            trace: None,
            enqueue_at: 1_000_000,
            early_ms,
        }
    }

    #[test]
    fn a_full_hour_is_spread_over_the_minute_before_it() {
        let mut by_second = [0; 60];
        for number in 0..6_000 {
            let message = message(&format!("00000000-0000-4000-8000-{number:012x}"), 60_000);
            let at = enqueue_at(&message);
            assert_eq!(at, enqueue_at(&message));
            assert!((940_001..=1_000_000).contains(&at), "{at}");
            by_second[usize::try_from((at - 940_001) / 1_000).unwrap()] += 1;
        }
        // A hundred each, were it even.
        assert!(
            by_second.iter().all(|count| (50..200).contains(count)),
            "{by_second:?}"
        );
    }

    #[test]
    fn who_may_not_be_early_is_not() {
        for early_ms in [0, -1] {
            assert_eq!(enqueue_at(&message("n", early_ms)), 1_000_000);
        }
    }

    #[test]
    fn a_body_reads_as_it_was_written() {
        let message = message("n", 0);
        assert_eq!(read(body(&message).as_bytes()), Some(message.body));
        assert_eq!(read(b"{\"notification\":1}"), None);
    }
}
