//! The page and what it loads: files that `spin.toml` mounts under `/web`, read for each request.

use punctual_app::web::{Request, Response, problem};
use sha2::{Digest, Sha256};

/// Nothing but files of this origin, no inline script or style, and WebAssembly for the core.
const CSP: &str = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; img-src 'self' data:; \
                   connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// By the name's end. What is not here is not served.
const MEDIA: [(&str, &str); 9] = [
    ("html", "text/html; charset=utf-8"),
    ("js", "text/javascript; charset=utf-8"),
    ("css", "text/css; charset=utf-8"),
    ("svg", "image/svg+xml"),
    ("png", "image/png"),
    ("ico", "image/x-icon"),
    ("json", "application/json"),
    ("woff2", "font/woff2"),
    ("wasm", "application/wasm"),
];

/// The file at these segments of the path; 304 if the caller has it already.
pub fn file(request: &Request, segments: &[&str]) -> Result<Response, Response> {
    let absent = || problem(404, "not found", "there is no such file", None);
    if !segments.iter().all(|segment| is_plain(segment)) {
        return Err(absent());
    }
    let name = segments.last().copied().unwrap_or_default();
    let media = media(name).ok_or_else(absent)?;
    let bytes = std::fs::read(format!("/web/{}", segments.join("/"))).map_err(|_| absent())?;
    let tag = tag(&bytes);
    let known = request.header("if-none-match").is_some_and(|known| {
        known
            .split(',')
            .any(|known| known.trim().trim_start_matches("W/") == tag)
    });
    let response = match known {
        true => Response::empty(304),
        false => Response {
            status: 200,
            headers: vec![("content-type", media.to_owned())],
            body: bytes,
        },
    };
    // A name that says what is in the file never needs to be asked for again.
    let keep = match segments.first() == Some(&"assets") && is_hashed(name) {
        true => "public, max-age=31536000, immutable",
        false => "no-cache",
    };
    Ok(response
        .with("etag", tag)
        .with("cache-control", keep)
        .with("content-security-policy", CSP)
        .with("x-content-type-options", "nosniff")
        .with("referrer-policy", "no-referrer"))
}

/// Whether a segment is a name and cannot lead anywhere else.
fn is_plain(segment: &str) -> bool {
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-');
    segment.bytes().all(fits) && !segment.starts_with('.')
}

fn media(name: &str) -> Option<&'static str> {
    let (_, end) = name.rsplit_once('.')?;
    let found = MEDIA.iter().find(|(known, _)| *known == end);
    found.map(|(_, media)| *media)
}

/// `index-B4xk2_9z.js`: eight letters of a hash before the end, as Vite writes them.
fn is_hashed(name: &str) -> bool {
    let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-');
    stem.len()
        .checked_sub(9)
        .and_then(|at| stem.get(at..))
        .is_some_and(|end| end.starts_with('-') && end.bytes().all(fits))
}

fn tag(bytes: &[u8]) -> String {
    let digest = Sha256::digest(bytes);
    let digits: Vec<_> = digest[..16].iter().map(|b| format!("{b:02x}")).collect();
    format!("\"{}\"", digits.concat())
}
