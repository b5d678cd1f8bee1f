//! The appointment as an iCalendar object, RFC 5545.

use super::{clean, languages, words::Words};
use crate::contract::exports::punctual::reminders::rendering::Sender;
use crate::planning::ends_reminders;
use crate::time::rfc3339;
use crate::types::{Appointment, Instant, Policy};

/// Octets in a line, without its end (section 3.1).
const LINE_OCTETS_MAX: usize = 75;
/// Longest identifier that is taken over, in characters; a GUID has 36.
const UID_MAX: usize = 64;

const BEGIN: &str = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Punctual//Reminders//EN\r\nMETHOD:PUBLISH\r\nBEGIN:VEVENT\r\n";
const END: &str = "CLASS:PRIVATE\r\nSTATUS:CONFIRMED\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n";

/// See the WIT function `calendar`.
pub fn calendar(
    appointment: &Appointment,
    sender: &Sender,
    policy: &Policy,
    now: Instant,
) -> Option<String> {
    if ends_reminders(appointment.status).is_some() {
        return None;
    }
    let start_at = appointment.start_at?;
    let clinic = Words::of_clinic(sender).ok()?;
    let choice = languages::choose(appointment.locale.as_deref(), &policy.default_locale);
    let words = |name| choice.language.templates.render(name, &clinic).ok();

    let mut object = Object::default();
    object.0.push_str(BEGIN);
    object.text("UID", &clean::line(&appointment.id, UID_MAX));
    object.line("DTSTAMP", &stamp(now)?);
    // Calendars take the greater number for the newer one. Minutes, because it is a signed number of 32 bits.
    object.line("SEQUENCE", &now.div_euclid(60_000).max(0).to_string());
    object.line("DTSTART", &stamp(start_at)?);
    if let Some(end_at) = appointment.end_at.filter(|&end_at| end_at > start_at) {
        object.line("DTEND", &stamp(end_at)?);
    }
    object.text("SUMMARY", &words("calendar/summary.txt")?);
    if clinic.phone.is_some() {
        object.text("DESCRIPTION", &words("calendar/description.txt")?);
    }
    object.0.push_str(END);
    Some(object.0)
}

/// `20260601T090000Z`; none outside the years 0 to 9999, which is all that the form can say.
fn stamp(at: Instant) -> Option<String> {
    let text = rfc3339(at).filter(|text| !text.starts_with('-'))?;
    Some(text.replace(['-', ':'], ""))
}

/// Content lines, folded and ended as section 3.1 demands.
#[derive(Default)]
struct Object(String);

impl Object {
    fn line(&mut self, name: &str, value: &str) {
        let mut used = 0;
        for character in name.chars().chain([':']).chain(value.chars()) {
            // A character of several octets is never divided, though the rule would allow it: many readers would not.
            if used + character.len_utf8() > LINE_OCTETS_MAX {
                self.0.push_str("\r\n ");
                used = 1;
            }
            self.0.push(character);
            used += character.len_utf8();
        }
        self.0.push_str("\r\n");
    }

    /// A value of type TEXT, escaped (section 3.3.11). Control characters were removed before.
    fn text(&mut self, name: &str, value: &str) {
        let mut escaped = String::with_capacity(value.len());
        for character in value.chars() {
            match character {
                '\n' => escaped.push_str("\\n"),
                '\\' | ';' | ',' => escaped.extend(['\\', character]),
                _ => escaped.push(character),
            }
        }
        self.line(name, &escaped);
    }
}
