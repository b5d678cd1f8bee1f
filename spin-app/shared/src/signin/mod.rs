//! Who the application is in Azure: access tokens of Microsoft Entra ID, for Dataverse and for Service Bus.
//!
//! - [`identity`] is who we are and how that is shown: the requests for tokens.
//! - [`answer`] reads what comes back.
//! - [`source`] keeps tokens and renews them in time.
//!
//! Sources: facts of Microsoft's identity platform (OAuth 2.0 client credentials, workload identity federation), of IMDS,
//! and of the identity endpoint of App Service and Container Apps. The requests are those of Microsoft's own libraries.

pub mod answer;
pub mod identity;
pub mod source;

use futures::future::LocalBoxFuture;

pub use identity::{Assertion, Identity};
pub use source::SignIn;

use crate::core::Instant;

/// An access token.
#[derive(Clone, PartialEq)]
pub struct Token {
    /// What goes behind `Bearer`. A secret.
    pub text: String,
    /// When it ends.
    pub expires_at: Instant,
}

impl std::fmt::Debug for Token {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Token until {}", self.expires_at)
    }
}

/// No token was to be had. The text names settings and Entra's codes, never a secret.
#[derive(Clone, Debug, PartialEq)]
pub struct SignInError {
    /// One sentence.
    pub text: String,
    /// Not before so many seconds, if Entra said so.
    pub retry_after_seconds: Option<u32>,
}

impl std::fmt::Display for SignInError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "sign-in: {}", self.text)
    }
}

impl std::error::Error for SignInError {}

/// Where tokens come from. `resource` is what they are for, as `https://contoso.crm4.dynamics.com`.
pub trait Tokens {
    /// A token that is good now.
    fn token<'a>(&'a self, resource: &'a str) -> LocalBoxFuture<'a, Result<Token, SignInError>>;

    /// Another token than `refused`, which the resource did not take.
    fn renew<'a>(
        &'a self,
        resource: &'a str,
        refused: &'a str,
    ) -> LocalBoxFuture<'a, Result<Token, SignInError>>;
}
