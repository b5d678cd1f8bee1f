//! A time zone's name for people.

use chrono::{DateTime, LocalResult, TimeZone};
use chrono_tz::Tz;

/// How people name the zone.
pub enum ZoneName {
    /// A place whose clocks show this time: `New York`.
    Place(String),
    /// The time itself: `CET`, `UTC`, `UTC-5`.
    Time(String),
}

/// The city of an IANA name, else what the clocks are said to show.
pub fn name(local: &DateTime<Tz>) -> ZoneName {
    match local.timezone().name().rsplit_once('/') {
        Some((area, place)) if area != "Etc" => ZoneName::Place(place.replace('_', " ")),
        _ => ZoneName::Time(abbreviation(local)),
    }
}

/// `CEST`; the distance from UTC where the zone has no letters for it: `UTC+5:30`.
pub fn abbreviation(local: &DateTime<Tz>) -> String {
    let text = local.format("%Z").to_string();
    let Some(sign @ ('+' | '-')) = text.chars().next() else {
        return text;
    };
    let digits = &text[1..];
    let (hours, minutes) = digits.split_at(digits.len().min(2));
    let hours = hours.trim_start_matches('0');
    let hours = if hours.is_empty() { "0" } else { hours };
    let colon = if minutes.is_empty() { "" } else { ":" };
    format!("UTC{sign}{hours}{colon}{minutes}")
}

/// Whether the clocks show this time twice, so that it takes more than a place to say which is meant.
pub fn comes_twice(local: &DateTime<Tz>) -> bool {
    matches!(
        local.timezone().from_local_datetime(&local.naive_local()),
        LocalResult::Ambiguous(..)
    )
}
