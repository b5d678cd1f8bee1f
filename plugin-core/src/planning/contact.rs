//! Whether a reminder has somewhere to go, and may go there.

use crate::intake::{is_e164, is_email};
use crate::types::{Appointment, Blocks, Channel, Reason};

/// The reason why `channel` cannot reach the person or must not, if there is one.
pub fn check(appointment: &Appointment, blocks: &Blocks, channel: Channel) -> Option<Reason> {
    match channel {
        Channel::Email => match appointment.email.as_deref() {
            None | Some("") => Some(Reason::NoEmail),
            Some(address) if !is_email(address) => Some(Reason::EmailInvalid),
            Some(_) => blocks.email,
        },
        Channel::Sms => match appointment.phone.as_deref() {
            None | Some("") => Some(Reason::NoPhone),
            Some(number) if !is_e164(number) => Some(Reason::PhoneInvalid),
            Some(_) => blocks.sms,
        },
    }
}
