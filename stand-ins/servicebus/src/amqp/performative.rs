//! What frames say (AMQP 1.0, part 2, section 2.7).

use fe2o3_amqp_types::performatives::{Attach, Begin, Close, Detach, End, Flow, Open, Transfer};
use serde_amqp::Value;
use serde_amqp::descriptor::Descriptor;

use crate::codec::{Malformed, descriptor, read, value_len};

/// A disposition as the client sent it.
///
/// Read without its type, because JavaScript's client has strings for keys where the standard has symbols, in the map
/// that says why a message is dead-lettered.
#[derive(Debug, PartialEq)]
pub(super) struct Said {
    /// Whether it speaks as the receiver.
    pub(super) as_receiver: bool,
    pub(super) first: u32,
    pub(super) last: u32,
    pub(super) settled: bool,
    /// The state's descriptor and fields, if there is one.
    pub(super) state: Option<(u64, Vec<Value>)>,
}

impl Said {
    fn read(performative: &[u8]) -> Result<Self, Malformed> {
        let wrong = Malformed("a disposition is not as it should be");
        let (_, mut fields) = composite(read(performative)?).ok_or(wrong)?;
        fields.resize(6, Value::Null);
        let (Value::Bool(as_receiver), Value::Uint(first)) = (&fields[0], &fields[1]) else {
            return Err(wrong);
        };
        Ok(Self {
            as_receiver: *as_receiver,
            first: *first,
            last: if let Value::Uint(last) = fields[2] {
                last
            } else {
                *first
            },
            settled: fields[3] == Value::Bool(true),
            state: composite(std::mem::take(&mut fields[4])),
        })
    }
}

/// A described list: its descriptor and its fields.
pub(super) fn composite(value: Value) -> Option<(u64, Vec<Value>)> {
    let Value::Described(described) = value else {
        return None;
    };
    match (described.descriptor, described.value) {
        (Descriptor::Code(code), Value::List(fields)) => Some((code, fields)),
        _ => None,
    }
}

/// A performative, and for a transfer its payload.
#[derive(Debug)]
pub(super) enum Performative {
    Open(Open),
    Begin(Begin),
    Attach(Box<Attach>),
    Flow(Flow),
    Transfer(Box<Transfer>, Vec<u8>),
    Disposition(Said),
    Detach(Detach),
    End,
    Close,
}

impl Performative {
    /// Reads a frame's body, which is not empty.
    pub(super) fn read(body: &[u8]) -> Result<Self, Malformed> {
        let (code, _) = descriptor(body)?;
        let (performative, payload) = body.split_at(value_len(body)?);
        if code != 0x14 && !payload.is_empty() {
            return Err(Malformed("only a transfer has a payload"));
        }
        Ok(match code {
            0x10 => Self::Open(read(performative)?),
            0x11 => Self::Begin(read(performative)?),
            0x12 => Self::Attach(read(performative)?),
            0x13 => Self::Flow(read(performative)?),
            0x14 => Self::Transfer(read(performative)?, payload.to_vec()),
            0x15 => Self::Disposition(Said::read(performative)?),
            0x16 => Self::Detach(read(performative)?),
            0x17 => read::<End>(performative).map(|_| Self::End)?,
            0x18 => read::<Close>(performative).map(|_| Self::Close)?,
            _ => return Err(Malformed("there is no such performative")),
        })
    }
}
