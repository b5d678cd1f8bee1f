//! Managed identities: the metadata service of virtual machines (IMDS), and the endpoint of App Service, Functions and
//! Container Apps.

use bytes::Bytes;
use http::{HeaderMap, Response, StatusCode};
use punctual_stand_ins::Form;
use punctual_stand_ins::control::json;
use subtle::ConstantTimeEq;

use crate::directory::{Directory, Identity};

/// Where IMDS answers, at `http://169.254.169.254`.
pub(crate) const IMDS_PATH: &str = "/metadata/identity/oauth2/token";
/// Where this stand-in's `IDENTITY_ENDPOINT` is. Hosts choose it as they like.
pub(crate) const IDENTITY_PATH: &str = "/msi/token";

/// Which of the two was asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Door {
    Imds,
    AppService,
}

impl Door {
    pub(crate) fn at(path: &str) -> Option<Self> {
        match path {
            IMDS_PATH => Some(Self::Imds),
            IDENTITY_PATH => Some(Self::AppService),
            _ => None,
        }
    }
}

/// Who gets a token for what, or the answer that refuses.
pub(crate) fn grant<'a>(
    directory: &'a Directory,
    door: Door,
    headers: &HeaderMap,
    query: &Form,
) -> Result<(&'a Identity, String), Box<Response<Bytes>>> {
    let header = |name: &str| headers.get(name).map_or(&b""[..], |it| it.as_bytes());
    let (version, wanted) = match door {
        Door::Imds => {
            if !header("metadata").eq_ignore_ascii_case(b"true") {
                return Err(refuse("Required metadata header not specified"));
            }
            ("2018-02-01", query.get("api-version"))
        }
        Door::AppService => {
            let right = header("x-identity-header").ct_eq(directory.identity_header.as_bytes());
            if !bool::from(right) {
                let text = serde_json::json!({ "statusCode": 401, "message": "X-IDENTITY-HEADER is missing or wrong" });
                return Err(json(StatusCode::UNAUTHORIZED, &text).into());
            }
            ("2019-08-01", query.get("api-version"))
        }
    };
    if wanted != Some(version) {
        return Err(refuse(&format!("api-version must be {version}")));
    }
    let Some(resource) = query.get("resource") else {
        return Err(refuse("Required query variable 'resource' is missing"));
    };
    if resource.ends_with("/.default") || !directory.knows(resource) {
        let text = serde_json::json!({
            "error": "invalid_resource",
            "error_description": format!("AADSTS500011: The resource principal named {resource} was not found in the tenant."),
        });
        return Err(json(StatusCode::BAD_REQUEST, &text).into());
    }
    match directory.identity(query.get("client_id")) {
        Some(identity) => Ok((identity, resource.to_owned())),
        None => Err(refuse("Identity not found")),
    }
}

/// The answer with a token. All numbers are texts; App Service leaves `expires_in` out.
pub(crate) fn answer(
    door: Door,
    identity: &Identity,
    resource: &str,
    token: &str,
    from_s: i64,
    lifetime_s: u32,
) -> Response<Bytes> {
    let mut body = serde_json::json!({
        "access_token": token,
        "client_id": identity.client_id,
        "expires_on": (from_s + i64::from(lifetime_s)).to_string(),
        "resource": resource,
        "token_type": "Bearer",
    });
    if door == Door::Imds {
        body["expires_in"] = lifetime_s.to_string().into();
        body["ext_expires_in"] = lifetime_s.to_string().into();
        body["not_before"] = from_s.to_string().into();
    }
    json(StatusCode::OK, &body)
}

fn refuse(text: &str) -> Box<Response<Bytes>> {
    let body = serde_json::json!({ "error": "invalid_request", "error_description": text });
    json(StatusCode::BAD_REQUEST, &body).into()
}
