//! Sending: one message, or a batch in JSON.

use bytes::Bytes;
use fe2o3_amqp_types::messaging::{Header, Properties};
use fe2o3_amqp_types::primitives::SimpleValue;
use http::{HeaderMap, Request, Response, StatusCode, header};
use serde::Deserialize;
use serde_amqp::primitives::Symbol;

use super::empty;
use super::properties::Given;
use crate::address::Entity;
use crate::broker::{Application, Content, Problem, Refusal};
use crate::bus::ServiceBus;
use crate::codec::data_section;
use crate::guid::Guid;

const BATCH: &str = "application/vnd.microsoft.servicebus.json";
const BROKER_PROPERTIES: &str = "brokerproperties";
const LARGEST_HEADERS_BYTES: usize = 64 << 10;

/// Headers that are HTTP's own and no property of the message.
const OF_HTTP: [&str; 20] = [
    "accept",
    "accept-charset",
    "accept-encoding",
    "accept-language",
    "authorization",
    BROKER_PROPERTIES,
    "cache-control",
    "connection",
    "content-length",
    "content-type",
    "date",
    "expect",
    "host",
    "keep-alive",
    "te",
    "traceparent",
    "tracestate",
    "transfer-encoding",
    "user-agent",
    "x-ms-retrypolicy",
];

/// A member of a batch.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Member {
    body: String,
    #[serde(default)]
    broker_properties: Given,
    #[serde(default)]
    user_properties: serde_json::Map<String, serde_json::Value>,
}

pub(super) fn send(
    bus: &mut ServiceBus,
    entity: &Entity,
    request: &Request<Bytes>,
    now_ms: i64,
) -> Result<Response<Bytes>, Refusal> {
    let kind = request.headers().get(header::CONTENT_TYPE);
    let kind = kind.and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    let contents = if kind.split(';').next().unwrap_or_default().trim() == BATCH {
        batch(bus, request.body())?
    } else {
        vec![single(bus, kind, request)?]
    };
    bus.broker.send(entity, contents, now_ms)?;
    Ok(empty(StatusCode::CREATED))
}

fn batch(bus: &mut ServiceBus, body: &[u8]) -> Result<Vec<Content>, Refusal> {
    let members: Vec<Member> = serde_json::from_slice(body).map_err(|error| {
        argument(&format!("A batch is a JSON array of objects with Body, BrokerProperties, UserProperties: {error}"))
    })?;
    if members.is_empty() {
        return Err(argument("The batch is empty."));
    }
    let size_bytes = body.len() / members.len();
    let contents = members.into_iter().map(|member| {
        let properties = member.user_properties.into_iter();
        let application = properties
            .map(|(name, value)| (name, from_json(value)))
            .collect();
        let mut content = content(
            bus,
            member.body.as_bytes(),
            member.broker_properties,
            application,
        )?;
        content.size_bytes = content.size_bytes.max(size_bytes);
        Ok(content)
    });
    contents.collect()
}

fn single(bus: &mut ServiceBus, kind: &str, request: &Request<Bytes>) -> Result<Content, Refusal> {
    let headers = request.headers();
    let headers_bytes: usize = headers
        .iter()
        .map(|(name, value)| name.as_str().len() + value.len())
        .sum();
    if headers_bytes > LARGEST_HEADERS_BYTES {
        return Err(Refusal::new(
            Problem::TooLarge,
            "The headers have more than 64 KB.",
        ));
    }
    let given = match headers.get(BROKER_PROPERTIES) {
        Some(value) => serde_json::from_slice(value.as_bytes()).map_err(|error| {
            argument(&format!(
                "BrokerProperties must be one JSON object: {error}"
            ))
        })?,
        None => Given::default(),
    };
    let mut content = content(bus, request.body(), given, application(headers))?;
    content.size_bytes += headers_bytes;
    if !kind.is_empty() {
        content.properties.content_type = Some(Symbol::from(kind));
    }
    Ok(content)
}

fn content(
    bus: &mut ServiceBus,
    body: &[u8],
    mut given: Given,
    application: Application,
) -> Result<Content, Refusal> {
    // A message that brings no id is given one.
    given
        .message_id
        .get_or_insert_with(|| Guid::next(&mut bus.random).to_string().replace('-', ""));
    let mut content = Content {
        header: Header::default(),
        ttl_ms: None,
        due_ms: None,
        annotations: Default::default(),
        properties: Properties::default(),
        application,
        body: data_section(body),
        size_bytes: body.len(),
    };
    given.apply(&mut content)?;
    Ok(content)
}

/// The custom headers as properties. Their names lose their case: HTTP has none.
fn application(headers: &HeaderMap) -> Application {
    let custom = headers
        .iter()
        .filter(|(name, _)| !OF_HTTP.contains(&name.as_str()));
    let properties = custom.map(|(name, value)| {
        let text = String::from_utf8_lossy(value.as_bytes()).into_owned();
        let value = serde_json::from_str(&text).map_or(SimpleValue::String(text), from_json);
        (name.as_str().to_owned(), value)
    });
    properties.collect()
}

/// A quoted string is a string, a bare number a number; what is neither stays text.
fn from_json(value: serde_json::Value) -> SimpleValue {
    match value {
        serde_json::Value::String(text) => SimpleValue::String(text),
        serde_json::Value::Bool(truth) => SimpleValue::Bool(truth),
        serde_json::Value::Number(number) => match (number.as_i64(), number.as_f64()) {
            (Some(whole), _) => match i32::try_from(whole) {
                Ok(small) => SimpleValue::Int(small),
                Err(_) => SimpleValue::Long(whole),
            },
            (None, Some(real)) => SimpleValue::Double(real.into()),
            (None, None) => SimpleValue::String(number.to_string()),
        },
        other => SimpleValue::String(other.to_string()),
    }
}

fn argument(text: &str) -> Refusal {
    Refusal::new(Problem::Argument, text)
}
