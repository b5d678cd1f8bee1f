//! `POST /{tenant}/oauth2/v2.0/token`: client credentials, by secret or by a federated assertion.

use http::StatusCode;
use punctual_stand_ins::{Form, Guid};
use serde::Deserialize;
use subtle::ConstantTimeEq;

use crate::directory::{Application, Directory};
use crate::error::Refusal;
use crate::token;

const ASSERTION_TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/// What a request is granted.
#[derive(Debug)]
pub(crate) struct Granted {
    pub client_id: Guid,
    pub object_id: Guid,
    /// The audience.
    pub resource: String,
    /// Whether it came with an assertion instead of a secret.
    pub by_assertion: bool,
}

/// Decides. The checks come in the order in which the service makes them: tenant, form, application, credential, scope.
pub(crate) fn grant(
    directory: &Directory,
    tenant: &str,
    form: &Form,
    now_ms: i64,
) -> Result<Granted, Refusal> {
    if tenant.parse() != Ok(directory.tenant) {
        let text = format!(
            "Tenant '{tenant}' not found. Check to make sure you have the correct tenant ID and are signing into the correct cloud."
        );
        return Err(Refusal::new(400, "invalid_request", 90_002, text));
    }
    let grant_type = need(form, "grant_type")?;
    if grant_type != "client_credentials" {
        let text = format!("The app requested an unsupported grant type '{grant_type}'.");
        return Err(Refusal::new(400, "unsupported_grant_type", 70_003, text));
    }
    let client_id = need(form, "client_id")?;
    let application = directory.application(client_id).ok_or_else(|| {
        let text = format!(
            "Application with identifier '{client_id}' was not found in the directory '{tenant}'."
        );
        Refusal::new(400, "unauthorized_client", 700_016, text)
    })?;
    let by_assertion = credential(application, form, now_ms)?;
    let resource = resource(directory, need(form, "scope")?)?;
    Ok(Granted {
        client_id: application.client_id,
        object_id: application.object_id,
        resource,
        by_assertion,
    })
}

fn need<'a>(form: &'a Form, name: &str) -> Result<&'a str, Refusal> {
    form.get(name).ok_or_else(|| {
        let text = format!("The request body must contain the following parameter: '{name}'.");
        Refusal::new(400, "invalid_request", 900_144, text)
    })
}

/// Whether the credential is an assertion, if it is good.
fn credential(application: &Application, form: &Form, now_ms: i64) -> Result<bool, Refusal> {
    if let Some(secret) = form.get("client_secret") {
        return check_secret(application, secret, now_ms).map(|()| false);
    }
    if let Some(assertion) = form.get("client_assertion") {
        if form.get("client_assertion_type") != Some(ASSERTION_TYPE) {
            let text =
                format!("The request body must contain client_assertion_type '{ASSERTION_TYPE}'.");
            return Err(Refusal::new(400, "invalid_request", 900_144, text));
        }
        return check_assertion(application, assertion, now_ms).map(|()| true);
    }
    let text = "The request body must contain the following parameter: 'client_assertion' or 'client_secret'.";
    Err(Refusal::new(401, "invalid_client", 7_000_218, text.into()))
}

fn check_secret(application: &Application, secret: &str, now_ms: i64) -> Result<(), Refusal> {
    let id = application.client_id;
    let known = application
        .secrets
        .iter()
        .find(|known| bool::from(known.text.as_bytes().ct_eq(secret.as_bytes())));
    match known {
        Some(known) if now_ms < known.expires_ms => Ok(()),
        Some(_) => {
            let text = format!(
                "The provided client secret keys for app '{id}' are expired. Create new keys for the app."
            );
            Err(Refusal::new(401, "invalid_client", 7_000_222, text))
        }
        None => {
            let text = format!(
                "Invalid client secret provided. Ensure the secret being sent in the request is the client secret value, not the client secret ID, for a secret added to app '{id}'."
            );
            Err(Refusal::new(401, "invalid_client", 7_000_215, text))
        }
    }
}

/// What an assertion says. `aud` may be one text or several.
#[derive(Deserialize)]
struct Assertion {
    iss: String,
    sub: String,
    aud: serde_json::Value,
    exp: i64,
    #[serde(default)]
    nbf: i64,
}

fn check_assertion(application: &Application, jwt: &str, now_ms: i64) -> Result<(), Refusal> {
    let refuse = |number, text: &str| Refusal::new(401, "invalid_client", number, text.to_owned());
    let assertion: Assertion =
        token::read(jwt).ok_or_else(|| refuse(50_027, "JWT token is invalid or malformed."))?;
    let of_issuer = |it: &&crate::directory::FederatedCredential| it.issuer == assertion.iss;
    if !application.federated.iter().any(|it| of_issuer(&it)) {
        let text = "No matching federated identity record found for presented assertion issuer.";
        return Err(refuse(700_211, text));
    }
    let of_subject = |it: &&crate::directory::FederatedCredential| it.subject == assertion.sub;
    let mut both = application.federated.iter().filter(of_issuer);
    let Some(credential) = both.find(of_subject) else {
        let text = "No matching federated identity record found for presented assertion subject.";
        return Err(refuse(700_213, text));
    };
    let audience = &credential.audience;
    let for_us = match &assertion.aud {
        serde_json::Value::String(one) => one == audience,
        serde_json::Value::Array(several) => several.iter().any(|one| one == audience.as_str()),
        _ => false,
    };
    if !for_us {
        let text = "No matching federated identity record found for presented assertion audience.";
        return Err(refuse(700_212, text));
    }
    let now = now_ms.div_euclid(1000);
    if now >= assertion.exp || now < assertion.nbf {
        let text = "Client assertion is not within its valid time range.";
        return Err(refuse(700_024, text));
    }
    Ok(())
}

fn resource(directory: &Directory, scope: &str) -> Result<String, Refusal> {
    let resource = scope
        .strip_suffix("/.default")
        .filter(|it| !it.contains(' '));
    let Some(resource) = resource else {
        let text = format!(
            "The provided value for scope {scope} is not valid. Client credential flows must have a scope value with /.default suffixed to the resource identifier (application ID URI)."
        );
        return Err(Refusal::new(400, "invalid_scope", 1_002_012, text));
    };
    if !directory.knows(resource) {
        let text = format!(
            "The resource principal named {resource} was not found in the tenant. This can happen if the application has not been installed by the administrator of the tenant or consented to by any user in the tenant."
        );
        return Err(Refusal::new(400, "invalid_resource", 500_011, text));
    }
    Ok(resource.to_owned())
}

/// What a strike answers at the token endpoint.
pub(crate) fn failed(status: StatusCode) -> Refusal {
    let text = "The service is temporarily unavailable. Please retry later.".to_owned();
    Refusal::new(status.as_u16(), "temporarily_unavailable", 90_033, text)
}
