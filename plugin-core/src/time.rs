//! Civil time and exact time.
//!
//! Days are civil: "one day before 09:00" is 09:00 on the day before, whatever the clocks do in between.
//! Hours are exact. Where the clocks make a wall-clock time ambiguous or skip it, the rule is that of
//! RFC 5545 section 3.3.5: an ambiguous time is its first occurrence, a skipped time is read with the
//! offset that held before the gap (02:30 in a gap of one hour becomes 03:30).

use chrono::{
    DateTime, Datelike, Days, LocalResult, NaiveDateTime, NaiveTime, TimeDelta, TimeZone, Timelike,
    Utc,
};
use chrono_tz::Tz;

use crate::types::{Instant, Offset, Window};

/// The instant as a UTC date and time; none outside the years -9999 to 9999. Nobody has an appointment there,
/// and at the ends of chrono's own calendar the offset of a zone makes it panic.
pub fn utc(at: Instant) -> Option<DateTime<Utc>> {
    DateTime::from_timestamp_millis(at).filter(|at| (-9999..=9999).contains(&at.year()))
}

/// The instant as the clocks of `zone` show it; none where [`utc`] is none.
pub fn local(at: Instant, zone: Tz) -> Option<DateTime<Tz>> {
    Some(utc(at)?.with_timezone(&zone))
}

/// The moment that lies `offset` before `start`, in its zone; none when it leaves the calendar.
pub fn before(start: DateTime<Tz>, offset: Offset) -> Option<Instant> {
    match offset {
        Offset::Seconds(seconds) => start
            .timestamp_millis()
            .checked_sub(i64::from(seconds) * 1_000),
        Offset::Days(days) => {
            let day = start
                .naive_local()
                .checked_sub_days(Days::new(u64::from(days)))?;
            resolve(day, start.timezone())
        }
    }
}

/// Moves `due` to the last moment at or before it that lies inside the window. Never later: a reminder
/// that comes after what it should precede is worth nothing.
pub fn into_window(due: Instant, window: Window, zone: Tz) -> Option<Instant> {
    let local = utc(due)?.with_timezone(&zone).naive_local();
    let minute = local.hour() * 60 + local.minute();
    if (window.opens_minute.into()..=window.closes_minute.into()).contains(&minute) {
        return Some(due);
    }
    // Opening and closing are instants by the rule at the head of this file. The window that opened last counts:
    // today's, yesterday's, or that of the day before where a zone skipped a day or the opening time.
    for days_back in 0..=2 {
        let midnight = local
            .date()
            .checked_sub_days(Days::new(days_back))?
            .and_time(NaiveTime::MIN);
        if resolve(at_minute(midnight, window.opens_minute)?, zone)? <= due {
            let closes = resolve(at_minute(midnight, window.closes_minute)?, zone)?;
            return Some(closes.min(due));
        }
    }
    None
}

fn at_minute(midnight: NaiveDateTime, minute: u16) -> Option<NaiveDateTime> {
    midnight.checked_add_signed(TimeDelta::minutes(i64::from(minute)))
}

/// A wall-clock time as an instant, by the rule at the head of this file.
fn resolve(local: NaiveDateTime, zone: Tz) -> Option<Instant> {
    match zone.from_local_datetime(&local) {
        LocalResult::Single(at) | LocalResult::Ambiguous(at, _) => Some(at.timestamp_millis()),
        LocalResult::None => {
            // A day before any gap the old offset holds; no zone has two changes within one day.
            let yesterday = local.checked_sub_days(Days::new(1))?;
            let at = match zone.from_local_datetime(&yesterday) {
                LocalResult::Single(at) | LocalResult::Ambiguous(at, _) => at,
                LocalResult::None => return None,
            };
            Some(at.timestamp_millis() + 86_400_000)
        }
    }
}

/// RFC 3339 in UTC to the second, as in `2026-06-01T09:00:00Z`.
pub fn rfc3339(at: Instant) -> Option<String> {
    let at = utc(at)?;
    // By hand: chrono's format strings weigh 15 KB in the component, and this is done for every plan.
    let mut text = Vec::with_capacity(21);
    if at.year() < 0 {
        text.push(b'-');
    }
    push_digits(&mut text, at.year().unsigned_abs(), 1_000);
    for (mark, number) in [
        (b'-', at.month()),
        (b'-', at.day()),
        (b'T', at.hour()),
        (b':', at.minute()),
        (b':', at.second()),
    ] {
        text.push(mark);
        push_digits(&mut text, number, 10);
    }
    text.push(b'Z');
    String::from_utf8(text).ok()
}

