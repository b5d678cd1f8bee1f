//! Bodies that are no appointment: small JSON objects.

use punctual_app::core::Instant;
use punctual_app::web::{Request, Response, instant, problem};
use serde_json::{Map, Value};

/// The members of a body.
#[derive(Default)]
pub struct Fields(Map<String, Value>);

/// Reads an order, whose body may be empty: a JSON object of these members.
pub fn order(request: &Request, known: &[&str]) -> Result<Fields, Response> {
    if request.body.is_empty() {
        return Ok(Fields::default());
    }
    let fields = fields(request)?;
    fields.only(known)?;
    Ok(fields)
}

/// Reads a body that must be a JSON object.
pub fn fields(request: &Request) -> Result<Fields, Response> {
    request.expect_json()?;
    match serde_json::from_slice(&request.body) {
        Ok(Value::Object(members)) => Ok(Fields(members)),
        Ok(_) => Err(wrong("body", "the body must be a JSON object")),
        Err(error) => Err(wrong("body", &format!("the body is no JSON: {error}"))),
    }
}

impl Fields {
    /// Refuses members that nobody knows: a misspelt one must not count as left out.
    pub fn only(&self, known: &[&str]) -> Result<(), Response> {
        match self.0.keys().find(|name| !known.contains(&name.as_str())) {
            None => Ok(()),
            Some(other) => {
                let other: String = other.chars().take(60).collect();
                let detail = format!(
                    "there is no member {other:?}; there are {}",
                    known.join(", ")
                );
                Err(wrong(&other, &detail))
            }
        }
    }

    /// A text, none where it is absent or null.
    pub fn text(&self, name: &str) -> Result<Option<String>, Response> {
        match self.0.get(name) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::String(text)) => Ok(Some(text.trim().to_owned())),
            Some(_) => Err(wrong(name, &format!("{name} must be a text"))),
        }
    }

    /// True or false, which must be there.
    pub fn flag(&self, name: &str) -> Result<bool, Response> {
        let flag = self.0.get(name).and_then(Value::as_bool);
        flag.ok_or_else(|| wrong(name, &format!("{name} must be true or false")))
    }

    /// True or false, none where it is absent or null.
    pub fn optional_flag(&self, name: &str) -> Result<Option<bool>, Response> {
        match self.0.get(name) {
            None | Some(Value::Null) => Ok(None),
            Some(_) => self.flag(name).map(Some),
        }
    }

    /// A whole number within limits, none where it is absent or null.
    pub fn number(&self, name: &str, least: u32, most: u32) -> Result<Option<u32>, Response> {
        let number = match self.0.get(name) {
            None | Some(Value::Null) => return Ok(None),
            Some(value) => value.as_u64().and_then(|number| u32::try_from(number).ok()),
        };
        let number = number.filter(|number| (least..=most).contains(number));
        let detail = format!("{name} must be a whole number from {least} to {most}");
        number.map(Some).ok_or_else(|| wrong(name, &detail))
    }

    /// A time, none where it is absent or null.
    pub fn time(&self, name: &str) -> Result<Option<Instant>, Response> {
        let Some(text) = self.text(name)? else {
            return Ok(None);
        };
        let at = instant(&text).map(Some);
        at.ok_or_else(|| {
            let detail = format!("{name} must be RFC 3339, as in 2026-06-01T09:00:00+02:00");
            wrong(name, &detail)
        })
    }

    /// A list of texts, which must be there.
    pub fn texts(&self, name: &str) -> Result<Vec<String>, Response> {
        let texts = self.0.get(name).and_then(Value::as_array);
        let texts = texts.and_then(|texts| {
            let texts = texts.iter().map(|text| text.as_str().map(str::to_owned));
            texts.collect()
        });
        texts.ok_or_else(|| wrong(name, &format!("{name} must be a list of texts")))
    }
}

/// 400 for a member.
pub fn wrong(field: &str, detail: &str) -> Response {
    problem(400, "not valid", detail, Some(field))
}
