//! A message as its sender gave it.

use bytes::Bytes;
use fe2o3_amqp_types::messaging::annotations::Annotations;
use fe2o3_amqp_types::messaging::{Header, MessageId, Properties};
use fe2o3_amqp_types::primitives::{OrderedMap, SimpleValue};

use super::{Problem, Refusal};
use crate::guid::Guid;

/// The longest message-id and session-id, in characters (Service Bus quotas).
const LONGEST_ID: usize = 128;

/// Application properties by name.
pub type Application = OrderedMap<String, SimpleValue>;

/// A message in AMQP's terms, which are Service Bus' own; HTTP is a view of them.
#[derive(Debug, Clone, PartialEq)]
pub struct Content {
    /// AMQP's header. Its `ttl` and `delivery_count` are not looked at: the broker has its own.
    pub header: Header,
    /// How long the message lives once it is active; none is for ever.
    pub ttl_ms: Option<u64>,
    /// When it is to become active; none is at once.
    pub due_ms: Option<i64>,
    /// The sender's annotations, without those that the broker sets.
    pub annotations: Annotations,
    /// AMQP's properties.
    pub properties: Properties,
    /// The sender's own properties, and the reason of a dead letter.
    pub application: Application,
    /// The body sections as they were encoded; one at least.
    pub body: Bytes,
    /// What the message weighs against limits and quotas.
    pub size_bytes: usize,
}

impl Content {
    /// The message-id as text, whatever its AMQP type; none if the sender gave none.
    pub fn id(&self) -> Option<String> {
        self.properties.message_id.as_ref().map(id_text)
    }

    /// Refuses what no queue takes, whatever its options.
    pub(super) fn check(&self, largest_bytes: usize) -> Result<(), Refusal> {
        if self.size_bytes > largest_bytes {
            return Err(Refusal::new(
                Problem::TooLarge,
                format!(
                    "The message has {} bytes; at most {largest_bytes} are allowed.",
                    self.size_bytes
                ),
            ));
        }
        let session = self.properties.group_id.as_deref().unwrap_or_default();
        for (name, value) in [
            ("MessageId", self.id().unwrap_or_default().as_str()),
            ("SessionId", session),
        ] {
            if value.chars().count() > LONGEST_ID {
                let text = format!("{name} is longer than {LONGEST_ID} characters.");
                return Err(Refusal::new(Problem::Argument, text));
            }
        }
        Ok(())
    }
}

/// An id as text, whatever its AMQP type.
pub fn id_text(id: &MessageId) -> String {
    match id {
        MessageId::String(text) => text.clone(),
        MessageId::Ulong(number) => number.to_string(),
        MessageId::Uuid(uuid) => Guid(*uuid.as_inner()).to_string(),
        MessageId::Binary(bytes) => String::from_utf8_lossy(bytes).into_owned(),
    }
}
