//! A connection from its first byte to its last.

use std::collections::BTreeMap;

use fe2o3_amqp_types::definitions::Error;
use fe2o3_amqp_types::performatives::{Begin, ChannelMax, Close, End, MaxFrameSize, Open};

use super::frame::{AMQP_HEADER, Frame, Kind, Reader, SASL_HEADER};
use super::output::Output;
use super::patience::{IDLE_TIME_OUT_MS, Patience};
use super::performative::Performative;
use super::session::Session;
use super::{Now, Turn, error, sasl};
use crate::access::Grant;
use crate::bus::ServiceBus;
use crate::codec::Malformed;
use crate::guid::Guid;

const LARGEST_CHANNEL: u16 = 255;
/// Frames of this size must always be taken (AMQP 1.0, part 2, section 2.7.1).
const SMALLEST_FRAME_BYTES: u32 = 512;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stage {
    SaslHeader,
    SaslInit,
    Header,
    Open,
    Opened,
    Over,
}

/// A client's connection.
pub struct Connection {
    stage: Stage,
    reader: Reader,
    out: Output,
    grants: Vec<Grant>,
    sessions: BTreeMap<u16, Session>,
    largest_frame_bytes: u32,
    peer_frame_bytes: u32,
    patience: Patience,
}

impl Connection {
    /// A connection of which nothing has been read. `now` is when it was made.
    pub fn new(largest_frame_bytes: u32, now: Now) -> Self {
        Self {
            stage: Stage::SaslHeader,
            reader: Reader::new(largest_frame_bytes),
            out: Output::default(),
            grants: Vec::new(),
            sessions: BTreeMap::new(),
            largest_frame_bytes,
            peer_frame_bytes: SMALLEST_FRAME_BYTES,
            patience: Patience::new(now),
        }
    }

    /// Takes what the client sent.
    pub fn receive(&mut self, bytes: &[u8], bus: &mut ServiceBus, now: Now) {
        self.patience.heard(now);
        self.reader.feed(bytes);
        while !self.is_ending() {
            match self.step(bus, now) {
                // After each frame, so that it does not matter how the stream was torn.
                Ok(true) => self.pump(bus, now),
                Ok(false) => break,
                Err(malformed) => {
                    let error = error("amqp:connection:framing-error", malformed.0);
                    self.fail(bus, now, error);
                }
            }
        }
    }

    /// Does what time or another connection's doings make possible: deliveries, signs of life, timeouts.
    pub fn pump(&mut self, bus: &mut ServiceBus, now: Now) {
        if self.is_ending() {
            return;
        }
        if self.stage == Stage::Opened {
            self.drop_what_tokens_no_longer_allow(bus, now);
            let mut turn = Turn {
                bus,
                now,
                out: &mut self.out,
                grants: &mut self.grants,
            };
            for session in self.sessions.values_mut() {
                session.pump(&mut turn);
            }
        }
        self.watch_the_time(bus, now);
    }

    /// Takes what is to be sent to the client now.
    pub fn take_output(&mut self, now: Now) -> Vec<u8> {
        let bytes = self.out.take(now);
        if !bytes.is_empty() {
            self.patience.said(now);
        }
        bytes
    }

    /// Whether the transport is to be closed: all that there was to say has been taken.
    pub fn is_over(&self) -> bool {
        self.is_ending() && self.out.is_empty()
    }

    /// When [`pump`](Self::pump) is due at the latest, by the steady clock.
    pub fn next_steady_ms(&self) -> u64 {
        let links = self
            .sessions
            .values()
            .filter_map(Session::next_idle_ms)
            .min();
        [
            Some(self.patience.deadline().0),
            self.patience.sign_of_life_ms(),
            self.out.held_until_ms(),
            links,
        ]
        .into_iter()
        .flatten()
        .min()
        .unwrap_or(u64::MAX)
    }

    /// When [`pump`](Self::pump) is due at the latest, by the broker's clock: a token ends.
    pub fn next_wall_ms(&self) -> Option<i64> {
        self.grants.iter().map(|grant| grant.expires_ms).min()
    }

    fn is_ending(&self) -> bool {
        self.stage == Stage::Over || self.out.is_broken()
    }

    /// Takes one header or frame. False when more bytes are needed.
    fn step(&mut self, bus: &mut ServiceBus, now: Now) -> Result<bool, Malformed> {
        if matches!(self.stage, Stage::SaslHeader | Stage::Header) {
            let Some(header) = self.reader.next_header() else {
                return Ok(false);
            };
            self.take_header(header);
            return Ok(true);
        }
        let Some(frame) = self.reader.next_frame()? else {
            return Ok(false);
        };
        if bus.strike("amqp.read").is_some() {
            self.out.break_off();
            return Ok(true);
        }
        match (self.stage, frame.kind) {
            (Stage::SaslInit, Kind::Sasl) => self.take_sasl(bus, &frame)?,
            (Stage::Open | Stage::Opened, Kind::Amqp) if frame.body.is_empty() => {}
            (Stage::Open | Stage::Opened, Kind::Amqp) => {
                let performative = Performative::read(&frame.body)?;
                self.take(performative, frame.channel, bus, now)?;
            }
            _ => return Err(Malformed("a frame of the other kind was expected")),
        }
        Ok(true)
    }

