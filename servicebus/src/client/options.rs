//! What a client needs to know.

use crate::{moment::UnixMs, ops::cbs::Token, sas};
use std::time::Duration;

/// How the client shows who it is.
#[derive(Clone, PartialEq, Eq)]
pub enum Credential {
    /// A rule of the namespace or the queue, and its key. Tokens are made here.
    SharedKey {
        /// The rule, such as `RootManageSharedAccessKey`.
        name: String,
        /// The key as the portal shows it. A secret.
        key: String,
    },
    /// A shared access signature that was made elsewhere, good for all queues that are used.
    SharedAccessSignature {
        /// `SharedAccessSignature sr=…`. A secret.
        token: String,
        /// When it ends.
        expires_at: UnixMs,
    },
    /// An access token of Microsoft Entra ID for `https://servicebus.azure.net`.
    Bearer {
        /// The token without `Bearer`. A secret.
        token: String,
        /// When it ends.
        expires_at: UnixMs,
    },
    /// None: for brokers that have no `$cbs`.
    Anonymous,
}

impl std::fmt::Debug for Credential {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::SharedKey { .. } => "SharedKey(…)",
            Self::SharedAccessSignature { .. } => "SharedAccessSignature(…)",
            Self::Bearer { .. } => "Bearer(…)",
            Self::Anonymous => "Anonymous",
        })
    }
}

/// How long a token lives that is made here.
const TOKEN_LIFE_S: i64 = 3_600;

impl Credential {
    /// A token for an audience. `None` if none is needed.
    pub(super) fn token(&self, audience: &str, now: UnixMs) -> Option<Token> {
        let (kind, text, expires_at) = match self {
            Self::SharedKey { name, key } => {
                let expires_at_s = now.seconds() + TOKEN_LIFE_S;
                let token = sas::token(audience, name, key, expires_at_s);
                (Token::SAS, token, UnixMs(expires_at_s * 1_000))
            }
            Self::SharedAccessSignature { token, expires_at } => {
                (Token::SAS, token.clone(), *expires_at)
            }
            Self::Bearer { token, expires_at } => (Token::JWT, token.clone(), *expires_at),
            Self::Anonymous => return None,
        };
        Some(Token {
            kind,
            text,
            expires_at,
        })
    }
}

/// Settings of a [`crate::Client`].
#[derive(Debug, Clone)]
pub struct Options {
    /// The name of the namespace, such as `contoso.servicebus.windows.net`. In the open frame and in audiences.
    pub namespace: String,
    /// Who we are.
    pub credential: Credential,
    /// Names this connection: another one for every connection ever made, such as a UUID. Links and requests are named after
    /// it, and a received message knows by it whether its link can still be there.
    pub container_id: String,
    /// How long opening the connection may take, without TCP and TLS.
    pub connect_timeout: Duration,
    /// How long each answer may take. An operation of many requests may take that long for each.
    pub operation_timeout: Duration,
    /// The largest request, in bytes; the peer's own limit counts too if it is lower. 256 KiB is what the Standard tier takes.
    pub request_bytes_max: usize,
    /// The largest message or response that is taken in, in bytes.
    pub response_bytes_max: usize,
}

impl Options {
    /// The usual settings.
    #[must_use]
    pub fn new(namespace: &str, credential: Credential, container_id: &str) -> Self {
        Self {
            namespace: namespace.to_owned(),
            credential,
            container_id: container_id.to_owned(),
            connect_timeout: Duration::from_secs(15),
            operation_timeout: Duration::from_secs(15),
            request_bytes_max: 256 << 10,
            response_bytes_max: 8 << 20,
        }
    }
}
