//! A time zone's name for people.

use chrono::{DateTime, LocalResult, Offset, TimeZone};
use chrono_tz::{OffsetName, Tz};

/// How people name the zone.
enum ZoneName {
    /// A place whose clocks show this time: `New York`.
    Place(String),
    /// The time itself: `CET`, `UTC`, `UTC-5`.
    Time(String),
}

/// Whose time it is, in words. `places` are cities that have a name of their own in the language, as in `Wien` for
/// `Vienna`; `say` puts one into words. A time that the clocks show twice says which is meant.
pub fn in_words(
    local: &DateTime<Tz>,
    places: &[(&str, &str)],
    say: impl Fn(&str) -> String,
) -> String {
    match name(local) {
        ZoneName::Place(place) => {
            let own = places.iter().find(|(foreign, _)| *foreign == place);
            let words = say(own.map_or(&place, |(_, own)| own));
            if comes_twice(local) {
                format!("{words}, {}", abbreviation(local))
            } else {
                words
            }
        }
        ZoneName::Time(time) => time,
    }
}

/// The city of an IANA name, else what the clocks are said to show.
fn name(local: &DateTime<Tz>) -> ZoneName {
    match local.timezone().name().rsplit_once('/') {
        Some((area, place)) if area != "Etc" => ZoneName::Place(place.replace('_', " ")),
        _ => ZoneName::Time(abbreviation(local)),
    }
}

/// `CEST`; the distance from UTC where the zone has no letters for it: `UTC+5:30`.
pub fn abbreviation(local: &DateTime<Tz>) -> String {
    let letters = local.offset().abbreviation();
    if let Some(letters) = letters.filter(|letters| !letters.starts_with(['+', '-'])) {
        return letters.to_owned();
    }
    let offset_minutes = local.offset().fix().local_minus_utc() / 60;
    let sign = if offset_minutes < 0 { '-' } else { '+' };
    let (hours, minutes) = (offset_minutes.abs() / 60, offset_minutes.abs() % 60);
    match minutes {
        0 => format!("UTC{sign}{hours}"),
        _ => format!("UTC{sign}{hours}:{minutes:02}"),
    }
}

/// Whether the clocks show this time twice, so that it takes more than a place to say which is meant.
fn comes_twice(local: &DateTime<Tz>) -> bool {
    matches!(
        local.timezone().from_local_datetime(&local.naive_local()),
        LocalResult::Ambiguous(..)
    )
}
