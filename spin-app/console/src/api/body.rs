//! The bodies of orders: JSON objects of a few members. What is not known is refused, lest a mistyped word be taken for a wish.

use punctual_app::web::{Request, Response, problem};
use serde_json::{Map, Value};

/// The members of a body.
pub struct Body(Map<String, Value>);

impl Body {
    /// Reads it; an empty body is an object without members.
    pub fn read(request: &Request, known: &[&str]) -> Result<Self, Response> {
        request.expect_json()?;
        let wrong = |detail: &str| problem(400, "not valid", detail, None);
        let members = match request.body.is_empty() {
            true => Map::new(),
            false => match serde_json::from_slice(&request.body) {
                Ok(Value::Object(members)) => members,
                Ok(_) => return Err(wrong("the body must be a JSON object")),
                Err(_) => return Err(wrong("the body must be JSON in UTF-8")),
            },
        };
        match members.keys().find(|name| !known.contains(&name.as_str())) {
            None => Ok(Self(members)),
            Some(name) => {
                let detail = format!("there is no such member; there are {}", known.join(", "));
                Err(problem(400, "not valid", &detail, Some(name)))
            }
        }
    }

    /// True or false; none where it is not said.
    pub fn flag(&self, name: &str) -> Result<Option<bool>, Response> {
        self.get(name, "true or false", Value::as_bool)
    }

    /// A text; none where it is not said.
    pub fn text(&self, name: &str) -> Result<Option<String>, Response> {
        self.get(name, "a text", |value| value.as_str().map(str::to_owned))
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
                    Err(problem(400, "not valid", &detail, Some(name)))
                }
            },
        }
    }
}
