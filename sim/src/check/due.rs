//! When a reminder is due, computed here once more and in another way than the application does.

use chrono::{DateTime, Days, TimeZone};
use chrono_tz::Tz;

/// When the step of the default policy is due for a start in a zone.
pub fn due_ms(step: &str, start_ms: i64, zone: &str) -> Option<i64> {
    let days = match step {
        "PT1H" => return Some(start_ms - 3_600_000),
        "P1D" => 1,
        "P7D" => 7,
        _ => return None,
    };
    let zone: Tz = zone.parse().ok()?;
    let start = DateTime::from_timestamp_millis(start_ms)?.with_timezone(&zone);
    let wanted = start.naive_local().checked_sub_days(Days::new(days))?;
    // The first instant that shows the wanted time on the wall. In a gap nobody ever sees it: then the clock as it was
    // before the gap shows it.
    match zone.from_local_datetime(&wanted).earliest() {
        Some(at) => Some(at.timestamp_millis()),
        None => {
            let before = zone
                .from_local_datetime(&(wanted - chrono::TimeDelta::hours(3)))
                .earliest()?;
            Some(before.timestamp_millis() + 3 * 3_600_000)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(step: &str, start: &str, zone: &str, expected: &str) {
        let start: DateTime<chrono::Utc> = start.parse().unwrap();
        let due = due_ms(step, start.timestamp_millis(), zone).unwrap();
        let due = DateTime::from_timestamp_millis(due).unwrap();
        assert_eq!(
            due.to_rfc3339_opts(chrono::SecondsFormat::Secs, true),
            expected
        );
    }

    #[test]
    fn days_are_of_the_wall_and_hours_are_exact() {
        let berlin = "Europe/Berlin";
        check(
            "P1D",
            "2026-03-29T10:00:00Z",
            berlin,
            "2026-03-28T11:00:00Z",
        );
        check(
            "P7D",
            "2026-03-30T10:00:00Z",
            berlin,
            "2026-03-23T11:00:00Z",
        );
        check(
            "PT1H",
            "2026-03-29T01:30:00Z",
            berlin,
            "2026-03-29T00:30:00Z",
        );
        // 02:30 comes twice, and is skipped.
        check(
            "P1D",
            "2026-10-26T01:30:00Z",
            berlin,
            "2026-10-25T00:30:00Z",
        );
        check(
            "P1D",
            "2026-03-30T00:30:00Z",
            berlin,
            "2026-03-29T01:30:00Z",
        );
    }
}
