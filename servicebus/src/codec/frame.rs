//! Frames: AMQP 1.0 part 2, section 2.3, and part 5, section 5.3.1 for SASL.
//!
//! A [`FrameBuffer`] takes bytes as they come and gives frames as they are whole. It never holds more than one frame and what was
//! fed with it: a frame over the limit is refused as soon as its size is known.

use super::{
    DecodeError, Performative, decode, encode,
    sasl::{SaslInit, SaslMechanisms, SaslOutcome},
};

/// The smallest frame size that every peer must take: part 2, section 2.3.1.
pub const MIN_MAX_FRAME_SIZE: u32 = 512;

/// The bytes of a frame before its body, as all known peers send it: a data offset of two words.
pub const HEADER_BYTES: usize = 8;

/// Eight bytes that each side sends first, once for SASL and once for AMQP.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Protocol {
    /// `AMQP`, 0, 1.0.0
    Amqp,
    /// `AMQP`, 3, 1.0.0
    Sasl,
}

impl Protocol {
    /// The header as it is on the wire.
    #[must_use]
    pub const fn header(self) -> [u8; 8] {
        match self {
            Self::Amqp => *b"AMQP\x00\x01\x00\x00",
            Self::Sasl => *b"AMQP\x03\x01\x00\x00",
        }
    }
}

/// A whole frame.
#[derive(Debug, Clone, PartialEq)]
pub enum Frame {
    /// An empty frame: says only that the peer is alive.
    Heartbeat,
    /// A performative, and what follows it (a transfer's piece of a message).
    Amqp {
        /// The sender's number of the session.
        channel: u16,
        /// What the frame says.
        performative: Box<Performative>,
        /// Bytes behind the performative.
        payload: Vec<u8>,
    },
    /// A step of the SASL exchange.
    Sasl(SaslFrame),
}

/// What a server may say in SASL ANONYMOUS.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SaslFrame {
    /// The mechanisms that the server offers.
    Mechanisms(Vec<String>),
    /// How it ended: 0 is success (part 5, section 5.3.3.6).
    Outcome(u8),
}

/// Takes bytes, gives protocol headers and frames.
#[derive(Debug)]
pub struct FrameBuffer {
    bytes: Vec<u8>,
    begin: usize,
    max_frame_bytes: u32,
}

impl FrameBuffer {
    /// A buffer that refuses frames of more than `max_frame_bytes`.
    #[must_use]
    pub fn new(max_frame_bytes: u32) -> Self {
        Self {
            bytes: Vec::new(),
            begin: 0,
            max_frame_bytes,
        }
    }

    /// Adds what was read. Take all that is whole before the next call, or the buffer grows.
    pub fn feed(&mut self, bytes: &[u8]) {
        if self.begin > 0 {
            self.bytes.drain(..self.begin);
            self.begin = 0;
        }
        self.bytes.extend_from_slice(bytes);
    }

    /// Bytes that wait for the rest of their frame.
    #[must_use]
    pub fn pending_bytes(&self) -> usize {
        self.bytes.len() - self.begin
    }

    /// The next protocol header, if it is whole.
    ///
    /// # Errors
    /// If something else than `AMQP` and version 1.0.0 is there.
    pub fn header(&mut self) -> Result<Option<Protocol>, DecodeError> {
        let rest = &self.bytes[self.begin..];
        let known = [Protocol::Amqp, Protocol::Sasl];
        let Some(header) = rest.first_chunk::<8>() else {
            return if known.iter().any(|p| p.header().starts_with(rest)) {
                Ok(None)
            } else {
                Err(not_amqp(rest))
            };
        };
        let protocol = known.into_iter().find(|p| p.header() == *header);
        let protocol = protocol.ok_or_else(|| not_amqp(rest))?;
        self.begin += 8;
        Ok(Some(protocol))
    }

