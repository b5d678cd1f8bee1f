//! The suite of the sender port.

pub mod send;

use punctual_app::core::Instant;
use punctual_app::senders::Sender;

/// A provider that was never used and that takes what it gets.
pub trait Post {
    /// The adapter.
    fn sender(&self) -> impl Sender;

    /// How many messages of a notification the provider took.
    fn taken(&self, notification: &str) -> usize;
}

/// 2026-01-01T00:00:00Z.
const NOW: Instant = 1_767_225_600_000;

/// All cases, over a fresh subject each.
macro_rules! suite {
    ($subject:expr) => {
        crate::conformance! { $subject; sender {
            send {
                each_message_is_taken_under_an_id_of_its_own,
                what_was_never_sent_is_surely_not_there,
                a_second_attempt_is_a_second_message,
                nothing_to_send_sends_nothing,
            }
        } }
    };
}
pub(crate) use suite;
