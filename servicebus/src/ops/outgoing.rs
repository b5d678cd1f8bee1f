//! Messages to send or to schedule.

use crate::{
    codec::{
        OrderedMap, SimpleValue, Symbol, Timestamp, Value,
        message::{Body, Message},
        messaging::{ApplicationProperties, Header, MessageAnnotations, MessageId, Properties},
    },
    error::{Class, Error},
    moment::UnixMs,
};

/// The most characters of a message id and of a session id, set by the service.
pub const ID_CHARS_MAX: usize = 128;

/// A message as an application makes it.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct OutgoingMessage {
    /// Names the message. With duplicate detection on, the service drops a second one in its window, also if the first was
    /// cancelled: so use another id for every scheduling. At most [`ID_CHARS_MAX`].
    pub message_id: String,
    /// The content.
    pub body: Vec<u8>,
    /// Its media type, such as `application/json`.
    pub content_type: Option<String>,
    /// What the portal calls label.
    pub subject: Option<String>,
    /// Ties it to another message.
    pub correlation_id: Option<String>,
    /// Where answers go.
    pub reply_to: Option<String>,
    /// The session, if the queue has sessions.
    pub session_id: Option<String>,
    /// Keeps messages in one partition. Must equal the session id if both are given.
    pub partition_key: Option<String>,
    /// Whatever the application adds.
    pub properties: Vec<(String, SimpleValue)>,
    /// How long it lives from when it becomes active, in milliseconds. The wire allows 49 days.
    pub time_to_live_ms: Option<u32>,
    /// When it becomes active. Earlier than now is now.
    pub scheduled_at: Option<UnixMs>,
}

/// The annotation that schedules a message.
pub(super) const SCHEDULED_AT: &str = "x-opt-scheduled-enqueue-time";

impl OutgoingMessage {
    /// A message to become active at `scheduled_at`.
    #[must_use]
    pub fn scheduled(message_id: &str, body: impl Into<Vec<u8>>, scheduled_at: UnixMs) -> Self {
        Self {
            message_id: message_id.to_owned(),
            body: body.into(),
            scheduled_at: Some(scheduled_at),
            ..Self::default()
        }
    }

    /// The message on the wire.
    ///
    /// # Errors
    /// [`Class::Invalid`] if an id is too long or empty.
    pub fn encode(&self) -> Result<Vec<u8>, Error> {
        let invalid = |text: &str| Error::new(Class::Invalid, "encode a message", text);
        if self.message_id.is_empty() {
            return Err(invalid("the message id is empty"));
        }
        let ids = [
            Some(&self.message_id),
            self.session_id.as_ref(),
            self.partition_key.as_ref(),
        ];
        if ids
            .into_iter()
            .flatten()
            .any(|id| id.chars().count() > ID_CHARS_MAX)
        {
            return Err(invalid("an id has more than 128 characters"));
        }
        let mut annotations = MessageAnnotations::default();
        if let Some(at) = self.scheduled_at {
            annotations.insert(SCHEDULED_AT.into(), Value::Timestamp(Timestamp::from(at.0)));
        }
        if let Some(key) = &self.partition_key {
            annotations.insert("x-opt-partition-key".into(), Value::String(key.clone()));
        }
        let properties: OrderedMap<String, SimpleValue> = self.properties.iter().cloned().collect();
        let message = Message {
            header: self.time_to_live_ms.map(|ttl| Header {
                ttl: Some(ttl),
                ..Header::default()
            }),
            message_annotations: Some(annotations),
            properties: Some(Properties {
                message_id: Some(MessageId::String(self.message_id.clone())),
                subject: self.subject.clone(),
                reply_to: self.reply_to.clone(),
                correlation_id: self.correlation_id.clone().map(MessageId::String),
                content_type: self.content_type.clone().map(Symbol),
                group_id: self.session_id.clone(),
                ..Properties::default()
            }),
            application_properties: Some(ApplicationProperties(properties)),
            body: Body::Data(vec![self.body.clone()]),
            ..Message::default()
        };
        message
            .encode()
            .map_err(|error| invalid(&error.to_string()))
    }
}
