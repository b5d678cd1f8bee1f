//! Dates, times and zones in French.

use chrono::{DateTime, Datelike, Timelike};
use chrono_tz::Tz;

use super::languages::When;
use super::zone;

const WEEKDAYS: [(&str, &str); 7] = [
    ("lundi", "lun."),
    ("mardi", "mar."),
    ("mercredi", "mer."),
    ("jeudi", "jeu."),
    ("vendredi", "ven."),
    ("samedi", "sam."),
    ("dimanche", "dim."),
];
const MONTHS: [(&str, &str); 12] = [
    ("janvier", "janv."),
    ("février", "févr."),
    ("mars", "mars"),
    ("avril", "avr."),
    ("mai", "mai"),
    ("juin", "juin"),
    ("juillet", "juil."),
    ("août", "août"),
    ("septembre", "sept."),
    ("octobre", "oct."),
    ("novembre", "nov."),
    ("décembre", "déc."),
];
const PLACES: &[(&str, &str)] = &[
    ("Athens", "Athènes"),
    ("Brussels", "Bruxelles"),
    ("Copenhagen", "Copenhague"),
    ("Havana", "La Havane"),
    ("Lisbon", "Lisbonne"),
    ("London", "Londres"),
    ("Mexico City", "Mexico"),
    ("Montreal", "Montréal"),
    ("Reunion", "La Réunion"),
    ("Rome", "Rome"),
    ("Vienna", "Vienne"),
    ("Warsaw", "Varsovie"),
];

/// Says when; the same in every region.
pub fn when(local: &DateTime<Tz>, _: &str) -> When {
    let (weekday, short_weekday) = WEEKDAYS[local.weekday().num_days_from_monday() as usize];
    let (month, short_month) = MONTHS[local.month0() as usize];
    let (day, year) = (local.day(), local.year());
    // The first of a month is an ordinal, and no other day.
    let ordinal = if day == 1 { "er" } else { "" };
    When {
        date: format!("{weekday} {day}{ordinal} {month} {year}"),
        short_date: format!("{short_weekday} {day}{ordinal} {short_month} {year}"),
        time: format!("{}\u{A0}h\u{A0}{:02}", local.hour(), local.minute()),
        zone: zone::in_words(local, PLACES, |place| {
            let of = if place.starts_with(['A', 'E', 'É', 'I', 'O', 'U']) {
                "d’"
            } else {
                "de "
            };
            format!("heure {of}{place}")
        }),
    }
}
