//! `application/x-www-form-urlencoded`, in bodies and in queries.

use std::collections::BTreeMap;

use percent_encoding::percent_decode_str;

/// Names and values, decoded. Of a name that comes twice, the first counts.
#[derive(Debug, Default)]
pub(crate) struct Form(BTreeMap<String, String>);

impl Form {
    pub(crate) fn read(text: &str) -> Self {
        let mut pairs = BTreeMap::new();
        for pair in text.split('&').filter(|pair| !pair.is_empty()) {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            pairs.entry(decode(name)).or_insert_with(|| decode(value));
        }
        Self(pairs)
    }

    /// The value, if it is there and not empty.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        let value = self.0.get(name)?;
        Some(value.as_str()).filter(|value| !value.is_empty())
    }
}

fn decode(text: &str) -> String {
    let spaced = text.replace('+', " ");
    percent_decode_str(&spaced).decode_utf8_lossy().into_owned()
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
    }
}
