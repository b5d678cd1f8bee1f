//! Locks: their names, renewing them, and settling by them when the link is gone.

use super::{
    management::{Reply, Request, entry, map},
    schedule::missing,
    settle::Disposition,
};
use crate::{
    codec::{Array, Uuid, Value},
    error::Error,
    moment::UnixMs,
};

/// The name of a lock: a GUID, held in the byte order of RFC 9562.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LockToken(pub [u8; 16]);

impl LockToken {
    /// From a delivery tag. There the GUID is in .NET's order: its first three fields are little-endian.
    #[must_use]
    pub fn from_delivery_tag(tag: &[u8]) -> Option<Self> {
        const ORDER: [usize; 16] = [3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15];
        let tag: [u8; 16] = tag.try_into().ok()?;
        Some(Self(ORDER.map(|at| tag[at])))
    }

    fn value(self) -> Value {
        Value::Uuid(Uuid::from(self.0))
    }
}

impl std::fmt::Display for LockToken {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:x}", Uuid::from(self.0))
    }
}

/// Renews a lock for the queue's lock duration, from now on.
#[must_use]
pub fn renew_lock(token: LockToken) -> Request {
    Request {
        operation: "com.microsoft:renew-lock",
        properties: Vec::new(),
        body: map([("lock-tokens", Value::Array(Array(vec![token.value()])))]),
        // Renewing twice does no harm.
        changes: false,
    }
}

/// When the renewed lock ends, by the service's clock.
///
/// # Errors
/// Those of the service: [`crate::Class::LockLost`] if it is too late.
pub fn renewed(reply: Reply) -> Result<UnixMs, Error> {
    let expirations = match entry(reply.success("renew")?, "expirations") {
        Some(Value::Array(Array(times)) | Value::List(times)) => times,
        _ => Vec::new(),
    };
    match expirations.first() {
        Some(Value::Timestamp(at)) => Ok(UnixMs(at.milliseconds())),
        _ => Err(missing("renew", "expiration")),
    }
}

/// Settles a message from any link or connection. This is how to settle after the receiving link died.
///
/// There is no releasing here, so [`Disposition::Release`] abandons: one more failed delivery.
#[must_use]
pub fn update_disposition(token: LockToken, disposition: &Disposition) -> Request {
    let text = |text: &str| Value::String(text.to_owned());
    let status = match disposition {
        Disposition::Complete => "completed",
        Disposition::Abandon | Disposition::Release => "abandoned",
        Disposition::DeadLetter { .. } => "suspended",
        // Spelled so by the service.
        Disposition::Defer => "defered",
    };
    let tokens = Value::Array(Array(vec![token.value()]));
    let body = match disposition {
        Disposition::DeadLetter {
            reason,
            description,
        } => map([
            ("disposition-status", text(status)),
            ("lock-tokens", tokens),
            ("deadletter-reason", text(reason)),
            ("deadletter-description", text(description)),
        ]),
        _ => map([
            ("disposition-status", text(status)),
            ("lock-tokens", tokens),
        ]),
    };
    Request {
        operation: "com.microsoft:update-disposition",
        properties: Vec::new(),
        body,
        changes: true,
    }
}
