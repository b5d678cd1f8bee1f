//! The answer to a `$batch`, nested as the question was.

use std::fmt::Write;

use bytes::Bytes;
use http::{Response, StatusCode};
use punctual_stand_ins::{Guid, Random};

use crate::api::answer;

/// An answer to what stood side by side.
pub(super) enum Answered {
    Single(Option<String>, Response<Bytes>),
    ChangeSet(Vec<(Option<String>, Response<Bytes>)>),
}

/// The whole answer.
pub(super) fn response(
    status: StatusCode,
    answered: &[Answered],
    random: &mut Random,
) -> Response<Bytes> {
    let boundary = format!("batchresponse_{}", Guid::next(random));
    let mut body = String::new();
    for item in answered {
        let _ = write!(body, "--{boundary}\r\n");
        match item {
            Answered::Single(id, inner) => part(&mut body, id.as_deref(), inner),
            Answered::ChangeSet(parts) => {
                let inner = format!("changesetresponse_{}", Guid::next(random));
                let _ = write!(
                    body,
                    "Content-Type: multipart/mixed; boundary={inner}\r\n\r\n"
                );
                for (id, response) in parts {
                    let _ = write!(body, "--{inner}\r\n");
                    part(&mut body, id.as_deref(), response);
                }
                let _ = write!(body, "--{inner}--\r\n");
            }
        }
    }
    let _ = write!(body, "--{boundary}--\r\n");
    let mut response = Response::new(Bytes::from(body));
    *response.status_mut() = status;
    let kind = format!("multipart/mixed; boundary={boundary}");
    answer::put(response.headers_mut(), "content-type", &kind);
    answer::put(response.headers_mut(), "odata-version", "4.0");
    response
}

fn part(body: &mut String, id: Option<&str>, response: &Response<Bytes>) {
    body.push_str("Content-Type: application/http\r\nContent-Transfer-Encoding: binary\r\n");
    if let Some(id) = id {
        let _ = write!(body, "Content-ID: {id}\r\n");
    }
    let status = response.status();
    let reason = status.canonical_reason().unwrap_or_default();
    let _ = write!(body, "\r\nHTTP/1.1 {} {reason}\r\n", status.as_u16());
    for (name, value) in response.headers() {
        let _ = write!(
            body,
            "{}: {}\r\n",
            shown(name.as_str()),
            value.to_str().unwrap_or_default()
        );
    }
    body.push_str("\r\n");
    body.push_str(&String::from_utf8_lossy(response.body()));
    body.push_str("\r\n");
}

/// One client looks for `OData-EntityId` with these very capitals.
fn shown(name: &str) -> &str {
    match name {
        "odata-entityid" => "OData-EntityId",
        "odata-version" => "OData-Version",
        "location" => "Location",
        "content-type" => "Content-Type",
        "preference-applied" => "Preference-Applied",
        "retry-after" => "Retry-After",
        "etag" => "ETag",
        other => other,
    }
}
