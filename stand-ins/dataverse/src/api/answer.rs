//! Answers, and the headers that all of them have.

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Response, StatusCode, header};
use punctual_stand_ins::Guid;
use serde_json::{Value as Json, json};

use crate::refusal::Refusal;

/// Puts a header, unless its value cannot be one.
pub(super) fn put(headers: &mut HeaderMap, name: &'static str, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        headers.insert(HeaderName::from_static(name), value);
    }
}

/// 204, with the URL of the row if there is one to tell.
pub(super) fn no_content(entity_id: Option<&str>) -> Response<Bytes> {
    let mut response = Response::new(Bytes::new());
    *response.status_mut() = StatusCode::NO_CONTENT;
    let headers = response.headers_mut();
    put(headers, "odata-version", "4.0");
    if let Some(url) = entity_id {
        put(headers, "odata-entityid", url);
        put(headers, "location", url);
    }
    response
}

/// JSON.
pub(super) fn body(status: StatusCode, body: &Json) -> Response<Bytes> {
    let mut response = Response::new(Bytes::from(body.to_string()));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    put(
        headers,
        "content-type",
        "application/json; odata.metadata=minimal",
    );
    put(headers, "odata-version", "4.0");
    response
}

/// Plain text.
pub(super) fn text(text: String) -> Response<Bytes> {
    let mut response = Response::new(Bytes::from(text));
    put(response.headers_mut(), "content-type", "text/plain");
    put(response.headers_mut(), "odata-version", "4.0");
    response
}

/// An error.
pub(super) fn error(refusal: &Refusal) -> Response<Bytes> {
    let status = StatusCode::from_u16(refusal.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    // Without a token there is nobody to explain anything to.
    let mut response = match status {
        StatusCode::UNAUTHORIZED => {
            let mut response = Response::new(Bytes::new());
            *response.status_mut() = status;
            response
        }
        _ => {
            let error = json!({ "error": { "code": refusal.code, "message": refusal.message } });
            body(status, &error)
        }
    };
    if let Some(seconds) = refusal.retry_after_seconds {
        response
            .headers_mut()
            .insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    }
    response
}

/// The ids that every answer bears.
pub(super) fn sign(response: &mut Response<Bytes>, request_id: Guid) {
    let id = request_id.to_string();
    let headers = response.headers_mut();
    put(headers, "x-ms-service-request-id", &id);
    put(headers, "req_id", &id);
}
