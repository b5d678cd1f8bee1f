//! The bodies of orders: JSON objects of a few members. What is not known is refused, lest a mistyped word be taken for a wish.

use punctual_app::core::Instant;
use punctual_app::web::{Request, Response, instant, problem};
use serde_json::{Map, Value};

/// The members of a body.
pub struct Body(Map<String, Value>);

impl Body {
    /// Reads it; an empty body is an object without members.
    pub fn read(request: &Request, known: &[&str]) -> Result<Self, Response> {
        request.expect_json()?;
        let no_object = |detail: &str| wrong("body", detail);
        let members = match request.body.is_empty() {
            true => Map::new(),
            false => match serde_json::from_slice(&request.body) {
                Ok(Value::Object(members)) => members,
                Ok(_) => return Err(no_object("the body must be a JSON object")),
                Err(_) => return Err(no_object("the body must be JSON in UTF-8")),
            },
        };
        match members.keys().find(|name| !known.contains(&name.as_str())) {
            None => Ok(Self(members)),
            Some(name) => {
                let detail = format!("there is no such member; there are {}", known.join(", "));
                Err(wrong(name, &detail))
            }
        }
    }

    /// True or false; none where it is not said.
    pub fn flag(&self, name: &str) -> Result<Option<bool>, Response> {
        self.get(name, "true or false", Value::as_bool)
    }

    /// A text; none where it is not said.
    pub fn text(&self, name: &str) -> Result<Option<String>, Response> {
        self.get(name, "a text", |value| {
            value.as_str().map(|text| text.trim().to_owned())
        })
    }

    /// A time; none where it is not said.
    pub fn time(&self, name: &str) -> Result<Option<Instant>, Response> {
        let read = |value: &Value| instant(value.as_str()?.trim());
        self.get(
            name,
            "a time in RFC 3339, as in 2026-06-01T09:00:00+02:00",
            read,
        )
    }

    /// A list of texts; none where it is not said.
    pub fn texts(&self, name: &str) -> Result<Option<Vec<String>>, Response> {
        self.get(name, "a list of texts", |value| {
            let texts = value.as_array()?.iter();
            texts.map(|text| text.as_str().map(str::to_owned)).collect()
        })
    }

    /// A whole number within limits; none where it is not said.
    pub fn number(&self, name: &str, least: u32, most: u32) -> Result<Option<u32>, Response> {
        let fits = |value: &Value| {
            let number = u32::try_from(value.as_u64()?).ok()?;
            (least..=most).contains(&number).then_some(number)
        };
        self.get(
            name,
            &format!("a whole number from {least} to {most}"),
            fits,
        )
    }

    fn get<T>(
        &self,
        name: &str,
        kind: &str,
        read: impl Fn(&Value) -> Option<T>,
    ) -> Result<Option<T>, Response> {
        match self.0.get(name) {
            None | Some(Value::Null) => Ok(None),
            Some(value) => match read(value) {
                Some(value) => Ok(Some(value)),
                None => {
                    let detail = format!("{name} must be {kind}");
                    Err(wrong(name, &detail))
                }
            },
        }
    }
}

/// 400 for a member.
pub fn wrong(field: &str, detail: &str) -> Response {
    problem(400, "not valid", detail, Some(field))
}
