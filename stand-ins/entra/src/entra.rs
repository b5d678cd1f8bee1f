//! The state, and how requests are answered. `now` comes with each call; randomness is from a seed.
//!
//! | request | does |
//! |---|---|
//! | `POST /{tenant}/oauth2/v2.0/token` | a token for a secret or an assertion |
//! | `GET /metadata/identity/oauth2/token` | a token for a managed identity, as IMDS |
//! | `GET /msi/token` | the same, as `IDENTITY_ENDPOINT` |
//! | `GET /{tenant}/v2.0/.well-known/openid-configuration` | where the token endpoint is, for Microsoft's libraries |

use bytes::Bytes;
use http::{HeaderValue, Method, Request, Response, StatusCode, header};
use punctual_stand_ins::control::{json, refuse};
use punctual_stand_ins::{FaultKind, Faults, Form, Guid, Ledger, Point, Random, Reply, Strike};

use crate::directory::Directory;
use crate::managed::{self, Door};
use crate::oauth;
use crate::token::{Claims, Judge};

const KINDS: &[FaultKind] = &[
    FaultKind::Busy,
    FaultKind::Fail,
    FaultKind::Drop,
    FaultKind::LoseAnswer,
    FaultKind::HalfAnswer,
    FaultKind::NoAnswer,
    FaultKind::Slow,
];

/// Where this stand-in can be made to fail.
pub const POINTS: &[Point] = &[
    Point {
        name: "token",
        kinds: KINDS,
    },
    Point {
        name: "imds",
        kinds: KINDS,
    },
    Point {
        name: "identity",
        kinds: KINDS,
    },
];

const KEPT_REQUESTS: usize = 10_000;

/// An Entra ID: the whole state of the stand-in.
pub struct Entra {
    /// Who is who. Tests may change it at any time.
    pub directory: Directory,
    /// The faults that stand.
    pub faults: Faults,
    /// What was asked.
    pub requests: Ledger,
    judge: Judge,
    random: Random,
}

impl Entra {
    /// A directory whose randomness, keys included, is the sequence of `seed`.
    pub fn new(directory: Directory, seed: u64) -> Self {
        let mut random = Random::seeded(seed);
        Self {
            judge: Judge::new(directory.tenant, &mut random),
            directory,
            faults: Faults::at(POINTS),
            requests: Ledger::keeping(KEPT_REQUESTS),
            random,
        }
    }

    /// Who judges the tokens of this directory, for the stand-ins that take them.
    pub fn judge(&self) -> Judge {
        self.judge.clone()
    }

    /// Answers a request.
    pub fn handle(&mut self, request: &Request<Bytes>, now_ms: i64) -> Reply {
        let path = request.uri().path();
        if let Some(response) = discovery(&self.directory, request) {
            return response.into();
        }
        let door = Door::at(path);
        let (point, method) = match door {
            None => ("token", Method::POST),
            Some(Door::Imds) => ("imds", Method::GET),
            Some(Door::AppService) => ("identity", Method::GET),
        };
        let tenant = path
            .trim_start_matches('/')
            .strip_suffix("/oauth2/v2.0/token");
        if door.is_none() && tenant.is_none() {
            return refuse(StatusCode::NOT_FOUND, "there is no such page here").into();
        }
        if request.method() != method {
            return refuse(StatusCode::METHOD_NOT_ALLOWED, "this takes another method").into();
        }
        let strike = self.faults.strike(point, &mut self.random);
        let (kind, response) = match strike.map(|strike| strike.kind) {
            Some(FaultKind::Drop) => (point, Response::new(Bytes::new())),
            Some(FaultKind::Busy) => (point, self.busy(strike, now_ms)),
            Some(FaultKind::Fail) => {
                let refusal = oauth::failed(StatusCode::SERVICE_UNAVAILABLE);
                (point, refusal.response(&mut self.random, now_ms))
            }
            _ => match (door, tenant) {
                (Some(door), _) => (point, self.managed(door, request, now_ms)),
                (None, tenant) => self.token(tenant.unwrap_or_default(), request, now_ms),
            },
        };
        self.requests.note(now_ms, kind, response.status().as_u16());
        Reply::struck(response, strike)
    }

