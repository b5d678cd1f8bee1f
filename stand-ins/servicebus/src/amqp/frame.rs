//! Frames and protocol headers (AMQP 1.0, part 2, sections 2.2 and 2.3).

use crate::codec::Malformed;

/// The header that begins SASL.
pub(super) const SASL_HEADER: [u8; 8] = *b"AMQP\x03\x01\x00\x00";
/// The header that begins AMQP.
pub(super) const AMQP_HEADER: [u8; 8] = *b"AMQP\x00\x01\x00\x00";

/// What a frame is for: its type byte.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Amqp = 0,
    Sasl = 1,
}

/// A frame as it came.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Frame {
    pub(super) kind: Kind,
    pub(super) channel: u16,
    /// The performative and what follows it; empty in a sign of life.
    pub(super) body: Vec<u8>,
}

/// Cuts a stream into headers and frames. It holds at most one frame that is not whole.
#[derive(Debug)]
pub(super) struct Reader {
    buffer: Vec<u8>,
    /// How much of the buffer has been read.
    read: usize,
    largest_frame_bytes: usize,
}

impl Reader {
    pub(super) fn new(largest_frame_bytes: u32) -> Self {
        Self {
            buffer: Vec::new(),
            read: 0,
            largest_frame_bytes: largest_frame_bytes as usize,
        }
    }

    pub(super) fn feed(&mut self, bytes: &[u8]) {
        // Once a feed, not once a frame: many small frames come in one.
        self.buffer.drain(..self.read);
        self.read = 0;
        self.buffer.extend_from_slice(bytes);
    }

    fn rest(&self) -> &[u8] {
        &self.buffer[self.read..]
    }

    pub(super) fn next_header(&mut self) -> Option<[u8; 8]> {
        let header = *self.rest().first_chunk()?;
        self.read += 8;
        Some(header)
    }

    pub(super) fn next_frame(&mut self) -> Result<Option<Frame>, Malformed> {
        let Some(start) = self.rest().first_chunk::<8>() else {
            return Ok(None);
        };
        let [a, b, c, d, offset, kind, high, low] = *start;
        let size = u32::from_be_bytes([a, b, c, d]) as usize;
        let body_at = usize::from(offset) * 4;
        if size > self.largest_frame_bytes {
            return Err(Malformed("a frame is larger than max-frame-size"));
        }
        if body_at < 8 || size < body_at {
            return Err(Malformed("a frame's size and data offset make no sense"));
        }
        let kind = match kind {
            0 => Kind::Amqp,
            1 => Kind::Sasl,
            _ => return Err(Malformed("a frame's type is neither AMQP nor SASL")),
        };
        if self.rest().len() < size {
            return Ok(None);
        }
        let body = self.rest()[body_at..size].to_vec();
        self.read += size;
        let channel = u16::from_be_bytes([high, low]);
        Ok(Some(Frame {
            kind,
            channel,
            body,
        }))
    }
}

/// A frame's bytes.
pub(super) fn encode(kind: Kind, channel: u16, performative: &[u8], payload: &[u8]) -> Vec<u8> {
    let size = 8 + performative.len() + payload.len();
    let mut frame = Vec::with_capacity(size);
    frame.extend_from_slice(&u32::try_from(size).unwrap_or(u32::MAX).to_be_bytes());
    frame.extend_from_slice(&[2, kind as u8]);
    frame.extend_from_slice(&channel.to_be_bytes());
    frame.extend_from_slice(performative);
    frame.extend_from_slice(payload);
    frame
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[track_caller]
    fn check(bytes: &[u8], expected: Result<Option<Frame>, &str>) {
        let mut reader = Reader::new(64);
        reader.feed(bytes);
        assert_eq!(reader.next_frame().map_err(|error| error.0), expected);
    }

    #[test]
    fn frames_are_cut_out() {
        let frame = |channel, body: &[u8]| Frame {
            kind: Kind::Amqp,
            channel,
            body: body.to_vec(),
        };
        check(&[0, 0, 0, 8, 2, 0, 0, 0], Ok(Some(frame(0, &[]))));
        check(
            &[0, 0, 0, 10, 2, 0, 1, 2, 7, 8, 9],
            Ok(Some(frame(258, &[7, 8]))),
        );
        // An extended header is skipped.
        check(
            &[0, 0, 0, 13, 3, 0, 0, 0, 9, 9, 9, 9, 7],
            Ok(Some(frame(0, &[7]))),
        );
        check(&[0, 0, 0, 10, 2, 0, 0, 0, 7], Ok(None));
        check(&[0, 0, 0], Ok(None));
    }

    #[test]
    fn what_is_no_frame_is_refused_before_it_is_whole() {
        check(
            &[0, 0, 0, 65, 2, 0, 0, 0],
            Err("a frame is larger than max-frame-size"),
        );
        check(
            b"GET / HTTP/1.1\r\n",
            Err("a frame is larger than max-frame-size"),
        );
        let nonsense = Err("a frame's size and data offset make no sense");
        check(&[0, 0, 0, 8, 1, 0, 0, 0], nonsense);
        check(
            &[0, 0, 0, 7, 2, 0, 0, 0],
            Err("a frame's size and data offset make no sense"),
        );
        check(
            &[0, 0, 0, 8, 3, 0, 0, 0],
            Err("a frame's size and data offset make no sense"),
        );
        check(
            &[0, 0, 0, 8, 2, 2, 0, 0],
            Err("a frame's type is neither AMQP nor SASL"),
        );
    }

    proptest! {
        /// However a stream is torn, the same frames come out.
        #[test]
        fn pieces_do_not_matter(
            bodies in proptest::collection::vec(proptest::collection::vec(any::<u8>(), 0..40), 1..5),
            piece in 1usize..50,
        ) {
            let frames = bodies.iter().map(|body| encode(Kind::Amqp, 3, body, &[]));
            let stream = frames.collect::<Vec<_>>().concat();
            let (mut reader, mut seen) = (Reader::new(64), Vec::new());
            for bytes in stream.chunks(piece) {
                reader.feed(bytes);
                while let Some(frame) = reader.next_frame().unwrap() {
                    seen.push(frame.body);
                }
            }
            prop_assert_eq!(seen, bodies);
            prop_assert!(reader.rest().is_empty());
        }
    }
}
