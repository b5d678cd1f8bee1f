//! What the stand-in says, as short text.

use std::fmt::Write;

use punctual_stand_in_servicebus::codec;
use serde_amqp::Value;
use serde_amqp::descriptor::Descriptor;

/// A header, or a frame with what it says.
pub struct Heard {
    pub value: Option<Value>,
    pub payload: Vec<u8>,
    text: String,
}

impl std::fmt::Display for Heard {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(&self.text)
    }
}

/// Reads all that is in `bytes`, and leaves what is not whole.
pub fn read_all(bytes: &mut Vec<u8>) -> Vec<Heard> {
    let mut heard = Vec::new();
    while bytes.len() >= 8 {
        if bytes.starts_with(b"AMQP") {
            let text = format!("header {:?}", &bytes[4..8]);
            bytes.drain(..8);
            heard.push(Heard {
                value: None,
                payload: Vec::new(),
                text,
            });
            continue;
        }
        let size = u32::from_be_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]) as usize;
        if bytes.len() < size {
            break;
        }
        let frame: Vec<u8> = bytes.drain(..size).collect();
        heard.push(read_frame(&frame));
    }
    heard
}

fn read_frame(frame: &[u8]) -> Heard {
    let channel = u16::from_be_bytes([frame[6], frame[7]]);
    let body = &frame[8..];
    if body.is_empty() {
        return Heard {
            value: None,
            payload: Vec::new(),
            text: "sign of life".into(),
        };
    }
    let (performative, payload) = body.split_at(codec::value_len(body).expect("whole"));
    let value: Value = codec::read(performative).expect("well-formed");
    let mut text = if frame[5] == 1 {
        "sasl ".to_owned()
    } else {
        format!("{channel} ")
    };
    text += &show(&value);
    if !payload.is_empty() {
        let _ = write!(text, " +{} bytes", payload.len());
    }
    Heard {
        value: Some(value),
        payload: payload.to_vec(),
        text,
    }
}

fn name(code: u64) -> String {
    let known = [
        (0x10, "open"),
        (0x11, "begin"),
        (0x12, "attach"),
        (0x13, "flow"),
        (0x14, "transfer"),
        (0x15, "disposition"),
        (0x16, "detach"),
        (0x17, "end"),
        (0x18, "close"),
        (0x1d, "error"),
        (0x24, "accepted"),
        (0x25, "rejected"),
        (0x26, "released"),
        (0x27, "modified"),
        (0x28, "source"),
        (0x29, "target"),
        (0x40, "mechanisms"),
        (0x44, "outcome"),
    ];
    let found = known.iter().find(|(known, _)| *known == code);
    found.map_or_else(|| format!("{code:#x}"), |(_, name)| (*name).to_owned())
}

pub fn show(value: &Value) -> String {
    let all = |values: &[Value]| values.iter().map(show).collect::<Vec<_>>().join(" ");
    match value {
        Value::Null => "-".into(),
        Value::Bool(value) => value.to_string(),
        Value::Ubyte(value) => value.to_string(),
        Value::Ushort(value) => value.to_string(),
        Value::Uint(value) => value.to_string(),
        Value::Ulong(value) => value.to_string(),
        Value::Int(value) => value.to_string(),
        Value::Long(value) => format!("{value}L"),
        Value::Timestamp(value) => format!("@{}", value.milliseconds()),
        Value::Uuid(_) => "uuid".into(),
        Value::String(value) => format!("{value:?}"),
        Value::Symbol(value) => format!(":{}", value.as_str()),
        Value::Binary(value) => format!("<{} bytes>", value.len()),
        Value::List(values) => format!("[{}]", all(values)),
        Value::Array(values) => format!("array[{}]", all(&values.0)),
        Value::Map(map) => {
            let pairs = map
                .iter()
                .map(|(key, value)| format!("{}={}", show(key), show(value)));
            format!("{{{}}}", pairs.collect::<Vec<_>>().join(" "))
        }
        Value::Described(described) => match (&described.descriptor, &described.value) {
            (Descriptor::Code(code), Value::List(fields)) => {
                format!("{}({})", name(*code), all(fields))
            }
            (Descriptor::Code(code), value) => format!("{}({})", name(*code), show(value)),
            (Descriptor::Name(name), value) => format!("{}({})", name.as_str(), show(value)),
        },
        other => format!("{other:?}"),
    }
}
