//! Who may do what: shared access keys and bearer tokens become grants.

mod sas;

pub use sas::sign;

use crate::broker::Refusal;

/// What a rule or a role allows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rights {
    /// Send, schedule, cancel.
    pub send: bool,
    /// Receive, peek, settle, renew.
    pub listen: bool,
}

impl Rights {
    /// Everything.
    pub const ALL: Self = Self {
        send: true,
        listen: true,
    };
}

/// One of the [`Rights`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Right {
    /// To send, schedule and cancel.
    Send,
    /// To receive, peek, settle and renew.
    Listen,
    /// Either: to open a link over which both kinds of requests go.
    Any,
}

/// A shared access policy: a name and its key.
#[derive(Debug, Clone)]
pub struct Rule {
    /// `SharedAccessKeyName`.
    pub name: String,
    /// `SharedAccessKey`. Its text is the key of the signature as it stands, though it looks like base64.
    pub key: String,
    /// What it allows.
    pub rights: Rights,
}

/// What a good token gives.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Grant {
    /// The path that it is for, and for all below: lower case, no slashes at the ends; empty is the namespace.
    pub scope: String,
    /// What it allows there.
    pub rights: Rights,
    /// When it ends.
    pub expires_ms: i64,
}

impl Grant {
    /// Whether it allows this, here and now.
    pub fn allows(&self, right: Right, path: &str, now_ms: i64) -> bool {
        let right = match right {
            Right::Send => self.rights.send,
            Right::Listen => self.rights.listen,
            Right::Any => self.rights.send || self.rights.listen,
        };
        right && now_ms < self.expires_ms && covers(&self.scope, path)
    }
}

fn covers(scope: &str, path: &str) -> bool {
    match path.strip_prefix(scope) {
        Some(rest) => scope.is_empty() || rest.is_empty() || rest.starts_with('/'),
        None => false,
    }
}

/// Judges bearer tokens (Entra's JWTs). A stand-in of Entra brings its own; without one, all are refused.
pub trait BearerValidator: Send + Sync {
    /// What the token gives, or a sentence that says why nothing.
    fn validate(&self, token: &str, now_ms: i64) -> Result<Grant, String>;
}

/// The rules and the judge of a namespace.
pub struct Access {
    rules: Vec<Rule>,
    bearer: Option<Box<dyn BearerValidator>>,
}

impl Access {
    /// A namespace with these rules.
    pub fn new(rules: Vec<Rule>, bearer: Option<Box<dyn BearerValidator>>) -> Self {
        Self { rules, bearer }
    }

    /// Judges a token by what it looks like: Python's client announces a signature as `jwt`.
    pub fn judge(&self, token: &str, now_ms: i64) -> Result<Grant, Refusal> {
        let judged = match (token.strip_prefix("SharedAccessSignature "), &self.bearer) {
            (Some(signature), _) => sas::judge(&self.rules, signature, now_ms),
            (None, Some(bearer)) => bearer.validate(token, now_ms),
            (None, None) => {
                Err("InvalidToken: this namespace takes shared access signatures only.".into())
            }
        };
        judged.map_err(Refusal::unauthorized)
    }

    /// Judges the `Authorization` of an HTTP request.
    pub fn judge_header(&self, authorization: Option<&str>, now_ms: i64) -> Result<Grant, Refusal> {
        let authorization = authorization.unwrap_or_default();
        match authorization.strip_prefix("Bearer ") {
            Some(token) => self.judge(token.trim(), now_ms),
            None if authorization.starts_with("SharedAccessSignature ") => {
                self.judge(authorization, now_ms)
            }
            None => Err(Refusal::unauthorized(
                "MissingToken: the Authorization header must hold a SharedAccessSignature or a Bearer token.",
            )),
        }
    }

    /// Judges SASL PLAIN (RFC 4616): rule and key. The grant is for the whole namespace and does not end.
    pub fn judge_plain(&self, response: &[u8]) -> Option<Grant> {
        use subtle::ConstantTimeEq;
        let mut parts = response.split(|byte| *byte == 0).skip(1);
        let (name, key) = (parts.next()?, parts.next()?);
        let rule = self
            .rules
            .iter()
            .find(|rule| rule.name.as_bytes() == name)?;
        bool::from(rule.key.as_bytes().ct_eq(key)).then(|| Grant {
            scope: String::new(),
            rights: rule.rights,
            expires_ms: i64::MAX,
        })
    }
}

#[cfg(test)]
mod tests;
