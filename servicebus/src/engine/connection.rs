//! The connection: opening, closing, and what goes to which session.

use super::{
    Condition, Event, Failure, SessionId, outbox::Outbox, session::Session, timers::Timers,
};
use crate::{
    codec::{
        Performative,
        definitions::{AmqpError, Error},
        frame::{self, FrameBuffer, MIN_MAX_FRAME_SIZE, Protocol, SaslFrame},
        performatives::{ChannelMax, Close, MaxFrameSize, Open},
        sasl::SaslInit,
    },
    moment::Moment,
};
use std::{collections::VecDeque, time::Duration};

/// What we say in our open.
#[derive(Debug, Clone)]
pub struct Config {
    /// Our name. Unique among the connections of a client, since logs of the service show it.
    pub container_id: String,
    /// The name of the namespace, such as `contoso.servicebus.windows.net`.
    pub hostname: String,
    /// The largest frame that we take, in bytes: at least 512.
    pub max_frame_bytes: u32,
    /// The peer is told to speak at least this often, and given up after twice as long.
    pub idle_time_out: Duration,
}

impl Config {
    /// Frames up to 64 KiB, a sign of life each minute.
    #[must_use]
    pub fn new(container_id: &str, hostname: &str) -> Self {
        Self {
            container_id: container_id.to_owned(),
            hostname: hostname.to_owned(),
            max_frame_bytes: 65_536,
            idle_time_out: Duration::from_secs(60),
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stage {
    SaslHeader,
    SaslMechanisms,
    SaslOutcome,
    AmqpHeader,
    Opening,
    Open,
    Closing,
    Closed,
}

/// A client's side of one connection. See the [module](super).
#[derive(Debug)]
pub struct Connection {
    config: Config,
    stage: Stage,
    input: FrameBuffer,
    pub(super) out: Outbox,
    pub(super) events: VecDeque<Event>,
    pub(super) sessions: Vec<Session>,
    pub(super) next_link: u32,
    pub(super) peer_max_frame_bytes: u32,
    pub(super) channel_max: u16,
    timers: Timers,
    failure: Option<Failure>,
}

impl Connection {
    /// How many bytes of messages may wait for the peer's window, on one session.
    pub const QUEUED_BYTES_MAX: usize = 8 << 20;

    /// A connection that is about to say hello.
    #[must_use]
    pub fn new(config: &Config, now: Moment) -> Self {
        let mut out = Outbox::default();
        out.preamble(&Protocol::Sasl.header());
        let max_frame_bytes = config.max_frame_bytes.max(MIN_MAX_FRAME_SIZE);
        Self {
            stage: Stage::SaslHeader,
            input: FrameBuffer::new(max_frame_bytes),
            out,
            events: VecDeque::new(),
            sessions: Vec::new(),
            next_link: 0,
            peer_max_frame_bytes: MIN_MAX_FRAME_SIZE,
            channel_max: u16::MAX,
            timers: Timers::new(config.idle_time_out, now),
            failure: None,
            config: Config {
                max_frame_bytes,
                ..config.clone()
            },
        }
    }

    /// Takes bytes that were read.
    ///
    /// # Errors
    /// If they end the connection. [`Connection::failure`] says the same from then on.
    pub fn receive(&mut self, bytes: &[u8], now: Moment) -> Result<(), Failure> {
        if let Some(failure) = &self.failure {
            return Err(failure.clone());
        }
        self.timers.heard(now);
        self.input.feed(bytes);
        match self.take_all() {
            Ok(()) => Ok(()),
            Err(failure) => Err(self.fail(failure)),
        }
    }

    /// Takes the end of the stream.
    ///
    /// # Errors
    /// Unless both sides have closed before.
    pub fn receive_end(&mut self) -> Result<(), Failure> {
        if self.stage == Stage::Closed && self.failure.is_none() {
            return Ok(());
        }
        Err(self.fail(Failure::HungUp))
    }

    /// The bytes to write now. Whoever takes them must write them.
    pub fn transmit(&mut self, now: Moment) -> Vec<u8> {
        if !self.out.is_empty() {
            self.timers.spoke(now);
        }
        self.out.take()
    }

    /// The next thing that happened.
    pub fn poll_event(&mut self) -> Option<Event> {
        self.events.pop_front()
    }

    /// When [`Connection::tick`] has something to do.
    #[must_use]
    pub fn next_deadline(&self) -> Moment {
        let give_up_at = self.timers.give_up_at();
        match self.timers.beat_at() {
            Some(beat_at) if self.stage == Stage::Open => beat_at.min(give_up_at),
            _ => give_up_at,
        }
    }

    /// Does what is due: a heartbeat, or giving up a silent peer.
    ///
    /// # Errors
    /// If the peer was silent for too long.
    pub fn tick(&mut self, now: Moment) -> Result<(), Failure> {
        if let Some(failure) = &self.failure {
            return Err(failure.clone());
        }
        if now >= self.timers.give_up_at() && self.stage != Stage::Closed {
            return Err(self.fail(Failure::Silent));
        }
        let due = self.timers.beat_at().is_some_and(|at| now >= at);
        if due && self.stage == Stage::Open && self.out.is_empty() {
            let mut beat = Vec::new();
            frame::write_heartbeat(&mut beat);
            self.out.encoded(&beat);
        }
        Ok(())
    }

    /// Why the connection is of no more use, if it is.
    #[must_use]
    pub fn failure(&self) -> Option<&Failure> {
        self.failure.as_ref()
    }

    /// Both sides have opened, and neither has closed.
    #[must_use]
    pub fn is_open(&self) -> bool {
        self.stage == Stage::Open
    }

    /// Neither side has closed, though they may not have opened yet.
    pub(super) fn is_usable(&self) -> bool {
        !matches!(self.stage, Stage::Closing | Stage::Closed)
    }

    /// Says goodbye. [`Event::Closed`] follows when the peer did too.
    pub fn close(&mut self) {
        if matches!(self.stage, Stage::Opening | Stage::Open) {
            self.stage = Stage::Closing;
            self.say_close(None);
        }
    }

    fn take_all(&mut self) -> Result<(), Failure> {
        loop {
            match self.stage {
                Stage::SaslHeader | Stage::AmqpHeader => match self.input.header()? {
                    None => return Ok(()),
                    Some(protocol) => self.take_header(protocol)?,
                },
                Stage::Closed => return Ok(()),
                _ => match self.input.frame()? {
                    None => return Ok(()),
                    Some(frame::Frame::Heartbeat) => {}
                    Some(frame::Frame::Sasl(sasl)) => self.take_sasl(sasl)?,
                    Some(frame::Frame::Amqp {
                        channel,
                        performative,
                        payload,
                    }) => self.take_frame(channel, *performative, &payload)?,
                },
            }
        }
    }

    fn take_header(&mut self, protocol: Protocol) -> Result<(), Failure> {
        self.stage = match (self.stage, protocol) {
            (Stage::SaslHeader, Protocol::Sasl) => Stage::SaslMechanisms,
            (Stage::AmqpHeader, Protocol::Amqp) => Stage::Opening,
            (Stage::SaslHeader, _) => {
                return Err(Failure::Violation("the peer does not do SASL"));
            }
            _ => return Err(Failure::Violation("the peer begins SASL twice")),
        };
        Ok(())
    }

    fn take_sasl(&mut self, sasl: SaslFrame) -> Result<(), Failure> {
        match (self.stage, sasl) {
            (Stage::SaslMechanisms, SaslFrame::Mechanisms(offered)) => {
                if !offered.iter().any(|name| name == "ANONYMOUS") {
                    let names = offered.join(", ");
                    return Err(Failure::NoAnonymous(Condition::new("", &names).description));
                }
                let mut init = Vec::new();
                frame::write_sasl_init(
                    &mut init,
                    &SaslInit {
                        mechanism: "ANONYMOUS".into(),
                        initial_response: None,
                        hostname: Some(self.config.hostname.clone()),
                    },
                )?;
                self.out.preamble(&init);
                self.stage = Stage::SaslOutcome;
            }
            (Stage::SaslOutcome, SaslFrame::Outcome(0)) => {
                self.out.preamble(&Protocol::Amqp.header());
                let mut open = Vec::new();
                frame::write(&mut open, 0, &self.open_frame(), &[])?;
                self.out.preamble(&open);
                self.out.release();
                self.stage = Stage::AmqpHeader;
            }
            (Stage::SaslOutcome, SaslFrame::Outcome(code)) => {
                return Err(Failure::SaslRefused(code));
            }
            _ => return Err(Failure::Violation("a SASL frame is out of place")),
        }
        Ok(())
    }

    fn open_frame(&self) -> Performative {
        let idle_ms = u32::try_from(self.config.idle_time_out.as_millis()).unwrap_or(u32::MAX);
        Performative::Open(Open {
            container_id: self.config.container_id.clone(),
            hostname: Some(self.config.hostname.clone()),
            max_frame_size: MaxFrameSize(self.config.max_frame_bytes),
            channel_max: ChannelMax(255),
            idle_time_out: Some(idle_ms),
            outgoing_locales: None,
            incoming_locales: None,
            offered_capabilities: None,
            desired_capabilities: None,
            properties: None,
        })
    }

    fn take_frame(
        &mut self,
        channel: u16,
        performative: Performative,
        payload: &[u8],
    ) -> Result<(), Failure> {
        match (self.stage, performative) {
            (Stage::Opening | Stage::Closing, Performative::Open(open)) => self.opened(&open),
            (Stage::Opening, Performative::Close(close)) => self.closed(close),
            (Stage::Opening, _) => Err(Failure::Violation("a frame came before the open")),
            (Stage::Open, Performative::Open(_)) => Err(Failure::Violation("a second open")),
            (Stage::Open | Stage::Closing, Performative::Close(close)) => self.closed(close),
            (Stage::Open, performative) => self.route(channel, performative, payload),
            // After our close only theirs matters.
            (Stage::Closing, _) => Ok(()),
            _ => Err(Failure::Violation("an AMQP frame came during SASL")),
        }
    }

    fn opened(&mut self, open: &Open) -> Result<(), Failure> {
        if open.max_frame_size.0 < MIN_MAX_FRAME_SIZE {
            return Err(Failure::Violation("its frame limit is under 512 bytes"));
        }
        self.peer_max_frame_bytes = open.max_frame_size.0;
        self.channel_max = open.channel_max.0;
        if self.sessions.iter().any(|s| s.id.0 > self.channel_max) {
            return Err(Failure::Violation(
                "it takes fewer sessions than were begun",
            ));
        }
        self.timers.peer_expects(open.idle_time_out);
        if self.stage == Stage::Opening {
            self.stage = Stage::Open;
            self.events.push_back(Event::Opened);
        }
        Ok(())
    }

    fn closed(&mut self, close: Close) -> Result<(), Failure> {
        let condition = close.error.as_ref().map(Condition::from_wire);
        if self.stage == Stage::Closing && condition.is_none() {
            self.stage = Stage::Closed;
            self.events.push_back(Event::Closed);
            return Ok(());
        }
        Err(Failure::ClosedByPeer(condition))
    }

    /// Ends the connection. If the peer can still hear why, it is told.
    fn fail(&mut self, failure: Failure) -> Failure {
        if let Some(first) = &self.failure {
            return first.clone();
        }
        if matches!(self.stage, Stage::Opening | Stage::Open) {
            let error = match &failure {
                Failure::Malformed(_) => Some(AmqpError::DecodeError),
                Failure::Violation(_) => Some(AmqpError::NotAllowed),
                Failure::Silent => Some(AmqpError::ResourceLimitExceeded),
                _ => None,
            };
            self.say_close(error.map(|error| Error::new(error, failure.to_string(), None)));
        }
        self.stage = Stage::Closed;
        self.failure = Some(failure.clone());
        failure
    }

    fn say_close(&mut self, error: Option<Error>) {
        // Encoding a close cannot fail; if it did, there would be nobody to tell.
        let _ = self
            .out
            .frame(0, &Performative::Close(Close { error }), &[]);
    }

    pub(super) fn session(&mut self, id: SessionId) -> Option<&mut Session> {
        self.sessions.iter_mut().find(|session| session.id == id)
    }
}
