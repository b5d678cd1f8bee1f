//! Whether a reminder has somewhere to go.

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

/// A plausible mailbox: one `@`, something before it, a dotted domain after it, nothing that could end a
/// header line. The full grammar of RFC 5321 accepts much that no clinic means.
pub(crate) fn is_email(text: &str) -> bool {
    let Some((local, domain)) = text.split_once('@') else {
        return false;
    };
    let labels_fill_the_domain = domain
        .split('.')
        .all(|label| !label.is_empty() && !label.starts_with('-') && !label.ends_with('-'));
    text.len() <= 254
        && !local.is_empty()
        && local.len() <= 64
        && domain.contains('.')
        && labels_fill_the_domain
        && !domain.contains('@')
        && !text
            .chars()
            .any(|c| c.is_whitespace() || c.is_control() || "<>()[],;:\\\"".contains(c))
}

/// E.164 as providers take it: `+`, then 7 to 15 digits, the first not 0.
pub(crate) fn is_e164(text: &str) -> bool {
    text.strip_prefix('+').is_some_and(|digits| {
        (7..=15).contains(&digits.len())
            && !digits.starts_with('0')
            && digits.bytes().all(|byte| byte.is_ascii_digit())
    })
}
