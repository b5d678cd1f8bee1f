//! What there is in the directory: one tenant, its applications and managed identities, and the resources that tokens
//! can be for.

use punctual_stand_ins::Guid;

/// The directory, and how long its tokens live.
#[derive(Debug, Clone)]
pub struct Directory {
    /// The tenant's id. Its name is not known here: real deployments use the id too.
    pub tenant: Guid,
    /// The applications with credentials.
    pub applications: Vec<Application>,
    /// The managed identities of "this machine". The first is the system-assigned one.
    pub identities: Vec<Identity>,
    /// The resources that tokens can be for, as `https://servicebus.azure.net`. None means any that looks like one.
    pub resources: Option<Vec<String>>,
    /// The shortest and the longest life of an application's token, in seconds: 60 to 90 minutes at random.
    pub lifetime_seconds: (u32, u32),
    /// The life of a managed identity's token, in seconds: 24 hours.
    pub identity_lifetime_seconds: u32,
    /// What `X-IDENTITY-HEADER` must say, as the host puts it into `IDENTITY_HEADER`.
    pub identity_header: String,
}

/// An application ("app registration") with its credentials.
#[derive(Debug, Clone)]
pub struct Application {
    /// The application's id.
    pub client_id: Guid,
    /// The id of its service principal.
    pub object_id: Guid,
    /// Its secrets.
    pub secrets: Vec<Secret>,
    /// Whose assertions it takes for a secret.
    pub federated: Vec<FederatedCredential>,
}

/// A client secret.
#[derive(Clone)]
pub struct Secret {
    /// The text.
    pub text: String,
    /// When it ends; milliseconds since 1970.
    pub expires_ms: i64,
}

impl std::fmt::Debug for Secret {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "Secret until {}", self.expires_ms)
    }
}

/// A federated identity credential: an assertion with just these claims is as good as a secret.
#[derive(Debug, Clone)]
pub struct FederatedCredential {
    /// `iss`: the cluster's.
    pub issuer: String,
    /// `sub`: `system:serviceaccount:{namespace}:{name}`.
    pub subject: String,
    /// `aud`: `api://AzureADTokenExchange`.
    pub audience: String,
}

/// A managed identity.
#[derive(Debug, Clone)]
pub struct Identity {
    /// Its client id.
    pub client_id: Guid,
    /// The id of its service principal.
    pub object_id: Guid,
}

/// The tenant of [`Directory::default`].
pub const TENANT: &str = "11111111-2222-3333-4444-555555555555";
/// The application of [`Directory::default`].
pub const CLIENT_ID: &str = "aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee";
/// Its secret: with letters that must be percent-encoded, as real ones have them.
pub const CLIENT_SECRET: &str = "cl1ent~secret&+";
/// What the workload identity of [`Directory::default`] says of itself.
pub const FEDERATED: (&str, &str, &str) = (
    "https://cluster.example.com/",
    "system:serviceaccount:punctual:punctual",
    "api://AzureADTokenExchange",
);
/// The managed identity of [`Directory::default`].
pub const IDENTITY: &str = "bbbbbbbb-cccc-dddd-eeee-ffffffffffff";
/// `IDENTITY_HEADER` of [`Directory::default`].
pub const IDENTITY_HEADER: &str = "853b9a84-0000-4000-8000-000000000001";

impl Default for Directory {
    /// One tenant with one application, which has a secret and a workload identity, and one managed identity.
    fn default() -> Self {
        let guid = |text: &str| text.parse().unwrap_or(Guid::NIL);
        let (issuer, subject, audience) = FEDERATED;
        Self {
            tenant: guid(TENANT),
            applications: vec![Application {
                client_id: guid(CLIENT_ID),
                object_id: guid("aaaaaaaa-0000-4000-8000-000000000001"),
                secrets: vec![Secret {
                    text: CLIENT_SECRET.into(),
                    expires_ms: i64::MAX,
                }],
                federated: vec![FederatedCredential {
                    issuer: issuer.into(),
                    subject: subject.into(),
                    audience: audience.into(),
                }],
            }],
            identities: vec![Identity {
                client_id: guid(IDENTITY),
                object_id: guid("bbbbbbbb-0000-4000-8000-000000000001"),
            }],
            resources: None,
            lifetime_seconds: (3_599, 5_399),
            identity_lifetime_seconds: 86_399,
            identity_header: IDENTITY_HEADER.into(),
        }
    }
}

impl Directory {
    /// The application with this id.
    pub fn application(&self, client_id: &str) -> Option<&Application> {
        let client_id: Guid = client_id.parse().ok()?;
        let mut all = self.applications.iter();
        all.find(|application| application.client_id == client_id)
    }

    /// The managed identity with this id; without one, the first.
    pub fn identity(&self, client_id: Option<&str>) -> Option<&Identity> {
        let Some(client_id) = client_id else {
            return self.identities.first();
        };
        let client_id: Guid = client_id.parse().ok()?;
        let mut all = self.identities.iter();
        all.find(|identity| identity.client_id == client_id)
    }

    /// Whether tokens can be for this resource.
    pub fn knows(&self, resource: &str) -> bool {
        let same = |known: &String| known.trim_end_matches('/') == resource.trim_end_matches('/');
        match &self.resources {
            Some(resources) => resources.iter().any(same),
            None => resource.starts_with("https://") || resource.starts_with("http://"),
        }
    }
}
