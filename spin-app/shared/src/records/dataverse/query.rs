//! URLs of queries: literals, escaping, and pages.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use crate::core::Instant;
use crate::records::RecordsError;
use crate::web::rfc3339;

/// What may stand in a query as it is. Everything else of a filter is escaped.
const QUERY: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~')
    .remove(b'$')
    .remove(b'(')
    .remove(b')')
    .remove(b',')
    .remove(b'/')
    .remove(b':')
    .remove(b';')
    .remove(b'@');

/// The last instant that a date column holds.
const LAST: Instant = 253_402_300_799_000;
/// The first one: 1753-01-01.
const FIRST: Instant = -6_847_804_800_000;

/// `path?name=value&…`, each value escaped.
pub fn url(path: &str, options: &[(&str, &str)]) -> String {
    let options: Vec<_> = options
        .iter()
        .map(|(name, value)| format!("{name}={}", utf8_percent_encode(value, QUERY)))
        .collect();
    format!("{path}?{}", options.join("&"))
}

/// A text as a literal.
pub fn text(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

/// An instant as a literal. What no column can hold is the nearest that one can.
pub fn instant(at: Instant) -> String {
    rfc3339(seconds(at.clamp(FIRST, LAST)))
}

/// Whole seconds, as the service keeps them.
pub fn seconds(at: Instant) -> Instant {
    at.div_euclid(1_000) * 1_000
}

/// `(a or b or c)` of something said of each.
pub fn any<T>(items: &[T], say: impl Fn(&T) -> String) -> String {
    let said: Vec<_> = items.iter().map(say).collect();
    format!("({})", said.join(" or "))
}

/// The cursor in a link to the next page, still escaped.
pub fn skip_token(next_link: &str) -> Option<String> {
    let (_, query) = next_link.split_once('?')?;
    query.split('&').find_map(|option| {
        let token = option
            .strip_prefix("$skiptoken=")
            .or_else(|| option.strip_prefix("%24skiptoken="))?;
        Some(token.to_owned())
    })
}

/// The URL of a later page.
pub fn page_url(first: &str, after: Option<&str>) -> Result<String, RecordsError> {
    let Some(token) = after else {
        return Ok(first.to_owned());
    };
    let fits = |byte: u8| byte.is_ascii_graphic() && !matches!(byte, b'&' | b'#' | b'?');
    match !token.is_empty() && token.bytes().all(fits) {
        true => Ok(format!("{first}&$skiptoken={token}")),
        false => Err(RecordsError::cursor()),
    }
}

/// Whether it is a GUID, as ids in URLs must be.
pub fn is_guid(text: &str) -> bool {
    text.len() == 36
        && text.bytes().enumerate().all(|(at, byte)| match at {
            8 | 13 | 18 | 23 => byte == b'-',
            _ => byte.is_ascii_hexdigit(),
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn filters_are_escaped() {
        let filter = format!(
            "contains(a,{}) and b lt {}",
            text("O'Neil & Söhne"),
            instant(0)
        );
        assert_eq!(
            url("set", &[("$filter", &filter), ("$select", "a,b")]),
            "set?$filter=contains(a,%27O%27%27Neil%20%26%20S%C3%B6hne%27)%20and%20b%20lt%201970-01-01T00:00:00Z&$select=a,b"
        );
        assert_eq!(instant(i64::MAX), "9999-12-31T23:59:59Z");
        assert_eq!(instant(i64::MIN), "1753-01-01T00:00:00Z");
        assert_eq!(instant(1_999), "1970-01-01T00:00:01Z");
    }

    #[test]
    fn cursors_go_round_and_nothing_else_does() {
        let link = "https://x/api/data/v9.2/set?$select=a&$skiptoken=%3Ccookie%20page=%221%22%3E";
        let token = skip_token(link).unwrap();
        assert_eq!(
            page_url("set?$select=a", Some(&token)).unwrap(),
            "set?$select=a&$skiptoken=%3Ccookie%20page=%221%22%3E"
        );
        assert_eq!(skip_token("https://x/set?$select=a"), None);
        for wrong in ["", "a&$top=1", "a b", "a#", "é", "a?"] {
            assert!(page_url("set?x", Some(wrong)).is_err(), "{wrong}");
        }
    }

    #[test]
    fn guids() {
        assert!(is_guid("3f2b8c1e-5d4a-4f6b-9c7d-000000000001"));
        for wrong in [
            "",
            "'",
            "3f2b8c1e-5d4a-4f6b-9c7d-00000000000g",
            "3f2b8c1e5d4a4f6b9c7d000000000001",
        ] {
            assert!(!is_guid(wrong), "{wrong}");
        }
    }
}
