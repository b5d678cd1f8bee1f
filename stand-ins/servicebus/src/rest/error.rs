//! Errors as HTTP shows them: a status and a little XML.

use bytes::Bytes;
use http::{HeaderValue, Response, StatusCode, header};
use punctual_stand_ins::Strike;

use crate::broker::{Problem, Refusal};
use crate::bus::ServiceBus;

/// `<Error><Code>…</Code><Detail>…</Detail></Error>`.
pub(super) fn response(
    bus: &ServiceBus,
    refusal: &Refusal,
    strike: Option<Strike>,
) -> Response<Bytes> {
    let status = match refusal.problem {
        Problem::ServerBusy => bus.broker.options().http_busy_status,
        problem => problem.http_status(),
    };
    let text = escape(&refusal.text);
    let body = format!("<Error><Code>{status}</Code><Detail>{text}</Detail></Error>");
    let mut response = Response::new(Bytes::from(body));
    *response.status_mut() =
        StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let headers = response.headers_mut();
    let kind = HeaderValue::from_static("application/xml; charset=utf-8");
    headers.insert(header::CONTENT_TYPE, kind);
    if let Some(seconds) = strike.and_then(|strike| strike.retry_after_seconds) {
        headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    }
    response
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}