    /// The next frame, if it is whole.
    ///
    /// # Errors
    /// If it is over the limit, or no frame. There is no going on after that.
    pub fn frame(&mut self) -> Result<Option<Frame>, DecodeError> {
        let rest = &self.bytes[self.begin..];
        let Some(size) = rest.first_chunk::<4>() else {
            return Ok(None);
        };
        let size = u32::from_be_bytes(*size);
        if size > self.max_frame_bytes {
            let max = self.max_frame_bytes;
            let hint = if rest.starts_with(b"HTTP") || rest.starts_with(b"AMQP") {
                "; the peer does not speak AMQP 1.0 here"
            } else {
                ""
            };
            return Err(DecodeError(format!(
                "a frame of {size} bytes is over the limit of {max}{hint}"
            )));
        }
        if (size as usize) < HEADER_BYTES {
            return Err(DecodeError(format!(
                "a frame of {size} bytes has no header"
            )));
        }
        let Some(frame) = rest.get(..size as usize) else {
            return Ok(None);
        };
        let decoded = parse(frame)?;
        self.begin += size as usize;
        Ok(Some(decoded))
    }
}

fn parse(frame: &[u8]) -> Result<Frame, DecodeError> {
    let [_, _, _, _, offset_words, kind, high, low, ..] = frame else {
        return Err(DecodeError::new("a frame has no header"));
    };
    let offset = usize::from(*offset_words) * 4;
    if offset < HEADER_BYTES {
        return Err(DecodeError::new("a frame's data offset is below 2"));
    }
    let body = frame
        .get(offset..)
        .ok_or_else(|| DecodeError::new("a frame's data offset is behind its end"))?;
    match kind {
        0 if body.is_empty() => Ok(Frame::Heartbeat),
        0 => {
            let (performative, length) = decode::<Performative>(body)?;
            Ok(Frame::Amqp {
                channel: u16::from_be_bytes([*high, *low]),
                performative: Box::new(performative),
                payload: body[length..].to_vec(),
            })
        }
        1 => parse_sasl(body).map(Frame::Sasl),
        other => Err(DecodeError(format!("a frame of the unknown type {other}"))),
    }
}

fn parse_sasl(body: &[u8]) -> Result<SaslFrame, DecodeError> {
    if let Ok((mechanisms, _)) = decode::<SaslMechanisms>(body) {
        let names = mechanisms.sasl_server_mechanisms.0;
        return Ok(SaslFrame::Mechanisms(
            names.into_iter().map(|name| name.0).collect(),
        ));
    }
    let (outcome, _) = decode::<SaslOutcome>(body)?;
    Ok(SaslFrame::Outcome(outcome.code as u8))
}

/// Appends a frame with a performative. `payload` follows it.
///
/// # Errors
/// As [`encode`].
pub fn write(
    out: &mut Vec<u8>,
    channel: u16,
    performative: &Performative,
    payload: &[u8],
) -> Result<(), DecodeError> {
    let body = encode(performative)?;
    frame_header(out, body.len() + payload.len(), 0, channel);
    out.extend_from_slice(&body);
    out.extend_from_slice(payload);
    Ok(())
}

/// Appends an empty frame.
pub fn write_heartbeat(out: &mut Vec<u8>) {
    frame_header(out, 0, 0, 0);
}

/// Appends the start of SASL ANONYMOUS.
///
/// # Errors
/// As [`encode`].
pub fn write_sasl_init(out: &mut Vec<u8>, init: &SaslInit) -> Result<(), DecodeError> {
    let body = encode(init)?;
    frame_header(out, body.len(), 1, 0);
    out.extend_from_slice(&body);
    Ok(())
}

fn frame_header(out: &mut Vec<u8>, body_bytes: usize, kind: u8, channel: u16) {
    // A body is at most as long as the peer's frame limit, which is a u32, and its sender sees to that.
    let size = u32::try_from(body_bytes + HEADER_BYTES).unwrap_or(u32::MAX);
    out.extend_from_slice(&size.to_be_bytes());
    out.extend_from_slice(&[2, kind]);
    out.extend_from_slice(&channel.to_be_bytes());
}

