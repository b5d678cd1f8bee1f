//! The body of a `$batch`: MIME parts with requests inside, and change sets with parts inside (OData 4.0, part 1,
//! section 11.7). Lines end with CRLF or, as one client has it, with LF.

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Method};

use crate::refusal::Refusal;

const LARGEST_COUNT_OF_OPERATIONS: usize = 1_000;

/// A request inside a batch.
#[derive(Debug)]
pub(super) struct Part {
    /// `Content-ID`, with which later ones can refer to it.
    pub content_id: Option<String>,
    pub method: Method,
    /// As it was written.
    pub url: String,
    pub headers: HeaderMap,
    pub body: Bytes,
}

/// What stands side by side in a batch.
#[derive(Debug)]
pub(super) enum Item {
    /// A request of its own.
    Single(Part),
    /// Requests that are done together or not at all.
    ChangeSet(Vec<Part>),
}

/// Reads a batch.
pub(super) fn items(content_type: &str, body: &[u8]) -> Result<Vec<Item>, Refusal> {
    let text = std::str::from_utf8(body).map_err(|_| malformed("it is no UTF-8"))?;
    let boundary = boundary(content_type).ok_or_else(|| malformed("there is no boundary"))?;
    let mut items = Vec::new();
    let mut operations = 0;
    for raw in split(text, &boundary)? {
        let (headers, rest) = head(raw);
        let kind = header(&headers, "content-type");
        if !kind.to_ascii_lowercase().starts_with("multipart/mixed") {
            operations += 1;
            items.push(Item::Single(part(&headers, rest)?));
        } else {
            let boundary =
                self::boundary(kind).ok_or_else(|| malformed("a change set has no boundary"))?;
            let mut parts = Vec::new();
            for raw in split(rest, &boundary)? {
                let (headers, rest) = head(raw);
                let part = part(&headers, rest)?;
                if part.method == Method::GET {
                    return Err(malformed("a change set has no GET"));
                }
                parts.push(part);
            }
            operations += parts.len();
            items.push(Item::ChangeSet(parts));
        }
        if operations > LARGEST_COUNT_OF_OPERATIONS {
            return Err(malformed("it has more than 1000 operations"));
        }
    }
    Ok(items)
}

fn malformed(why: &str) -> Refusal {
    Refusal::query(format!("The batch is malformed: {why}."))
}

fn boundary(content_type: &str) -> Option<String> {
    let at = content_type.to_ascii_lowercase().find("boundary=")?;
    let value = content_type[at + 9..].split(';').next()?;
    let value = value.trim().trim_matches('"');
    (!value.is_empty()).then(|| value.to_owned())
}

/// What stands between the lines with the boundary.
fn split<'a>(text: &'a str, boundary: &str) -> Result<Vec<&'a str>, Refusal> {
    let open = format!("--{boundary}");
    let close = format!("--{boundary}--");
    let (mut parts, mut from, mut at) = (Vec::new(), None, 0);
    for line in text.split_inclusive('\n') {
        let bare = line.trim_end();
        if bare == open || bare == close {
            if let Some(from) = from {
                parts.push(&text[from..at]);
            }
            if bare == close {
                return Ok(parts);
            }
            from = Some(at + line.len());
        }
        at += line.len();
    }
    Err(malformed("its end is missing"))
}

type Lines<'a> = Vec<(&'a str, &'a str)>;

/// The header lines up to the empty one, and what comes after it.
fn head(text: &str) -> (Lines<'_>, &str) {
    let (mut headers, mut at) = (Vec::new(), 0);
    for line in text.split_inclusive('\n') {
        at += line.len();
        match line.split_once(':') {
            Some((name, value)) => headers.push((name.trim(), value.trim())),
            // Empty lines before the first header are borne.
            None if line.trim().is_empty() && headers.is_empty() => {}
            None => break,
        }
    }
    (headers, &text[at..])
}

fn header<'a>(headers: &Lines<'a>, name: &str) -> &'a str {
    let found = headers
        .iter()
        .find(|(known, _)| known.eq_ignore_ascii_case(name));
    found.map_or("", |(_, value)| value)
}

fn part(mime: &Lines<'_>, text: &str) -> Result<Part, Refusal> {
    if !header(mime, "content-type")
        .to_ascii_lowercase()
        .starts_with("application/http")
    {
        return Err(malformed("a part is no application/http"));
    }
    let text = text.trim_start();
    let (line, rest) = text.split_once('\n').unwrap_or((text, ""));
    // A URL may hold spaces: one client does not encode them.
    let line = line.trim_end();
    let (method, rest_of_line) = line
        .split_once(' ')
        .ok_or_else(|| malformed("a request line is missing"))?;
    let (url, version) = rest_of_line
        .rsplit_once(' ')
        .ok_or_else(|| malformed("a request line is cut"))?;
    if !version.starts_with("HTTP/") {
        return Err(malformed("a request line is cut"));
    }
    // Right after the request line, an empty line ends the headers.
    let (lines, body) = match rest
        .strip_prefix("\r\n")
        .or_else(|| rest.strip_prefix('\n'))
    {
        Some(body) => (Vec::new(), body),
        None => head(rest),
    };
    let mut headers = HeaderMap::new();
    for (name, value) in lines {
        let name =
            HeaderName::from_bytes(name.as_bytes()).map_err(|_| malformed("a header is none"))?;
        let value = HeaderValue::from_str(value).map_err(|_| malformed("a header is none"))?;
        headers.append(name, value);
    }
    let content_id = header(mime, "content-id");
    Ok(Part {
        content_id: Some(content_id.to_owned()).filter(|id| !id.is_empty()),
        method: method.parse().map_err(|_| malformed("a method is none"))?,
        url: url.trim().to_owned(),
        headers,
        body: Bytes::copy_from_slice(body.trim().as_bytes()),
    })
}
