//! Requests and responses: AMQP's management pattern, which `$cbs` and `$management` share.

use fe2o3_amqp_types::messaging::{AmqpValue, ApplicationProperties, MessageId, Properties};
use fe2o3_amqp_types::primitives::{OrderedMap, SimpleValue};
use serde_amqp::Value;
use serde_amqp::primitives::Symbol;

use super::link::Way;
use super::session::Session;
use crate::address::Address;
use crate::broker::Refusal;
use crate::codec::{self, Malformed, descriptor, read, value_len};

/// A request.
pub(super) struct Request {
    /// With its AMQP type, which the response must keep.
    id: Option<MessageId>,
    reply_to: Option<String>,
    application: OrderedMap<String, SimpleValue>,
    /// The body, an amqp-value.
    pub(super) body: Value,
}

/// The names that a kind of response uses.
pub(super) struct Names {
    status: &'static str,
    description: &'static str,
    condition: &'static str,
}

/// `$cbs` has hyphens.
pub(super) const CBS: Names = Names {
    status: "status-code",
    description: "status-description",
    condition: "error-condition",
};

/// `$management` has humps.
pub(super) const MANAGEMENT: Names = Names {
    status: "statusCode",
    description: "statusDescription",
    condition: "errorCondition",
};

/// What a request came to.
pub(super) struct Done {
    pub(super) status: u16,
    pub(super) text: String,
    pub(super) condition: Option<&'static str>,
    pub(super) body: OrderedMap<Value, Value>,
}

impl Done {
    /// Success, with a body.
    pub(super) fn ok(body: OrderedMap<Value, Value>) -> Self {
        Self {
            status: 200,
            text: "OK".into(),
            condition: None,
            body,
        }
    }
}

impl From<Refusal> for Done {
    fn from(refusal: Refusal) -> Self {
        Self {
            status: refusal.problem.management_status(),
            condition: Some(refusal.problem.condition()),
            text: refusal.text,
            body: OrderedMap::new(),
        }
    }
}

impl Request {
    /// Reads a request.
    pub(super) fn read(mut bytes: &[u8]) -> Result<Self, Malformed> {
        let (mut properties, mut application, mut body) =
            (Properties::default(), OrderedMap::new(), Value::Null);
        while !bytes.is_empty() {
            let (code, _) = descriptor(bytes)?;
            let (section, rest) = bytes.split_at(value_len(bytes)?);
            match code {
                0x73 => properties = read(section)?,
                0x74 => application = read::<ApplicationProperties>(section)?.0,
                0x77 => body = read::<AmqpValue<Value>>(section)?.0,
                0x70..=0x78 => {}
                _ => return Err(Malformed("a request has a section that there is not")),
            }
            bytes = rest;
        }
        Ok(Self {
            id: properties.message_id,
            reply_to: properties.reply_to,
            application,
            body,
        })
    }

    /// An application property that is text.
    pub(super) fn text(&self, name: &str) -> Option<&str> {
        match self.application.get(name)? {
            SimpleValue::String(text) => Some(text),
            SimpleValue::Symbol(text) => Some(text.as_str()),
            _ => None,
        }
    }

    /// The member of a body that is a map.
    pub(super) fn member(&self, name: &str) -> Option<&Value> {
        member(&self.body, name)
    }

    /// Queues the response on the link where the client waits for it; without such a link there is nobody to tell.
    pub(super) fn respond(
        &self,
        session: &mut Session,
        address: &Address,
        names: &Names,
        done: Done,
    ) {
        let Some(link) = session.response_link(address, self.reply_to.as_deref()) else {
            return;
        };
        if let Way::Out(out) = &mut link.way {
            out.responses.push_back(self.response(names, done));
        }
    }

    fn response(&self, names: &Names, done: Done) -> Vec<u8> {
        let mut bytes = Vec::new();
        let properties = Properties {
            correlation_id: self.id.clone(),
            ..Properties::default()
        };
        codec::write(&properties, &mut bytes);
        let mut application = OrderedMap::new();
        let mut set = |name: &str, value| application.insert(name.to_owned(), value);
        set(names.status, SimpleValue::Int(i32::from(done.status)));
        set(names.description, SimpleValue::String(done.text));
        if let Some(condition) = done.condition {
            set(
                names.condition,
                SimpleValue::Symbol(Symbol::from(condition)),
            );
        }
        codec::write(&ApplicationProperties(application), &mut bytes);
        codec::write(&AmqpValue(Value::Map(done.body)), &mut bytes);
        bytes
    }
}

/// The member of a value that is a map with text keys.
pub(super) fn member<'a>(value: &'a Value, name: &str) -> Option<&'a Value> {
    let Value::Map(map) = value else { return None };
    map.get(&Value::String(name.to_owned()))
        .or_else(|| map.get(&Value::Symbol(Symbol::from(name))))
        .filter(|value| **value != Value::Null)
}

/// The elements of an array or list.
pub(super) fn elements(value: &Value) -> &[Value] {
    match value {
        Value::Array(array) => &array.0,
        Value::List(list) => list,
        _ => &[],
    }
}
