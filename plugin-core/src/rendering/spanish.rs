//! Dates, times and zones in Spanish.

use chrono::{DateTime, Datelike, Timelike};
use chrono_tz::Tz;

use super::languages::{When, is_of};
use super::zone;

const WEEKDAYS: [(&str, &str); 7] = [
    ("lunes", "lun"),
    ("martes", "mar"),
    ("miércoles", "mié"),
    ("jueves", "jue"),
    ("viernes", "vie"),
    ("sábado", "sáb"),
    ("domingo", "dom"),
];
const MONTHS: [(&str, &str); 12] = [
    ("enero", "ene"),
    ("febrero", "feb"),
    ("marzo", "mar"),
    ("abril", "abr"),
    ("mayo", "may"),
    ("junio", "jun"),
    ("julio", "jul"),
    ("agosto", "ago"),
    ("septiembre", "sept"),
    ("octubre", "oct"),
    ("noviembre", "nov"),
    ("diciembre", "dic"),
];
/// Where people read a clock of twelve hours.
const TWELVE_HOURS: [&str; 13] = [
    "us", "pr", "mx", "gt", "hn", "sv", "ni", "pa", "do", "co", "ve", "pe", "419",
];
const PLACES: &[(&str, &str)] = &[
    ("Amsterdam", "Ámsterdam"),
    ("Athens", "Atenas"),
    ("Berlin", "Berlín"),
    ("Bogota", "Bogotá"),
    ("Brussels", "Bruselas"),
    ("Canary", "Canarias"),
    ("Havana", "La Habana"),
    ("Lisbon", "Lisboa"),
    ("London", "Londres"),
    ("Los Angeles", "Los Ángeles"),
    ("Mexico City", "Ciudad de México"),
    ("New York", "Nueva York"),
    ("Panama", "Panamá"),
    ("Paris", "París"),
    ("Rome", "Roma"),
    ("Vienna", "Viena"),
    ("Zurich", "Zúrich"),
];

/// Says when in the manner of the tag's region.
pub fn when(local: &DateTime<Tz>, tag: &str) -> When {
    let (weekday, short_weekday) = WEEKDAYS[local.weekday().num_days_from_monday() as usize];
    let (month, short_month) = MONTHS[local.month0() as usize];
    let (day, year, minute) = (local.day(), local.year(), local.minute());
    When {
        date: format!("{weekday}, {day} de {month} de {year}"),
        short_date: format!("{short_weekday} {day} {short_month} {year}"),
        time: if is_of(tag, &TWELVE_HOURS) {
            let (afternoon, hour) = local.hour12();
            let half = if afternoon { "p" } else { "a" };
            format!("{hour}:{minute:02}\u{A0}{half}.\u{A0}m.")
        } else {
            format!("{}:{minute:02}", local.hour())
        },
        zone: zone::in_words(local, PLACES, |place| format!("hora de {place}")),
    }
}
