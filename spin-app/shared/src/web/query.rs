//! The query part of a URL.

use super::{Response, problem};

/// Decoded names and values, in order.
#[derive(Debug, Default)]
pub struct Query(Vec<(String, String)>);

impl Query {
    /// Reads `a=1&b=x%20y`; `+` is a space. A broken escape stays as it is.
    pub fn parse(text: &str) -> Self {
        let pairs = text.split('&').filter(|part| !part.is_empty());
        Self(
            pairs
                .map(|part| part.split_once('=').unwrap_or((part, "")))
                .map(|(name, value)| (decode(name), decode(value)))
                .collect(),
        )
    }

    /// The first value of this name; none when it is absent or empty.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0
            .iter()
            .find(|(known, value)| known == name && !value.is_empty())
            .map(|(_, value)| value.as_str())
    }

    /// All of them.
    pub fn pairs(&self) -> &[(String, String)] {
        &self.0
    }

    /// A whole number, or `default` when it is absent; one beyond `u32` counts as the greatest. 400 for all else.
    pub fn number(&self, name: &'static str, default: u32) -> Result<u32, Response> {
        let Some(text) = self.get(name) else {
            return Ok(default);
        };
        if text.bytes().all(|byte| byte.is_ascii_digit()) {
            return Ok(text.parse().unwrap_or(u32::MAX));
        }
        Err(problem(
            400,
            "malformed number",
            &format!("{name} must be a whole number, 0 or more"),
            Some(name),
        ))
    }
}

fn decode(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut decoded = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        let escape = (bytes[at] == b'%')
            .then(|| bytes.get(at + 1..at + 3))
            .flatten();
        let value = escape
            .and_then(|hex| std::str::from_utf8(hex).ok())
            .and_then(|hex| u8::from_str_radix(hex, 16).ok());
        match value {
            Some(value) => {
                decoded.push(value);
                at += 3;
            }
            None => {
                decoded.push(if bytes[at] == b'+' { b' ' } else { bytes[at] });
                at += 1;
            }
        }
    }
    String::from_utf8_lossy(&decoded).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_whole_and_not_negative() {
        for (text, expected) in [
            ("wait=20", Some(20)),
            ("wait=0", Some(0)),
            ("wait=007", Some(7)),
            ("", Some(1)),
            ("wait=", Some(1)),
            ("wait=4294967295", Some(u32::MAX)),
            ("wait=4294967296", Some(u32::MAX)),
            ("wait=99999999999999999999999999", Some(u32::MAX)),
            ("wait=-1", None),
            ("wait=+1", None),
            ("wait=%2B1", None),
            ("wait=1.5", None),
            ("wait=1e3", None),
            ("wait=0x10", None),
            ("wait=20s", None),
            ("wait=%D9%A1", None),
        ] {
            let number = Query::parse(text).number("wait", 1);
            assert_eq!(number.ok(), expected, "{text}");
        }
    }

    #[test]
    fn decodes_and_survives_rubbish() {
        let query = Query::parse("wait=20&q=M%C3%BCller+A&empty=&bad=%zz%4&&=x&q=second");
        assert_eq!(query.get("wait"), Some("20"));
        assert_eq!(query.get("q"), Some("Müller A"));
        assert_eq!(query.get("empty"), None);
        assert_eq!(query.get("bad"), Some("%zz%4"));
        assert_eq!(query.get("absent"), None);
    }
}
