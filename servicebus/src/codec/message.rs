//! A message as its sections: AMQP 1.0 part 3, section 3.2.

use super::{
    DecodeError, Value, decode, encode,
    messaging::{
        ApplicationProperties, DeliveryAnnotations, Footer, Header, MessageAnnotations, Properties,
    },
};
use fe2o3_amqp_types::messaging::{AmqpSequence, AmqpValue, Data};

/// The most sections that a message may have. Only a batch has more than seven: one for each message in it.
pub const SECTIONS_MAX: usize = 4_608;

/// A decoded message. Each section may be missing.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Message {
    /// Durability, time to live, failed deliveries.
    pub header: Option<Header>,
    /// Annotations for the next hop only.
    pub delivery_annotations: Option<DeliveryAnnotations>,
    /// Annotations that stay with the message: Service Bus keeps sequence number and times here.
    pub message_annotations: Option<MessageAnnotations>,
    /// Ids, addresses, content type.
    pub properties: Option<Properties>,
    /// What the application added.
    pub application_properties: Option<ApplicationProperties>,
    /// The content.
    pub body: Body,
    /// What could only be known at the end, such as signatures.
    pub footer: Option<Footer>,
}

/// The body of a message.
#[derive(Debug, Clone, Default, PartialEq)]
pub enum Body {
    /// No body section. The standard forbids it, peers send it.
    #[default]
    Empty,
    /// One or more pieces of bytes. In a batch, each is a whole message.
    Data(Vec<Vec<u8>>),
    /// One value.
    Value(Value),
    /// One or more lists of values.
    Sequence(Vec<Vec<Value>>),
}

impl Message {
    /// Decodes a message.
    ///
    /// # Errors
    /// If a section is malformed, unknown, out of order or doubled.
    pub fn decode(mut bytes: &[u8]) -> Result<Self, DecodeError> {
        let mut message = Self::default();
        let mut sections = 0;
        let mut last = 0;
        while !bytes.is_empty() {
            sections += 1;
            if sections > SECTIONS_MAX {
                return Err(DecodeError::new("a message has too many sections"));
            }
            let section = section_code(bytes)?;
            let repeats = section == last && matches!(section, 0x75 | 0x76);
            let second_body = section > 0x75 && section < 0x78 && (0x75..0x78).contains(&last);
            if !repeats && (section <= last || second_body) {
                return Err(DecodeError::new("a message's sections are out of order"));
            }
            last = section;
            let used = message.take(section, bytes)?;
            bytes = &bytes[used..];
        }
        // An empty map says no more than no map, and what is decoded should equal what it encodes to.
        message.delivery_annotations = message.delivery_annotations.filter(|m| !m.is_empty());
        message.message_annotations = message.message_annotations.filter(|m| !m.is_empty());
        message.application_properties = message.application_properties.filter(|m| !m.is_empty());
        message.footer = message.footer.filter(|m| !m.is_empty());
        Ok(message)
    }

    fn take(&mut self, section: u64, bytes: &[u8]) -> Result<usize, DecodeError> {
        fn into<T: serde_amqp::serde::de::DeserializeOwned>(
            slot: &mut Option<T>,
            bytes: &[u8],
        ) -> Result<usize, DecodeError> {
            let (value, used) = decode(bytes)?;
            *slot = Some(value);
            Ok(used)
        }
        match section {
            0x70 => into(&mut self.header, bytes),
            0x71 => into(&mut self.delivery_annotations, bytes),
            0x72 => into(&mut self.message_annotations, bytes),
            0x73 => into(&mut self.properties, bytes),
            0x74 => into(&mut self.application_properties, bytes),
            0x75 => {
                let (Data(data), used) = decode(bytes)?;
                match &mut self.body {
                    Body::Data(all) => all.push(data.into_vec()),
                    body => *body = Body::Data(vec![data.into_vec()]),
                }
                Ok(used)
            }
            0x76 => {
                let (AmqpSequence(list), used) = decode(bytes)?;
                match &mut self.body {
                    Body::Sequence(all) => all.push(list),
                    body => *body = Body::Sequence(vec![list]),
                }
                Ok(used)
            }
            0x77 => {
                let (AmqpValue(value), used) = decode(bytes)?;
                self.body = Body::Value(value);
                Ok(used)
            }
            _ => into(&mut self.footer, bytes),
        }
    }

