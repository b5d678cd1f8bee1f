//! The suite of the sender port.

pub mod faults;
pub mod provider;
pub mod providers;
pub mod send;

use std::cell::Cell;

use punctual_app::core::rendering::{Email, Message, Sms, SmsEncoding, SmsSize};
use punctual_app::core::{Channel, Instant};
use punctual_app::senders::{Asked, Found, Outgoing, Pace, Sender, Sent};

use provider::Provider;

/// How a provider is asked for a message whose answer was lost.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Finds {
    /// It knows it by our id.
    Itself,
    /// It knows what the person got.
    AmongOthers,
    /// It knows a repetition.
    ByRepeating,
    /// It cannot be asked.
    Never,
}

/// A provider that was never used and that takes what it gets.
pub trait Post {
    /// What it sends.
    const CHANNELS: &'static [Channel];
    /// How it is asked.
    const FINDS: Finds;

    /// The adapter.
    fn sender(&self) -> impl Sender;

    /// How many messages of a notification the provider took.
    fn taken(&self, notification: &str) -> usize;
}

/// One that is reached over HTTP.
pub trait Remote: Post {
    /// The provider at the other end.
    fn provider(&self) -> &Provider;
}

/// 2026-01-01T00:00:00Z.
pub const NOW: Instant = 1_767_225_600_000;

/// Sends with a clock that stands still.
pub async fn send(sender: &impl Sender, messages: &[Outgoing]) -> Vec<Sent> {
    let pace = Pace {
        clock: &|| NOW,
        begin_by: NOW,
    };
    let sent = sender.send(messages, &pace).await;
    assert_eq!(sent.len(), messages.len());
    sent
}

/// Sends with a clock that moves by `step_ms` each time that it is looked at.
pub async fn send_while(sender: &impl Sender, messages: &[Outgoing], step_ms: i64) -> Vec<Sent> {
    let now = Cell::new(NOW - step_ms);
    let clock = || {
        now.set(now.get() + step_ms);
        now.get()
    };
    let pace = Pace {
        clock: &clock,
        begin_by: NOW + 20_000,
    };
    sender.send(messages, &pace).await
}

/// Asks a minute later.
pub async fn find(sender: &impl Sender, message: &Outgoing) -> Found {
    let text = match &message.message {
        Message::Sms(sms) => Some(sms.text.clone()),
        Message::Email(_) => None,
    };
    let asked = Asked {
        notification_id: message.notification_id.clone(),
        repeat_id: message.repeat_id.clone(),
        recipient: Some(message.recipient.clone()),
        text,
        first_attempt_at: NOW,
        quiet_since: NOW,
        now: NOW + 60_000,
    };
    sender.find(&asked).await
}

/// A notification's id that ends in this number.
pub fn id(number: u32) -> String {
    format!("6f9619ff-8b86-5011-b42d-{number:012}")
}

pub fn message(channel: Channel, number: u32) -> Outgoing {
    let message = match channel {
        Channel::Email => Message::Email(Email {
            subject: "Zoë’s \"check-up\"".to_owned(),
            text: "预约 🦷\n'; --".to_owned(),
            html: "<p>\\</p>".to_owned(),
        }),
        Channel::Sms => Message::Sms(Sms {
            text: format!("Hi & bye + {number} é"),
            size: SmsSize {
                encoding: SmsEncoding::Gsm7,
                segments: 1,
                units: 2,
            },
        }),
    };
    let recipient = match channel {
        Channel::Email => "zoe@example.com",
        Channel::Sms => "+12025550114",
    };
    Outgoing {
        notification_id: id(number),
        appointment_id: "appointment".to_owned(),
        step: "P1D".to_owned(),
        channel,
        recipient: recipient.to_owned(),
        attempt: 1,
        repeat_id: id(number),
        first_attempt_at: NOW,
        start_at: NOW + 86_400_000,
        only: None,
        trace: None,
        message,
        unsubscribe_url: None,
        calendar: None,
    }
}

/// All cases, over a fresh subject each.
macro_rules! suite {
    ($subject:expr) => {
        crate::conformance! { $subject; sender {
            send {
                each_message_is_taken_under_an_id_of_its_own,
                what_was_never_sent_is_surely_not_there,
                a_second_attempt_is_a_second_message_unless_repetitions_are_known,
                nothing_to_send_sends_nothing,
            }
        } }
    };
}
pub(crate) use suite;

/// The cases of those that are reached over HTTP.
macro_rules! remote_suite {
    ($subject:expr) => {
        mod remote {
            crate::conformance! { $subject; sender {
                faults {
                    who_refuses_us_is_not_asked_again_for_the_rest,
                    too_many_requests_wait_as_long_as_wished,
                    what_did_not_leave_was_not_taken,
                    a_lost_answer_says_nothing,
                    a_message_that_is_refused_takes_no_other_along,
                    no_call_begins_too_late,
                    no_call_begins_after_the_appointment,
                    so_many_at_once_and_no_more,
                    no_error_names_anybody,
                }
            } }
        }
    };
}
pub(crate) use remote_suite;
