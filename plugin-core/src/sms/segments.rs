//! Counting segments.

use super::gsm7::septets;
use crate::contract::exports::punctual::reminders::rendering::{SmsEncoding, SmsSize};

/// Room in a message of one segment, and in each of several, which lose six octets to a header.
struct Room {
    alone: u32,
    joined: u32,
}

const GSM7: Room = Room {
    alone: 160,
    joined: 153,
};
const UCS2: Room = Room {
    alone: 70,
    joined: 67,
};

/// How a carrier counts a text. A character that takes two units, an escaped septet or a surrogate pair,
/// is never divided between segments, so a segment may end one unit early.
///
/// ```
/// let size = plugin_core::sms::measure("See you at 09:00");
/// assert_eq!((size.segments, size.units), (1, 16));
/// assert_eq!(plugin_core::sms::measure("").segments, 0);
/// ```
pub fn measure(text: &str) -> SmsSize {
    match text.chars().map(septets).sum::<Option<u32>>() {
        Some(units) => SmsSize {
            encoding: SmsEncoding::Gsm7,
            segments: segments(text.chars().filter_map(septets), units, GSM7),
            units,
        },
        None => {
            let widths = || text.chars().map(|character| character.len_utf16() as u32);
            let units = widths().sum();
            SmsSize {
                encoding: SmsEncoding::Ucs2,
                segments: segments(widths(), units, UCS2),
                units,
            }
        }
    }
}

fn segments(widths: impl Iterator<Item = u32>, units: u32, room: Room) -> u32 {
    if units <= room.alone {
        return u32::from(units > 0);
    }
    let mut segments = 1;
    let mut used = 0;
    for width in widths {
        if used + width > room.joined {
            segments += 1;
            used = 0;
        }
        used += width;
    }
    segments
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use expect_test::{Expect, expect};
    use std::io::Write;

    /// A file of test vectors kept beside the repository; none, said aloud, where it is absent.
    pub fn vectors(name: &str) -> Option<serde_json::Value> {
        let path = format!(
            "{}/../../shared/data/vectors/{name}",
            env!("CARGO_MANIFEST_DIR")
        );
        let Ok(text) = std::fs::read_to_string(&path) else {
            // Not `eprintln!`, which the test harness would swallow.
            let _ = writeln!(std::io::stderr(), "skipped: no test vectors at {path}");
            return None;
        };
        Some(serde_json::from_str(&text).unwrap())
    }

    #[track_caller]
    fn check(text: impl AsRef<str>, expected: Expect) {
        let size = measure(text.as_ref());
        expected.assert_eq(&format!(
            "{:?} {} in {}",
            size.encoding, size.units, size.segments
        ));
    }

    #[test]
    fn gsm7_borders() {
        check("", expect!["SmsEncoding::Gsm7 0 in 0"]);
        check("a", expect!["SmsEncoding::Gsm7 1 in 1"]);
        check("a".repeat(160), expect!["SmsEncoding::Gsm7 160 in 1"]);
        check("a".repeat(161), expect!["SmsEncoding::Gsm7 161 in 2"]);
        check("a".repeat(306), expect!["SmsEncoding::Gsm7 306 in 2"]);
        check("a".repeat(307), expect!["SmsEncoding::Gsm7 307 in 3"]);
        check("a".repeat(10_000), expect!["SmsEncoding::Gsm7 10000 in 66"]);
    }

    #[test]
    fn an_escaped_character_is_never_divided() {
        check("€".repeat(80), expect!["SmsEncoding::Gsm7 160 in 1"]);
        check(
            format!("{}€{}", "a".repeat(152), "b".repeat(151)),
            expect!["SmsEncoding::Gsm7 305 in 2"],
        );
        // 306 septets would be two full segments, had the border not fallen within the euro sign.
        check(
            format!("{}€{}", "a".repeat(152), "b".repeat(152)),
            expect!["SmsEncoding::Gsm7 306 in 3"],
        );
    }

    #[test]
    fn ucs2_borders() {
        check("你".repeat(70), expect!["SmsEncoding::Ucs2 70 in 1"]);
        check("你".repeat(71), expect!["SmsEncoding::Ucs2 71 in 2"]);
        check("你".repeat(134), expect!["SmsEncoding::Ucs2 134 in 2"]);
        check("你".repeat(135), expect!["SmsEncoding::Ucs2 135 in 3"]);
        check(
            format!("{}ç", "a".repeat(70)),
            expect!["SmsEncoding::Ucs2 71 in 2"],
        );
    }

    #[test]
    fn a_surrogate_pair_is_never_divided() {
        check("👍".repeat(35), expect!["SmsEncoding::Ucs2 70 in 1"]);
        check("👍".repeat(66), expect!["SmsEncoding::Ucs2 132 in 2"]);
        check("👍".repeat(67), expect!["SmsEncoding::Ucs2 134 in 3"]);
    }

    /// Agrees with the calculator that Twilio publishes, but for the empty text: it says one segment,
    /// and nothing is sent for no text.
    #[test]
    fn agrees_with_the_published_calculator() {
        let Some(file) = vectors("sms_segments.json") else {
            return;
        };
        let cases = file["vectors"].as_array().unwrap();
        assert!(cases.len() > 20, "the file of vectors is cut off");
        for case in cases {
            let text = case["text"].as_str().unwrap();
            let size = measure(text);
            let (encoding, bits) = match size.encoding {
                SmsEncoding::Gsm7 => ("GSM-7", 7),
                SmsEncoding::Ucs2 => ("UCS-2", 16),
            };
            let expected = if text.is_empty() {
                0
            } else {
                case["segments"].as_u64().unwrap()
            };
            assert_eq!(u64::from(size.segments), expected, "{}", case["name"]);
            assert_eq!(case["encoding"], encoding, "{}", case["name"]);
            assert_eq!(
                case["message_size_bits"],
                size.units * bits,
                "{}",
                case["name"]
            );
        }
    }
}
