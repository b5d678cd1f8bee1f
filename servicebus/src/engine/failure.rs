//! How a connection ends other than by our close.

use super::Condition;
use crate::codec::DecodeError;

/// Why a connection is of no more use.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Failure {
    /// The peer's bytes are not AMQP, or over a limit.
    Malformed(DecodeError),
    /// The peer's frames are AMQP, but against its rules. The text says which.
    Violation(&'static str),
    /// The peer does not offer SASL ANONYMOUS. These it offers.
    NoAnonymous(String),
    /// The peer ended SASL with this code: part 5, section 5.3.3.6.
    SaslRefused(u8),
    /// The peer sent nothing for longer than it may.
    Silent,
    /// The peer did not take what was sent to it in time. The driver says so, not the engine.
    Stalled,
    /// The peer closed the connection, and gave this reason.
    ClosedByPeer(Option<Condition>),
    /// The peer hung up without a close.
    HungUp,
}

impl std::fmt::Display for Failure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Malformed(error) => error.fmt(f),
            Self::Violation(what) => write!(f, "the peer broke the rules of AMQP: {what}"),
            Self::NoAnonymous(offered) => {
                write!(f, "the peer does not offer SASL ANONYMOUS, only {offered}")
            }
            Self::SaslRefused(code) => write!(f, "the peer refused SASL ANONYMOUS: code {code}"),
            Self::Silent => f.write_str("the peer sent nothing for longer than the idle time-out"),
            Self::Stalled => f.write_str("the peer does not take what is sent to it"),
            Self::ClosedByPeer(Some(condition)) => {
                write!(f, "the peer closed the connection: {condition}")
            }
            Self::ClosedByPeer(None) => f.write_str("the peer closed the connection"),
            Self::HungUp => f.write_str("the peer hung up"),
        }
    }
}

impl std::error::Error for Failure {}

impl From<DecodeError> for Failure {
    fn from(error: DecodeError) -> Self {
        Self::Malformed(error)
    }
}
