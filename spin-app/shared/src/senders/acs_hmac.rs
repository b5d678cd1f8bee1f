//! The signature that Azure Communication Services takes with an access key.
//!
//! Signed are method, path with query exactly as sent, date, host and the hash of the body.

use base64::{Engine, engine::general_purpose::STANDARD};
use hmac::{Hmac, Mac};
use sha2::{Digest, Sha256};

use crate::http::Call;

/// Adds the headers of the signature. `date` is RFC 1123; every repetition is signed anew.
pub fn sign(call: Call, key: &[u8], date: &str) -> Call {
    let hash = STANDARD.encode(Sha256::digest(&call.body));
    let (host, target) = parts(&call.url);
    let text = format!("{}\n{target}\n{date};{host};{hash}", call.method);
    let mut mac = Hmac::<Sha256>::new_from_slice(key)
        .expect("HMAC takes keys of any length: RFC 2104, section 3");
    mac.update(text.as_bytes());
    let signature = STANDARD.encode(mac.finalize().into_bytes());
    call.with("x-ms-date", date)
        .with("x-ms-content-sha256", hash)
        .with(
            "authorization",
            format!(
                "HMAC-SHA256 SignedHeaders=x-ms-date;host;x-ms-content-sha256&Signature={signature}"
            ),
        )
}

/// Host with its port, and path with query. The host header is set by whoever sends, from the same URL.
fn parts(url: &str) -> (&str, &str) {
    let (_, rest) = url.split_once("://").unwrap_or(("", url));
    let slash = rest.find('/').unwrap_or(rest.len());
    rest.split_at(slash)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn method_target_date_host_and_body_are_signed() {
        let call = |url: &str, body: &[u8]| {
            let mut call = Call::new("POST", url.to_owned(), 1);
            call.body = body.to_vec();
            sign(call, b"planted-key", "Thu, 01 Jan 2026 00:00:00 GMT")
        };
        let url = "https://contoso.example.com:8443/emails:send?api-version=1";
        let headers = call(url, b"{\"a\":1}").headers;
        // Computed by other means.
        let expected = [
            ("x-ms-date", "Thu, 01 Jan 2026 00:00:00 GMT".to_owned()),
            ("x-ms-content-sha256", "AVq9f1zFei3ZS3WQ8ErYCEJzkF7jPsXOvq5iJ2qX+GI=".to_owned()),
            (
                "authorization",
                "HMAC-SHA256 SignedHeaders=x-ms-date;host;x-ms-content-sha256&Signature=LjkzGWD42Ma3qPzqcltJ0df1/vO5AngCaQhrek3xDMA="
                    .to_owned(),
            ),
        ];
        assert_eq!(headers, expected);
        for (url, body) in [
            (
                "https://contoso.example.com/emails:send?api-version=1",
                "{\"a\":1}",
            ),
            (
                "https://contoso.example.com:8443/emails:send?api-version=2",
                "{\"a\":1}",
            ),
            (url, "{\"a\":2}"),
        ] {
            assert_ne!(call(url, body.as_bytes()).headers[2], headers[2]);
        }
    }
}
