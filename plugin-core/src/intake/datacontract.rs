//! Values as the DataContract JSON serializer of .NET writes them.

use serde_json::{Map, Value};

use crate::types::Instant;

/// The instants that a .NET `DateTime` holds: 0001-01-01 to 9999-12-31.
const FIRST: Instant = -62_135_596_800_000;
const LAST: Instant = 253_402_300_799_999;

/// A scalar may come wrapped as `{"__type":"DateTime:#System","__value":…}`; this is what it wraps.
pub(super) fn bare(mut value: &Value) -> &Value {
    while let Some(inner) = value.get("__value") {
        value = inner;
    }
    value
}

/// A member of the body, unwrapped; null counts as absent.
pub(super) fn member<'a>(object: &'a Map<String, Value>, name: &str) -> Option<&'a Value> {
    object.get(name).map(bare).filter(|value| !value.is_null())
}

/// An entry of a collection, which is a list of `{"key":…,"value":…}`. The order means nothing.
pub(super) fn entry<'a>(collection: Option<&'a Value>, key: &str) -> Option<&'a Value> {
    entries(collection)
        .find(|(name, _)| *name == key)
        .map(|(_, value)| value)
}

/// All well-formed entries of a collection.
pub(super) fn entries(collection: Option<&Value>) -> impl Iterator<Item = (&str, &Value)> {
    let list = collection
        .and_then(Value::as_array)
        .map(Vec::as_slice)
        .unwrap_or_default();
    list.iter()
        .filter_map(|entry| Some((entry.get("key")?.as_str()?, entry.get("value")?)))
}

/// The number of a choice: `OptionSetValue {Value}`, or the bare number that some senders write.
pub(super) fn choice(value: &Value) -> Option<i64> {
    value
        .as_i64()
        .or_else(|| bare(value.get("Value")?).as_i64())
}

/// A lower-case GUID with dashes, from any of the spellings of .NET.
pub(super) fn guid(text: &str) -> Option<String> {
    let id = uuid::Uuid::try_parse(text.trim()).ok()?;
    Some(id.hyphenated().to_string())
}

/// `/Date(ms)/` or `/Date(ms±hhmm)/`: milliseconds since 1970 in UTC. The offset is decoration, it says
/// where the writer stood. RFC 3339 is taken as well, for senders that are not .NET.
pub(super) fn instant(text: &str) -> Option<Instant> {
    let text = text.trim();
    let at = match text.strip_prefix("/Date(") {
        Some(rest) => milliseconds(rest.strip_suffix(")/")?)?,
        None => chrono::DateTime::parse_from_rfc3339(text)
            .ok()?
            .timestamp_millis(),
    };
    (FIRST..=LAST).contains(&at).then_some(at)
}

fn milliseconds(text: &str) -> Option<i64> {
    // The sign of the number itself is at 0; an offset's sign comes after it.
    let end = text
        .char_indices()
        .skip(1)
        .find(|(_, c)| matches!(c, '+' | '-'))
        .map_or(text.len(), |(at, _)| at);
    let (number, offset) = text.split_at(end);
    let digits = number.strip_prefix('-').unwrap_or(number);
    if !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let decoration = offset.get(1..).unwrap_or_default();
    let well_formed = offset.is_empty()
        || (decoration.len() == 4 && decoration.bytes().all(|byte| byte.is_ascii_digit()));
    if well_formed {
        number.parse().ok()
    } else {
        None
    }
}

/// Cuts to whole seconds, towards the past.
pub(super) fn whole_seconds(at: Instant) -> Instant {
    at.div_euclid(1_000) * 1_000
}

#[cfg(test)]
mod tests {
    use super::*;
    use expect_test::{Expect, expect};

    #[track_caller]
    fn date(text: &str, expected: Expect) {
        expected.assert_eq(&instant(text).map_or_else(|| "none".to_owned(), |at| at.to_string()));
    }

    #[test]
    fn dates() {
        date("/Date(1767261600000)/", expect!["1767261600000"]);
        date("/Date(1767261600123+0200)/", expect!["1767261600123"]);
        date("/Date(1767261600000-0700)/", expect!["1767261600000"]);
        date("/Date(0)/", expect!["0"]);
        date("/Date(-2208988800000)/", expect!["-2208988800000"]);
        date("/Date(-2208988800000-0100)/", expect!["-2208988800000"]);
        date("/Date(-62135596800000)/", expect!["-62135596800000"]);
        date("2026-01-01T10:00:00Z", expect!["1767261600000"]);
        date("2026-01-01T12:00:00+02:00", expect!["1767261600000"]);
    }

    #[test]
    fn what_is_no_date() {
        for text in [
            "",
            "/Date()/",
            "/Date(-)/",
            "/Date(+5)/",
            "/Date(12x)/",
            "/Date(12)",
            "Date(12)",
            "/Date(12+2)/",
            "/Date(12+02:00)/",
            "/Date(--12)/",
            "/Date(9223372036854775808)/",
            "/Date(9223372036854775807)/",
            "/Date(253402300800000)/",
            "2026-01-01T10:00:00",
            "2026-01-01",
            "/Date(é12)/",
            "/Date(1é+0200)/",
        ] {
            date(text, expect!["none"]);
        }
    }

    #[test]
    fn seconds_are_cut_towards_the_past() {
        assert_eq!(whole_seconds(1_999), 1_000);
        assert_eq!(whole_seconds(-1), -1_000);
    }

    #[test]
    fn guids() {
        assert_eq!(
            guid("44BFC2A7-903E-EB11-A813-000D3AD9C2E1").as_deref(),
            Some("44bfc2a7-903e-eb11-a813-000d3ad9c2e1")
        );
        assert_eq!(
            guid("{44bfc2a7-903e-eb11-a813-000d3ad9c2e1}").as_deref(),
            Some("44bfc2a7-903e-eb11-a813-000d3ad9c2e1")
        );
        assert_eq!(guid("44bfc2a7-903e"), None);
    }
}
