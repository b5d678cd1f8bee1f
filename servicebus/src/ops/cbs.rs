//! Claims-based security: a token is put on the node `$cbs` before links are attached.

use super::management::Request;
use crate::{
    codec::{SimpleValue, Timestamp, Value},
    moment::UnixMs,
};

/// The node that takes tokens.
pub const ADDRESS: &str = "$cbs";

/// A token, ready to be put.
#[derive(Clone, PartialEq, Eq)]
pub struct Token {
    /// What it is: see [`Token::SAS`] and [`Token::JWT`].
    pub kind: &'static str,
    /// The token itself. A secret.
    pub text: String,
    /// When it ends.
    pub expires_at: UnixMs,
}

impl Token {
    /// The kind of a shared access signature.
    pub const SAS: &'static str = "servicebus.windows.net:sastoken";
    /// The kind of a token from Microsoft Entra ID.
    pub const JWT: &'static str = "jwt";
}

impl std::fmt::Debug for Token {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Token({}, until {} ms)", self.kind, self.expires_at.0)
    }
}

/// What a token is for: an entity of a namespace.
#[must_use]
pub fn audience(namespace: &str, entity: &str) -> String {
    format!("sb://{namespace}/{entity}")
}

/// Puts a token for an audience.
#[must_use]
pub fn put_token(audience: &str, token: &Token) -> Request {
    Request {
        operation: "put-token",
        properties: vec![
            ("type", token.kind.to_owned().into()),
            ("name", audience.to_owned().into()),
            (
                "expiration",
                SimpleValue::Timestamp(Timestamp::from(token.expires_at.0)),
            ),
        ],
        body: Value::String(token.text.clone()),
        // Putting it again does no harm.
        changes: false,
    }
}
