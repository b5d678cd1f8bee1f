//! Whether a reminder has somewhere to go.

use crate::intake::{is_e164, is_email};
use crate::types::{Appointment, Channel, Reason};

/// The reason why `channel` cannot reach the person, if there is one.
pub fn check(appointment: &Appointment, channel: Channel) -> Option<Reason> {
    match channel {
        Channel::Email => match appointment.email.as_deref() {
            None | Some("") => Some(Reason::NoEmail),
            Some(address) => (!is_email(address)).then_some(Reason::EmailInvalid),
        },
        Channel::Sms => match appointment.phone.as_deref() {
            None | Some("") => Some(Reason::NoPhone),
            Some(number) => (!is_e164(number)).then_some(Reason::PhoneInvalid),
        },
    }
}
