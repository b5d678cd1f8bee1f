//! Receiving: one message a request, with a wait for it.

use bytes::Bytes;
use fe2o3_amqp_types::primitives::SimpleValue;
use http::{HeaderName, HeaderValue, Request, Response, StatusCode, header};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use punctual_stand_ins::Strike;

use super::properties::{ascii, shown};
use super::{Asked, Operation};
use crate::address::Entity;
use crate::broker::{Entry, Mode, Refusal};
use crate::bus::ServiceBus;
use crate::codec::body_bytes;
use crate::guid::Guid;

const DEFAULT_WAIT_SECONDS: i64 = 60;
const LONGEST_WAIT_SECONDS: i64 = 300;

/// A receive that waits for a message.
#[derive(Debug, Clone)]
pub struct Waiting {
    /// When to give up, in milliseconds since 1970.
    pub until_ms: i64,
    entity: Entity,
    mode: Mode,
    host: String,
    pub(super) strike: Option<Strike>,
}

pub(super) fn waiting(asked: &Asked<'_>, request: &Request<Bytes>, now_ms: i64) -> Waiting {
    let query = request.uri().query().unwrap_or_default();
    let timeout = query
        .split('&')
        .find_map(|pair| pair.strip_prefix("timeout="));
    let seconds = timeout
        .and_then(|seconds| seconds.parse().ok())
        .unwrap_or(DEFAULT_WAIT_SECONDS);
    let host = request
        .headers()
        .get(header::HOST)
        .and_then(|host| host.to_str().ok());
    Waiting {
        until_ms: now_ms + seconds.clamp(0, LONGEST_WAIT_SECONDS) * 1000,
        entity: asked.entity.clone(),
        mode: match asked.operation {
            Operation::Receive(mode) => mode,
            _ => Mode::PeekLock,
        },
        host: host.unwrap_or("localhost").to_owned(),
        strike: None,
    }
}

/// Takes a message, if there is one.
pub(super) fn take(
    bus: &mut ServiceBus,
    waiting: &Waiting,
    now_ms: i64,
) -> Result<Option<Response<Bytes>>, Refusal> {
    let received = bus
        .broker
        .receive(&waiting.entity, waiting.mode, now_ms, &mut bus.random)?;
    Ok(received.map(|entry| response(waiting, &entry)))
}

fn response(waiting: &Waiting, entry: &Entry) -> Response<Bytes> {
    let content = &entry.content;
    let mut response = Response::new(Bytes::from(body_bytes(&content.body)));
    *response.status_mut() = match waiting.mode {
        Mode::PeekLock => StatusCode::CREATED,
        Mode::ReceiveAndDelete => StatusCode::OK,
    };
    let headers = response.headers_mut();
    let mut set = |name: &str, value: &str| {
        // What no header can be is left out, as the service does with properties that HTTP cannot say.
        if let (Ok(name), Ok(value)) = (HeaderName::try_from(name), HeaderValue::try_from(value)) {
            headers.insert(name, value);
        }
    };
    for (name, value) in &content.application {
        set(name, &header_value(value));
    }
    set("brokerproperties", &shown(entry));
    if let Some(kind) = &content.properties.content_type {
        set("content-type", kind.as_str());
    }
    if let Some(lock) = entry.lock {
        let id = content
            .id()
            .unwrap_or_else(|| entry.sequence_number.to_string());
        let id = utf8_percent_encode(&id, NON_ALPHANUMERIC);
        let (host, entity) = (&waiting.host, &waiting.entity);
        let lock = lock.token;
        set(
            "location",
            &format!("http://{host}/{entity}/messages/{id}/{lock}"),
        );
    }
    response
}

/// Strings in quotes, numbers bare.
fn header_value(value: &SimpleValue) -> String {
    match value {
        SimpleValue::String(text) => ascii(&serde_json::Value::from(text.as_str()).to_string()),
        SimpleValue::Symbol(symbol) => ascii(&serde_json::Value::from(symbol.as_str()).to_string()),
        SimpleValue::Bool(truth) => truth.to_string(),
        SimpleValue::Ubyte(number) => number.to_string(),
        SimpleValue::Ushort(number) => number.to_string(),
        SimpleValue::Uint(number) => number.to_string(),
        SimpleValue::Ulong(number) => number.to_string(),
        SimpleValue::Byte(number) => number.to_string(),
        SimpleValue::Short(number) => number.to_string(),
        SimpleValue::Int(number) => number.to_string(),
        SimpleValue::Long(number) => number.to_string(),
        SimpleValue::Float(number) => number.to_string(),
        SimpleValue::Double(number) => number.to_string(),
        SimpleValue::Timestamp(at) => {
            let text = punctual_stand_ins::control::rfc3339(at.milliseconds());
            serde_json::Value::from(text).to_string()
        }
        SimpleValue::Uuid(uuid) => {
            serde_json::Value::from(Guid(*uuid.as_inner()).to_string()).to_string()
        }
        _ => "null".into(),
    }
}