    /// Encodes the message. Sections that are empty maps are left out.
    ///
    /// # Errors
    /// As [`encode`].
    pub fn encode(&self) -> Result<Vec<u8>, DecodeError> {
        let mut out = Vec::new();
        if let Some(header) = &self.header {
            out.extend(encode(header)?);
        }
        if let Some(map) = self.delivery_annotations.as_ref().filter(|m| !m.is_empty()) {
            out.extend(encode(map)?);
        }
        if let Some(map) = self.message_annotations.as_ref().filter(|m| !m.is_empty()) {
            out.extend(encode(map)?);
        }
        if let Some(properties) = &self.properties {
            out.extend(encode(properties)?);
        }
        if let Some(map) = self
            .application_properties
            .as_ref()
            .filter(|m| !m.is_empty())
        {
            out.extend(encode(map)?);
        }
        match &self.body {
            Body::Empty => {}
            Body::Data(all) => all.iter().for_each(|data| write_data(&mut out, data)),
            Body::Value(value) => out.extend(encode(&AmqpValue(value))?),
            Body::Sequence(all) => {
                for list in all {
                    out.extend(encode(&AmqpSequence(list.iter().collect()))?);
                }
            }
        }
        if let Some(map) = self.footer.as_ref().filter(|m| !m.is_empty()) {
            out.extend(encode(map)?);
        }
        Ok(out)
    }
}

/// A data section, without a copy of its content on the way.
fn write_data(out: &mut Vec<u8>, data: &[u8]) {
    out.extend_from_slice(&[0x00, 0x53, 0x75]);
    match u8::try_from(data.len()) {
        Ok(length) => out.extend_from_slice(&[0xa0, length]),
        Err(_) => {
            out.push(0xb0);
            out.extend_from_slice(&u32::try_from(data.len()).unwrap_or(u32::MAX).to_be_bytes());
        }
    }
    out.extend_from_slice(data);
}

/// Which section begins here: the last byte of its descriptor, by number or by name.
fn section_code(bytes: &[u8]) -> Result<u64, DecodeError> {
    const NAMES: [(&str, u64); 9] = [
        ("amqp:header:list", 0x70),
        ("amqp:delivery-annotations:map", 0x71),
        ("amqp:message-annotations:map", 0x72),
        ("amqp:properties:list", 0x73),
        ("amqp:application-properties:map", 0x74),
        ("amqp:data:binary", 0x75),
        ("amqp:amqp-sequence:list", 0x76),
        ("amqp:amqp-value:*", 0x77),
        ("amqp:footer:map", 0x78),
    ];
    let unknown = || DecodeError::new("a message has an unknown section");
    if bytes.first() != Some(&0) {
        return Err(DecodeError::new("a message's section has no descriptor"));
    }
    let (descriptor, _) = decode::<Value>(&bytes[1..])?;
    match descriptor {
        Value::Ulong(code @ 0x70..=0x78) => Ok(code),
        Value::Symbol(name) => NAMES
            .iter()
            .find(|(known, _)| *known == name.as_str())
            .map(|(_, code)| *code)
            .ok_or_else(unknown),
        _ => Err(unknown()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use expect_test::{Expect, expect};

    fn bytes(hex: &str) -> Vec<u8> {
        let hex: String = hex.split_whitespace().collect();
        (0..hex.len())
            .step_by(2)
            .map(|at| u8::from_str_radix(&hex[at..at + 2], 16).unwrap())
            .collect()
    }

    /// Decodes, encodes, and decodes again: the values must be the same.
    #[track_caller]
    fn check(hex: &str, expected: Expect) {
        let text = match Message::decode(&bytes(hex)) {
            Ok(message) => {
                let again = message.encode().unwrap();
                assert_eq!(Message::decode(&again).unwrap(), message);
                format!("{:?}", message.body)
            }
            Err(error) => format!("error: {error}"),
        };
        expected.assert_eq(&text);
    }

    #[test]
    fn bodies() {
        check("", expect!["Empty"]);
        check("005375a0020102", expect!["Data([[1, 2]])"]);
        check("005375a00101 005375a00102", expect!["Data([[1], [2]])"]);
        check("00537740", expect!["Value(Null)"]);
        check("005377a10161", expect![[r#"Value(String("a"))"#]]);
        check("005376c0020140 00537645", expect!["Sequence([[Null], []])"]);
        check("00537045 005375a00101 005378c10100", expect!["Data([[1]])"]);
        check(
            "00a310616d71703a6865616465723a6c697374 45 005375a00101",
            expect!["Data([[1]])"],
        );
    }

    #[test]
    fn what_is_no_message() {
        check(
            "40",
            expect!["error: a message's section has no descriptor"],
        );
        check(
            "005379 45",
            expect!["error: a message has an unknown section"],
        );
        check(
            "00537540",
            expect!["error: cannot decode: Invalid format code"],
        );
        check("005375a00201", expect!["error: a value is cut off"]);
        check(
            "005375a00101 00537045",
            expect!["error: a message's sections are out of order"],
        );
        check(
            "00537045 00537045",
            expect!["error: a message's sections are out of order"],
        );
        check(
            "005375a00101 00537740",
            expect!["error: a message's sections are out of order"],
        );
        check(
            "00537740 00537740",
            expect!["error: a message's sections are out of order"],
        );
    }
}
