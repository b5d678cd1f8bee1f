//! Whole messages, compared with the files in `../golden` (`UPDATE_EXPECT=1` writes them anew).

use expect_test::expect_file;

use super::*;

/// Compares all that a person would get with the files `golden/<name>.txt` and `golden/<name>.html`.
#[track_caller]
fn check(name: &str, appointment: &Appointment, sender: &Sender) {
    check_with(name, appointment, sender, &NO_LINKS);
}

#[track_caller]
fn check_with(name: &str, appointment: &Appointment, sender: &Sender, links: &Links) {
    let golden = concat!(env!("CARGO_MANIFEST_DIR"), "/src/rendering/golden");
    let Email {
        subject,
        text,
        html,
    } = email_with(appointment, sender, links);
    let Sms { text: sms, size } = sms_with(appointment, sender, links);
    assert!(!subject.contains(char::is_control), "{subject:?}");
    let plain = format!(
        "Subject: {subject}\n\n{text}\n--- SMS, {:?}, {} units in {} segment(s)\n{sms}\n",
        size.encoding, size.units, size.segments,
    );
    expect_file![format!("{golden}/{name}.txt")].assert_eq(&plain);
    expect_file![format!("{golden}/{name}.html")].assert_eq(&format!("{html}\n"));
}

/// Every template of a language: with all that may be in a message, with as little as may be, and the two that are no
/// reminders. `locale` is of a region that has only a part of a language to itself.
#[track_caller]
fn check_language(tag: &str, locale: &str, zone: &str, start: &str) {
    let full = Appointment {
        locale: Some(locale.into()),
        time_zone: Some(zone.into()),
        start_at: Some(at(start)),
        ..appointment()
    };
    let bare = Appointment {
        service: None,
        customer_name: None,
        ..full.clone()
    };
    let clinic = sender(Some("+1 202 555 0100"));
    check_with(&format!("{tag}/full"), &full, &clinic, &all_links());
    check(&format!("{tag}/bare"), &bare, &sender(None));
    let one_link = Links {
        reschedule: all_links().reschedule,
        ..NO_LINKS
    };
    check_with(&format!("{tag}/one-link"), &full, &clinic, &one_link);

    let golden = concat!(env!("CARGO_MANIFEST_DIR"), "/src/rendering/golden");
    let Rendered { message, template } = render_stopped(Some(locale), &clinic, &policy()).unwrap();
    let Message::Sms(Sms { text, size }) = message else {
        panic!("an email, and an SMS was asked for")
    };
    assert_eq!(size.segments, 1, "{text}");
    assert!(
        template.starts_with(&format!("stopped/{tag}@")),
        "{template}"
    );
    expect_file![format!("{golden}/{tag}/stopped.txt")].assert_eq(&format!("{text}\n"));
    let calendar = calendar(&full, &clinic, &policy(), at("2026-01-01T00:00:00Z")).unwrap();
    // Git may not keep what ends a line; that it is CR LF is tested elsewhere.
    expect_file![format!("{golden}/{tag}/calendar.ics")].assert_eq(&calendar.replace("\r\n", "\n"));
}

#[test]
fn english() {
    check_language("en", "en-US", "America/New_York", "2026-06-01T13:00:00Z");
}

#[test]
fn spanish() {
    check_language("es", "es-MX", "America/Mexico_City", "2026-09-16T20:30:00Z");
}

#[test]
fn french() {
    check_language("fr", "fr-CA", "America/Montreal", "2026-08-01T13:00:00Z");
}

#[test]
fn german() {
    check_language("de", "de-AT", "Europe/Vienna", "2027-01-12T08:15:00Z");
}

#[test]
fn ordinary() {
    check("ordinary", &appointment(), &sender(Some("+49 30 1234567")));
}

#[test]
fn bare() {
    let bare = Appointment {
        service: None,
        customer_name: Some("  ".into()),
        time_zone: None,
        ..appointment()
    };
    check("bare", &bare, &sender(None));
}

#[test]
fn markup_in_a_name_is_text() {
    let attack = Appointment {
        customer_name: Some("<script>alert('x')</script>\r\nBcc: all@example.com".into()),
        service: Some("\"><img src=x onerror=alert(1)> {{ clinic }} & co".into()),
        ..appointment()
    };
    let clinic = Sender {
        name: "R&D <Clinic>\r\nBcc: eve@example.com".into(),
        phone: Some("javascript:alert(1)\" onclick=\"x".into()),
    };
    check("markup", &attack, &clinic);
    let html = email(&attack, &clinic).html;
    for never in ["<script", "<img", "href=", "onclick=\"", "<Clinic>"] {
        assert!(!html.contains(never), "{never}");
    }
}

#[test]
fn long_texts_are_cut() {
    let long = Appointment {
        service: Some("Root canal treatment ".repeat(20)),
        ..appointment()
    };
    check(
        "long",
        &long,
        &Sender {
            name: "Very Long Clinic Name ".repeat(9),
            phone: Some("030 1234567".into()),
        },
    );
}

#[test]
fn emoji_and_accents() {
    let emoji = Appointment {
        customer_name: Some("Zoë 👩\u{200D}👧 Łukasz".into()),
        ..appointment()
    };
    check(
        "emoji",
        &emoji,
        &Sender {
            name: "Clínica “Sonrisa” 😀".into(),
            phone: Some("+34 91 123 45 67".into()),
        },
    );
}

#[test]
fn a_time_that_the_clocks_show_twice() {
    let twice = Appointment {
        start_at: Some(1_793_514_600_000), // 2026-11-01T06:30:00Z
        time_zone: Some("America/New_York".into()),
        locale: Some("en-US".into()),
        ..appointment()
    };
    check("twice", &twice, &sender(Some("(202) 555-0100")));
}
