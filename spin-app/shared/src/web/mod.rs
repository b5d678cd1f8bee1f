//! HTTP as the components speak it: requests and responses free of any SDK, problem documents, keys.

mod auth;
mod form;
mod query;
mod response;
mod times;

pub use auth::{Keys, bearer, matches};
pub use form::{encode_form, escape};
pub use query::Query;
pub use response::{Response, problem, unavailable, unavailable_for, unset};
pub use times::{instant, is_date, rfc3339};

/// The largest body taken, in bytes. Dataverse trims its own at 256 KB.
pub const BODY_BYTES_MAX: usize = 512 * 1024;

/// An HTTP request, its body read.
#[derive(Debug, Default)]
pub struct Request {
    /// Upper case.
    pub method: String,
    /// Decoded by nobody: routes are plain ASCII.
    pub path: String,
    /// The part after `?`.
    pub query: Query,
    /// The same as it came, for whoever checks a signature over it.
    pub raw_query: String,
    /// Names in lower case.
    pub headers: Vec<(String, String)>,
    /// At most [`BODY_BYTES_MAX`] bytes.
    pub body: Vec<u8>,
}

impl Request {
    /// The first header of this (lower-case) name.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(known, _)| known == name)
            .map(|(_, value)| value.as_str())
    }

    /// The segments of the path.
    pub fn segments(&self) -> Vec<&str> {
        self.path
            .split('/')
            .filter(|segment| !segment.is_empty())
            .collect()
    }

    /// Refuses a body that says it is no JSON in UTF-8.
    pub fn expect_json(&self) -> Result<(), Response> {
        let Some(kind) = self.header("content-type") else {
            return Ok(());
        };
        let kind = kind.to_ascii_lowercase();
        let mut parts = kind.split(';').map(str::trim);
        let media = parts.next().unwrap_or_default();
        let charset = parts
            .find_map(|part| part.strip_prefix("charset="))
            .map(|text| text.trim_matches('"').to_owned());
        if charset
            .as_deref()
            .is_some_and(|charset| charset != "utf-8" && charset != "utf8" && charset != "us-ascii")
        {
            return Err(problem(
                415,
                "charset not supported",
                "the body must be JSON in UTF-8",
                Some("Content-Type"),
            ));
        }
        if media == "application/json"
            || media.ends_with("+json")
            || media.starts_with("text/")
            || media.is_empty()
        {
            return Ok(());
        }
        // What curl sends for -d without a header: the body is JSON all the same, and is read as such.
        if media == "application/x-www-form-urlencoded" {
            return Ok(());
        }
        Err(problem(
            415,
            "media type not supported",
            "the body must be application/json",
            Some("Content-Type"),
        ))
    }
}
