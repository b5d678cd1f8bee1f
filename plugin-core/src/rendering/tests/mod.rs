//! What holds for every message. What whole messages look like is in `golden`.

mod calendar;
mod dates;
mod golden;
mod sizes;
mod templates;

use expect_test::expect;
use proptest::prelude::*;

use super::*;
use crate::contract::exports::punctual::reminders::rendering::SmsEncoding;
use crate::types::{AppointmentStatus, Instant};

fn appointment() -> Appointment {
    Appointment {
        id: "6f9619ff-8b86-4d01-b42d-00cf4fc964ff".into(),
        service: Some("Dental check-up".into()),
        customer_name: Some("Ada Lovelace".into()),
        email: Some("ada@example.com".into()),
        phone: Some("+12025550123".into()),
        start_at: Some(1_780_297_200_000), // 2026-06-01T07:00:00Z
        end_at: None,
        time_zone: Some("Europe/Berlin".into()),
        locale: None,
        status: AppointmentStatus::Scheduled,
        resource: Some("Dr. Babbage".into()),
        notes: Some("afraid of needles".into()),
    }
}

fn sender(phone: Option<&str>) -> Sender {
    Sender {
        name: "Riverside Clinic".into(),
        phone: phone.map(Into::into),
    }
}

fn policy() -> Policy {
    Policy {
        steps: Vec::new(),
        window: None,
        default_time_zone: "UTC".into(),
        default_locale: "en".into(),
        retry_after_seconds: Vec::new(),
        daily_cap: None,
    }
}

const NO_LINKS: Links = Links {
    confirm: None,
    cancel: None,
    reschedule: None,
    unsubscribe: None,
    calendar: None,
};

fn all_links() -> Links {
    let link = |name: &str| Some(format!("https://clinic.example/{name}/q3Jx0eB2mT8uVw9Z"));
    Links {
        confirm: link("c"),
        cancel: link("x"),
        reschedule: link("r"),
        unsubscribe: link("u"),
        calendar: link("i"),
    }
}

fn at(text: &str) -> Instant {
    chrono::DateTime::parse_from_rfc3339(text)
        .unwrap()
        .timestamp_millis()
}

#[track_caller]
fn email(appointment: &Appointment, sender: &Sender) -> Email {
    email_with(appointment, sender, &NO_LINKS)
}

#[track_caller]
fn email_with(appointment: &Appointment, sender: &Sender, links: &Links) -> Email {
    let rendered = render(appointment, "P1D", Channel::Email, sender, &policy(), links).unwrap();
    match rendered.message {
        Message::Email(email) => email,
        Message::Sms(_) => panic!("an SMS, and an email was asked for"),
    }
}

#[track_caller]
fn sms(appointment: &Appointment, sender: &Sender) -> Sms {
    sms_with(appointment, sender, &NO_LINKS)
}

#[track_caller]
fn sms_with(appointment: &Appointment, sender: &Sender, links: &Links) -> Sms {
    let rendered = render(appointment, "P1D", Channel::Sms, sender, &policy(), links).unwrap();
    match rendered.message {
        Message::Sms(sms) => sms,
        Message::Email(_) => panic!("an email, and an SMS was asked for"),
    }
}

