//! Bytes on their way to the peer.

use crate::codec::{DecodeError, Performative, frame};

/// Collects encoded frames until the driver takes them.
///
/// Sessions and links may be asked for before the connection is open. Their frames are held back until our open is out, and
/// then go with it: what would be three round-trips is one.
#[derive(Debug, Default)]
pub(super) struct Outbox {
    ready: Vec<u8>,
    held: Vec<u8>,
    open: bool,
}

impl Outbox {
    /// Bytes that belong before everything held back.
    pub(super) fn preamble(&mut self, bytes: &[u8]) {
        self.ready.extend_from_slice(bytes);
    }

    /// Our open is out: nothing is held back any more.
    pub(super) fn release(&mut self) {
        self.open = true;
        self.ready.append(&mut self.held);
    }

    pub(super) fn frame(
        &mut self,
        channel: u16,
        performative: &Performative,
        payload: &[u8],
    ) -> Result<(), DecodeError> {
        frame::write(self.buffer(), channel, performative, payload)
    }

    pub(super) fn encoded(&mut self, frame: &[u8]) {
        self.buffer().extend_from_slice(frame);
    }

    pub(super) fn take(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.ready)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.ready.is_empty()
    }

    fn buffer(&mut self) -> &mut Vec<u8> {
        if self.open {
            &mut self.ready
        } else {
            &mut self.held
        }
    }
}
