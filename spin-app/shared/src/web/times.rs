//! Times as the outside writes them.

use chrono::{DateTime, NaiveDate, SecondsFormat};

use crate::core::Instant;

/// RFC 3339 in UTC; milliseconds only where there are any.
pub fn rfc3339(at: Instant) -> String {
    DateTime::from_timestamp_millis(at).map_or_else(String::new, |time| {
        time.to_rfc3339_opts(SecondsFormat::AutoSi, true)
    })
}

/// Reads RFC 3339 with any offset.
pub fn instant(text: &str) -> Option<Instant> {
    DateTime::parse_from_rfc3339(text)
        .ok()
        .map(|time| time.timestamp_millis())
}

/// Whether it is a date as ISO 8601 writes it, `2026-06-01`.
pub fn is_date(text: &str) -> bool {
    // The length too: the parser takes fewer digits, and dates are compared as texts.
    text.len() == "2026-06-01".len() && text.parse::<NaiveDate>().is_ok()
}
