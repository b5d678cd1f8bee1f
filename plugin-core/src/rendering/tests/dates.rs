//! Moments in words, in every language.

use chrono_tz::Tz;
use expect_test::{Expect, expect};

use super::*;
use crate::rendering::languages::{When, choose};

#[track_caller]
fn check(tag: &str, start: &str, zone: &str, expected: Expect) {
    let zone: Tz = zone.parse().unwrap();
    let local = crate::time::local(at(start), zone).unwrap();
    let choice = choose(Some(tag), "en");
    let When {
        date,
        short_date,
        time,
        zone,
    } = (choice.language.when)(&local, &choice.tag);
    expected.assert_eq(&format!("{date} | {short_date} | {time} ({zone})").replace('\u{A0}', "~"));
}

#[test]
fn spanish() {
    check(
        "es",
        "2026-06-01T07:00:00Z",
        "Europe/Madrid",
        expect!["lunes, 1 de junio de 2026 | lun 1 jun 2026 | 9:00 (hora de Madrid)"],
    );
    check(
        "es-MX",
        "2026-09-16T20:30:00Z",
        "America/Mexico_City",
        expect![
            "miércoles, 16 de septiembre de 2026 | mié 16 sept 2026 | 2:30~p.~m. (hora de Ciudad de México)"
        ],
    );
    check(
        "es-US",
        "2026-01-03T05:05:00Z",
        "America/New_York",
        expect!["sábado, 3 de enero de 2026 | sáb 3 ene 2026 | 12:05~a.~m. (hora de Nueva York)"],
    );
    check(
        "es-AR",
        "2026-02-04T12:00:00Z",
        "America/Argentina/Buenos_Aires",
        expect!["miércoles, 4 de febrero de 2026 | mié 4 feb 2026 | 9:00 (hora de Buenos Aires)"],
    );
    check(
        "es",
        "2026-10-25T01:30:00Z",
        "Europe/Berlin",
        expect!["domingo, 25 de octubre de 2026 | dom 25 oct 2026 | 2:30 (hora de Berlín, CET)"],
    );
    check(
        "es-419",
        "2026-12-31T23:59:00Z",
        "Etc/UTC",
        expect!["jueves, 31 de diciembre de 2026 | jue 31 dic 2026 | 11:59~p.~m. (UTC)"],
    );
}

#[test]
fn french() {
    check(
        "fr",
        "2026-06-01T07:00:00Z",
        "Europe/Paris",
        expect!["lundi 1er juin 2026 | lun. 1er juin 2026 | 9~h~00 (heure de Paris)"],
    );
    check(
        "fr-CA",
        "2026-08-02T20:30:00Z",
        "America/Montreal",
        expect!["dimanche 2 août 2026 | dim. 2 août 2026 | 16~h~30 (heure de Montréal)"],
    );
    check(
        "fr-BE",
        "2026-02-11T08:05:00Z",
        "Europe/Brussels",
        expect!["mercredi 11 février 2026 | mer. 11 févr. 2026 | 9~h~05 (heure de Bruxelles)"],
    );
    check(
        "fr",
        "2026-07-21T22:00:00Z",
        "Europe/Amsterdam",
        expect!["mercredi 22 juillet 2026 | mer. 22 juil. 2026 | 0~h~00 (heure d’Amsterdam)"],
    );
    check(
        "fr",
        "2026-10-25T01:30:00Z",
        "Europe/Paris",
        expect!["dimanche 25 octobre 2026 | dim. 25 oct. 2026 | 2~h~30 (heure de Paris, CET)"],
    );
    check(
        "fr",
        "2026-12-31T23:59:00Z",
        "Asia/Singapore",
        expect!["vendredi 1er janvier 2027 | ven. 1er janv. 2027 | 7~h~59 (heure de Singapore)"],
    );
}

#[test]
fn german() {
    check(
        "de",
        "2026-06-01T07:00:00Z",
        "Europe/Berlin",
        expect!["Montag, 1. Juni 2026 | Mo., 1.6.2026 | 9:00~Uhr (Ortszeit Berlin)"],
    );
    check(
        "de-AT",
        "2027-01-12T08:15:00Z",
        "Europe/Vienna",
        expect!["Dienstag, 12. Jänner 2027 | Di., 12.1.2027 | 9:15~Uhr (Ortszeit Wien)"],
    );
    check(
        "de-CH",
        "2027-01-12T08:15:00Z",
        "Europe/Zurich",
        expect!["Dienstag, 12. Januar 2027 | Di., 12.1.2027 | 9:15~Uhr (Ortszeit Zürich)"],
    );
    check(
        "de",
        "2026-03-04T20:00:00Z",
        "America/New_York",
        expect!["Mittwoch, 4. März 2026 | Mi., 4.3.2026 | 15:00~Uhr (Ortszeit New York)"],
    );
    check(
        "de",
        "2026-10-25T00:30:00Z",
        "Europe/Berlin",
        expect!["Sonntag, 25. Oktober 2026 | So., 25.10.2026 | 2:30~Uhr (Ortszeit Berlin, MESZ)"],
    );
    check(
        "de",
        "2026-10-25T01:30:00Z",
        "Europe/Berlin",
        expect!["Sonntag, 25. Oktober 2026 | So., 25.10.2026 | 2:30~Uhr (Ortszeit Berlin, MEZ)"],
    );
    check(
        "de",
        "2026-12-31T23:59:00Z",
        "CET",
        expect!["Freitag, 1. Januar 2027 | Fr., 1.1.2027 | 0:59~Uhr (MEZ)"],
    );
}

/// Twelve months and seven days in each language, none twice.
#[test]
fn every_day_and_month_has_a_name() {
    for tag in ["en", "en-US", "es", "fr", "de"] {
        let choice = choose(Some(tag), "en");
        let words = |start: Instant| {
            let local = crate::time::local(start, Tz::UTC).unwrap();
            (choice.language.when)(&local, &choice.tag)
        };
        let day_ms = 86_400_000;
        let dates: Vec<When> = (0..366)
            .map(|day| words(at("2028-01-01T09:00:00Z") + day * day_ms))
            .collect();
        for of in [
            |when: &When| when.date.clone(),
            |when: &When| when.short_date.clone(),
        ] {
            let mut texts: Vec<String> = dates.iter().map(of).collect();
            texts.sort_unstable();
            texts.dedup();
            assert_eq!(texts.len(), 366, "{tag}");
        }
    }
}
