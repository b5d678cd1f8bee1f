//! The HTTP side of a host: the application's server and the control port.

pub(crate) mod app;
pub(crate) mod control;
mod listen;
pub(crate) mod run;

pub(crate) use listen::serve;

use bytes::Bytes;
use http::{Response, StatusCode, header};
use http_body_util::{BodyExt, Full};
use wasmtime_wasi_http::WasiBody;

/// A body of bytes that are all there.
pub(crate) fn whole(bytes: impl Into<Bytes>) -> WasiBody {
    Full::new(bytes.into())
        .map_err(|never| match never {})
        .boxed_unsync()
}

/// A problem (RFC 9457) as a response.
pub(crate) fn problem(status: StatusCode, detail: &str) -> Response<WasiBody> {
    let title = status.canonical_reason().unwrap_or("Error");
    let body = serde_json::json!({ "status": status.as_u16(), "title": title, "detail": detail });
    let mut response = Response::new(whole(body.to_string()));
    *response.status_mut() = status;
    let kind = header::HeaderValue::from_static("application/problem+json");
    response.headers_mut().insert(header::CONTENT_TYPE, kind);
    response
}
