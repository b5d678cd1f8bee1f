//! Azure Communication Services, as both of its channels need it: where it is, who we are there, what it answers.

use base64::{Engine, engine::general_purpose::STANDARD};
use serde::Deserialize;

use super::acs_hmac;
use super::class::{Class, Rule};
use super::each::CALL_MS;
use crate::core::{Instant, Reason};
use crate::http::{Answer, Call, Http, HttpError};

/// What rows and metrics call it.
pub const NAME: &str = "acs";

/// What a token must be for. The double slash is what the vendor's libraries ask for.
const SCOPE: &str = "https://communication.azure.com//.default";

/// Where bearer tokens come from: a sign-in that caches and renews.
#[allow(async_fn_in_trait)]
pub trait Bearer {
    /// A token for `scope`, or one sentence why there is none.
    async fn token(&self, scope: &str) -> Result<String, String>;
}

/// Nobody to ask for tokens.
pub struct NoBearer;

impl Bearer for NoBearer {
    async fn token(&self, _: &str) -> Result<String, String> {
        Err("no sign-in is configured".to_owned())
    }
}

/// How we show who we are.
pub enum Access<B> {
    /// An access key, decoded.
    Key(Vec<u8>),
    /// A token of Entra ID; the identity needs a role on the resource.
    Bearer(B),
}

/// A communication resource.
pub struct Acs<H, B> {
    /// The way out.
    pub http: H,
    /// `https://NAME.communication.azure.com`, without a slash at its end.
    pub endpoint: String,
    /// Who we are.
    pub access: Access<B>,
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

impl<H: Http, B: Bearer> Acs<H, B> {
    /// A call without a body. `path` holds the query.
    pub fn call(&self, method: &'static str, path: &str) -> Call {
        Call::new(method, format!("{}{path}", self.endpoint), CALL_MS)
    }

    /// Signs and sends.
    pub async fn send(&self, call: Call, now: Instant) -> Result<Answer, HttpError> {
        let call = match &self.access {
            Access::Key(key) => acs_hmac::sign(call, key, &http_date(now)),
            Access::Bearer(bearer) => {
                let token = bearer.token(SCOPE).await.map_err(HttpError::NotSent)?;
                call.with("authorization", format!("Bearer {token}"))
            }
        };
        self.http.send(call).await
    }
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
