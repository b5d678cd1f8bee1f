//! Request and response on `{entity}/$management`.
//!
//! A request is a message with a message-id, a reply-to and the application property `operation`. Its response carries that id
//! as correlation-id, a `statusCode`, and on failure an `errorCondition`. `$cbs` is the same with other spellings
//! (`status-code`), so both are read here.

use crate::{
    codec::{
        DecodeError, OrderedMap, SimpleValue, Symbol, Value,
        message::{Body, Message},
        messaging::{ApplicationProperties, MessageId, Properties},
    },
    engine::Condition,
    error::{Class, Error},
};

/// A request.
#[derive(Debug, Clone, PartialEq)]
pub struct Request {
    /// What is asked, such as `com.microsoft:schedule-message`.
    pub operation: &'static str,
    /// More application properties.
    pub properties: Vec<(&'static str, SimpleValue)>,
    /// The parameters.
    pub body: Value,
    /// It changes something: if the answer is lost, the outcome is unknown.
    pub changes: bool,
}

impl Request {
    /// The request as a message. `$management` is told to give up after `timeout_ms`, so that it does not do later what nobody
    /// waits for any more.
    ///
    /// # Errors
    /// As [`Message::encode`].
    pub fn encode(
        &self,
        message_id: &str,
        reply_to: &str,
        timeout_ms: u32,
    ) -> Result<Vec<u8>, DecodeError> {
        let mut map = OrderedMap::new();
        map.insert(
            "operation".to_owned(),
            SimpleValue::from(self.operation.to_owned()),
        );
        if self.operation.starts_with("com.microsoft:") {
            map.insert("com.microsoft:server-timeout".to_owned(), timeout_ms.into());
        }
        for (key, value) in &self.properties {
            map.insert((*key).to_owned(), value.clone());
        }
        let message = Message {
            properties: Some(Properties {
                message_id: Some(MessageId::String(message_id.to_owned())),
                reply_to: Some(reply_to.to_owned()),
                ..Properties::default()
            }),
            application_properties: Some(ApplicationProperties(map)),
            body: Body::Value(self.body.clone()),
            ..Message::default()
        };
        message.encode()
    }
}

/// A response.
#[derive(Debug, Clone, PartialEq)]
pub struct Reply {
    /// 200 to 299 is success.
    pub status: u16,
    /// On failure: the condition, with the description. Without a condition its name is empty.
    pub condition: Condition,
    /// The results.
    pub body: Value,
}

impl Reply {
    /// Reads a response. Also gives the id of the request that it answers.
    ///
    /// # Errors
    /// If it is no response: no correlation-id, or no status.
    pub fn decode(payload: &[u8]) -> Result<(String, Self), DecodeError> {
        let message = Message::decode(payload)?;
        let id = match message.properties.and_then(|p| p.correlation_id) {
            Some(MessageId::String(id)) => id,
            _ => return Err(DecodeError::new("a response has no correlation-id of ours")),
        };
        let properties = message.application_properties.unwrap_or_default();
        let find = |names: [&str; 2]| names.into_iter().find_map(|name| properties.get(name));
        let status = find(["statusCode", "status-code"]).and_then(integer);
        let status = status
            .and_then(|status| u16::try_from(status).ok())
            .ok_or_else(|| DecodeError::new("a response has no status"))?;
        let text = |value: Option<&SimpleValue>| match value {
            Some(SimpleValue::String(text) | SimpleValue::Symbol(Symbol(text))) => text.clone(),
            _ => String::new(),
        };
        let name = text(find(["errorCondition", "error-condition"]));
        let description = text(find(["statusDescription", "status-description"]));
        let body = match message.body {
            Body::Value(value) => value,
            _ => Value::Null,
        };
        let condition = Condition::new(&name, &description);
        let reply = Self {
            status,
            condition,
            body,
        };
        Ok((id, reply))
    }

    /// The body of a success.
    ///
    /// # Errors
    /// If the status is none of 200 to 299.
    pub fn success(self, doing: &'static str) -> Result<Value, Error> {
        if (200..300).contains(&self.status) {
            return Ok(self.body);
        }
        let mut error = Error::from_condition(doing, self.condition, Some(self.status));
        error.text = format!("{} (status {})", error.text, self.status);
        Err(error)
    }

    /// The same for a request that changes something: if the service ran out of time, it may have done it or not.
    ///
    /// # Errors
    /// As [`Reply::success`], but [`Class::UnknownOutcome`] for a time-out of the service.
    pub fn change(self, doing: &'static str) -> Result<Value, Error> {
        self.success(doing).map_err(|mut error| {
            let condition = error.condition.as_ref().map(|c| c.name.as_str());
            if error.status == Some(408) || condition == Some("com.microsoft:timeout") {
                error.class = Class::UnknownOutcome;
            }
            error
        })
    }
}

fn integer(value: &SimpleValue) -> Option<i64> {
    match value {
        SimpleValue::Int(n) => Some(i64::from(*n)),
        SimpleValue::Long(n) => Some(*n),
        SimpleValue::Uint(n) => Some(i64::from(*n)),
        SimpleValue::Ushort(n) => Some(i64::from(*n)),
        SimpleValue::Ulong(n) => i64::try_from(*n).ok(),
        _ => None,
    }
}

/// An entry of a body that is a map with text keys.
pub(super) fn entry(body: Value, key: &str) -> Option<Value> {
    let Value::Map(mut map) = body else {
        return None;
    };
    map.swap_remove(&Value::String(key.to_owned()))
}

/// A body that is a map with text keys.
pub(super) fn map<const N: usize>(entries: [(&str, Value); N]) -> Value {
    let mut map = OrderedMap::new();
    for (key, value) in entries {
        map.insert(Value::String(key.to_owned()), value);
    }
    Value::Map(map)
}

/// The service said yes, but not what was asked for.
pub(super) fn odd(doing: &'static str, text: &str) -> Error {
    Error::new(Class::Protocol, doing, text)
}
