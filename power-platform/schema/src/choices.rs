//! The choices: fixed sets that both the table and Punctual know by heart.
//!
//! Reasons are no choice but text. There will be more of them, and a row must be writable before somebody has
//! imported a newer solution.

use crate::OPTION_VALUE_PREFIX;

/// A global choice.
#[derive(Debug)]
pub struct Choice {
    /// Name of the option set.
    pub name: &'static str,
    /// What makers read.
    pub label: &'static str,
    /// One sentence for makers.
    pub description: &'static str,
    /// Code and label of each value. The first has the number 749,700,000, and so on: never reorder, only append.
    pub options: &'static [(&'static str, &'static str)],
}

impl Choice {
    /// Number, code and label of each value.
    pub fn values(&self) -> impl Iterator<Item = (u32, &'static str, &'static str)> {
        let first = OPTION_VALUE_PREFIX * 10_000;
        (first..)
            .zip(self.options)
            .map(|(value, (code, label))| (value, *code, *label))
    }

    /// The number that stands for a code.
    pub fn value(&self, code: &str) -> Option<u32> {
        self.values()
            .find(|(_, known, _)| *known == code)
            .map(|(value, ..)| value)
    }
}

/// Every choice.
pub const CHOICES: [&Choice; 2] = [&CHANNEL, &NOTIFICATION_STATUS];

/// How a reminder reaches a person; the enum `channel` of `wit/types.wit`, in its order.
pub static CHANNEL: Choice = Choice {
    name: "punctual_notificationchannel",
    label: "Notification channel",
    description: "How a reminder reaches a person.",
    options: &[("email", "Email"), ("sms", "SMS")],
};

/// The life of a notification; the enum `notification-status` of `wit/types.wit`, in its order.
pub static NOTIFICATION_STATUS: Choice = Choice {
    name: "punctual_notificationstatus",
    label: "Notification status",
    description: "Where a reminder stands.",
    options: &[
        ("pending", "Pending"),
        ("scheduled", "Scheduled"),
        ("sending", "Sending"),
        ("sent", "Sent"),
        ("delivered", "Delivered"),
        ("unknown", "Unknown"),
        ("failed", "Failed"),
        ("canceled", "Canceled"),
        ("skipped", "Skipped"),
    ],
};
