//! Shared access signatures: `sr={uri}&sig={signature}&se={expiry}&skn={rule}`.
//!
//! The signature is HMAC-SHA256 over the resource *as it is encoded after `sr=`*, a line feed and the expiry in
//! Unix seconds, with the text of the key.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, Mac};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use sha2::Sha256;

use super::{Grant, Rule};
use crate::address::path_of;

const LONGEST_TOKEN: usize = 8_192;

/// Everything but what RFC 3986 calls unreserved.
const RESERVED: AsciiSet = NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

/// Makes a token for a URI and all below it, as a client does; for tests that speak the protocols themselves.
pub fn sign(uri: &str, rule: &Rule, expires_s: i64) -> String {
    let resource = utf8_percent_encode(uri, &RESERVED);
    let signature = mac(rule, &format!("{resource}\n{expires_s}"));
    let signature = STANDARD.encode(signature.finalize().into_bytes());
    let signature = utf8_percent_encode(&signature, &RESERVED);
    let name = utf8_percent_encode(&rule.name, &RESERVED);
    format!("SharedAccessSignature sr={resource}&sig={signature}&se={expires_s}&skn={name}")
}

fn mac(rule: &Rule, signed: &str) -> Hmac<Sha256> {
    // HMAC takes keys of any length: RFC 2104, section 2.
    let mut mac = Hmac::<Sha256>::new_from_slice(rule.key.as_bytes()).expect("any key will do");
    mac.update(signed.as_bytes());
    mac
}

/// Judges what stands after `SharedAccessSignature `.
pub(super) fn judge(rules: &[Rule], signature: &str, now_ms: i64) -> Result<Grant, String> {
    if signature.len() > LONGEST_TOKEN {
        return Err(format!(
            "MalformedToken: it is longer than {LONGEST_TOKEN} bytes."
        ));
    }
    let field = |name: &str| {
        let mut pairs = signature
            .trim()
            .split('&')
            .filter_map(|pair| pair.split_once('='));
        pairs
            .find(|(key, _)| *key == name)
            .map(|(_, value)| value)
            .ok_or_else(|| format!("MalformedToken: {name} is missing."))
    };
    let decoded = |name: &str| {
        let text = percent_decode_str(field(name)?).decode_utf8();
        text.map_err(|_| format!("MalformedToken: {name} is not UTF-8."))
    };
    let (resource, expiry) = (field("sr")?, field("se")?);
    let expires_s: i64 = expiry
        .parse()
        .map_err(|_| "MalformedToken: se must be Unix seconds.".to_owned())?;
    let name = decoded("skn")?;
    let rule = rules
        .iter()
        .find(|rule| rule.name == name)
        .ok_or("InvalidSignature: there is no such rule.")?;
    let given = STANDARD.decode(decoded("sig")?.as_bytes());
    let given = given.map_err(|_| "MalformedToken: sig is not base64.".to_owned())?;
    mac(rule, &format!("{resource}\n{expiry}"))
        .verify_slice(&given)
        .map_err(|_| "InvalidSignature: the token has an invalid signature.".to_owned())?;
    let expires_ms = expires_s.saturating_mul(1000);
    if now_ms >= expires_ms {
        return Err("ExpiredToken: the token is expired.".into());
    }
    let scope = path_of(&decoded("sr")?).ok_or("MalformedToken: sr is not a URI.")?;
    Ok(Grant {
        scope,
        rights: rule.rights,
        expires_ms,
    })
}
