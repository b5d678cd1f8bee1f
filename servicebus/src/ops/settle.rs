//! Settling a message on the link that it came on.
//!
//! We say what should become of it, unsettled. The service does it and settles with the same outcome; or settles with
//! `rejected` and an error, which is a failure also if `rejected` was asked for.

use crate::{
    codec::{
        OrderedMap, Symbol, Value, definitions,
        messaging::{Accepted, DeliveryState, Modified, Rejected, Released},
    },
    engine::Condition,
    error::{Class, Error},
};

/// What should become of a locked message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Disposition {
    /// Done: remove it.
    Complete,
    /// Give it back, and count a failed delivery.
    Abandon,
    /// Give it back uncounted, as if it had not been received.
    Release,
    /// Set it aside, to be received by its sequence number only.
    Defer,
    /// Put it into the dead-letter queue.
    DeadLetter {
        /// A word for programs.
        reason: String,
        /// A sentence for people. At most 4,096 characters are sent.
        description: String,
    },
}

impl Disposition {
    /// The outcome as it goes to the service.
    #[must_use]
    pub fn to_wire(&self) -> DeliveryState {
        let modified = |undeliverable_here| {
            DeliveryState::Modified(Modified {
                delivery_failed: Some(true),
                undeliverable_here: Some(undeliverable_here),
                message_annotations: None,
            })
        };
        match self {
            Self::Complete => DeliveryState::Accepted(Accepted {}),
            Self::Abandon => modified(false),
            Self::Release => DeliveryState::Released(Released {}),
            Self::Defer => modified(true),
            Self::DeadLetter {
                reason,
                description,
            } => {
                let text = |text: &str| Value::String(text.chars().take(4_096).collect());
                let mut info = OrderedMap::new();
                info.insert(Symbol::from("DeadLetterReason"), text(reason));
                info.insert(
                    Symbol::from("DeadLetterErrorDescription"),
                    text(description),
                );
                let condition = Symbol::from("com.microsoft:dead-letter");
                let condition = definitions::ErrorCondition::Custom(condition);
                let error = definitions::Error::new(condition, None, info);
                DeliveryState::Rejected(Rejected { error: Some(error) })
            }
        }
    }

    /// What the service's settlement means.
    ///
    /// # Errors
    /// That of the service; [`Class::UnknownOutcome`] if it settled with another outcome.
    pub fn verdict(&self, answer: Option<&DeliveryState>) -> Result<(), Error> {
        let text = match (self, answer) {
            (
                _,
                Some(DeliveryState::Rejected(Rejected {
                    error: Some(error), ..
                })),
            ) => {
                let condition = Condition::from_wire(error);
                return Err(Error::from_condition("settle", condition, None));
            }
            (Self::Complete, Some(DeliveryState::Accepted(_)))
            | (Self::Abandon | Self::Defer, Some(DeliveryState::Modified(_)))
            | (Self::Release, Some(DeliveryState::Released(_) | DeliveryState::Modified(_)))
            | (Self::DeadLetter { .. }, Some(DeliveryState::Rejected(_))) => return Ok(()),
            (_, None) => "the service settled without saying how",
            _ => "the service settled with another outcome",
        };
        Err(Error::new(Class::UnknownOutcome, "settle", text))
    }
}
