//! The app refuses what the core refuses, and takes what it takes. The app's own formulas are evaluated by Microsoft's engine, with
//! controls and rows put in their place, and compared with what the core says.

use plugin_core::intake::{check_appointment, e164, is_email, overlap};
use plugin_core::types::{Appointment, AppointmentStatus};
use serde_json::Value;

use super::microsoft::{evaluate, quoted};
use super::source::{calls, formula};

/// Blank, and yet a number for whoever asks for its type.
const NOTHING: &str = "If(false, 0)";
const MINUTE: i64 = 60_000;

/// The problem that a label shows, for each text in each of these fields; compared with whether the core takes the text.
fn check_fields(names: &[&str], texts: &[&str], takes: fn(&str) -> bool) {
    let cases: Vec<_> = names
        .iter()
        .flat_map(|name| texts.iter().map(move |text| (*name, *text)))
        .collect();
    let shown = |(name, text): &(&str, &str)| {
        let problem = formula(&format!("lblEdit{name}Problem"), "Text");
        format!(
            "With({{inpEdit{name}: {{Text: {}}}}}, {problem})",
            quoted(text)
        )
    };
    let formulas: Vec<_> = cases.iter().map(shown).collect();
    let Some(problems) = evaluate(&format!("the app's rules for {names:?}"), &formulas) else {
        return;
    };
    for ((name, text), problem) in cases.iter().zip(problems) {
        let fine = text.trim().is_empty() || takes(text.trim());
        assert_eq!(problem == "", fine, "{name} {text:?}: {problem}");
    }
}

#[test]
fn emails() {
    let long = format!("{}@example.org", "a".repeat(65));
    let longest = format!("{}@example.org", "a".repeat(64));
    let texts = [
        "",
        " ",
        "a@b.de",
        " a@b.de ",
        "first.last+tag@mail.example.co.uk",
        "o'neil@example.ie",
        "ü@müller.example",
        "a",
        "@b.de",
        "a@",
        "a@b",
        "a@b.",
        "a@.de",
        "a@b..de",
        "a@-b.de",
        "a@b-.de",
        "a b@c.de",
        "a@b@c.de",
        "A <a@b.de>",
        "a@b.de,c@d.de",
        "a@b.de\r\nBcc: c@d.de",
        "a@b_c.de",
        "a\"b@c.de",
        "a(b@c.de",
        "a\\b@c.de",
        "a;b@c.de",
        "a\u{7f}@c.de",
        "1@2.3",
        &long,
        &longest,
    ];
    check_fields(&["Email"], &texts, is_email);
}

const PHONES: [&str; 20] = [
    "",
    "+49 30 901820",
    " +1 (415) 555-2671 ",
    "0044 20.7946.0958",
    "+49 (0)30 901820",
    "0049 (0) 30 901820",
    "+1\u{2011}415\u{2013}555\u{a0}2671",
    "030 901820",
    "+0 30 901820",
    "+123456",
    "+1234567",
    "+123456789012345",
    "+1234567890123456",
    "+49 30 90182O",
    "++4930901820",
    "+49 30 901820 ext. 5",
    "+٤٩٣٠٩٠١٨٢٠",
    "00",
    "+49 30 901820\n",
    "+1 555 0100 #2",
];

#[test]
fn phones() {
    check_fields(&["Phone"], &PHONES, |text| e164(text).is_some());
}

/// What is stored is the number as the core would store it.
#[test]
fn phones_are_stored_as_the_core_stores_them() {
    let save = formula("btnEditSave", "OnSelect");
    let (_, stored) = save.split_once("punctual_phone: ").expect("it is written");
    let stored = calls(stored, "With(")[0];
    let taken: Vec<_> = PHONES
        .into_iter()
        .filter(|text| text.is_empty() || e164(text).is_some())
        .collect();
    let formulas: Vec<_> = taken
        .iter()
        .map(|text| {
            format!(
                "With({{inpEditPhone: {{Text: {}}}}}, {stored})",
                quoted(text)
            )
        })
        .collect();
    let Some(values) = evaluate("the numbers that the app stores", &formulas) else {
        return;
    };
    for (text, value) in taken.iter().zip(values) {
        assert_eq!(
            value,
            e164(text).map_or(Value::Null, Value::from),
            "{text:?}"
        );
    }
}

