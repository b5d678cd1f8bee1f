//! `application/x-www-form-urlencoded`, in bodies and in queries.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

/// What needs no escaping in a form (WHATWG URL, `application/x-www-form-urlencoded` percent-encode set).
const PLAIN: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'*')
    .remove(b'-')
    .remove(b'.')
    .remove(b'_');

/// Names and values in their order, decoded.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Form(pub Vec<(String, String)>);

impl Form {
    /// Reads a form; whatever is written in it, it is one.
    pub fn read(text: &str) -> Self {
        let pairs = text.split('&').filter(|pair| !pair.is_empty());
        let pairs = pairs.map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            (decode(name), decode(value))
        });
        Self(pairs.collect())
    }

    /// The value, if it is there and not empty. Of a name that comes twice, the first counts.
    pub fn get(&self, name: &str) -> Option<&str> {
        let (_, value) = self.0.iter().find(|(known, _)| known == name)?;
        Some(value.as_str()).filter(|value| !value.is_empty())
    }

    /// Adds a pair.
    pub fn add(&mut self, name: &str, value: impl Into<String>) {
        self.0.push((name.to_owned(), value.into()));
    }

    /// The form as text.
    pub fn write(&self) -> String {
        let pairs = self.0.iter();
        let pairs = pairs.map(|(name, value)| encode(name) + "=" + &encode(value));
        pairs.collect::<Vec<_>>().join("&")
    }
}

fn decode(text: &str) -> String {
    let spaced = text.replace('+', " ");
    percent_decode_str(&spaced).decode_utf8_lossy().into_owned()
}

fn encode(text: &str) -> String {
    utf8_percent_encode(text, PLAIN)
        .to_string()
        .replace("%20", "+")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_decoded() {
        let form = Form::read("client_secret=cl1ent~secret%26%2B&scope=a+b&empty=&flag&scope=c");
        assert_eq!(form.get("client_secret"), Some("cl1ent~secret&+"));
        assert_eq!(form.get("scope"), Some("a b"));
        assert_eq!(form.get("empty"), None);
        assert_eq!(form.get("flag"), None);
        assert_eq!(form.0.len(), 5);
    }

    #[test]
    fn what_is_written_is_read_again() {
        let mut form = Form::default();
        form.add("To", "+15550100");
        form.add("Body", "é & ü = 1*2-3_4.5~");
        let text = form.write();
        assert_eq!(
            text,
            "To=%2B15550100&Body=%C3%A9+%26+%C3%BC+%3D+1*2-3_4.5%7E"
        );
        assert_eq!(Form::read(&text), form);
    }
}
