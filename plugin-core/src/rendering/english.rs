//! Dates, times and zones in English.

use chrono::{DateTime, Datelike, Timelike};
use chrono_tz::Tz;

use super::languages::{When, is_of};
use super::zone;

const WEEKDAYS: [&str; 7] = [
    "Monday",
    "Tuesday",
    "Wednesday",
    "Thursday",
    "Friday",
    "Saturday",
    "Sunday",
];
const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

/// Says when in the manner of the tag's region: the month first and a clock of twelve hours in North
/// America and the Philippines, the day first and a clock of 24 hours elsewhere.
pub fn when(local: &DateTime<Tz>, tag: &str) -> When {
    let month_first = is_of(tag, &["us", "ca", "ph"]);
    let (weekday, month) = (
        WEEKDAYS[local.weekday().num_days_from_monday() as usize],
        MONTHS[local.month0() as usize],
    );
    let (day, year, hour, minute) = (local.day(), local.year(), local.hour(), local.minute());
    // The short names are the first three letters of the long ones.
    let (date, short_date, time) = if month_first {
        let (afternoon, hour) = local.hour12();
        let half = if afternoon { "PM" } else { "AM" };
        (
            format!("{weekday}, {month} {day}, {year}"),
            format!("{}, {} {day}, {year}", &weekday[..3], &month[..3]),
            format!("{hour}:{minute:02} {half}"),
        )
    } else {
        (
            format!("{weekday}, {day} {month} {year}"),
            format!("{} {day} {} {year}", &weekday[..3], &month[..3]),
            format!("{hour:02}:{minute:02}"),
        )
    };
    When {
        date,
        short_date,
        time,
        zone: zone(local, month_first),
    }
}

/// `Berlin time`. A reader in North America knows the zones there by their letters.
fn zone(local: &DateTime<Tz>, letters: bool) -> String {
    let here = ["America/", "US/", "Canada/", "Pacific/Honolulu"];
    let abbreviation = zone::abbreviation(local);
    let known = !abbreviation.starts_with("UTC");
    if letters
        && known
        && here
            .iter()
            .any(|area| local.timezone().name().starts_with(area))
    {
        return abbreviation;
    }
    zone::in_words(local, &[], |place| format!("{place} time"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use expect_test::{Expect, expect};

    #[track_caller]
    fn check(start: &str, zone: &str, tag: &str, expected: Expect) {
        let zone: Tz = zone.parse().unwrap();
        let local = DateTime::parse_from_rfc3339(start)
            .unwrap()
            .with_timezone(&zone);
        let When {
            date,
            short_date,
            time,
            zone,
        } = when(&local, tag);
        expected.assert_eq(&format!("{date} | {short_date} | {time} ({zone})"));
    }

    #[test]
    fn manners_of_regions() {
        let start = "2026-06-01T07:00:00Z";
        check(
            start,
            "Europe/Berlin",
            "en",
            expect!["Monday, 1 June 2026 | Mon 1 Jun 2026 | 09:00 (Berlin time)"],
        );
        check(
            start,
            "Europe/London",
            "en-GB",
            expect!["Monday, 1 June 2026 | Mon 1 Jun 2026 | 08:00 (London time)"],
        );
        check(
            start,
            "America/New_York",
            "en-US",
            expect!["Monday, June 1, 2026 | Mon, Jun 1, 2026 | 3:00 AM (EDT)"],
        );
        check(
            start,
            "America/New_York",
            "en",
            expect!["Monday, 1 June 2026 | Mon 1 Jun 2026 | 03:00 (New York time)"],
        );
        check(
            start,
            "Europe/Berlin",
            "en-Latn-us",
            expect!["Monday, June 1, 2026 | Mon, Jun 1, 2026 | 9:00 AM (Berlin time)"],
        );
        check(
            "2026-06-01T16:00:00Z",
            "America/Chicago",
            "en-US",
            expect!["Monday, June 1, 2026 | Mon, Jun 1, 2026 | 11:00 AM (CDT)"],
        );
        check(
            "2026-06-01T05:00:00Z",
            "America/Chicago",
            "en-US",
            expect!["Monday, June 1, 2026 | Mon, Jun 1, 2026 | 12:00 AM (CDT)"],
        );
    }

    #[test]
    fn zones_by_name() {
        let start = "2026-01-05T07:00:00Z";
        check(
            start,
            "UTC",
            "en",
            expect!["Monday, 5 January 2026 | Mon 5 Jan 2026 | 07:00 (UTC)"],
        );
        check(
            start,
            "Etc/GMT+5",
            "en",
            expect!["Monday, 5 January 2026 | Mon 5 Jan 2026 | 02:00 (UTC-5)"],
        );
        check(
            start,
            "CET",
            "en",
            expect!["Monday, 5 January 2026 | Mon 5 Jan 2026 | 08:00 (CET)"],
        );
        check(
            start,
            "Asia/Kolkata",
            "en",
            expect!["Monday, 5 January 2026 | Mon 5 Jan 2026 | 12:30 (Kolkata time)"],
        );
        check(
            start,
            "Asia/Kathmandu",
            "en-US",
            expect!["Monday, January 5, 2026 | Mon, Jan 5, 2026 | 12:45 PM (Kathmandu time)"],
        );
        check(
            start,
            "America/Argentina/Buenos_Aires",
            "en-US",
            expect!["Monday, January 5, 2026 | Mon, Jan 5, 2026 | 4:00 AM (Buenos Aires time)"],
        );
        check(
            start,
            "Singapore",
            "en",
            expect!["Monday, 5 January 2026 | Mon 5 Jan 2026 | 15:00 (UTC+8)"],
        );
    }

    #[test]
    fn a_time_that_comes_twice_says_which() {
        check(
            "2026-10-25T00:30:00Z",
            "Europe/Berlin",
            "en",
            expect!["Sunday, 25 October 2026 | Sun 25 Oct 2026 | 02:30 (Berlin time, CEST)"],
        );
        check(
            "2026-10-25T01:30:00Z",
            "Europe/Berlin",
            "en",
            expect!["Sunday, 25 October 2026 | Sun 25 Oct 2026 | 02:30 (Berlin time, CET)"],
        );
        check(
            "2026-10-25T02:30:00Z",
            "Europe/Berlin",
            "en",
            expect!["Sunday, 25 October 2026 | Sun 25 Oct 2026 | 03:30 (Berlin time)"],
        );
        check(
            "2026-04-04T15:15:00Z",
            "Australia/Lord_Howe",
            "en",
            expect!["Sunday, 5 April 2026 | Sun 5 Apr 2026 | 01:45 (Lord Howe time, UTC+10:30)"],
        );
    }
}