#[test]
fn texts_without_control_characters() {
    let plain: fn(&str) -> bool = |text| !text.chars().any(char::is_control);
    let texts = [
        "Dr. Würz – „Zimmer 1“",
        "a\u{1}b",
        "a\u{7f}",
        "a\u{85}b",
        "日本",
    ];
    check_fields(
        &["Title", "Person", "Service", "Resource", "Notes"],
        &texts,
        plain,
    );
    check_fields(&["Notes"], &["one\ntwo", "one\ttwo"], |_| true);
}

/// Start and end as people write them, on which days of January, and whether the core would take them. The engine's zone is UTC.
#[test]
fn starts_and_ends() {
    let cases = [
        ((5, "09:30"), (5, "10:15")),
        ((5, "9:30"), (5, "09:30")),
        ((5, "09:30"), (5, "09:29")),
        ((5, "09:30"), (4, "23:59")),
        ((5, "09:30"), (5, "")),
        ((5, "00:00"), (5, "23:59")),
        ((1, "09:30"), (32, "09:30")),
        ((1, "09:30"), (32, "09:31")),
        ((1, "09:30"), (33, "00:00")),
    ];
    let minutes = |(day, time): (i64, &str)| {
        let (hours, minutes) = time.split_once(':')?;
        Some(day * 1440 + hours.parse::<i64>().ok()? * 60 + minutes.parse::<i64>().ok()?)
    };
    let problem = formula("lblEditEndProblem", "Text");
    let formulas: Vec<_> = cases
        .iter()
        .map(|(start, end)| times(*start, *end, problem))
        .collect();
    let Some(problems) = evaluate("the app's rule for start and end", &formulas) else {
        return;
    };
    for ((start, end), problem) in cases.into_iter().zip(problems) {
        let at = |time| minutes(time).map(|minutes| minutes * MINUTE);
        let appointment = appointment("a", at(start), at(end));
        assert_eq!(
            problem == "",
            check_appointment(&appointment).is_empty(),
            "{start:?} to {end:?}: {problem}"
        );
    }
}

fn times(start: (i64, &str), end: (i64, &str), formula: &str) -> String {
    let [start, end] = [("Start", start), ("End", end)].map(|(name, (day, time))| {
        let time = quoted(time);
        format!(
            "datEdit{name}: {{SelectedDate: Date(2026, 1, {day})}}, inpEdit{name}: {{Text: {time}}}"
        )
    });
    format!("With({{{start}, {end}}}, {formula})")
}

/// A time that is none is no start, and the app says so beside the field.
#[test]
fn times_that_are_none() {
    let texts = [
        "",
        "9",
        "24:00",
        "12:60",
        "9.30",
        "09:30 pm",
        "-1:00",
        "٠٩:٣٠",
    ];
    for name in ["Start", "End"] {
        let problem = formula(&format!("lblEdit{name}Problem"), "Text");
        let written = |text| {
            if name == "Start" {
                times((5, text), (5, ""), problem)
            } else {
                times((5, "09:00"), (5, text), problem)
            }
        };
        let formulas: Vec<_> = texts.iter().map(|text| written(text)).collect();
        let Some(problems) = evaluate("times that are none", &formulas) else {
            return;
        };
        for (text, problem) in texts.iter().zip(problems) {
            let fine = name == "End" && text.is_empty();
            assert_eq!(problem == "", fine, "{name} {text:?}: {problem}");
        }
    }
}

/// What the moment is made of is written the same everywhere, or a label could speak of another moment than is saved.
#[test]
fn a_moment_is_read_in_one_way() {
    let places = [
        ("btnEditSave", "OnSelect"),
        ("lblEditStartProblem", "Text"),
        ("lblEditEndProblem", "Text"),
        ("lblEditZoneWords", "Text"),
    ];
    for (name, at_least) in [("Start", 4), ("End", 2)] {
        let mut found = Vec::new();
        for (control, property) in places {
            let moments = calls(
                formula(control, property),
                &format!("If(IsMatch(inpEdit{name}.Text"),
            );
            found.extend(
                moments
                    .into_iter()
                    .map(|moment| moment.split_whitespace().collect::<String>()),
            );
        }
        assert_eq!(found.len(), at_least, "{name}");
        assert!(
            found.iter().all(|moment| *moment == found[0]),
            "{name}: {found:#?}"
        );
    }
}

