//! Who asks: a bearer token becomes a caller.

use punctual_stand_ins::Guid;
use subtle::ConstantTimeEq;

/// Who a token is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Caller {
    /// The application user of the environment, whatever application that is.
    Anyone,
    /// An application. It needs a row in `systemusers` with its `applicationid`.
    Application(Guid),
}

/// Judges tokens.
pub trait BearerValidator: Send + Sync {
    /// Who it is for, or a sentence that says why it is not good.
    fn validate(&self, token: &str, now_ms: i64) -> Result<Caller, String>;
}

impl<F> BearerValidator for F
where
    F: Fn(&str, i64) -> Result<Caller, String> + Send + Sync,
{
    fn validate(&self, token: &str, now_ms: i64) -> Result<Caller, String> {
        self(token, now_ms)
    }
}

/// One token that is always good: for whoever does not want to sign in.
pub struct FixedToken(pub String);

impl BearerValidator for FixedToken {
    fn validate(&self, token: &str, _: i64) -> Result<Caller, String> {
        match bool::from(self.0.as_bytes().ct_eq(token.as_bytes())) {
            true => Ok(Caller::Anyone),
            false => Err("the token is not the one that was agreed".into()),
        }
    }
}
