//! The ways to show who we are, as requests for a token.

use super::SignInError;
use crate::http::Call;

/// Entra answers in well under a second; a machine that has just started takes longer to know its own identity.
const TIMEOUT_MS: i64 = 10_000;

/// Who the application is.
#[derive(Clone)]
pub enum Identity {
    /// An app registration with a client secret.
    ClientSecret {
        /// Where it signs in.
        app: AppRegistration,
        /// The secret.
        secret: String,
    },
    /// An app registration, or a managed identity, that trusts the tokens of a Kubernetes service account.
    Workload {
        /// Where it signs in.
        app: AppRegistration,
        /// The service account's token.
        assertion: Assertion,
    },
    /// The identity that Azure gives to a machine or a container.
    Managed {
        /// The whole URL that is asked, without a query.
        endpoint: String,
        /// Which of several identities; none: the only one, or the machine's own.
        client_id: Option<String>,
        /// What App Service and Container Apps want in `X-IDENTITY-HEADER`; none: IMDS is asked, on a machine.
        header: Option<String>,
    },
}

/// An application in a tenant.
#[derive(Clone, Debug)]
pub struct AppRegistration {
    /// `https://login.microsoftonline.com`, no slash at the end.
    pub authority: String,
    /// The tenant's id.
    pub tenant: String,
    /// The application's id.
    pub client_id: String,
}

/// A service account's token.
#[derive(Clone)]
pub enum Assertion {
    /// The token.
    Text(String),
    /// A file that holds it. Kubernetes renews it about once an hour, so it is read for each request.
    File(String),
}

impl Assertion {
    fn read(&self) -> Result<String, SignInError> {
        match self {
            Self::Text(text) => Ok(text.trim().to_owned()),
            Self::File(path) => {
                let text = std::fs::read_to_string(path);
                let text = text.map_err(|error| SignInError {
                    text: format!("entra_assertion_file cannot be read: {}", error.kind()),
                    retry_after_seconds: None,
                })?;
                Ok(text.trim().to_owned())
            }
        }
    }
}

impl Identity {
    /// The request for a token for a resource.
    pub fn request(&self, resource: &str) -> Result<Call, SignInError> {
        match self {
            Self::ClientSecret { app, secret } => {
                Ok(app.request(resource, &[("client_secret", secret)]))
            }
            Self::Workload { app, assertion } => {
                const TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
                let assertion = assertion.read()?;
                Ok(app.request(
                    resource,
                    &[
                        ("client_assertion_type", TYPE),
                        ("client_assertion", &assertion),
                    ],
                ))
            }
            Self::Managed {
                endpoint,
                client_id,
                header,
            } => {
                let version = match header {
                    Some(_) => "2019-08-01",
                    None => "2018-02-01",
                };
                let mut query = form_urlencoded::Serializer::new(String::new());
                query.append_pair("api-version", version);
                query.append_pair("resource", resource);
                if let Some(client_id) = client_id {
                    query.append_pair("client_id", client_id);
                }
                let url = format!("{endpoint}?{}", query.finish());
                let call = Call::new("GET", url, TIMEOUT_MS).with("metadata", "true");
                Ok(match header {
                    Some(header) => call.with("x-identity-header", header),
                    None => call,
                })
            }
        }
    }

    /// Under what its tokens are kept. Nothing in it is secret.
    pub fn name(&self) -> String {
        match self {
            Self::ClientSecret { app, .. } | Self::Workload { app, .. } => {
                format!("{}/{}", app.tenant, app.client_id)
            }
            Self::Managed { client_id, .. } => {
                format!("managed/{}", client_id.as_deref().unwrap_or("own"))
            }
        }
    }

    /// Whether a request that was refused may be right the next moment: the file may hold a newer token by then.
    pub fn may_have_changed(&self) -> bool {
        matches!(
            self,
            Self::Workload {
                assertion: Assertion::File(_),
                ..
            }
        )
    }
}

impl AppRegistration {
    fn request(&self, resource: &str, credential: &[(&str, &str)]) -> Call {
        let mut form = form_urlencoded::Serializer::new(String::new());
        form.append_pair("client_id", &self.client_id);
        form.append_pair("grant_type", "client_credentials");
        form.extend_pairs(credential);
        form.append_pair("scope", &format!("{resource}/.default"));
        let url = format!("{}/{}/oauth2/v2.0/token", self.authority, self.tenant);
        let mut call = Call::new("POST", url, TIMEOUT_MS)
            .with("content-type", "application/x-www-form-urlencoded")
            .with("accept", "application/json");
        call.body = form.finish().into_bytes();
        call
    }
}

impl std::fmt::Debug for Identity {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let kind = match self {
            Self::ClientSecret { .. } => "ClientSecret",
            Self::Workload { .. } => "Workload",
            Self::Managed { .. } => "Managed",
        };
        write!(f, "{kind}({})", self.name())
    }
}
