//! Holds every answer of the API to `openapi.json`: the suite's own HTTP client asks here after each call.

use std::collections::HashMap;
use std::sync::{LazyLock, Mutex};

use anyhow::{Context, Result, bail, ensure};
use jsonschema::{Draft, Validator};
use punctual_host::client::Reply;
use serde_json::{Map, Value, json};

const DOCUMENT: &str = include_str!("../../spin-app/console/openapi.json");

static CONTRACT: LazyLock<Contract> = LazyLock::new(|| {
    let document = serde_json::from_str(DOCUMENT).expect("openapi.json is JSON");
    Contract {
        document,
        validators: Mutex::default(),
    }
});

/// Panics if the document does not allow such an answer. Answers that are not the API's are let through.
#[track_caller]
pub fn check(method: &str, path: &str, reply: &Reply) {
    if let Err(problem) = CONTRACT.holds(method, path, reply) {
        panic!(
            "openapi.json and the answer to {method} {path} disagree: {problem:#}\n{} {}",
            reply.status,
            reply.text()
        );
    }
}

struct Contract {
    document: Value,
    /// Compiled once each: that takes longer than a call.
    validators: Mutex<HashMap<String, Validator>>,
}

impl Contract {
    fn holds(&self, method: &str, path: &str, reply: &Reply) -> Result<()> {
        let path = path.split('?').next().unwrap_or_default();
        if !path.starts_with("/api/") {
            return Ok(());
        }
        let status = reply.status.as_u16();
        let Some((template, item)) = self.find(path) else {
            ensure!(
                matches!(status, 401 | 403 | 404 | 413 | 503),
                "a path that is not described answers {status}"
            );
            return self.body(
                "Problem",
                &json!({"$ref": "#/components/schemas/Problem"}),
                reply,
            );
        };
        let Some(operation) = item.get(method.to_ascii_lowercase()) else {
            return self.not_allowed(item, reply);
        };
        let responses = &operation["responses"];
        let declared = responses
            .get(status.to_string())
            .with_context(|| format!("{status} is not declared"))?;
        let declared = self.resolved(declared);
        for (name, header) in declared["headers"].as_object().into_iter().flatten() {
            let value = reply
                .headers
                .get(name)
                .and_then(|value| value.to_str().ok());
            let value = value.with_context(|| format!("the header {name} is missing"))?;
            self.validate(
                &format!("{method} {template} {status} {name}"),
                &header["schema"],
                &value.into(),
            )?;
        }
        let Some(content) = declared["content"].as_object() else {
            ensure!(
                reply.body.is_empty(),
                "there is a body, and none is declared"
            );
            return Ok(());
        };
        let media = media(reply);
        let declared = content
            .get(&media)
            .with_context(|| format!("{media:?} is not declared"))?;
        match media.ends_with("json") {
            true => self.body(
                &format!("{method} {template} {status}"),
                &declared["schema"],
                reply,
            ),
            false => Ok(()),
        }
    }

    /// A method that a path does not have.
    fn not_allowed(&self, item: &Value, reply: &Reply) -> Result<()> {
        let status = reply.status.as_u16();
        ensure!(
            matches!(status, 401 | 405 | 413 | 503),
            "a method that is not described answers {status}"
        );
        if status == 405 {
            let allowed = reply.headers.get("allow");
            let allowed = allowed.and_then(|value| value.to_str().ok());
            let mut allowed: Vec<_> = allowed.unwrap_or_default().split(", ").collect();
            allowed.sort_unstable();
            let described = item.as_object().into_iter().flatten();
            let described = described.map(|(method, _)| method.to_ascii_uppercase());
            let mut described: Vec<_> = described.collect();
            described.sort_unstable();
            ensure!(
                allowed == described,
                "allow says {allowed:?}, described are {described:?}"
            );
        }
        self.body(
            "Problem",
            &json!({"$ref": "#/components/schemas/Problem"}),
            reply,
        )
    }

    /// The described path that this one is: of two, the one with fewer parameters.
    fn find(&self, path: &str) -> Option<(&str, &Value)> {
        let fits = |template: &str| {
            let (mut parts, mut given) = (template.split('/'), path.split('/'));
            loop {
                match (parts.next(), given.next()) {
                    (None, None) => return true,
                    (Some(part), Some(given)) if part == given || part.starts_with('{') => {}
                    _ => return false,
                }
            }
        };
        let paths = self.document["paths"].as_object()?;
        let fitting = paths.iter().filter(|(template, _)| fits(template));
        let found = fitting.min_by_key(|(template, _)| template.matches('{').count());
        found.map(|(template, item)| (template.as_str(), item))
    }

    fn resolved<'a>(&'a self, value: &'a Value) -> &'a Value {
        let target = value.get("$ref").and_then(Value::as_str);
        let target = target.and_then(|target| self.document.pointer(target.strip_prefix('#')?));
        target.unwrap_or(value)
    }

    fn body(&self, name: &str, schema: &Value, reply: &Reply) -> Result<()> {
        let body = reply.json()?;
        self.validate(name, schema, &body)
    }

    fn validate(&self, name: &str, schema: &Value, value: &Value) -> Result<()> {
        let mut validators = self.validators.lock().expect("nobody panics with it");
        if !validators.contains_key(name) {
            validators.insert(name.to_owned(), self.validator(schema)?);
        }
        let errors = validators[name].iter_errors(value);
        let errors: Vec<_> = errors
            .map(|error| format!("{}: {error}", error.instance_path()))
            .collect();
        if !errors.is_empty() {
            bail!("{}", errors.join("; "));
        }
        Ok(())
    }

    fn validator(&self, schema: &Value) -> Result<Validator> {
        let mut whole = Map::new();
        whole.insert("allOf".into(), json!([schema]));
        whole.insert("components".into(), self.document["components"].clone());
        let options = jsonschema::options()
            .with_draft(Draft::Draft202012)
            .should_validate_formats(true);
        options
            .build(&whole.into())
            .map_err(|error| anyhow::anyhow!("a schema is not valid: {error}"))
    }
}

fn media(reply: &Reply) -> String {
    let media = reply.headers.get("content-type");
    let media = media.and_then(|media| media.to_str().ok());
    let media = media.unwrap_or_default().split(';').next();
    media.unwrap_or_default().trim().to_owned()
}

#[cfg(test)]
mod tests;
