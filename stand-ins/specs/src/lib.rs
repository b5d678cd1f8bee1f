//! Holds requests and responses against the specifications that vendors publish. They lie beside the workspace and are
//! other people's; where they are not, [`Spec::load`] says so and gives nothing.
//!
//! What is done to a specification before it is used is what its form asks for: `nullable` of OpenAPI 3.0 becomes a list
//! of types, form fields become the integers and booleans that the schema wants. Faults of a specification are named
//! where a test meets them.

use bytes::Bytes;
use http::{Request, Response, header};
use jsonschema::{Draft, Validator};
use punctual_stand_ins::Form;
use punctual_stand_ins::testing::shared_text;
use serde_json::{Map, Value, json};

/// A vendor's specification.
pub struct Spec {
    document: Value,
    draft: Draft,
}

impl Spec {
    /// The specification in this file of `../shared/data/specs`.
    pub fn load(file: &str) -> Option<Self> {
        let text = shared_text(&format!("data/specs/{file}"))?;
        let mut document: Value = serde_json::from_slice(&text).ok()?;
        let draft = match document.get("swagger") {
            Some(_) => Draft::Draft4,
            None => Draft::Draft202012,
        };
        allow_null(&mut document);
        Some(Self { document, draft })
    }

    /// What is wrong with a request. The path is as in the specification, with its braces.
    pub fn request(&self, path: &str, request: &Request<Bytes>) -> Vec<String> {
        let Some(operation) = self.operation(path, request.method().as_str()) else {
            return vec![format!("there is no {} {path}", request.method())];
        };
        let kind = request.headers().get(header::CONTENT_TYPE);
        let kind = kind.and_then(|kind| kind.to_str().ok()).unwrap_or_default();
        let kind = kind.split(';').next().unwrap_or_default().trim();
        let form = kind == "application/x-www-form-urlencoded";
        let schema = match self.body_schema(&operation, kind) {
            Ok(Some(schema)) => schema,
            Ok(None) => return Vec::new(),
            Err(problem) => return vec![problem],
        };
        let body = match form {
            true => Ok(typed(
                &String::from_utf8_lossy(request.body()),
                &self.resolved(&schema),
            )),
            false => serde_json::from_slice(request.body()),
        };
        match body {
            Ok(body) => self.validate(&schema, &body),
            Err(_) => vec!["the body is no JSON".into()],
        }
    }

    /// What is wrong with the answer to a request with this method.
    pub fn response(&self, path: &str, method: &str, response: &Response<Bytes>) -> Vec<String> {
        let status = response.status().as_u16().to_string();
        let Some(operation) = self.operation(path, method) else {
            return vec![format!("there is no {method} {path}")];
        };
        let responses = &operation["responses"];
        let Some(declared) = responses.get(&status).or(responses.get("default")) else {
            return vec![format!("{status} is not declared")];
        };
        let declared = self.resolved(declared);
        let schema = declared.get("schema");
        let schema = schema.or_else(|| declared.pointer("/content/application~1json/schema"));
        match (schema, serde_json::from_slice(response.body())) {
            (None, _) if response.body().is_empty() => Vec::new(),
            (None, _) => vec!["there is a body, and none is declared".into()],
            (Some(schema), Ok(body)) => self.validate(schema, &body),
            (Some(_), Err(_)) => vec!["the body is no JSON".into()],
        }
    }

    fn operation(&self, path: &str, method: &str) -> Option<Value> {
        let operations = self.document["paths"].get(path)?;
        operations.get(method.to_ascii_lowercase()).cloned()
    }

    /// The schema of a request's body, if it has one.
    fn body_schema(&self, operation: &Value, kind: &str) -> Result<Option<Value>, String> {
        if let Some(body) = operation.get("requestBody") {
            let content = self.resolved(body)["content"].clone();
            let found = content.get(kind).and_then(|it| it.get("schema"));
            return match found {
                Some(schema) => Ok(Some(schema.clone())),
                None => Err(format!("{kind:?} is not declared")),
            };
        }
        let parameters = operation["parameters"].as_array().into_iter().flatten();
        let mut bodies = parameters
            .map(|it| self.resolved(it))
            .filter(|it| it["in"] == "body");
        Ok(bodies.next().map(|it| it["schema"].clone()))
    }

    /// The value, or what its `$ref` points to.
    fn resolved(&self, value: &Value) -> Value {
        let target = value.get("$ref").and_then(Value::as_str);
        let target = target.and_then(|target| self.document.pointer(target.strip_prefix('#')?));
        target.unwrap_or(value).clone()
    }

