//! The words that reach a person.
//!
//! A message says when the appointment is and never how long it is until then: a reminder that comes late
//! is then still true. An SMS, which lies open on a locked screen, leaves out what the person comes for;
//! the email's subject does too.

mod calendar;
mod clean;
mod english;
mod french;
mod german;
mod languages;
mod spanish;
mod styles;
mod templates;
mod words;
mod zone;

#[cfg(test)]
mod tests;

use crate::contract::exports::punctual::reminders::rendering::{
    Email, Links, Message, Rendered, Sender, Sms,
};
use crate::sms;
use crate::types::{Appointment, Channel, Policy};
pub use calendar::calendar;
use words::Words;

/// Renders the reminder of one step. HTML is escaped; times are in the appointment's zone, named.
///
/// The language is the first that there are templates for: the appointment's locale, its language without
/// region, the policy's default locale likewise, English.
///
/// # Errors
///
/// A sentence for operators, where the appointment has no start, its zone is no IANA name, the sender
/// has no name, or a link is no web address. None of them mends itself by trying again.
pub fn render(
    appointment: &Appointment,
    step: &str,
    channel: Channel,
    sender: &Sender,
    policy: &Policy,
    links: &Links,
) -> Result<Rendered, String> {
    let choice = languages::choose(appointment.locale.as_deref(), &policy.default_locale);
    let mut words = Words::new(appointment, step, sender, policy, links, &choice)?;
    let templates = &choice.language.templates;
    let message = match channel {
        Channel::Email => {
            let subject = templates.render("reminder/subject.txt", &words)?;
            // A line break would end the header; `clean` has seen the values, this sees the template.
            words.title = clean::line(&subject, usize::MAX);
            Message::Email(Email {
                text: templates.render("reminder/body.txt", &words)?,
                html: templates.render_page("reminder/body.html", &words)?,
                subject: words.title,
            })
        }
        Channel::Sms => Message::Sms(text_message(&templates.render("reminder/sms.txt", &words)?)),
    };
    Ok(Rendered {
        message,
        template: templates.version("reminder"),
    })
}

/// See the WIT function `render-stopped`.
///
/// # Errors
///
/// A sentence for operators, where the sender has no name.
pub fn render_stopped(
    locale: Option<&str>,
    sender: &Sender,
    policy: &Policy,
) -> Result<Rendered, String> {
    let templates = &languages::choose(locale, &policy.default_locale)
        .language
        .templates;
    let text = templates.render("stopped/sms.txt", &Words::of_clinic(sender)?)?;
    Ok(Rendered {
        message: Message::Sms(text_message(&text)),
        template: templates.version("stopped"),
    })
}

fn text_message(text: &str) -> Sms {
    let text = sms::fold(text);
    let size = sms::measure(&text);
    Sms { text, size }
}
