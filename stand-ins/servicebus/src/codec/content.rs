//! A message as it is on the wire (AMQP 1.0, part 3, section 3.2), and as the broker keeps it.
//!
//! Body sections are kept as they came, byte by byte. The annotations that Service Bus owns are taken out on the
//! way in and written on the way out.

use bytes::Bytes;
use fe2o3_amqp_types::messaging::annotations::OwnedKey;
use fe2o3_amqp_types::messaging::{
    AmqpValue, ApplicationProperties, Data, Header, MessageAnnotations, Properties,
};
use serde_amqp::Value;
use serde_amqp::described::Described;
use serde_amqp::descriptor::Descriptor;
use serde_amqp::primitives::Timestamp;
use serde_bytes::ByteBuf;

use super::walk::{Malformed, descriptor, value_len};
use super::{read, write};
use crate::broker::{Content, Entry};

const DUE: &str = "x-opt-scheduled-enqueue-time";

/// The annotations that the broker sets: a sender's are not kept.
const OURS: [&str; 9] = [
    DUE,
    "x-opt-enqueued-time",
    "x-opt-sequence-number",
    "x-opt-enqueue-sequence-number",
    "x-opt-message-state",
    "x-opt-locked-until",
    "x-opt-deadletter-source",
    "x-opt-lock-token",
    "x-opt-offset",
];

/// The sections of a message, each with its descriptor's code and all its bytes.
fn sections(bytes: &[u8]) -> Result<Vec<(u64, &[u8])>, Malformed> {
    let (mut rest, mut found) = (bytes, Vec::new());
    while !rest.is_empty() {
        let (code, _) = descriptor(rest)?;
        let (section, after) = rest.split_at(value_len(rest)?);
        found.push((code, section));
        rest = after;
    }
    Ok(found)
}

/// Reads a message. One without a body is given an empty one, as clients send such.
pub fn decode(bytes: &[u8]) -> Result<Content, Malformed> {
    let mut content = Content {
        header: Header::default(),
        ttl_ms: None,
        due_ms: None,
        annotations: Default::default(),
        properties: Properties::default(),
        application: Default::default(),
        body: Bytes::new(),
        size_bytes: bytes.len(),
    };
    let mut body = Vec::new();
    for (code, section) in sections(bytes)? {
        match code {
            0x70 => content.header = read(section)?,
            0x72 => content.annotations = read::<MessageAnnotations>(section)?.0,
            0x73 => content.properties = read(section)?,
            0x74 => content.application = read::<ApplicationProperties>(section)?.0,
            0x75..=0x77 => body.extend_from_slice(section),
            // Delivery annotations and the footer are between neighbours.
            0x71 | 0x78 => {}
            _ => return Err(Malformed("a message has a section that there is not")),
        }
    }
    content.body = if body.is_empty() {
        data_section(&[])
    } else {
        body.into()
    };
    content.ttl_ms = content.header.ttl.map(u64::from);
    content.due_ms = match content.annotations.get(&OwnedKey::from(DUE)) {
        Some(Value::Timestamp(due)) => Some(due.milliseconds()),
        Some(Value::Long(due_ms)) => Some(*due_ms),
        Some(_) => {
            return Err(Malformed(
                "x-opt-scheduled-enqueue-time must be a timestamp",
            ));
        }
        None => None,
    };
    let annotations = content.annotations.as_inner_mut();
    annotations
        .retain(|key, _| !matches!(key, OwnedKey::Symbol(name) if OURS.contains(&name.as_str())));
    Ok(content)
}

/// Reads a batch (message-format 0x80013700): each data section is a message.
pub fn decode_batch(bytes: &[u8]) -> Result<Vec<Content>, Malformed> {
    let sections = sections(bytes)?;
    let members = sections.iter().filter(|(code, _)| *code == 0x75);
    members
        .map(|(_, section)| decode(&read::<Data>(section)?.0))
        .collect()
}

/// Writes a message as a receiver gets it, or sees it when it peeks.
pub fn encode(entry: &Entry) -> Vec<u8> {
    let content = &entry.content;
    let mut bytes = Vec::with_capacity(content.size_bytes + 256);
    write(&header(entry), &mut bytes);
    write(&annotations(entry), &mut bytes);
    write(&content.properties, &mut bytes);
    if !content.application.is_empty() {
        write(
            &ApplicationProperties(content.application.clone()),
            &mut bytes,
        );
    }
    bytes.extend_from_slice(&content.body);
    bytes
}

/// AMQP's header, as a list, because the type leaves out what has its default value, and the vendor's clients take a
/// delivery count that is left out for an unknown one.
fn header(entry: &Entry) -> Value {
    let ttl = entry
        .content
        .ttl_ms
        .map(|ttl_ms| u32::try_from(ttl_ms).unwrap_or(u32::MAX));
    let header = &entry.content.header;
    let fields = vec![
        Value::Bool(header.durable),
        Value::Ubyte(header.priority.0),
        ttl.map_or(Value::Null, Value::Uint),
        Value::Bool(false),
        Value::Uint(entry.failed_deliveries),
    ];
    Value::Described(Box::new(Described {
        descriptor: Descriptor::Code(0x70),
        value: Value::List(fields),
    }))
}

fn annotations(entry: &Entry) -> MessageAnnotations {
    let mut annotations = entry.content.annotations.clone();
    let mut set = |name: &str, value: Value| annotations.insert(OwnedKey::from(name), value);
    let at = |at_ms: i64| Value::Timestamp(Timestamp::from_milliseconds(at_ms));
    if let Some(due_ms) = entry.content.due_ms {
        set(DUE, at(due_ms));
    }
    set("x-opt-enqueued-time", at(entry.enqueued_ms));
    set("x-opt-sequence-number", Value::Long(entry.sequence_number));
    // Only auto-forwarding, which is not here, would make it another number.
    set("x-opt-enqueue-sequence-number", Value::Long(0));
    set("x-opt-message-state", Value::Int(entry.state as i32));
    if let Some(lock) = entry.lock {
        set("x-opt-locked-until", at(lock.until_ms));
    }
    if let Some(queue) = &entry.dead_letter_of {
        set("x-opt-deadletter-source", Value::String(queue.clone()));
    }
    MessageAnnotations(annotations)
}

/// A body of one data section.
pub fn data_section(bytes: &[u8]) -> Bytes {
    let mut section = Vec::with_capacity(bytes.len() + 8);
    write(&Data(ByteBuf::from(bytes)), &mut section);
    section.into()
}

/// A body as HTTP shows it: the bytes of its data sections; of a value, its text.
pub fn body_bytes(body: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::new();
    for (code, section) in sections(body).unwrap_or_default() {
        match code {
            0x75 => {
                bytes.extend(read::<Data>(section).map_or(Vec::new(), |data| data.0.into_vec()))
            }
            0x77 => match read::<AmqpValue<Value>>(section).map(|value| value.0) {
                Ok(Value::String(text)) => bytes.extend(text.into_bytes()),
                Ok(Value::Binary(binary)) => bytes.extend(binary.into_vec()),
                Ok(Value::Null) | Err(_) => {}
                Ok(value) => bytes.extend(value.to_string().into_bytes()),
            },
            _ => {}
        }
    }
    bytes
}

#[cfg(test)]
mod tests;
