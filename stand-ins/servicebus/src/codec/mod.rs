//! Messages and values as AMQP encodes them.

mod content;
mod walk;

pub use content::{body_bytes, data_section, decode, decode_batch, encode};
pub use walk::{Malformed, descriptor, value_len};

use serde::Serialize;
use serde::de::DeserializeOwned;

/// Reads a value that fills `bytes` exactly.
pub fn read<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Malformed> {
    if value_len(bytes)? != bytes.len() {
        return Err(Malformed("bytes are left over after a value"));
    }
    serde_amqp::from_slice(bytes)
        .map_err(|_| Malformed("a value is not of the type that belongs here"))
}

/// Writes a value. What this crate writes can always be written; if ever not, nothing is.
pub fn write<T: Serialize>(value: &T, into: &mut Vec<u8>) {
    if let Ok(bytes) = serde_amqp::to_vec(value) {
        into.extend_from_slice(&bytes);
    }
}
