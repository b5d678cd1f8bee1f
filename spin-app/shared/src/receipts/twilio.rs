//! Twilio's status callbacks and incoming texts. Both come to the same route.

use super::{News, Reply, Told, Wish, is_carriers_stop, number};
use crate::core::{Channel, Reason, delivering::Receipt};
use crate::senders::twilio::NAME;

/// The statuses that say something. The others are on the way to one of these.
const STATUSES: &[(&str, Receipt)] = &[
    ("sent", Receipt::Sent),
    ("delivered", Receipt::Delivered),
    // WhatsApp's word; it includes arrival.
    ("read", Receipt::Delivered),
    ("undelivered", Receipt::Failed(Reason::Undeliverable)),
    ("failed", Receipt::Failed(Reason::Undeliverable)),
    ("canceled", Receipt::Failed(Reason::ProviderRejected)),
];

/// What the code of a failure adds: the reason, and whether the number is good for nothing more.
const CODES: &[(u32, Reason, bool)] = &[
    (21610, Reason::OptedOut, true),
    (30002, Reason::ProviderMisconfigured, false),
    // Blocked by carrier or recipient.
    (30004, Reason::ProviderRejected, false),
    // Unknown or dead; a landline or a carrier out of reach.
    (30005, Reason::PhoneInvalid, true),
    (30006, Reason::PhoneInvalid, true),
    // Taken for spam.
    (30007, Reason::ProviderRejected, false),
    // The sender is not registered.
    (30032, Reason::ProviderMisconfigured, false),
    (30034, Reason::ProviderMisconfigured, false),
];

/// Reads the parameters. `notification` is what our own callback URL says.
pub fn read(form: &[(String, String)], notification: Option<&str>) -> News {
    let value = |name: &str| {
        let found = form.iter().find(|(known, _)| known == name);
        found
            .map(|(_, value)| value.as_str())
            .filter(|value| !value.is_empty())
    };
    let status = value("MessageStatus")
        .or(value("SmsStatus"))
        .unwrap_or_default();
    if matches!(status, "received" | "receiving") || (status.is_empty() && value("Body").is_some())
    {
        return reply(&value);
    }
    let Some((_, receipt)) = STATUSES.iter().find(|(known, _)| *known == status) else {
        return News::Nothing;
    };
    let code: Option<u32> = value("ErrorCode").and_then(|code| code.parse().ok());
    let known = CODES.iter().find(|(known, ..)| Some(*known) == code);
    let failed = matches!(receipt, Receipt::Failed(_));
    let receipt = match known {
        Some((_, reason, _)) if failed => Receipt::Failed(*reason),
        _ => *receipt,
    };
    let wish = match known {
        Some((_, reason, true)) if failed => {
            let why = match reason {
                Reason::OptedOut => Reason::OptedOut,
                _ => Reason::AddressSuppressed,
            };
            let to = value("To").and_then(number);
            to.map(|to| Wish::Suppress(to, why))
        }
        _ => None,
    };
    let error = match code {
        Some(code) => format!("twilio: {status}, code {code}"),
        None => format!("twilio: {status}"),
    };
    News::Message(Told {
        provider: NAME,
        channel: Channel::Sms,
        notification: notification.map(str::to_owned),
        provider_message_id: value("MessageSid").or(value("SmsSid")).map(str::to_owned),
        receipt: Some(receipt),
        error: failed.then_some(error),
        wish,
    })
}

fn reply<'a>(value: &impl Fn(&str) -> Option<&'a str>) -> News {
    let (Some(from), Some(id)) = (value("From").and_then(number), value("MessageSid")) else {
        return News::Nothing;
    };
    let text = value("Body").unwrap_or_default();
    News::Reply(Reply {
        provider: NAME,
        from,
        message_id: id.to_owned(),
        text: text.to_owned(),
        // Advanced Opt-Out tells what it took a text for, and has answered it.
        answered: value("OptOutType").is_some() || is_carriers_stop(text),
    })
}
