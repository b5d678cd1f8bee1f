//! SendGrid's events.

use serde::Deserialize;

use super::{News, Told, Wish, address};
use crate::core::{Channel, Reason, delivering::Receipt};
use crate::senders::sendgrid::NAME;

#[derive(Deserialize)]
struct Event {
    #[serde(default)]
    event: String,
    email: Option<String>,
    #[serde(rename = "type")]
    kind: Option<String>,
    reason: Option<String>,
    status: Option<String>,
    sg_message_id: Option<String>,
    /// The custom argument that we gave along.
    notification_id: Option<String>,
}

/// What becomes of the address.
#[derive(Clone, Copy)]
enum Then {
    Nothing,
    Suppress(Reason),
    Lift,
}

/// Event, its type (none: any), what it tells of the message, and of the address.
type Line = (&'static str, Option<&'static str>, Option<Receipt>, Then);

const UNDELIVERABLE: Option<Receipt> = Some(Receipt::Failed(Reason::Undeliverable));

const EVENTS: &[Line] = &[
    ("processed", None, Some(Receipt::Sent), Then::Nothing),
    // SendGrid goes on trying for three days.
    ("deferred", None, None, Then::Nothing),
    ("delivered", None, Some(Receipt::Delivered), Then::Nothing),
    // Refused this time; the address may be good.
    ("bounce", Some("blocked"), UNDELIVERABLE, Then::Nothing),
    (
        "bounce",
        None,
        UNDELIVERABLE,
        Then::Suppress(Reason::AddressSuppressed),
    ),
    // It arrived, and was not welcome.
    (
        "spamreport",
        None,
        Some(Receipt::Delivered),
        Then::Suppress(Reason::AddressSuppressed),
    ),
    ("unsubscribe", None, None, Then::Suppress(Reason::OptedOut)),
    (
        "group_unsubscribe",
        None,
        None,
        Then::Suppress(Reason::OptedOut),
    ),
    ("group_resubscribe", None, None, Then::Lift),
];

/// SendGrid did not try: part of the reason that it gives, in lower case, and what that says.
const DROPPED: &[(&str, Reason, Then)] = &[
    (
        "unsubscribed",
        Reason::OptedOut,
        Then::Suppress(Reason::OptedOut),
    ),
    (
        "bounced",
        Reason::AddressSuppressed,
        Then::Suppress(Reason::AddressSuppressed),
    ),
    (
        "spam report",
        Reason::AddressSuppressed,
        Then::Suppress(Reason::AddressSuppressed),
    ),
    (
        "invalid",
        Reason::EmailInvalid,
        Then::Suppress(Reason::AddressSuppressed),
    ),
    ("", Reason::ProviderRejected, Then::Nothing),
];

/// Reads a body; none when it is no array of events. Events of kinds that do not matter are [`News::Nothing`].
pub fn read(body: &[u8]) -> Option<Vec<News>> {
    let events: Vec<Event> = serde_json::from_slice(body).ok()?;
    Some(events.into_iter().map(news).collect())
}

fn news(event: Event) -> News {
    let (receipt, then) = match event.event.as_str() {
        "dropped" => {
            let reason = event.reason.as_deref().unwrap_or_default().to_lowercase();
            let found = DROPPED.iter().find(|(part, ..)| reason.contains(part));
            let (reason, then) = found
                .map_or((Reason::ProviderRejected, Then::Nothing), |(_, r, t)| {
                    (*r, *t)
                });
            (Some(Receipt::Failed(reason)), then)
        }
        name => {
            let kind = event.kind.as_deref();
            let fits = |(known, of, ..): &&Line| *known == name && (of.is_none() || *of == kind);
            match EVENTS.iter().find(fits) {
                Some((_, _, receipt, then)) => (*receipt, *then),
                None => return News::Nothing,
            }
        }
    };
    let address = event.email.as_deref().and_then(address);
    let wish = match then {
        Then::Nothing => None,
        Then::Suppress(reason) => address.map(|address| Wish::Suppress(address, reason)),
        Then::Lift => address.map(Wish::Lift),
    };
    let failed = matches!(receipt, Some(Receipt::Failed(_)));
    News::Message(Told {
        provider: NAME,
        channel: Channel::Email,
        notification: event.notification_id,
        provider_message_id: event.sg_message_id,
        receipt,
        error: failed.then(|| error(&event.event, event.kind.as_deref(), event.status.as_deref())),
        wish,
    })
}

/// The event and the mail server's status code. Its prose quotes the address.
fn error(event: &str, kind: Option<&str>, status: Option<&str>) -> String {
    let code = |status: &&str| {
        status.len() <= 9
            && status
                .bytes()
                .all(|byte| byte.is_ascii_digit() || byte == b'.')
    };
    let what = if kind == Some("blocked") {
        "blocked"
    } else {
        event
    };
    match status.filter(code).filter(|status| !status.is_empty()) {
        Some(status) => format!("sendgrid: {what}, status {status}"),
        None => format!("sendgrid: {what}"),
    }
}
