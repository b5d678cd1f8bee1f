//! The outgoing request: the endpoint's URL with its secret, and the headers by which the platform tells what it is.

use bytes::Bytes;
use http::{HeaderName, HeaderValue, Request};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use super::job::Job;
use crate::store::Row;

/// The request for a job, as the endpoint's row wants it now; or why there can be none.
pub(super) fn request(endpoint: &Row, job: &Job, host: &str) -> Result<Request<Bytes>, String> {
    let mut url = endpoint.text("url").to_owned();
    let secret = endpoint.text("authvalue");
    let mut headers = Vec::new();
    match endpoint.integer("authtype") {
        Some(4) => add_parameter(&mut url, "code", secret),
        Some(5) => headers = settings(secret)?,
        Some(6) => {
            for (name, value) in settings(secret)? {
                add_parameter(&mut url, &name, &value);
            }
        }
        _ => return Err("the endpoint has no authentication".into()),
    }
    let correlation = job.correlation.to_string();
    let mut request = Request::post(&url)
        .header("content-type", "application/json; charset=utf-8")
        .header("x-ms-dynamics-organization", host)
        .header("x-ms-dynamics-entity-name", &job.table)
        .header("x-ms-dynamics-request-name", job.message.name())
        .header("x-ms-correlation-request-id", &correlation);
    if job.exceeded {
        request = request.header("x-ms-dynamics-msg-size-exceeded", "true");
    }
    for (name, value) in headers {
        let name = HeaderName::from_bytes(name.as_bytes());
        let name = name.map_err(|_| "a setting's name is no header's name")?;
        let value =
            HeaderValue::from_str(&value).map_err(|_| "a setting's value is no header's")?;
        request = request.header(name, value);
    }
    let body = job.body.clone();
    request
        .body(body)
        .map_err(|_| "the endpoint's URL is malformed".into())
}

fn add_parameter(url: &mut String, name: &str, value: &str) {
    let mark = if url.contains('?') { '&' } else { '?' };
    let encode = |text: &str| utf8_percent_encode(text, NON_ALPHANUMERIC).to_string();
    *url += &format!("{mark}{}={}", encode(name), encode(value));
}

/// `<settings><setting name="…" value="…" /></settings>`
fn settings(xml: &str) -> Result<Vec<(String, String)>, String> {
    let malformed =
        "the endpoint's authvalue must be <settings><setting name=\"…\" value=\"…\" /></settings>";
    let mut pairs = Vec::new();
    let mut rest = xml;
    while let Some(at) = rest.find("<setting ") {
        let tag = rest[at..].split('>').next().unwrap_or_default();
        let read = |name: &str| {
            let value = tag.split_once(&format!(" {name}=\""))?.1.split_once('"')?.0;
            Some(unescape(value))
        };
        let pair = read("name").zip(read("value"));
        pairs.push(pair.ok_or(malformed)?);
        rest = &rest[at + tag.len()..];
    }
    match pairs.is_empty() {
        true => Err(malformed.into()),
        false => Ok(pairs),
    }
}

fn unescape(text: &str) -> String {
    let plain = text
        .replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&quot;", "\"");
    plain.replace("&apos;", "'").replace("&amp;", "&")
}
