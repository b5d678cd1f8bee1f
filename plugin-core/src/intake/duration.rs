//! How far before the start a reminder lies: the part of ISO 8601 durations that means one thing only.
//!
//! `PnD` and `PnW` are civil days, `PTnHnMnS` is exact time. A mixture (`P1DT1H`) would have to say which part
//! is taken first across a change of clocks, and months have no length, so both are refused.

use crate::types::Offset;

/// A year and a day: nobody is reminded of anything further away.
const MAX_DAYS: u32 = 366;
const DAY_SECONDS: u32 = 86_400;

/// Reads a duration. The error is a sentence that says what would be right.
pub(super) fn read(text: &str) -> Result<Offset, String> {
    let offset = match text.strip_prefix("PT") {
        Some(rest) => seconds(rest).map(Offset::Seconds),
        None => text
            .strip_prefix('P')
            .and_then(days)
            .and_then(|days| u16::try_from(days).ok())
            .map(Offset::Days),
    };
    match offset {
        None => Err(format!(
            "Not a duration that a step can have: {text:?}. Days are written P7D or P1W, exact time PT1H or PT1H30M; \
             the two do not mix, and {MAX_DAYS} days is the most."
        )),
        Some(Offset::Days(0) | Offset::Seconds(0)) => Err(
            "A reminder at the start itself is too late. Write a time before it, as in PT1H."
                .to_owned(),
        ),
        Some(offset) => Ok(offset),
    }
}

/// The one spelling of an offset. It is part of a reminder's identity, so `P1W` and `P7D` must not make two.
pub(super) fn code(offset: Offset) -> String {
    match offset {
        Offset::Days(days) => format!("P{days}D"),
        Offset::Seconds(all) => {
            let parts = [(all / 3_600, 'H'), (all / 60 % 60, 'M'), (all % 60, 'S')];
            let parts: String = parts
                .iter()
                .filter(|(number, _)| *number > 0)
                .map(|(number, unit)| format!("{number}{unit}"))
                .collect();
            format!("PT{parts}")
        }
    }
}

fn days(rest: &str) -> Option<u32> {
    let (text, unit) = rest.split_at_checked(rest.len().checked_sub(1)?)?;
    let unit = match unit {
        "D" => 1,
        "W" => 7,
        _ => return None,
    };
    number(text)?
        .checked_mul(unit)
        .filter(|days| *days <= MAX_DAYS)
}

fn seconds(mut rest: &str) -> Option<u32> {
    if rest.is_empty() {
        return None;
    }
    let mut sum = 0_u32;
    for (unit, length) in [('H', 3_600), ('M', 60), ('S', 1)] {
        if let Some((text, after)) = rest.split_once(unit) {
            sum = sum.checked_add(number(text)?.checked_mul(length)?)?;
            rest = after;
        }
    }
    (rest.is_empty() && sum <= MAX_DAYS * DAY_SECONDS).then_some(sum)
}

fn number(text: &str) -> Option<u32> {
    let digits = (1..=9).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
    if digits { text.parse().ok() } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;
    use expect_test::{Expect, expect};

    #[track_caller]
    fn check(text: &str, expected: Expect) {
        expected.assert_eq(&read(text).map_or_else(|_| "refused".to_owned(), code));
    }

    #[test]
    fn durations_and_their_one_spelling() {
        check("P7D", expect!["P7D"]);
        check("P1W", expect!["P7D"]);
        check("P007D", expect!["P7D"]);
        check("P366D", expect!["P366D"]);
        check("PT1H", expect!["PT1H"]);
        check("PT60M", expect!["PT1H"]);
        check("PT5400S", expect!["PT1H30M"]);
        check("PT1H30M5S", expect!["PT1H30M5S"]);
        check("PT24H", expect!["PT24H"]);
        check("PT0H1S", expect!["PT1S"]);
    }

    #[test]
    fn what_is_refused() {
        for text in [
            "",
            "P",
            "PT",
            "P7",
            "7D",
            "PD",
            "P1M",
            "P1Y",
            "P1DT1H",
            "P1W1D",
            "P1.5D",
            "PT1.5H",
            "PT1M1H",
            "PT1H1H",
            "PT1H1",
            "p7d",
            "P-1D",
            "P+1D",
            "P0D",
            "PT0S",
            "PT0H0M",
            "P367D",
            "P53W",
            "PT8785H",
            "P99999999999D",
            "PT999999999H",
            "P7é",
            "é",
            "PTé",
            " P7D",
        ] {
            check(text, expect!["refused"]);
        }
    }
}
