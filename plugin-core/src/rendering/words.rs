//! What a template may say.

use chrono_tz::Tz;
use serde::Serialize;

use super::{clean, languages::Choice};
use crate::contract::exports::punctual::reminders::rendering::{Links, Sender};
use crate::time;
use crate::types::{Appointment, Policy};

/// Longest name of a person or a clinic, in characters.
const NAME_MAX: usize = 80;
/// Longest service, in characters.
const SERVICE_MAX: usize = 160;
/// Longest telephone number as it is shown, in characters.
const PHONE_MAX: usize = 40;

/// Every variable of a template. Texts are single lines; notes and resource are not for the person's eyes.
#[derive(Default, Serialize)]
pub struct Words {
    /// Tag of the template's language, for `lang`.
    pub language: &'static str,
    /// The subject, for the head of a page; empty anywhere else.
    pub title: String,
    /// The step that this reminder is of: `P1D`.
    pub step: String,
    /// The clinic's name.
    pub clinic: String,
    /// A number to call, as people write it.
    pub phone: Option<String>,
    /// The same for a `tel:` link.
    pub phone_link: Option<String>,
    /// The person's name.
    pub name: Option<String>,
    /// What the person comes for.
    pub service: Option<String>,
    /// `Monday, 1 June 2026`
    pub date: String,
    /// `Mon 1 Jun 2026`
    pub short_date: String,
    /// `09:00`
    pub time: String,
    /// Where that is the time: `Berlin time`.
    pub zone: String,
    /// Where to confirm the appointment.
    pub confirm: Option<String>,
    /// Where to cancel it.
    pub cancel: Option<String>,
    /// Where to choose another time.
    pub reschedule: Option<String>,
    /// Where to end these messages.
    pub unsubscribe: Option<String>,
    /// Where the appointment is as a calendar file.
    pub calendar: Option<String>,
}

impl Words {
    /// The words of a message that is about no one's appointment: clinic and phone; the others are empty.
    pub fn of_clinic(sender: &Sender) -> Result<Self, String> {
        Ok(Self {
            clinic: clean::optional(Some(&sender.name), NAME_MAX)
                .ok_or("the sender has no name")?,
            phone: clean::optional(sender.phone.as_deref(), PHONE_MAX),
            ..Self::default()
        })
    }

    /// Gathers the words for one appointment, or says which cannot be had.
    pub fn new(
        appointment: &Appointment,
        step: &str,
        sender: &Sender,
        policy: &Policy,
        links: &Links,
        choice: &Choice,
    ) -> Result<Self, String> {
        let start = appointment.start_at.ok_or("the appointment has no start")?;
        let name = appointment
            .time_zone
            .as_deref()
            .unwrap_or(&policy.default_time_zone);
        let zone: Tz = name
            .trim()
            .parse()
            .map_err(|_| format!("{name:?} is no IANA time zone"))?;
        let start = time::utc(start).ok_or("the appointment's start is outside the calendar")?;
        let when = (choice.language.when)(&start.with_timezone(&zone), &choice.tag);
        let Self { clinic, phone, .. } = Self::of_clinic(sender)?;
        Ok(Self {
            language: choice.language.tag,
            title: String::new(),
            step: clean::line(step, NAME_MAX),
            clinic,
            phone_link: phone.as_deref().and_then(clean::phone_link),
            phone,
            name: clean::optional(appointment.customer_name.as_deref(), NAME_MAX),
            service: clean::optional(appointment.service.as_deref(), SERVICE_MAX),
            date: when.date,
            short_date: when.short_date,
            time: when.time,
            zone: when.zone,
            confirm: link(&links.confirm)?,
            cancel: link(&links.cancel)?,
            reschedule: link(&links.reschedule)?,
            unsubscribe: link(&links.unsubscribe)?,
            calendar: link(&links.calendar)?,
        })
    }
}

/// The error does not quote the address: whoever has it may act for the person.
fn link(address: &Option<String>) -> Result<Option<String>, String> {
    match address.as_deref() {
        None => Ok(None),
        Some(address) if clean::is_web_address(address) => Ok(Some(address.to_owned())),
        Some(_) => Err("a link is no web address".to_owned()),
    }
}
