//! Messages that come from the service.

use super::outgoing::SCHEDULED_AT;
use crate::{
    codec::{
        DecodeError, SimpleValue, Value,
        message::{Body, Message},
        messaging::{MessageId, annotations::OwnedKey},
    },
    moment::UnixMs,
};
use std::borrow::Cow;

/// What a message is up to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MessageState {
    /// May be received.
    Active,
    /// Set aside, to be received by its sequence number.
    Deferred,
    /// Waits for its time.
    Scheduled,
}

/// A message with what the service wrote on it.
#[derive(Debug, Clone, PartialEq)]
pub struct BrokeredMessage {
    /// All sections as they came.
    pub sections: Message,
}

impl BrokeredMessage {
    /// Reads a message.
    ///
    /// # Errors
    /// If it is no AMQP message.
    pub fn decode(payload: &[u8]) -> Result<Self, DecodeError> {
        Message::decode(payload).map(|sections| Self { sections })
    }

    /// Its number in the queue. A scheduled message gets another one when it becomes active.
    #[must_use]
    pub fn sequence_number(&self) -> Option<i64> {
        match self.annotation("x-opt-sequence-number")? {
            Value::Long(number) => Some(*number),
            _ => None,
        }
    }

    /// The sender's id as text.
    #[must_use]
    pub fn message_id(&self) -> Option<Cow<'_, str>> {
        id_text(self.sections.properties.as_ref()?.message_id.as_ref()?)
    }

    /// The id of the message that it belongs to, as text.
    #[must_use]
    pub fn correlation_id(&self) -> Option<Cow<'_, str>> {
        id_text(self.sections.properties.as_ref()?.correlation_id.as_ref()?)
    }

    /// What the portal calls label.
    #[must_use]
    pub fn subject(&self) -> Option<&str> {
        self.sections.properties.as_ref()?.subject.as_deref()
    }

    /// The media type of the content.
    #[must_use]
    pub fn content_type(&self) -> Option<&str> {
        let content_type = self.sections.properties.as_ref()?.content_type.as_ref()?;
        Some(content_type.as_str())
    }

    /// The content: data sections one after the other, or a text or binary value. Empty for anything else.
    #[must_use]
    pub fn data(&self) -> Cow<'_, [u8]> {
        match &self.sections.body {
            Body::Data(pieces) => match pieces.as_slice() {
                [piece] => Cow::Borrowed(piece),
                pieces => Cow::Owned(pieces.concat()),
            },
            Body::Value(Value::String(text)) => Cow::Borrowed(text.as_bytes()),
            Body::Value(Value::Binary(bytes)) => Cow::Borrowed(bytes),
            _ => Cow::Borrowed(&[]),
        }
    }

    /// A property that the application added.
    #[must_use]
    pub fn property(&self, name: &str) -> Option<&SimpleValue> {
        self.sections.application_properties.as_ref()?.get(name)
    }

    /// The same, if it is text.
    #[must_use]
    pub fn property_text(&self, name: &str) -> Option<&str> {
        match self.property(name)? {
            SimpleValue::String(text) => Some(text),
            _ => None,
        }
    }

    /// How many deliveries of it have failed: 0 the first time. The portal and REST show one more.
    #[must_use]
    pub fn failed_deliveries(&self) -> u32 {
        self.sections
            .header
            .as_ref()
            .map_or(0, |header| header.delivery_count)
    }

    /// When the lock ends, by the service's clock.
    #[must_use]
    pub fn locked_until(&self) -> Option<UnixMs> {
        self.time("x-opt-locked-until")
    }

    /// When it became active, or was scheduled.
    #[must_use]
    pub fn enqueued_at(&self) -> Option<UnixMs> {
        self.time("x-opt-enqueued-time")
    }

    /// When it was meant to become active.
    #[must_use]
    pub fn scheduled_at(&self) -> Option<UnixMs> {
        self.time(SCHEDULED_AT)
    }

    /// What it is up to. Only peeked messages say so.
    #[must_use]
    pub fn state(&self) -> MessageState {
        match self.annotation("x-opt-message-state") {
            Some(Value::Int(1) | Value::Long(1)) => MessageState::Deferred,
            Some(Value::Int(2) | Value::Long(2)) => MessageState::Scheduled,
            _ => MessageState::Active,
        }
    }

    /// Why it is a dead letter.
    #[must_use]
    pub fn dead_letter_reason(&self) -> Option<&str> {
        self.property_text("DeadLetterReason")
    }

    /// The same in more words.
    #[must_use]
    pub fn dead_letter_description(&self) -> Option<&str> {
        self.property_text("DeadLetterErrorDescription")
    }

    fn annotation(&self, name: &str) -> Option<&Value> {
        let key = OwnedKey::from(name);
        self.sections.message_annotations.as_ref()?.get(&key)
    }

    /// The service writes the year 1 for "not set" and the year 9999 or 10000 for "never".
    fn time(&self, name: &str) -> Option<UnixMs> {
        const YEAR_1900_MS: i64 = -2_208_988_800_000;
        const YEAR_9999_MS: i64 = 253_370_764_800_000;
        match self.annotation(name)? {
            Value::Timestamp(at) => Some(UnixMs(at.milliseconds()))
                .filter(|at| (YEAR_1900_MS..YEAR_9999_MS).contains(&at.0)),
            _ => None,
        }
    }
}

fn id_text(id: &MessageId) -> Option<Cow<'_, str>> {
    match id {
        MessageId::String(text) => Some(Cow::Borrowed(text)),
        MessageId::Ulong(number) => Some(Cow::Owned(number.to_string())),
        MessageId::Uuid(uuid) => Some(Cow::Owned(format!("{uuid:x}"))),
        MessageId::Binary(bytes) => std::str::from_utf8(bytes).ok().map(Cow::Borrowed),
    }
}
