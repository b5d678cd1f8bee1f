//! The words that reach a person.
//!
//! A message says when the appointment is and never how long it is until then: a reminder that comes late
//! is then still true. An SMS, which lies open on a locked screen, leaves out what the person comes for;
//! the email's subject does too.

mod clean;
mod english;
mod languages;
mod templates;
mod words;
mod zone;

#[cfg(test)]
mod tests;

use crate::contract::exports::punctual::reminders::rendering::{Email, Message, Sender, Sms};
use crate::sms;
use crate::types::{Appointment, Channel, Policy};
use words::Words;

/// Renders the reminder of one step. HTML is escaped; times are in the appointment's zone, named.
///
/// The language is the first that there are templates for: the appointment's locale, its language without
/// region, the policy's default locale likewise, English.
///
/// # Errors
///
/// A sentence for operators, where the appointment has no start, its zone is no IANA name, or the sender
/// has no name. None of them mends itself by trying again.
pub fn render(
    appointment: &Appointment,
    step: &str,
    channel: Channel,
    sender: &Sender,
    policy: &Policy,
) -> Result<Message, String> {
    let choice = languages::choose(appointment.locale.as_deref(), &policy.default_locale);
    let words = Words::new(appointment, step, sender, policy, &choice)?;
    let part = |name| templates::render(choice.language.tag, "reminder", name, &words);
    Ok(match channel {
        Channel::Email => Message::Email(Email {
            // A line break would end the header; `clean` has seen the values, this sees the template.
            subject: clean::line(&part("subject.txt")?, usize::MAX),
            text: part("email.txt")?,
            html: part("email.html")?,
        }),
        Channel::Sms => {
            let text = sms::fold(&part("sms.txt")?);
            let size = sms::measure(&text);
            Message::Sms(Sms { text, size })
        }
    })
}