    fn take_header(&mut self, header: [u8; 8]) {
        match (self.stage, header) {
            (Stage::SaslHeader, SASL_HEADER) => {
                self.out.header(SASL_HEADER);
                self.out.sasl(&sasl::mechanisms());
                self.stage = Stage::SaslInit;
            }
            (Stage::Header, AMQP_HEADER) => {
                self.out.header(AMQP_HEADER);
                self.stage = Stage::Open;
            }
            (stage, _) => {
                // The wrong header is answered with the right one, and goodbye (part 2, section 2.2).
                let right = if stage == Stage::Header {
                    AMQP_HEADER
                } else {
                    SASL_HEADER
                };
                self.out.header(right);
                self.stage = Stage::Over;
            }
        }
    }

    fn take_sasl(&mut self, bus: &ServiceBus, frame: &Frame) -> Result<(), Malformed> {
        let greeted = sasl::greet(&bus.access, &frame.body)?;
        self.out.sasl(&greeted.outcome);
        self.grants.extend(greeted.grant);
        self.stage = if greeted.is_good {
            Stage::Header
        } else {
            Stage::Over
        };
        Ok(())
    }

    fn take(
        &mut self,
        performative: Performative,
        channel: u16,
        bus: &mut ServiceBus,
        now: Now,
    ) -> Result<(), Malformed> {
        match (self.stage, performative) {
            (Stage::Open, Performative::Open(open)) => self.open(&open, bus, now),
            (Stage::Open, _) => return Err(Malformed("open was expected")),
            (_, Performative::Open(_)) => return Err(Malformed("open came twice")),
            (_, Performative::Close) => self.close(bus, now, None),
            (_, Performative::Begin(begin)) => self.begin(channel, &begin, bus, now)?,
            (_, Performative::End) => {
                self.sessions.remove(&channel).ok_or(NO_SESSION)?;
                self.out.frame(bus, now, channel, &End { error: None }, &[]);
            }
            (_, performative) => {
                let session = self.sessions.get_mut(&channel).ok_or(NO_SESSION)?;
                let mut turn = Turn {
                    bus,
                    now,
                    out: &mut self.out,
                    grants: &mut self.grants,
                };
                session.take(performative, &mut turn)?;
            }
        }
        Ok(())
    }

    fn open(&mut self, open: &Open, bus: &mut ServiceBus, now: Now) {
        self.peer_frame_bytes = open
            .max_frame_size
            .0
            .clamp(SMALLEST_FRAME_BYTES, self.largest_frame_bytes);
        let answer = Open {
            container_id: Guid::next(&mut bus.random).to_string(),
            hostname: None,
            max_frame_size: MaxFrameSize(self.largest_frame_bytes),
            channel_max: ChannelMax(LARGEST_CHANNEL),
            idle_time_out: Some(IDLE_TIME_OUT_MS),
            outgoing_locales: None,
            incoming_locales: None,
            offered_capabilities: None,
            desired_capabilities: None,
            properties: None,
        };
        self.out.frame(bus, now, 0, &answer, &[]);
        self.stage = Stage::Opened;
        self.patience.opened(open.idle_time_out, now);
    }

    fn begin(
        &mut self,
        channel: u16,
        begin: &Begin,
        bus: &mut ServiceBus,
        now: Now,
    ) -> Result<(), Malformed> {
        if channel > LARGEST_CHANNEL {
            return Err(Malformed("a channel is above channel-max"));
        }
        if self.sessions.contains_key(&channel) {
            return Err(Malformed("begin came twice on a channel"));
        }
        let session = Session::new(channel, begin, self.peer_frame_bytes);
        self.out.frame(bus, now, channel, &session.begin(), &[]);
        self.sessions.insert(channel, session);
        Ok(())
    }

    fn close(&mut self, bus: &mut ServiceBus, now: Now, error: Option<Error>) {
        self.out.frame(bus, now, 0, &Close { error }, &[]);
        self.stage = Stage::Over;
    }

    /// Ends the connection for a reason. Before `open` there is nothing to say it with.
    fn fail(&mut self, bus: &mut ServiceBus, now: Now, error: Error) {
        if self.stage == Stage::Opened {
            self.close(bus, now, Some(error));
        }
        self.stage = Stage::Over;
    }

    fn watch_the_time(&mut self, bus: &mut ServiceBus, now: Now) {
        if self.sessions.values().any(Session::has_links) {
            self.patience.linked(now);
        }
        let (deadline_ms, why) = self.patience.deadline();
        let sign_of_life_ms = self.patience.sign_of_life_ms();
        if now.steady_ms >= deadline_ms {
            self.fail(bus, now, error("amqp:connection:forced", why));
        } else if self.out.is_empty() && sign_of_life_ms.is_some_and(|at_ms| now.steady_ms >= at_ms)
        {
            self.out.sign_of_life();
        }
    }

    fn drop_what_tokens_no_longer_allow(&mut self, bus: &mut ServiceBus, now: Now) {
        let before = self.grants.len();
        if before > 0 {
            self.patience.trusts();
        }
        self.grants.retain(|grant| grant.expires_ms > now.wall_ms);
        if self.grants.len() < before {
            let mut turn = Turn {
                bus,
                now,
                out: &mut self.out,
                grants: &mut self.grants,
            };
            for session in self.sessions.values_mut() {
                session.detach_unauthorized(&mut turn);
            }
        }
    }
}

const NO_SESSION: Malformed = Malformed("a frame came on a channel without a session");
