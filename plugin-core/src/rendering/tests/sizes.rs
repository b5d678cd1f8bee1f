//! What a text costs. A template that makes texts of more than two segments is found here, when it is built, and not on
//! the carrier's bill.

use super::*;
use crate::rendering::languages::LANGUAGES;

/// A clinic's name and number, and a link, as long as they are in practice.
fn long_clinic() -> (Sender, Links) {
    let clinic = Sender {
        name: "Saint Bartholomew Family Practice LLC".into(),
        phone: Some("+49 (30) 1234-5678".into()),
    };
    let links = Links {
        confirm: Some(format!(
            "https://reminders.clinic.example/c/{}",
            "q3Jx0eB2mT8uVw9Z".repeat(2)
        )),
        ..NO_LINKS
    };
    (clinic, links)
}

/// The longest dates and the longest places.
fn every_text(tag: &str, clinic: &Sender, links: &Links) -> Vec<Sms> {
    let mut all = Vec::new();
    for start in [
        "2026-09-30T12:30:00Z",
        "2026-08-26T22:45:00Z",
        "2026-02-14T23:59:00Z",
    ] {
        for zone in [
            "America/Argentina/Buenos_Aires",
            "America/Mexico_City",
            "Europe/Amsterdam",
            "America/Los_Angeles",
        ] {
            let appointment = Appointment {
                start_at: Some(at(start)),
                time_zone: Some(zone.into()),
                locale: Some(tag.into()),
                ..appointment()
            };
            all.push(sms_with(&appointment, clinic, links));
        }
    }
    all
}

#[track_caller]
fn at_most(segments: u32, tag: &str, texts: Vec<Sms>) {
    for Sms { text, size } in texts {
        assert!(
            size.segments <= segments,
            "templates/{tag}/reminder/sms.txt makes a text of {} segments where {segments} are enough; shorten it: {text}",
            size.segments
        );
    }
}

#[test]
fn a_text_of_ordinary_length_is_at_most_two_segments() {
    let (clinic, links) = long_clinic();
    for language in &LANGUAGES {
        for region in ["", "-US", "-MX", "-CA", "-AT"] {
            let tag = format!("{}{region}", language.tag);
            at_most(2, language.tag, every_text(&tag, &clinic, &links));
        }
    }
}

/// Without a link, one is enough: the letters that the alphabet lacks ("août", "sáb", "México") never cost a second one.
#[test]
fn a_text_without_a_link_is_one_segment() {
    let clinic = Sender {
        name: "Clínica Ortopédica Núñez".into(),
        phone: Some("+49 30 1234567".into()),
    };
    for language in &LANGUAGES {
        at_most(
            1,
            language.tag,
            every_text(language.tag, &clinic, &NO_LINKS),
        );
    }
}