    fn validate(&self, schema: &Value, body: &Value) -> Vec<String> {
        let mut whole = Map::new();
        whole.insert("allOf".into(), json!([schema]));
        for name in ["components", "definitions"] {
            if let Some(part) = self.document.get(name) {
                whole.insert(name.into(), part.clone());
            }
        }
        match self.validator(&whole.into()) {
            Ok(validator) => {
                let errors = validator.iter_errors(body);
                errors
                    .map(|error| format!("{}: {error}", error.instance_path()))
                    .collect()
            }
            Err(problem) => vec![problem],
        }
    }

    fn validator(&self, schema: &Value) -> Result<Validator, String> {
        let options = jsonschema::options()
            .with_draft(self.draft)
            .should_validate_formats(true);
        options.build(schema).map_err(|error| error.to_string())
    }
}

/// `nullable` is a word of OpenAPI's own.
fn allow_null(value: &mut Value) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(allow_null),
        Value::Object(members) => {
            if members.get("nullable") == Some(&Value::Bool(true)) {
                members.remove("nullable");
                if let Some(kind) = members.get_mut("type") {
                    *kind = json!([kind.clone(), "null"]);
                }
            }
            members.values_mut().for_each(allow_null);
        }
        _ => {}
    }
}

/// A form as the object that its schema means.
fn typed(text: &str, schema: &Value) -> Value {
    let mut members = Map::new();
    for (name, value) in Form::read(text).0 {
        let value = match schema["properties"][&name]["type"].as_str() {
            Some("integer" | "number") => value.parse::<i64>().map_or(value.into(), Value::from),
            Some("boolean") => value.parse::<bool>().map_or(value.into(), Value::from),
            _ => value.into(),
        };
        members.insert(name, value);
    }
    members.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(file: &str, path: &str, kind: &str, body: &str, good: bool) {
        let Some(spec) = Spec::load(file) else {
            return;
        };
        let request = Request::post("/").header("content-type", kind);
        let request = request.body(Bytes::from(body.to_owned())).unwrap();
        let found = spec.request(path, &request);
        assert_eq!(found.is_empty(), good, "{body}: {found:?}");
    }

    #[test]
    fn requests_are_told_apart() {
        let (form, json) = ("application/x-www-form-urlencoded", "application/json");
        let twilio = |body: &str, good| {
            let path = "/2010-04-01/Accounts/{AccountSid}/Messages.json";
            let file = "twilio_api_v2010.messages.subset.json";
            check(file, path, form, body, good);
        };
        twilio("To=%2B12025550123&ValidityPeriod=60", true);
        twilio("Body=x", false);
        twilio("To=%2B12025550123&ValidityPeriod=abc", false);
        twilio("To=%2B12025550123&MessagingServiceSid=MG1", false);
        let sendgrid =
            |body: &str, good| check("tsg_mail_v3.json", "/v3/mail/send", json, body, good);
        let to = r#""personalizations":[{"to":[{"email":"pat@example.com"}]}]"#;
        let good = format!(r#"{{{to},"from":{{"email":"clinic@example.com"}}}}"#);
        sendgrid(&good, true);
        sendgrid(&good.replace("clinic@", ""), false);
        sendgrid(&format!("{{{to}}}"), false);
        sendgrid("{", false);
        let acs =
            |body: &str, good| check("acs_sms_2026-01-23.resolved.json", "/sms", json, body, good);
        acs(r#"{"from":"a","smsRecipients":[],"message":""}"#, true);
        acs(r#"{"smsRecipients":[],"message":""}"#, false);
    }

    #[test]
    fn answers_are_told_apart() {
        let Some(spec) = Spec::load("acs_email_2025-09-01.resolved.json") else {
            return;
        };
        for (status, body, good) in [
            (202, r#"{"id":"x","status":"Running"}"#, true),
            (202, r#"{"id":"x","status":"Gone"}"#, false),
            (202, r#"{"status":"Running"}"#, false),
            (429, r#"{"error":{"code":"x"}}"#, true),
            (429, r#"{"error":"x"}"#, false),
            (429, "", false),
        ] {
            let response = Response::builder().status(status);
            let response = response.body(Bytes::from(body)).unwrap();
            let found = spec.response("/emails:send", "POST", &response);
            assert_eq!(found.is_empty(), good, "{status} {body}: {found:?}");
        }
    }
}
