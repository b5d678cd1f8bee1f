//! Dates, times and zones in German.

use chrono::{DateTime, Datelike, Timelike};
use chrono_tz::Tz;

use super::languages::{When, is_of};
use super::zone;

const WEEKDAYS: [(&str, &str); 7] = [
    ("Montag", "Mo."),
    ("Dienstag", "Di."),
    ("Mittwoch", "Mi."),
    ("Donnerstag", "Do."),
    ("Freitag", "Fr."),
    ("Samstag", "Sa."),
    ("Sonntag", "So."),
];
const MONTHS: [&str; 12] = [
    "Januar",
    "Februar",
    "März",
    "April",
    "Mai",
    "Juni",
    "Juli",
    "August",
    "September",
    "Oktober",
    "November",
    "Dezember",
];
const PLACES: &[(&str, &str)] = &[
    ("Athens", "Athen"),
    ("Brussels", "Brüssel"),
    ("Copenhagen", "Kopenhagen"),
    ("Lisbon", "Lissabon"),
    ("Luxembourg", "Luxemburg"),
    ("Prague", "Prag"),
    ("Rome", "Rom"),
    ("Vienna", "Wien"),
    ("Warsaw", "Warschau"),
    ("Zurich", "Zürich"),
];

/// Says when; Austria has a January of its own.
pub fn when(local: &DateTime<Tz>, tag: &str) -> When {
    let (weekday, short_weekday) = WEEKDAYS[local.weekday().num_days_from_monday() as usize];
    let (day, month, year) = (local.day(), local.month(), local.year());
    let name = match month {
        1 if is_of(tag, &["at"]) => "Jänner",
        _ => MONTHS[local.month0() as usize],
    };
    let zone = zone::in_words(local, PLACES, |place| format!("Ortszeit {place}"));
    When {
        date: format!("{weekday}, {day}. {name} {year}"),
        short_date: format!("{short_weekday}, {day}.{month}.{year}"),
        time: format!("{}:{:02}\u{A0}Uhr", local.hour(), local.minute()),
        zone: zone.replace("CEST", "MESZ").replace("CET", "MEZ"),
    }
}
