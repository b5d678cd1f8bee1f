//! A library that reads calendar files, the Python package `icalendar`, finds in ours what was meant.
//!
//! `stand-ins/README.md` says how to install it. Where it is missing the test says SKIPPED and why.

mod clinic;

use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

use expect_test::{Expect, expect};
use plugin_core::contract::exports::punctual::reminders::rendering::Sender;
use plugin_core::rendering::calendar;
use plugin_core::types::Appointment;
use punctual_stand_ins::judges;

use clinic::{appointment, at, policy};

/// What the library says of a file.
fn read(python: &Path, pins: &Path, file: &str) -> String {
    let mut child = Command::new(python)
        .arg(pins.join("python/read_calendar.py"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    // The pipe ends with the statement, and the file with it.
    child
        .stdin
        .take()
        .unwrap()
        .write_all(file.as_bytes())
        .unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "the library refuses {file}");
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn another_reader_finds_what_was_meant() {
    let pins = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/sdk"));
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).parent().unwrap();
    let python = match judges::python(pins, &judges::folder(target, "plugin-core")) {
        Ok(python) => python,
        Err(why) => {
            // Not `eprintln!`, which the test harness would swallow.
            let _ = writeln!(
                std::io::stderr(),
                "SKIPPED: icalendar on our calendar files: {why}"
            );
            return;
        }
    };
    let check = |appointment: &Appointment, sender: &Sender, expected: Expect| {
        let now = at("2026-05-04T03:02:01Z");
        let file = calendar(appointment, sender, &policy(None), now).unwrap();
        expected.assert_eq(&read(&python, pins, &file));
    };

    let whole = Appointment {
        end_at: Some(at("2026-06-01T07:30:00Z")),
        locale: Some("de-AT".into()),
        ..appointment(at("2026-06-01T07:00:00Z"))
    };
    let clinic = Sender {
        name: "Riverside Clinic".into(),
        phone: Some("030 1234567".into()),
    };
    check(
        &whole,
        &clinic,
        expect![[r#"
        2.0 PUBLISH ['VCALENDAR', 'VEVENT']
        UID '6f9619ff-8b86-d011-b42d-00cf4fc964ff'
        SEQUENCE '29631062'
        SUMMARY 'Termin bei Riverside Clinic'
        DESCRIPTION 'Wenn Sie Fragen haben oder nicht kommen können, rufen Sie uns bitte an: 030 1234567.'
        CLASS 'PRIVATE'
        STATUS 'CONFIRMED'
        DTSTAMP 2026-05-04T03:02:01+00:00
        DTSTART 2026-06-01T07:00:00+00:00
        DTEND 2026-06-01T07:30:00+00:00
    "#]],
    );
    // Everything that needs escaping, and lines that end within letters of several octets. No backslash before an n,
    // which the library takes for a line break, though it was escaped.
    let awkward = Sender {
        name: "Bäcker; Söhne, Ärzte \\ 日本の歯医者 日本の歯医者 und noch viel mehr, als in eine Zeile geht".into(),
        phone: Some("+49,30;1 \\ 2".into()),
    };
    let endless = Appointment {
        end_at: None,
        ..whole
    };
    check(
        &endless,
        &awkward,
        expect![[r#"
            2.0 PUBLISH ['VCALENDAR', 'VEVENT']
            UID '6f9619ff-8b86-d011-b42d-00cf4fc964ff'
            SEQUENCE '29631062'
            SUMMARY 'Termin bei Bäcker; Söhne, Ärzte \\ 日本の歯医者 日本の歯医者 und noch viel mehr, als in eine Zeile geht'
            DESCRIPTION 'Wenn Sie Fragen haben oder nicht kommen können, rufen Sie uns bitte an: +49,30;1 \\ 2.'
            CLASS 'PRIVATE'
            STATUS 'CONFIRMED'
            DTSTAMP 2026-05-04T03:02:01+00:00
            DTSTART 2026-06-01T07:00:00+00:00
            DTEND none
        "#]],
    );
}
