//! Who asks: a request signed with the resource's key, or a bearer token of Entra's.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use chrono::{DateTime, NaiveDateTime, Utc};
use hmac::{Hmac, Mac};
use http::{HeaderValue, Request, header};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use crate::options::Options;
use crate::refusal::Refusal;

/// The audience of tokens.
pub const AUDIENCE: &str = "https://communication.azure.com";

/// Judges bearer tokens: nothing, or a sentence that says why one is not good.
pub type BearerValidator = Box<dyn Fn(&str, i64) -> Result<(), String> + Send + Sync>;

const SIGNED: &str = "HMAC-SHA256 SignedHeaders=x-ms-date;host;x-ms-content-sha256&Signature=";

/// An instant as HTTP writes it (RFC 1123).
pub(crate) fn rfc1123(at_ms: i64) -> String {
    let at: DateTime<Utc> = DateTime::from_timestamp_millis(at_ms).unwrap_or_default();
    at.format("%a, %d %b %Y %H:%M:%S GMT").to_string()
}

/// The instant that such a text means.
pub(crate) fn read_rfc1123(text: &str) -> Option<i64> {
    let at = NaiveDateTime::parse_from_str(text, "%a, %d %b %Y %H:%M:%S GMT").ok()?;
    Some(at.and_utc().timestamp_millis())
}

/// Base64 of the SHA-256 of a body.
fn hash(body: &[u8]) -> String {
    STANDARD.encode(Sha256::digest(body))
}

fn text<'a>(request: &'a Request<Bytes>, name: &str) -> &'a str {
    let value = request.headers().get(name);
    value
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default()
}

/// The signature of a request as it is, with its date, host and hash.
fn signature(request: &Request<Bytes>, key: &[u8], date: &str, hash: &str) -> Vec<u8> {
    let path = request
        .uri()
        .path_and_query()
        .map_or("/", |path| path.as_str());
    let host = text(request, "host");
    let signed = format!("{}\n{path}\n{date};{host};{hash}", request.method());
    // A key of any length will do for HMAC (RFC 2104, section 2).
    let mut mac = Hmac::<Sha256>::new_from_slice(key)
        .unwrap_or_else(|_| unreachable!("HMAC takes keys of any length"));
    mac.update(signed.as_bytes());
    mac.finalize().into_bytes().to_vec()
}

/// Signs a request that has its `host`, as a client does.
pub fn sign(mut request: Request<Bytes>, access_key: &str, now_ms: i64) -> Request<Bytes> {
    let key = STANDARD.decode(access_key).unwrap_or_default();
    let (date, hash) = (rfc1123(now_ms), hash(request.body()));
    let signature = STANDARD.encode(signature(&request, &key, &date, &hash));
    let authorization = format!("{SIGNED}{signature}");
    let headers = request.headers_mut();
    for (name, value) in [
        ("x-ms-date", date),
        ("x-ms-content-sha256", hash),
        ("authorization", authorization),
    ] {
        if let Ok(value) = HeaderValue::from_str(&value) {
            headers.insert(name, value);
        }
    }
    request
}

/// Whether the request may be made; a refusal says what is wrong with its signature or token.
pub(crate) fn judge(
    options: &Options,
    bearer: Option<&BearerValidator>,
    request: &Request<Bytes>,
    now_ms: i64,
) -> Result<(), Refusal> {
    let given = text(request, header::AUTHORIZATION.as_str());
    if let Some(token) = given.strip_prefix("Bearer ") {
        let judge = bearer.ok_or_else(|| Refusal::denied("this resource takes no tokens"))?;
        return judge(token.trim(), now_ms).map_err(|why| Refusal::denied(&why));
    }
    let Some(given) = given.strip_prefix(SIGNED) else {
        let why = "expected a bearer token, or HMAC-SHA256 with SignedHeaders=x-ms-date;host;x-ms-content-sha256";
        return Err(Refusal::denied(why));
    };
    let date = text(request, "x-ms-date");
    let at_ms = read_rfc1123(date);
    let at_ms = at_ms.ok_or_else(|| Refusal::denied("x-ms-date must be a date as in RFC 1123"))?;
    if (at_ms - now_ms).abs() > options.largest_skew_ms {
        return Err(Refusal::denied("x-ms-date is too far from now"));
    }
    let hash = hash(request.body());
    if text(request, "x-ms-content-sha256") != hash {
        return Err(Refusal::denied(
            "x-ms-content-sha256 is not the hash of the body",
        ));
    }
    let key = STANDARD.decode(&options.access_key).unwrap_or_default();
    let expected = signature(request, &key, date, &hash);
    let given = STANDARD.decode(given).unwrap_or_default();
    match bool::from(expected.ct_eq(&given)) {
        true => Ok(()),
        false => Err(Refusal::denied("the signature does not fit the request")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use punctual_stand_ins::testing::shared_text;
    use serde_json::Value;

    #[test]
    fn requests_that_the_vendor_signed_are_let_in() {
        let Some(text) = shared_text("data/vectors/acs_hmac.json") else {
            return;
        };
        let vectors: Value = serde_json::from_slice(&text).unwrap();
        for vector in vectors["vectors"].as_array().unwrap() {
            let get = |name: &str| vector[name].as_str().unwrap();
            let options = Options {
                access_key: get("access_key_base64").into(),
                ..Options::default()
            };
            let request = |body: &str| {
                Request::builder()
                    .method(get("method"))
                    .uri(get("url"))
                    .header("host", get("host"))
                    .header("x-ms-date", get("x-ms-date"))
                    .header("x-ms-content-sha256", get("x-ms-content-sha256"))
                    .header("authorization", get("authorization"))
                    .body(Bytes::from(body.to_owned()))
                    .unwrap()
            };
            let now_ms = read_rfc1123(get("x-ms-date")).unwrap();
            let good = request(get("body"));
            assert_eq!(
                judge(&options, None, &good, now_ms),
                Ok(()),
                "{}",
                get("name")
            );
            let late = judge(&options, None, &good, now_ms + 3_600_000).unwrap_err();
            assert_eq!(late.message, "x-ms-date is too far from now");
            let other = request(&format!("{} ", get("body")));
            let changed = judge(&options, None, &other, now_ms).unwrap_err();
            assert_eq!(
                changed.message,
                "x-ms-content-sha256 is not the hash of the body"
            );
            let other = sign(good, "a2V5", now_ms);
            let foreign = judge(&options, None, &other, now_ms).unwrap_err();
            assert_eq!(foreign.message, "the signature does not fit the request");
        }
    }
}
