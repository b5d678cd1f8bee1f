//! A notification's name: UUID version 5 (RFC 9562 section 5.5) of appointment, step, channel and start.
//!
//! The appointment's own id is the name space and the name is plain text, so that any script can compute it:
//! `uuid.uuid5(appointment, "P1D/email/2026-06-01T09:00:00Z")`. There is no counter in it: the same demand
//! always finds the same row, and that is what makes every event repeatable.

use uuid::Uuid;

use crate::time::rfc3339;
use crate::types::{Channel, Instant};

/// See the WIT function `notification-id`. None when `appointment` is no GUID or `start_at` no date.
pub fn notification_id(
    appointment: &str,
    step: &str,
    channel: Channel,
    start_at: Instant,
) -> Option<String> {
    let appointment = Uuid::try_parse(appointment).ok()?;
    Some(name(&appointment, step, channel, &rfc3339(start_at)?))
}

/// The same with its parts already at hand; `start` is RFC 3339 in UTC to the second.
pub(crate) fn name(appointment: &Uuid, step: &str, channel: Channel, start: &str) -> String {
    let mut text = String::with_capacity(48);
    for part in [step, "/", channel_code(channel), "/", start] {
        text.push_str(part);
    }
    let id = Uuid::new_v5(appointment, text.as_bytes());
    let mut buffer = Uuid::encode_buffer();
    id.hyphenated().encode_lower(&mut buffer).to_owned()
}

/// The channel's name outside.
pub fn channel_code(channel: Channel) -> &'static str {
    match channel {
        Channel::Email => "email",
        Channel::Sms => "sms",
    }
}
