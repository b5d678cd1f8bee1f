//! The calendar file: its form. What another reader finds in it is in `tests/calendar.rs`.

use expect_test::expect;

use super::*;

const NOW: &str = "2026-05-04T03:02:01Z";

#[track_caller]
fn written(appointment: &Appointment, sender: &Sender) -> String {
    calendar(appointment, sender, &policy(), at(NOW)).unwrap()
}

/// What is behind a name, unfolded and as it is escaped.
fn value(calendar: &str, name: &str) -> Option<String> {
    let unfolded = calendar.replace("\r\n ", "");
    let prefix = format!("{name}:");
    let mut lines = unfolded.split("\r\n");
    lines.find_map(|line| Some(line.strip_prefix(&prefix)?.to_owned()))
}

#[test]
fn a_whole_one() {
    let appointment = Appointment {
        end_at: Some(at("2026-06-01T07:30:00Z")),
        ..appointment()
    };
    let calendar = written(&appointment, &sender(Some("030 1234567")));
    expect![[r#"
        BEGIN:VCALENDAR
        VERSION:2.0
        PRODID:-//Punctual//Reminders//EN
        METHOD:PUBLISH
        BEGIN:VEVENT
        UID:6f9619ff-8b86-4d01-b42d-00cf4fc964ff
        DTSTAMP:20260504T030201Z
        SEQUENCE:29631062
        DTSTART:20260601T070000Z
        DTEND:20260601T073000Z
        SUMMARY:Appointment at Riverside Clinic
        DESCRIPTION:If you have a question or cannot come\, please call 030 1234567
         .
        CLASS:PRIVATE
        STATUS:CONFIRMED
        END:VEVENT
        END:VCALENDAR
    "#]]
    .assert_eq(&calendar.replace("\r\n", "\n"));
    assert_eq!(
        calendar.matches('\n').count(),
        calendar.matches("\r\n").count()
    );
    assert!(calendar.ends_with("\r\n"));
}

#[test]
fn what_is_private_stays_so() {
    let calendar = written(&appointment(), &sender(None));
    for private in ["Dental", "Lovelace", "needles", "Babbage", "ada@", "+1202"] {
        assert!(!calendar.contains(private), "{private}");
    }
}

#[test]
fn there_is_none_for_an_appointment_that_has_ended_or_is_nowhere() {
    let none = |appointment: &Appointment, sender: &Sender| {
        assert_eq!(calendar(appointment, sender, &policy(), at(NOW)), None);
    };
    let clinic = sender(None);
    for status in [
        AppointmentStatus::Canceled,
        AppointmentStatus::Completed,
        AppointmentStatus::NoShow,
    ] {
        none(
            &Appointment {
                status,
                ..appointment()
            },
            &clinic,
        );
    }
    for start_at in [
        None,
        Some(i64::MAX),
        Some(i64::MIN),
        Some(at("0001-01-01T00:00:00Z") - 400 * 86_400_000),
    ] {
        none(
            &Appointment {
                start_at,
                ..appointment()
            },
            &clinic,
        );
    }
    let nobody = Sender {
        name: " ".into(),
        phone: None,
    };
    none(&appointment(), &nobody);
}

/// An end that does not come after the start is none.
#[test]
fn an_end_comes_after_the_start() {
    let start_at = appointment().start_at.unwrap();
    for (end_at, expected) in [
        (None, None),
        (Some(start_at), None),
        (Some(start_at - 1_000), None),
        (Some(start_at + 1_000), Some("20260601T070001Z")),
    ] {
        let calendar = written(
            &Appointment {
                end_at,
                ..appointment()
            },
            &sender(None),
        );
        assert_eq!(value(&calendar, "DTEND").as_deref(), expected);
    }
}

/// The same appointment at another time is the same entry, and a later file is the newer one.
#[test]
fn a_later_one_replaces_an_earlier_one() {
    let file = |start_at, now: &str| {
        let moved = Appointment {
            start_at: Some(at(start_at)),
            ..appointment()
        };
        calendar(&moved, &sender(None), &policy(), at(now)).unwrap()
    };
    let before = file("2026-06-01T07:00:00Z", "2026-05-04T03:02:00Z");
    let after = file("2026-06-02T07:00:00Z", "2026-05-04T03:03:00Z");
    assert_eq!(value(&before, "UID"), value(&after, "UID"));
    let sequence = |file| value(file, "SEQUENCE").unwrap().parse::<i32>().unwrap();
    assert!(sequence(&before) < sequence(&after));
    // It is a number of 32 bits to the end of the calendar.
    let last = calendar(
        &appointment(),
        &sender(None),
        &policy(),
        at("4000-12-31T23:59:59Z"),
    );
    assert!(sequence(&last.unwrap()) > 0);
}

fn awkward() -> Sender {
    Sender {
        name: "Bäcker; Söhne, Ärzte \\ 日本の歯医者 👩‍⚕️ und noch viel mehr als in eine Zeile geht"
            .into(),
        phone: Some("+49,30;1 \\ 2".into()),
    }
}

#[test]
fn lines_are_folded_and_texts_escaped() {
    let calendar = written(&appointment(), &awkward());
    for line in calendar.split("\r\n") {
        assert!(line.len() <= 75, "{} octets: {line}", line.len());
    }
    expect![[r#"Appointment at Bäcker\; Söhne\, Ärzte \\ 日本の歯医者 👩‍⚕️ und noch viel mehr als in eine Zeile geht"#]].assert_eq(&value(&calendar, "SUMMARY").unwrap());
    expect![[r#"If you have a question or cannot come\, please call +49\,30\;1 \\ 2."#]]
        .assert_eq(&value(&calendar, "DESCRIPTION").unwrap());
}

proptest! {
    /// Whatever a clinic is called, lines have the length that they may have and unfold to what was written.
    #[test]
    fn any_name_is_folded(name in "\\PC{1,120}", language in prop::sample::select(vec!["en", "es", "fr", "de"])) {
        prop_assume!(!name.trim().is_empty());
        let appointment = Appointment { locale: Some(language.into()), ..appointment() };
        let clinic = Sender { name, phone: None };
        if let Some(file) = calendar(&appointment, &clinic, &policy(), at(NOW)) {
            for line in file.split("\r\n") {
                prop_assert!(line.len() <= 75);
            }
            prop_assert!(value(&file, "SUMMARY").is_some());
            prop_assert_eq!(file.matches("BEGIN:").count(), 2);
        }
    }
}
