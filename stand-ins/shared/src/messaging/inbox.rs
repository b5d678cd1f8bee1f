//! What people really received.

use std::collections::{BTreeMap, VecDeque};

use serde::Serialize;

/// A message as it lies before a person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Received {
    /// When it came; milliseconds since 1970.
    pub at_ms: i64,
    /// The person: a number or an address.
    pub to: String,
    /// Who it says it is from.
    pub from: String,
    /// The subject of an email.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub subject: Option<String>,
    /// The plain text.
    pub text: String,
    /// The HTML of an email.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub html: Option<String>,
    /// The files of an email: name and content, as far as it is text.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub attachments: BTreeMap<String, String>,
    /// The service's id of the message.
    pub id: String,
    /// What the sender gave along to know it by: idempotency ids, tags, arguments, headers.
    pub marks: BTreeMap<String, String>,
}

/// A message and its number.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Numbered<'a> {
    number: u64,
    #[serde(flatten)]
    message: &'a Received,
}

/// The newest messages of all people, up to a number of them.
#[derive(Debug)]
pub struct Inbox {
    messages: VecDeque<Received>,
    capacity: usize,
    /// How many are not kept any more.
    forgotten: u64,
}

impl Inbox {
    /// Keeps the newest `capacity` messages.
    pub fn keeping(capacity: usize) -> Self {
        Self {
            messages: VecDeque::new(),
            capacity: capacity.max(1),
            forgotten: 0,
        }
    }

    /// A person gets a message.
    pub fn receive(&mut self, message: Received) {
        if self.messages.len() == self.capacity {
            self.messages.pop_front();
            self.forgotten += 1;
        }
        self.messages.push_back(message);
    }

    /// All that are kept, oldest first.
    pub fn all(&self) -> impl Iterator<Item = &Received> {
        self.messages.iter()
    }

    /// What this person received.
    pub fn of<'a>(&'a self, to: &'a str) -> impl Iterator<Item = &'a Received> {
        let is_theirs = move |it: &&Received| it.to.eq_ignore_ascii_case(to);
        self.messages.iter().filter(is_theirs)
    }

    /// How many there ever were.
    pub fn count(&self) -> u64 {
        self.forgotten + self.messages.len() as u64
    }

    /// Those that are kept, from message `number` on. Numbers count from 0 and never start again.
    pub(super) fn since(&self, number: u64) -> impl Iterator<Item = Numbered<'_>> {
        let numbers = self.forgotten..;
        let numbered = numbers.zip(&self.messages);
        numbered
            .filter(move |(it, _)| *it >= number)
            .map(|(number, message)| Numbered { number, message })
    }
}
