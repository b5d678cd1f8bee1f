//! What is to be sent, and what faults do to it.

use punctual_stand_ins::{FaultKind, Strike};
use serde::Serialize;

use super::Now;
use super::frame::{Kind, encode};
use crate::broker::Refusal;
use crate::bus::{self, ServiceBus};
use crate::codec;

/// Bytes that wait to be sent.
#[derive(Debug, Default)]
pub(super) struct Output {
    bytes: Vec<u8>,
    held_until_ms: Option<u64>,
    cuts_next: bool,
    broken: bool,
}

/// What a strike makes of a request, before it is looked at.
pub(super) enum Before {
    /// Do it.
    Perform,
    /// Answer this instead.
    Refuse(Refusal),
    /// Detach the link instead.
    Detach,
    /// Break the connection instead.
    Break,
}

pub(super) fn before(strike: Option<Strike>) -> Before {
    match strike.map(|strike| strike.kind) {
        Some(FaultKind::Detach) => Before::Detach,
        Some(FaultKind::Drop) => Before::Break,
        _ => bus::refusal(strike).map_or(Before::Perform, Before::Refuse),
    }
}

impl Output {
    /// Does to the answer what a strike asks for. False means: do not answer.
    pub(super) fn after(&mut self, strike: Option<Strike>, now: Now) -> bool {
        let Some(strike) = strike else { return true };
        match strike.kind {
            FaultKind::LoseAnswer => {
                self.broken = true;
                false
            }
            FaultKind::NoAnswer => false,
            FaultKind::HalfAnswer => {
                self.cuts_next = true;
                true
            }
            FaultKind::Slow => {
                self.hold(now, strike);
                true
            }
            _ => true,
        }
    }

    fn hold(&mut self, now: Now, strike: Strike) {
        let until_ms = now.steady_ms.saturating_add(strike.delay_ms);
        self.held_until_ms = Some(self.held_until_ms.unwrap_or(0).max(until_ms));
    }

    /// Breaks the connection: nothing more is sent.
    pub(super) fn break_off(&mut self) {
        self.broken = true;
    }

    /// Whether the connection is to break once what is there is sent.
    pub(super) fn is_broken(&self) -> bool {
        self.broken
    }

    /// A protocol header.
    pub(super) fn header(&mut self, header: [u8; 8]) {
        self.append(&header);
    }

    /// An empty frame, as a sign of life.
    pub(super) fn sign_of_life(&mut self) {
        self.append(&encode(Kind::Amqp, 0, &[], &[]));
    }

    /// A SASL frame.
    pub(super) fn sasl<T: Serialize>(&mut self, performative: &T) {
        let mut bytes = Vec::new();
        codec::write(performative, &mut bytes);
        self.append(&encode(Kind::Sasl, 0, &bytes, &[]));
    }

    /// A frame with a performative, at which the fault `amqp.write` may strike.
    pub(super) fn frame<T: Serialize>(
        &mut self,
        bus: &mut ServiceBus,
        now: Now,
        channel: u16,
        performative: &T,
        payload: &[u8],
    ) {
        let mut bytes = Vec::new();
        codec::write(performative, &mut bytes);
        let frame = encode(Kind::Amqp, channel, &bytes, payload);
        if let Some(strike) = bus.strike("amqp.write") {
            match strike.kind {
                FaultKind::Drop => self.broken = true,
                FaultKind::HalfAnswer => self.cuts_next = true,
                _ => self.hold(now, strike),
            }
        }
        self.append(&frame);
    }

    fn append(&mut self, bytes: &[u8]) {
        if self.broken {
            return;
        }
        if self.cuts_next {
            self.bytes.extend_from_slice(&bytes[..bytes.len() / 2]);
            self.broken = true;
        } else {
            self.bytes.extend_from_slice(bytes);
        }
    }

    /// Takes what may be sent now.
    pub(super) fn take(&mut self, now: Now) -> Vec<u8> {
        if self
            .held_until_ms
            .is_some_and(|until_ms| until_ms > now.steady_ms)
        {
            return Vec::new();
        }
        self.held_until_ms = None;
        std::mem::take(&mut self.bytes)
    }

    /// Whether there is nothing left to send.
    pub(super) fn is_empty(&self) -> bool {
        self.bytes.is_empty()
    }

    /// When held bytes may go.
    pub(super) fn held_until_ms(&self) -> Option<u64> {
        self.held_until_ms.filter(|_| !self.bytes.is_empty())
    }
}