fn appointment(id: &str, start_at: Option<i64>, end_at: Option<i64>) -> Appointment {
    Appointment {
        id: id.to_owned(),
        service: None,
        customer_name: None,
        email: None,
        phone: None,
        start_at,
        end_at,
        time_zone: None,
        locale: None,
        status: AppointmentStatus::Scheduled,
        resource: Some("Room 1".to_owned()),
        notes: None,
    }
}

const STATUSES: [(AppointmentStatus, &str); 5] = [
    (AppointmentStatus::Scheduled, "Scheduled"),
    (AppointmentStatus::Confirmed, "Confirmed"),
    (AppointmentStatus::Canceled, "Canceled"),
    (AppointmentStatus::Completed, "Completed"),
    (AppointmentStatus::NoShow, "No show"),
];

/// Every order of two starts and ends, with and without ends, of each status, of one resource and of two, and of one appointment with
/// itself: the app's query finds a clash exactly where the core sees an overlap. Dataverse looks past the case of letters, as the core
/// does; the engine does not, so that is not compared.
#[test]
fn clashes_are_overlaps() {
    let ends = |start: i64| [None].into_iter().chain((start - 1..=14).map(Some));
    let mut pairs = Vec::new();
    for (start, end) in [(11, Some(13)), (11, Some(12)), (12, None)] {
        let mine = appointment("a", Some(start), end);
        for start in 10..=14 {
            for end in ends(start) {
                pairs.push((mine.clone(), appointment("b", Some(start), end)));
            }
        }
        for (status, _) in STATUSES {
            pairs.push((
                mine.clone(),
                Appointment {
                    status,
                    ..appointment("b", Some(10), Some(14))
                },
            ));
        }
        pairs.push((mine.clone(), appointment("a", Some(10), Some(14))));
        pairs.push((
            mine,
            Appointment {
                resource: Some("Room 2".to_owned()),
                ..appointment("b", Some(10), Some(14))
            },
        ));
    }
    let query = calls(
        formula("btnEditSave", "OnSelect"),
        "LookUp(Appointments, punctual_resource",
    );
    let [query] = query[..] else {
        panic!("one query looks for clashes")
    };
    let formulas: Vec<_> = pairs
        .iter()
        .map(|(mine, theirs)| asked(mine, theirs, query))
        .collect();
    let Some(values) = evaluate("the app's query for clashes", &formulas) else {
        return;
    };
    let mut clashes = 0;
    for ((mine, theirs), value) in pairs.iter().zip(values) {
        assert_eq!(
            value == Value::Bool(true),
            overlap(mine, theirs),
            "{mine:?}\n{theirs:?}"
        );
        clashes += usize::from(value == Value::Bool(true));
    }
    assert!(
        (20..pairs.len() - 20).contains(&clashes),
        "{clashes} of {}",
        pairs.len()
    );
}

fn asked(mine: &Appointment, theirs: &Appointment, query: &str) -> String {
    let time = |at: Option<i64>| at.map_or(NOTHING.to_owned(), |at| at.to_string());
    let label = STATUSES
        .iter()
        .find(|(status, _)| *status == theirs.status)
        .expect("a status")
        .1;
    let values = STATUSES
        .map(|(_, label)| format!("'{label}': {}", quoted(label)))
        .join(", ");
    let text = |text: &Option<String>| quoted(text.as_deref().unwrap_or_default());
    format!(
        "With({{'Status Reason (Appointments)': {{{values}}}, locResource: {}, locStart: {}, locEnd: {},
            varAppointment: {{punctual_appointmentid: {}}},
            Appointments: Table({{punctual_appointmentid: {}, punctual_resource: {}, punctual_start: {}, punctual_end: {}, statuscode: {}}})}},
            !IsBlank({query}))",
        text(&mine.resource), time(mine.start_at), time(mine.end_at), quoted(&mine.id),
        quoted(&theirs.id), text(&theirs.resource), time(theirs.start_at), time(theirs.end_at), quoted(label),
    )
}
