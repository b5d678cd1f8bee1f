//! Who asks: a token that somebody brings, or one for an application with a secret.

use std::io::Read;
use std::path::Path;

use anyhow::{Context, Result, anyhow, bail};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::Value as Json;

use crate::api;
use crate::secrets::Secrets;

/// The letters that stand for themselves (RFC 3986, section 2.3).
const ESCAPED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');
const LARGEST_TOKEN_BYTES: u64 = 64 << 10;

/// An application and its secret, in the variables that Microsoft's own tools read.
pub struct Credentials {
    authority: String,
    tenant: String,
    client_id: String,
    client_secret: String,
}

impl Credentials {
    /// None if none of them is set; half of them is a mistake.
    pub fn from_environment(secrets: &mut Secrets) -> Result<Option<Self>> {
        let read = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
        let names = ["AZURE_TENANT_ID", "AZURE_CLIENT_ID", "AZURE_CLIENT_SECRET"];
        let found = names.map(read);
        if found[2].is_none() {
            // `az` and others leave the first two about.
            return Ok(None);
        }
        let [Some(tenant), Some(client_id), Some(client_secret)] = found else {
            bail!("{} belong together, and one is not set", names.join(", "));
        };
        secrets.add(&client_secret);
        let fits = |c: char| c.is_ascii_alphanumeric() || "-.".contains(c);
        if !tenant.chars().all(fits) || !client_id.chars().all(fits) {
            bail!("AZURE_TENANT_ID and AZURE_CLIENT_ID must be ids");
        }
        let authority = read("AZURE_AUTHORITY_HOST");
        let authority = authority.unwrap_or_else(|| "https://login.microsoftonline.com".into());
        Ok(Some(Self {
            authority: authority.trim_end_matches('/').to_owned(),
            tenant,
            client_id,
            client_secret,
        }))
    }

    fn form(&self, environment: &str) -> String {
        let scope = format!("{environment}/.default");
        let pairs = [
            ("grant_type", "client_credentials"),
            ("client_id", &self.client_id),
            ("client_secret", &self.client_secret),
            ("scope", &scope),
        ];
        let pair =
            |(name, value): (&str, &str)| format!("{name}={}", utf8_percent_encode(value, ESCAPED));
        pairs.map(pair).join("&")
    }
}

/// The token in a file; `-` is standard input.
pub fn token_in(path: &Path, secrets: &mut Secrets) -> Result<String> {
    let mut token = String::new();
    let read = match path.to_str() {
        Some("-") => std::io::stdin()
            .take(LARGEST_TOKEN_BYTES)
            .read_to_string(&mut token),
        _ => std::fs::File::open(path)
            .and_then(|file| file.take(LARGEST_TOKEN_BYTES).read_to_string(&mut token)),
    };
    read.with_context(|| format!("cannot read a token from {}", path.display()))?;
    let token = token.trim();
    secrets.add(token);
    if token.is_empty() || !token.chars().all(|c| c.is_ascii_graphic()) {
        bail!("{} holds no token", path.display());
    }
    Ok(token.to_owned())
}

/// A token for the environment, for the application.
pub fn token_for(
    credentials: Option<&Credentials>,
    environment: &str,
    secrets: &mut Secrets,
) -> Result<String> {
    let Some(credentials) = credentials else {
        bail!(
            "nobody is signed in: give --token-file, or set AZURE_TENANT_ID, AZURE_CLIENT_ID and AZURE_CLIENT_SECRET"
        );
    };
    let Credentials {
        authority, tenant, ..
    } = credentials;
    let url = format!("{authority}/{tenant}/oauth2/v2.0/token");
    let (status, body) = api::post_form(&url, &credentials.form(environment))
        .with_context(|| format!("cannot sign in at {authority}"))?;
    let answer: Json = serde_json::from_str(&body).unwrap_or_default();
    if let Some(token) = answer["access_token"].as_str().filter(|_| status == 200) {
        secrets.add(token);
        return Ok(token.to_owned());
    }
    // `AADSTS7000215: Invalid client secret provided. …`: the number is what can be looked up.
    let told = answer["error_description"].as_str().unwrap_or_default();
    let number = told.split(':').next().filter(|it| it.starts_with("AADSTS"));
    let error = answer["error"].as_str().unwrap_or("no reason given");
    Err(anyhow!(
        "Entra refused to sign the application in: {status} {error}{}",
        number
            .map(|number| format!(" ({number})"))
            .unwrap_or_default()
    ))
}
