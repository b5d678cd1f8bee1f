//! Errors as peers send them: a condition and a description.

use crate::codec::{
    Symbol,
    definitions::{Error, ErrorCondition},
};

/// What a peer gave as the reason of a detach, end, close, or rejection: AMQP 1.0 part 2, section 2.8.14.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Condition {
    /// The symbol, such as `amqp:unauthorized-access` or `com.microsoft:server-busy`.
    pub name: String,
    /// The peer's own words. Control characters are replaced, and it is cut after [`Condition::DESCRIPTION_CHARS_MAX`].
    pub description: String,
}

impl Condition {
    /// How much of a peer's words is kept.
    pub const DESCRIPTION_CHARS_MAX: usize = 512;

    /// A condition from its parts, made fit for a log.
    #[must_use]
    pub fn new(name: &str, description: &str) -> Self {
        let clean = |text: &str, max| -> String {
            let fit = |c: char| if c.is_control() { ' ' } else { c };
            text.chars().take(max).map(fit).collect()
        };
        Self {
            name: clean(name, 128),
            description: clean(description, Self::DESCRIPTION_CHARS_MAX),
        }
    }

    pub(crate) fn from_wire(error: &Error) -> Self {
        let name = match &error.condition {
            ErrorCondition::AmqpError(known) => Symbol::from(known),
            ErrorCondition::ConnectionError(known) => Symbol::from(known),
            ErrorCondition::SessionError(known) => Symbol::from(known),
            ErrorCondition::LinkError(known) => Symbol::from(known),
            ErrorCondition::Custom(symbol) => symbol.clone(),
        };
        Self::new(name.as_str(), error.description.as_deref().unwrap_or(""))
    }
}

impl std::fmt::Display for Condition {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.description.as_str() {
            "" => f.write_str(&self.name),
            description => write!(f, "{}: {description}", self.name),
        }
    }
}
