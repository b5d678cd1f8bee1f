//! What Azure Communication Services tells through Event Grid.

use super::event_grid::{Event, text};
use super::{News, Reply, Told, Wish, address, is_carriers_stop, number};
use crate::core::{Channel, Reason, delivering::Receipt};
use crate::senders::acs::NAME;

/// What the code of a failed text says: the reason, and whether the number is good for nothing more.
const CODES: &[(u32, Reason, bool)] = &[
    (4000, Reason::ProviderRejected, false),
    (4001, Reason::ProviderMisconfigured, false),
    (4002, Reason::PhoneInvalid, true),
    (4003, Reason::ProviderRejected, false),
    (4004, Reason::PhoneInvalid, true),
    (4005, Reason::ProviderRejected, false),
    (4007, Reason::OptedOut, true),
    (4009, Reason::ProviderMisconfigured, false),
    (4010, Reason::ProviderMisconfigured, false),
];

/// The carrier gives no reports: perhaps it arrived.
const NO_REPORT: u32 = 5002;

/// What the word of an email says, in lower case. Any other is a failure too.
const EMAIL: &[(&str, Receipt, bool)] = &[
    ("delivered", Receipt::Delivered, false),
    // Still on its way.
    ("expanded", Receipt::Sent, false),
    ("bounced", Receipt::Failed(Reason::Undeliverable), true),
    (
        "suppressed",
        Receipt::Failed(Reason::AddressSuppressed),
        true,
    ),
    (
        "filteredspam",
        Receipt::Failed(Reason::ProviderRejected),
        false,
    ),
    (
        "quarantined",
        Receipt::Failed(Reason::ProviderRejected),
        false,
    ),
];

/// Reads an event.
pub fn read(event: &Event) -> News {
    match event.kind.to_ascii_lowercase().as_str() {
        "microsoft.communication.smsdeliveryreportreceived" => text_report(event),
        "microsoft.communication.emaildeliveryreportreceived" => email_report(event),
        "microsoft.communication.smsreceived" => reply(event),
        _ => News::Nothing,
    }
}

fn text_report(event: &Event) -> News {
    let data = &event.data;
    let status = text(data, "deliveryStatus").unwrap_or_default();
    let details = text(data, "deliveryStatusDetails").unwrap_or_default();
    let code = code(details);
    let known = CODES.iter().find(|(known, ..)| Some(*known) == code);
    let (receipt, suppress) = match (status.to_ascii_lowercase().as_str(), known) {
        ("delivered", _) => (Receipt::Delivered, false),
        _ if code == Some(NO_REPORT) => (Receipt::Sent, false),
        (_, Some((_, reason, suppress))) => (Receipt::Failed(*reason), *suppress),
        (_, None) => (Receipt::Failed(Reason::Undeliverable), false),
    };
    let to = text(data, "to").and_then(number);
    let why = match receipt {
        Receipt::Failed(Reason::OptedOut) => Reason::OptedOut,
        _ => Reason::AddressSuppressed,
    };
    let error = match code {
        Some(code) => format!("acs: not delivered, code {code}"),
        None => "acs: not delivered".to_owned(),
    };
    News::Message(Told {
        provider: NAME,
        channel: Channel::Sms,
        notification: text(data, "tag").map(str::to_owned),
        provider_message_id: text(data, "messageId").map(str::to_owned),
        receipt: Some(receipt),
        error: matches!(receipt, Receipt::Failed(_)).then_some(error),
        wish: to.filter(|_| suppress).map(|to| Wish::Suppress(to, why)),
    })
}

fn email_report(event: &Event) -> News {
    let data = &event.data;
    let status = text(data, "status")
        .unwrap_or_default()
        .to_ascii_lowercase();
    let known = EMAIL.iter().find(|(known, ..)| *known == status);
    let (word, receipt, suppress) = known.map_or(
        ("failed", Receipt::Failed(Reason::Undeliverable), false),
        |known| *known,
    );
    let id = text(data, "messageId").map(str::to_owned);
    let recipient = text(data, "recipient").and_then(address);
    let wish = recipient
        .filter(|_| suppress)
        .map(|address| Wish::Suppress(address, Reason::AddressSuppressed));
    News::Message(Told {
        provider: NAME,
        channel: Channel::Email,
        // The operation's id is the notification's own, but for a sending that staff ordered anew.
        notification: id.clone(),
        provider_message_id: id,
        receipt: Some(receipt),
        error: matches!(receipt, Receipt::Failed(_)).then(|| format!("acs: {word}")),
        wish,
    })
}

fn reply(event: &Event) -> News {
    let data = &event.data;
    let (Some(from), Some(message)) = (text(data, "from").and_then(number), text(data, "message"))
    else {
        return News::Nothing;
    };
    let id = text(data, "messageId").unwrap_or(&event.id);
    News::Reply(Reply {
        provider: NAME,
        from,
        message_id: id.to_owned(),
        text: message.to_owned(),
        answered: is_carriers_stop(message),
    })
}

/// The first number of four digits.
fn code(details: &str) -> Option<u32> {
    let words = details.split(|letter: char| !letter.is_ascii_digit());
    words
        .filter(|word| word.len() == 4)
        .find_map(|word| word.parse().ok())
}
