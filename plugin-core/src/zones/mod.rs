//! Time-zone names: whatever the clinic's systems call a zone, as IANA calls it.

mod dataverse;
mod windows;

use chrono_tz::{TZ_VARIANTS, Tz};

use crate::time;
use crate::types::Instant;

/// Longest name that is looked at; the longest known one has 32 characters.
const MAX_CHARS: usize = 64;

/// The IANA name for an IANA, Windows or Dataverse (number) zone; none when it is none of them.
/// Upper and lower case do not matter; the answer is in IANA's own spelling.
///
/// An IANA name comes first: `UTC` is both, and stays `UTC`.
pub fn iana_time_zone(text: &str) -> Option<String> {
    find(text).map(str::to_owned)
}

/// As [`iana_time_zone`], for those who need no copy.
pub fn find(text: &str) -> Option<&'static str> {
    let text = text.trim();
    if text.is_empty() || text.len() > MAX_CHARS {
        return None;
    }
    if text.bytes().all(|byte| byte.is_ascii_digit()) {
        return named(dataverse::find(text.parse().ok()?)?);
    }
    named(text)
}

/// See the WIT function `civil-days`.
pub fn civil_days(instants: &[Instant], time_zone: &str) -> Option<Vec<String>> {
    let zone: Tz = find(time_zone)?.parse().ok()?;
    let day = |at: &Instant| time::local(*at, zone).map(|at| at.format("%Y-%m-%d").to_string());
    Some(
        instants
            .iter()
            .map(|at| day(at).unwrap_or_default())
            .collect(),
    )
}

fn named(name: &str) -> Option<&'static str> {
    iana(name).or_else(|| windows::find(name))
}

/// The exact spelling is the common case and a hash look-up; only a miss walks the list.
fn iana(name: &str) -> Option<&'static str> {
    match name.parse::<Tz>() {
        Ok(zone) => Some(zone.name()),
        Err(_) => TZ_VARIANTS
            .iter()
            .map(|zone| zone.name())
            .find(|known| known.eq_ignore_ascii_case(name)),
    }
}

#[cfg(test)]
mod tests;
