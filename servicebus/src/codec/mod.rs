//! AMQP 1.0 on the wire: frames, performatives, messages.
//!
//! Types and their encoding come from `serde_amqp` and `fe2o3-amqp-types`. What those two leave to their user is here:
//!
//! - [`scan`]: what a peer sent is measured before it is decoded. The codec does not limit how deep values nest, nor what all
//!   arrays of a frame take together, and it stumbles over some values. The table there has each case.
//! - [`frame`]: frame headers, and the type byte of SASL frames.
//! - [`message`]: a message is decoded section by section, since the codec offers whole messages only through
//!   an interface that it hides. Sections that are empty maps are left out.

pub mod frame;
pub mod message;
pub mod scan;

pub use fe2o3_amqp_types::{
    definitions, messaging,
    performatives::{self, Performative},
    primitives::SimpleValue,
    sasl,
};
pub use serde_amqp::{
    Value,
    primitives::{Array, OrderedMap, Symbol, Timestamp, Uuid},
};

/// Why bytes are not AMQP, or not the AMQP that was expected here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DecodeError(pub(crate) String);

impl std::fmt::Display for DecodeError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for DecodeError {}

impl DecodeError {
    pub(crate) fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }
}

/// Encodes one value.
///
/// # Errors
/// None for the types of this crate. The codec's signature has one, and it is passed on.
pub fn encode<T: serde_amqp::serde::Serialize>(value: &T) -> Result<Vec<u8>, DecodeError> {
    serde_amqp::to_vec(value).map_err(|e| DecodeError(format!("cannot encode: {e}")))
}

/// Decodes the first value in `bytes` and says how many bytes it took.
///
/// # Errors
/// If it is cut off, over the limits of [`scan`], or not a `T`.
pub fn decode<T: serde_amqp::serde::de::DeserializeOwned>(
    bytes: &[u8],
) -> Result<(T, usize), DecodeError> {
    let (fit, length) = scan::prepare(bytes)?;
    let value =
        serde_amqp::from_slice(&fit).map_err(|e| DecodeError(format!("cannot decode: {e}")))?;
    Ok((value, length))
}