fn not_amqp(bytes: &[u8]) -> DecodeError {
    let hint = match bytes.first() {
        Some(0x15 | 0x16) => ": it speaks TLS here, so connect with TLS",
        Some(b'H') => ": it speaks HTTP here",
        _ => "",
    };
    DecodeError(format!("the peer does not answer in AMQP 1.0{hint}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use expect_test::{Expect, expect};

    #[track_caller]
    fn check(bytes: &[u8], expected: Expect) {
        let mut buffer = FrameBuffer::new(1024);
        buffer.feed(bytes);
        let text = match buffer.frame() {
            Ok(None) => "more".to_owned(),
            Ok(Some(frame)) => format!("{frame:?}"),
            Err(error) => format!("error: {error}"),
        };
        expected.assert_eq(&text);
    }

    #[test]
    fn frames() {
        check(&[], expect!["more"]);
        check(&[0, 0, 0], expect!["more"]);
        check(&[0, 0, 0, 8, 2, 0, 0, 0], expect!["Heartbeat"]);
        check(&[0, 0, 0, 8, 2, 0, 0], expect!["more"]);
        check(&[0, 0, 0, 12, 3, 0, 0, 7, 1, 2, 3, 4], expect!["Heartbeat"]);
        check(
            &[0, 0, 0, 7],
            expect!["error: a frame of 7 bytes has no header"],
        );
        check(
            &[0, 0, 0, 8, 1, 0, 0, 0],
            expect!["error: a frame's data offset is below 2"],
        );
        check(
            &[0, 0, 0, 8, 3, 0, 0, 0],
            expect!["error: a frame's data offset is behind its end"],
        );
        check(
            &[0, 0, 0, 8, 2, 9, 0, 0],
            expect!["error: a frame of the unknown type 9"],
        );
        check(
            &[0, 0, 4, 1],
            expect!["error: a frame of 1025 bytes is over the limit of 1024"],
        );
        check(
            b"HTTP/1.1 400",
            expect![
                "error: a frame of 1213486160 bytes is over the limit of 1024; the peer does not speak AMQP 1.0 here"
            ],
        );
        check(
            &[0, 0, 0, 12, 2, 0, 0, 3, 0, 0x53, 0x17, 0x45],
            expect!["Amqp { channel: 3, performative: End(End { error: None }), payload: [] }"],
        );
        check(
            &[0, 0, 0, 12, 2, 0, 0, 3, 0, 0x53, 0x99, 0x45],
            expect!["error: cannot decode: Message Wrong code value for descriptor, found 0x99"],
        );
        check(
            &[0, 0, 0, 11, 2, 0, 0, 3, 0, 0x53, 0x17],
            expect!["error: a value is cut off"],
        );
        check(
            &[0, 0, 0, 16, 2, 1, 0, 0, 0, 0x53, 0x44, 0xc0, 3, 1, 0x50, 0],
            expect!["Sasl(Outcome(0))"],
        );
    }

    #[test]
    fn a_frame_may_come_in_any_pieces() {
        let bytes = [
            0, 0, 0, 12, 2, 0, 0, 3, 0, 0x53, 0x17, 0x45, 0, 0, 0, 8, 2, 0, 0, 0,
        ];
        let mut buffer = FrameBuffer::new(1024);
        let mut frames = Vec::new();
        for byte in bytes {
            buffer.feed(&[byte]);
            frames.extend(buffer.frame().unwrap());
        }
        assert_eq!(frames.len(), 2);
        assert_eq!(buffer.pending_bytes(), 0);
    }

    #[track_caller]
    fn check_header(bytes: &[u8], expected: Result<Option<Protocol>, &str>) {
        let mut buffer = FrameBuffer::new(1024);
        buffer.feed(bytes);
        let found = buffer.header().map_err(|e| e.to_string());
        assert_eq!(found, expected.map_err(str::to_owned));
    }

    #[test]
    fn headers() {
        check_header(b"", Ok(None));
        check_header(b"AMQP", Ok(None));
        check_header(b"AMQP\x00\x01\x00\x00", Ok(Some(Protocol::Amqp)));
        check_header(b"AMQP\x03\x01\x00\x00\x00", Ok(Some(Protocol::Sasl)));
        let wrong = "the peer does not answer in AMQP 1.0";
        check_header(b"AMQP\x00\x00\x09\x01", Err(wrong));
        check_header(b"AMX", Err(wrong));
        check_header(
            b"HTTP/1.1",
            Err("the peer does not answer in AMQP 1.0: it speaks HTTP here"),
        );
        check_header(
            &[0x15, 3, 1],
            Err("the peer does not answer in AMQP 1.0: it speaks TLS here, so connect with TLS"),
        );
    }
}