/// Appends the digits of a number below ten times `place`, which is the place of the first one.
fn push_digits(text: &mut Vec<u8>, number: u32, mut place: u32) {
    while place > 0 {
        text.push(b'0' + (number / place % 10) as u8);
        place /= 10;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use expect_test::{Expect, expect};

    fn instant(text: &str) -> Instant {
        DateTime::parse_from_rfc3339(text)
            .unwrap()
            .timestamp_millis()
    }

    #[track_caller]
    fn check(start: &str, offset: Offset, zone: &str, expected: Expect) {
        let zone: Tz = zone.parse().unwrap();
        let at = before(local(instant(start), zone).unwrap(), offset).unwrap();
        let local = local(at, zone).unwrap();
        expected.assert_eq(&format!(
            "{} = {}",
            rfc3339(at).unwrap(),
            local.format("%a %H:%M %Z")
        ));
    }

    #[test]
    fn days_keep_the_wall_clock_across_clock_changes() {
        let day = Offset::Days(1);
        check(
            "2026-03-29T07:00:00Z",
            day,
            "Europe/Berlin",
            expect!["2026-03-28T08:00:00Z = Sat 09:00 CET"],
        );
        check(
            "2026-10-25T08:00:00Z",
            day,
            "Europe/Berlin",
            expect!["2026-10-24T07:00:00Z = Sat 09:00 CEST"],
        );
        check(
            "2026-03-08T13:00:00Z",
            Offset::Days(7),
            "America/New_York",
            expect!["2026-03-01T14:00:00Z = Sun 09:00 EST"],
        );
        check(
            "2026-04-04T22:30:00Z",
            day,
            "Australia/Lord_Howe",
            expect!["2026-04-03T22:00:00Z = Sat 09:00 +11"],
        );
    }

    #[test]
    fn hours_are_exact_across_clock_changes() {
        check(
            "2026-03-29T01:30:00Z",
            Offset::Seconds(3600),
            "Europe/Berlin",
            expect!["2026-03-29T00:30:00Z = Sun 01:30 CET"],
        );
    }

    #[test]
    fn a_skipped_time_moves_forward_by_the_gap() {
        // 02:30 on 29 March does not exist in Berlin.
        check(
            "2026-03-30T00:30:00Z",
            Offset::Days(1),
            "Europe/Berlin",
            expect!["2026-03-29T01:30:00Z = Sun 03:30 CEST"],
        );
    }

    #[test]
    fn an_ambiguous_time_is_its_first_occurrence() {
        // 02:30 on 25 October comes twice in Berlin.
        check(
            "2026-10-26T01:30:00Z",
            Offset::Days(1),
            "Europe/Berlin",
            expect!["2026-10-25T00:30:00Z = Sun 02:30 CEST"],
        );
    }

    #[test]
    fn a_whole_day_that_a_zone_skipped() {
        // Samoa had no 30 December 2011: a time on it is read with the offset of the day before.
        check(
            "2011-12-30T20:00:00Z",
            Offset::Days(1),
            "Pacific/Apia",
            expect!["2011-12-30T20:00:00Z = Sat 10:00 +14"],
        );
    }

    #[track_caller]
    fn window(due: &str, zone: &str, expected: Expect) {
        let zone: Tz = zone.parse().unwrap();
        let at = into_window(
            instant(due),
            Window {
                opens_minute: 480,
                closes_minute: 1200,
            },
            zone,
        )
        .unwrap();
        let local = utc(at).unwrap().with_timezone(&zone);
        expected.assert_eq(&local.format("%a %d %H:%M").to_string());
    }

    #[test]
    fn the_window_moves_only_earlier() {
        window("2026-06-01T10:00:00Z", "UTC", expect!["Mon 01 10:00"]);
        window("2026-06-01T20:00:30Z", "UTC", expect!["Mon 01 20:00"]);
        window("2026-06-01T22:10:00Z", "UTC", expect!["Mon 01 20:00"]);
        window("2026-06-01T06:30:00Z", "UTC", expect!["Sun 31 20:00"]);
        window(
            "2026-06-01T06:30:00Z",
            "Europe/Berlin",
            expect!["Mon 01 08:30"],
        );
    }
}
