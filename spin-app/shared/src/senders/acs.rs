//! Azure Communication Services, as both of its channels need it: where it is, who we are there, what it answers.

use base64::{Engine, engine::general_purpose::STANDARD};
use serde::Deserialize;

use super::acs_hmac;
use super::class::{Class, Rule};
use super::each::CALL_MS;
use crate::core::{Instant, Reason};
use crate::http::{Answer, Call, Http, HttpError};
use crate::signin::{SignInError, Token, Tokens};

/// What rows and metrics call it.
pub const NAME: &str = "acs";

/// What a token must be for. With its slash at the end, as the vendor's libraries ask for it.
const RESOURCE: &str = "https://communication.azure.com/";

/// How we show who we are.
pub enum Access<'a> {
    /// An access key, decoded.
    Key(Vec<u8>),
    /// Tokens of Entra ID; the identity needs a role on the resource.
    SignIn(&'a dyn Tokens),
}

/// A communication resource.
pub struct Acs<'a, H> {
    /// The way out.
    pub http: H,
    /// `https://NAME.communication.azure.com`, without a slash at its end.
    pub endpoint: String,
    /// Who we are.
    pub access: Access<'a>,
}

/// Statuses of a whole request and of one recipient alike.
pub const RULES: &[Rule] = &[
    ((401, 401), &[], Class::Misconfigured),
    ((403, 403), &[], Class::Misconfigured),
    // A sender that is not ours, or a path that is not there.
    ((404, 405), &[], Class::Misconfigured),
    ((408, 408), &[], Class::Retry),
    ((429, 429), &[], Class::Retry),
    ((400, 499), &[], Class::Rejected(Reason::ProviderRejected)),
    ((503, 503), &[], Class::Retry),
];

impl<H: Http> Acs<'_, H> {
    /// A call without a body. `path` holds the query.
    pub fn call(&self, method: &'static str, path: &str) -> Call {
        Call::new(method, format!("{}{path}", self.endpoint), CALL_MS)
    }

    /// Has a token ready before many calls want one at the same time. Should there be none, each call says so.
    pub async fn prepare(&self) {
        if let Access::SignIn(tokens) = &self.access {
            let _ = tokens.token(RESOURCE).await;
        }
    }

    /// Signs and sends.
    pub async fn send(&self, call: Call, now: Instant) -> Result<Answer, HttpError> {
        let tokens = match &self.access {
            Access::Key(key) => {
                let call = acs_hmac::sign(call, key, &http_date(now));
                return self.http.send(call).await;
            }
            Access::SignIn(tokens) => tokens,
        };
        let token = tokens.token(RESOURCE).await.map_err(no_token)?;
        let answer = self.http.send(with_token(call.clone(), &token)).await?;
        if answer.status != 401 {
            return Ok(answer);
        }
        // Refused before its end: nothing was done, and another one may be taken.
        let token = tokens.renew(RESOURCE, &token.text).await;
        let token = token.map_err(no_token)?;
        self.http.send(with_token(call, &token)).await
    }
}

fn with_token(call: Call, token: &Token) -> Call {
    call.with("authorization", format!("Bearer {}", token.text))
}

/// Without a token nothing leaves.
fn no_token(error: SignInError) -> HttpError {
    HttpError::NotSent(error.to_string())
}

/// The bytes of an access key.
pub fn key(base64: &str) -> Option<Vec<u8>> {
    let key = STANDARD.decode(base64.trim()).ok()?;
    (!key.is_empty()).then_some(key)
}

/// RFC 1123, as in `Tue, 14 Apr 2026 15:30:00 GMT`.
pub fn http_date(at: Instant) -> String {
    chrono::DateTime::from_timestamp_millis(at).map_or_else(String::new, |time| {
        time.format("%a, %d %b %Y %H:%M:%S GMT").to_string()
    })
}

/// `{"error":{"code":…}}`: the code alone.
pub fn error_code(body: &[u8]) -> Option<String> {
    #[derive(Deserialize)]
    struct Body {
        error: Error,
    }
    #[derive(Deserialize)]
    struct Error {
        code: Option<String>,
    }
    serde_json::from_slice::<Body>(body).ok()?.error.code
}