    fn token(
        &mut self,
        tenant: &str,
        request: &Request<Bytes>,
        now_ms: i64,
    ) -> (&'static str, Response<Bytes>) {
        let form = Form::read(&String::from_utf8_lossy(request.body()));
        let granted = match oauth::grant(&self.directory, tenant, &form, now_ms) {
            Ok(granted) => granted,
            Err(refusal) => return ("token.refused", refusal.response(&mut self.random, now_ms)),
        };
        let (shortest, longest) = self.directory.lifetime_seconds;
        let span = u64::from(longest.saturating_sub(shortest)) + 1;
        let lifetime_s = shortest + (self.random.next_u64() % span) as u32;
        let token = self.issue(
            granted.client_id,
            granted.object_id,
            &granted.resource,
            lifetime_s,
            now_ms,
        );
        let body = serde_json::json!({
            "token_type": "Bearer",
            "expires_in": lifetime_s,
            "ext_expires_in": lifetime_s,
            "access_token": token,
        });
        let kind = match granted.by_assertion {
            true => "token.assertion",
            false => "token.secret",
        };
        (kind, json(StatusCode::OK, &body))
    }

    fn managed(&mut self, door: Door, request: &Request<Bytes>, now_ms: i64) -> Response<Bytes> {
        let query = Form::read(request.uri().query().unwrap_or_default());
        let granted = managed::grant(&self.directory, door, request.headers(), &query);
        let (identity, resource) = match granted {
            Ok((identity, resource)) => (identity.clone(), resource),
            Err(response) => return *response,
        };
        let lifetime_s = self.directory.identity_lifetime_seconds;
        let token = self.issue(
            identity.client_id,
            identity.object_id,
            &resource,
            lifetime_s,
            now_ms,
        );
        let from_s = now_ms.div_euclid(1000);
        managed::answer(door, &identity, &resource, &token, from_s, lifetime_s)
    }

    /// A token for this client and audience, as if it had asked.
    pub fn issue(
        &mut self,
        client_id: Guid,
        object_id: Guid,
        audience: &str,
        lifetime_s: u32,
        now_ms: i64,
    ) -> String {
        let now = now_ms.div_euclid(1000);
        let tenant = self.directory.tenant;
        self.judge.issue(&Claims {
            aud: audience.to_owned(),
            iss: format!("https://sts.windows.net/{tenant}/"),
            iat: now,
            nbf: now,
            exp: now + i64::from(lifetime_s),
            appid: client_id,
            idtyp: "app".into(),
            oid: object_id,
            sub: object_id,
            tid: tenant,
            uti: Guid::next(&mut self.random),
            ver: "1.0".into(),
        })
    }

    fn busy(&mut self, strike: Option<Strike>, now_ms: i64) -> Response<Bytes> {
        let refusal = oauth::failed(StatusCode::TOO_MANY_REQUESTS);
        let mut response = refusal.response(&mut self.random, now_ms);
        if let Some(seconds) = strike.and_then(|strike| strike.retry_after_seconds) {
            let headers = response.headers_mut();
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}

/// What Microsoft's libraries ask before the first token.
fn discovery(directory: &Directory, request: &Request<Bytes>) -> Option<Response<Bytes>> {
    let path = request.uri().path().trim_start_matches('/');
    let tenant = path.strip_suffix("/v2.0/.well-known/openid-configuration")?;
    if tenant.parse() != Ok(directory.tenant) {
        let text = format!("AADSTS90002: Tenant '{tenant}' not found.");
        let body = serde_json::json!({ "error": "invalid_tenant", "error_description": text });
        return Some(json(StatusCode::BAD_REQUEST, &body));
    }
    let scheme = request.uri().scheme_str().unwrap_or("http");
    let host = request.headers().get(header::HOST);
    let host = host
        .and_then(|host| host.to_str().ok())
        .unwrap_or("localhost");
    let base = format!("{scheme}://{host}/{tenant}");
    let body = serde_json::json!({
        "issuer": format!("{base}/v2.0"),
        "authorization_endpoint": format!("{base}/oauth2/v2.0/authorize"),
        "token_endpoint": format!("{base}/oauth2/v2.0/token"),
        "token_endpoint_auth_methods_supported": ["client_secret_post", "private_key_jwt"],
        "response_types_supported": ["code"],
    });
    Some(json(StatusCode::OK, &body))
}

#[cfg(test)]
mod tests;