/// The clinic's accents are worth less than a segment, its quotes less than nothing.
#[test]
fn sms_in_the_gsm_alphabet() {
    let clinic = Sender {
        name: "Clínica “Núñez”".into(),
        phone: None,
    };
    let Sms { text, size } = sms(&appointment(), &clinic);
    expect![[r#"Clinica "Nuñez": appointment on Mon 1 Jun 2026, 09:00 (Berlin time). Reply STOP to opt out."#]].assert_eq(&text);
    assert_eq!((size.encoding, size.segments), (SmsEncoding::Gsm7, 1));
}

#[test]
fn sms_of_ordinary_lengths_is_one_segment() {
    let clinic = Sender {
        name: "Saint Bartholomew Family Practice LLC".into(),
        phone: Some("+49 (30) 1234-5678".into()),
    };
    for zone in [
        "Europe/Berlin",
        "America/New_York",
        "America/Argentina/Buenos_Aires",
    ] {
        let late = Appointment {
            start_at: Some(1_790_772_000_000), // Wed 30 Sep 2026
            time_zone: Some(zone.into()),
            ..appointment()
        };
        let Sms { text, size } = sms(&late, &clinic);
        assert_eq!(
            (size.encoding, size.segments),
            (SmsEncoding::Gsm7, 1),
            "{text}"
        );
    }
}

#[test]
fn what_is_private_stays_so() {
    let clinic = sender(Some("030 1234567"));
    let Email {
        subject,
        text,
        html,
    } = email(&appointment(), &clinic);
    let Sms { text: sms, .. } = sms(&appointment(), &clinic);
    for on_a_locked_screen in [&subject, &sms] {
        assert!(
            !on_a_locked_screen.contains("Dental"),
            "{on_a_locked_screen}"
        );
        assert!(
            !on_a_locked_screen.contains("Lovelace"),
            "{on_a_locked_screen}"
        );
    }
    for anywhere in [&subject, &sms, &text, &html] {
        assert!(
            !anywhere.contains("needles") && !anywhere.contains("Babbage"),
            "{anywhere}"
        );
    }
}

/// The same refusal for every channel.
#[track_caller]
fn refused(appointment: &Appointment, sender: &Sender, expected: &str) {
    for channel in [Channel::Email, Channel::Sms] {
        let error = render(appointment, "P1D", channel, sender, &policy(), &NO_LINKS).unwrap_err();
        assert_eq!(error, expected);
    }
}

#[test]
fn refusals() {
    let clinic = sender(None);
    let startless = Appointment {
        start_at: None,
        ..appointment()
    };
    refused(&startless, &clinic, "the appointment has no start");
    let remote = Appointment {
        start_at: Some(i64::MAX),
        ..appointment()
    };
    refused(
        &remote,
        &clinic,
        "the appointment's start is outside the calendar",
    );
    let nowhere = Appointment {
        time_zone: Some("Middle-earth".into()),
        ..appointment()
    };
    refused(&nowhere, &clinic, r#""Middle-earth" is no IANA time zone"#);
    refused(
        &appointment(),
        &Sender {
            name: " \n".into(),
            phone: None,
        },
        "the sender has no name",
    );
}

#[test]
fn a_link_that_is_none_is_refused_and_not_quoted() {
    for link in [
        "javascript:alert(1)",
        "clinic.example/c/secret",
        "https://clinic.example/\nBcc: x",
    ] {
        let links = Links {
            confirm: Some(link.into()),
            ..NO_LINKS
        };
        for channel in [Channel::Email, Channel::Sms] {
            let clinic = sender(None);
            let refused = render(&appointment(), "P1D", channel, &clinic, &policy(), &links);
            assert_eq!(refused.unwrap_err(), "a link is no web address");
        }
    }
}

#[test]
fn the_template_is_named() {
    for (locale, expected) in [
        (None, "reminder/en@"),
        (Some("fr-CA"), "reminder/fr@"),
        (Some("es"), "reminder/es@"),
        (Some("pt"), "reminder/en@"),
    ] {
        let appointment = Appointment {
            locale: locale.map(Into::into),
            ..appointment()
        };
        for channel in [Channel::Email, Channel::Sms] {
            let clinic = sender(None);
            let rendered =
                render(&appointment, "P1D", channel, &clinic, &policy(), &NO_LINKS).unwrap();
            let version = rendered.template.strip_prefix(expected).unwrap();
            assert!(version.parse::<u32>().is_ok_and(|version| version > 0));
        }
    }
}

proptest! {
    /// Whatever a clinic writes, a message comes of it, the subject is one line and no markup survives.
    #[test]
    fn any_text_renders(name in ".{0,120}", service in "(?s).{0,200}", clinic in "[a-z].{0,120}", phone in "(?s).{0,60}", start in any::<i64>()) {
        let appointment = Appointment {
            customer_name: Some(name),
            service: Some(service),
            start_at: Some(start % 250_000_000_000_000),
            ..appointment()
        };
        let sender = Sender { name: clinic, phone: Some(phone) };
        let plain = email(&self::appointment(), &self::sender(Some("030 1234567")));
        let email = email(&appointment, &sender);
        prop_assert!(!email.subject.contains(|character: char| character.is_control()));
        prop_assert!(email.html.matches('<').count() <= plain.html.matches('<').count());
        let sms = sms(&appointment, &sender);
        prop_assert_eq!(crate::sms::measure(&sms.text), sms.size);
        prop_assert!(sms.text.ends_with("Reply STOP to opt out."));
    }
}
