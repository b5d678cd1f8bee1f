use super::*;
use expect_test::{Expect, expect};

#[track_caller]
fn check(text: &str, expected: Expect) {
    expected.assert_eq(find(text).unwrap_or("none"));
}

#[test]
fn iana_names_keep_or_gain_their_spelling() {
    check("Europe/Berlin", expect!["Europe/Berlin"]);
    check("  europe/berlin ", expect!["Europe/Berlin"]);
    check(
        "AMERICA/ARGENTINA/BUENOS_AIRES",
        expect!["America/Argentina/Buenos_Aires"],
    );
    check("UTC", expect!["UTC"]);
    check("Europe/Kyiv", expect!["Europe/Kyiv"]);
    check("Europe/Kiev", expect!["Europe/Kiev"]);
}

#[test]
fn windows_names() {
    check("W. Europe Standard Time", expect!["Europe/Berlin"]);
    check("w. europe standard TIME", expect!["Europe/Berlin"]);
    check("GMT Standard Time", expect!["Europe/London"]);
    check("Eastern Standard Time", expect!["America/New_York"]);
    check(
        "Central Standard Time (Mexico)",
        expect!["America/Mexico_City"],
    );
    check("India Standard Time", expect!["Asia/Kolkata"]);
    check("UTC+13", expect!["Etc/GMT-13"]);
    check("Dateline Standard Time", expect!["Etc/GMT+12"]);
}

#[test]
fn dataverse_codes() {
    check("0", expect!["Etc/GMT+12"]);
    check("4", expect!["America/Los_Angeles"]);
    check("35", expect!["America/New_York"]);
    check("85", expect!["Europe/London"]);
    check("92", expect!["UTC"]);
    check("110", expect!["Europe/Berlin"]);
    check("0110", expect!["Europe/Berlin"]);
    check("75", expect!["none"]);
    check("9999", expect!["none"]);
    check("99999999999999999999", expect!["none"]);
}

#[test]
fn anything_else_is_no_zone() {
    for text in [
        "",
        " ",
        "Berlin",
        "+02:00",
        "CEST",
        "W. Europe",
        "Europe/Berlin\0",
        "-110",
        "१",
    ] {
        check(text, expect!["none"]);
    }
    check(&"x".repeat(1_000_000), expect!["none"]);
}

#[test]
fn the_tables_are_sorted_and_point_at_zones_that_exist() {
    assert!(windows::ZONES.is_sorted_by(|a, b| a.0 < b.0));
    assert!(dataverse::CODES.is_sorted_by(|a, b| a.0 < b.0));
    for (name, zone) in windows::ZONES {
        assert_eq!(*name, name.to_ascii_lowercase());
        assert_eq!(
            zone.parse::<Tz>().map(|zone| zone.name()),
            Ok(*zone),
            "{name}"
        );
    }
    for (code, name) in dataverse::CODES {
        assert!(windows::find(name).is_some(), "{code} {name}");
    }
}

#[test]
fn nothing_is_lost_in_a_second_look() {
    for zone in TZ_VARIANTS {
        assert_eq!(find(zone.name()), Some(zone.name()));
        assert_eq!(find(&zone.name().to_ascii_lowercase()), Some(zone.name()));
    }
}

#[test]
fn days_are_the_zones_own() {
    let at = |text: &str| {
        chrono::DateTime::parse_from_rfc3339(text)
            .unwrap()
            .timestamp_millis()
    };
    let instants = [
        at("2026-03-28T22:59:59Z"),
        at("2026-03-28T23:00:00Z"),
        // The clocks went forward: midnight comes an hour earlier.
        at("2026-03-29T22:00:00Z"),
        i64::MAX,
    ];
    let days = |zone: &str| super::civil_days(&instants, zone);
    let expected = ["2026-03-28", "2026-03-29", "2026-03-30", ""];
    for zone in ["Europe/Berlin", "W. Europe Standard Time"] {
        assert_eq!(days(zone).unwrap(), expected, "{zone}");
    }
    assert_eq!(days("America/Los_Angeles").unwrap()[0], "2026-03-28");
    assert_eq!(days("Nowhere"), None);
}
