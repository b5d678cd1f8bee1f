//! Whole messages, compared with the files in `../golden` (`UPDATE_EXPECT=1` writes them anew).

use expect_test::expect_file;

use super::*;

/// Compares all that a person would get with the files `golden/<name>.txt` and `golden/<name>.html`.
#[track_caller]
fn check(name: &str, appointment: &Appointment, sender: &Sender) {
    let golden = concat!(env!("CARGO_MANIFEST_DIR"), "/src/rendering/golden");
    let Email {
        subject,
        text,
        html,
    } = email(appointment, sender);
    let Sms { text: sms, size } = sms(appointment, sender);
    assert!(!subject.contains(char::is_control), "{subject:?}");
    let plain = format!(
        "Subject: {subject}\n\n{text}\n--- SMS, {:?}, {} units in {} segment(s)\n{sms}\n",
        size.encoding, size.units, size.segments,
    );
    expect_file![format!("{golden}/{name}.txt")].assert_eq(&plain);
    expect_file![format!("{golden}/{name}.html")].assert_eq(&format!("{html}\n"));
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
