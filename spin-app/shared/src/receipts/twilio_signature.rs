//! The signature of Twilio's webhooks: an HMAC over the URL as Twilio called it and the parameters, sorted.
//!
//! No time is signed. Whoever replays a request tells what was told already, and that changes nothing.

use base64::{Engine, engine::general_purpose::STANDARD};
use hmac::{Hmac, Mac};
use sha1::Sha1;
use sha2::{Digest, Sha256};
use subtle::{Choice, ConstantTimeEq};

use crate::web::Query;

/// What signatures are made with.
pub struct Secrets {
    /// The account's Auth Token, and a second one during rotation.
    pub auth_tokens: Vec<String>,
    /// A SharedKey and its id. Only where there is one is its algorithm taken: the caller does not choose.
    pub shared_key: Option<(String, String)>,
}

/// A request as far as it is signed.
pub struct Signed<'a> {
    /// The whole URL as Twilio knows it.
    pub url: &'a str,
    /// The parameters of a form; none for any other body.
    pub form: Option<&'a [(String, String)]>,
    /// The body as it came.
    pub body: &'a [u8],
    /// The header `X-Twilio-Signature`.
    pub signature: &'a str,
    /// The header `X-Twilio-Webhooks-Signature-Settings`.
    pub settings: Option<&'a str>,
}

/// Whether the holder of one of the secrets made the signature.
pub fn is_genuine(secrets: &Secrets, signed: &Signed<'_>) -> bool {
    let parameters = match signed.form {
        Some(form) => flat(form),
        None if body_is_as_told(signed) => String::new(),
        None => return false,
    };
    let texts = ports(signed.url).map(|url| format!("{url}{parameters}"));
    let expected: Vec<String> = match (signed.settings, &secrets.shared_key) {
        (None, _) => {
            let tokens = secrets.auth_tokens.iter();
            let of = |token: &String| texts.clone().map(|text| sha1(token, &text));
            tokens.flat_map(of).collect()
        }
        (Some(settings), Some((id, secret))) if names(settings, id) => {
            texts.iter().map(|text| sha256(secret, text)).collect()
        }
        (Some(_), _) => return false,
    };
    let same = |expected: &String| expected.as_bytes().ct_eq(signed.signature.as_bytes());
    expected
        .iter()
        .map(same)
        .fold(Choice::from(0), |any, one| any | one)
        .into()
}

/// Names sorted by code point; of a repeated name its distinct values, sorted, the name before each.
fn flat(form: &[(String, String)]) -> String {
    let mut pairs: Vec<&(String, String)> = form.iter().collect();
    pairs.sort();
    pairs.dedup();
    pairs
        .iter()
        .flat_map(|(name, value)| [name.as_str(), value])
        .collect()
}

/// A body that is no form has its hash in the signed URL.
fn body_is_as_told(signed: &Signed<'_>) -> bool {
    let (_, query) = signed.url.split_once('?').unwrap_or_default();
    let query = Query::parse(query);
    let told = query.get("bodySHA256").unwrap_or_default();
    let hash: String = Sha256::digest(signed.body)
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    hash.as_bytes().ct_eq(told.as_bytes()).into()
}

/// `key=<id>,algorithm=HMAC_SHA256`, and of the key that we know.
fn names(settings: &str, id: &str) -> bool {
    let value = |name: &str| {
        let mut parts = settings.split(',').map(|part| part.trim().split_once('='));
        parts.find_map(|part| {
            part.filter(|(known, _)| *known == name)
                .map(|(_, value)| value)
        })
    };
    value("algorithm") == Some("HMAC_SHA256") && value("key") == Some(id)
}

/// The URL without a port and with it: senders differ in whether they sign it.
fn ports(url: &str) -> [String; 2] {
    let (scheme, rest) = url.split_once("://").unwrap_or(("https", url));
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let (authority, rest) = rest.split_at(end);
    let host_ends = authority.rfind(']').map_or(0, |at| at + 1);
    let colon = authority[host_ends..].rfind(':').map(|at| at + host_ends);
    let (host, port) = match colon {
        Some(colon) => (&authority[..colon], &authority[colon + 1..]),
        None => (authority, if scheme == "http" { "80" } else { "443" }),
    };
    [
        format!("{scheme}://{host}{rest}"),
        format!("{scheme}://{host}:{port}{rest}"),
    ]
}

fn sha1(key: &str, text: &str) -> String {
    let mut mac = Hmac::<Sha1>::new_from_slice(key.as_bytes())
        .expect("HMAC takes keys of any length: RFC 2104, section 3");
    mac.update(text.as_bytes());
    STANDARD.encode(mac.finalize().into_bytes())
}

fn sha256(key: &str, text: &str) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(key.as_bytes())
        .expect("HMAC takes keys of any length: RFC 2104, section 3");
    mac.update(text.as_bytes());
    STANDARD.encode(mac.finalize().into_bytes())
}

#[cfg(test)]
mod tests;
