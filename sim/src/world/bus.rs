//! Service Bus: the stand-in's core, spoken to over HTTP requests and AMQP connections that are all in memory.

use std::collections::BTreeMap;

use anyhow::{Result, anyhow};
use bytes::Bytes;
use http::Response;
use punctual_host::Wire;
use punctual_stand_in_servicebus::access::{Access, Rights, Rule};
use punctual_stand_in_servicebus::amqp::{Connection, Now};
use punctual_stand_in_servicebus::broker::Broker;
use punctual_stand_in_servicebus::bus::ServiceBus;
use punctual_stand_in_servicebus::options::{NamespaceOptions, QueueOptions};
use punctual_stand_in_servicebus::rest::{self, Outcome, Waiting};
use punctual_stand_ins::{Fault, FaultKind, Manner, Reply};
use tokio::sync::oneshot;

use super::{Event, Options, World};
use crate::gates::Outgoing;
use crate::order::Next;
use crate::transport::{BUS_PORT, BUS_RULE, Transport};

const QUEUE: &str = "reminders";
/// A request that nobody answers is given up after so long.
const NO_ANSWER_MS: i64 = 60_000;
/// The most that moves at once on a connection.
const PIECE_BYTES: usize = 16 << 10;

/// The namespace and all that is connected to it.
pub(crate) struct Bus {
    core: ServiceBus,
    lines: BTreeMap<u64, Line>,
    line_count: u64,
    answers: BTreeMap<u64, Answer>,
    answer_count: u64,
    revision: u64,
}

/// An AMQP connection.
struct Line {
    wire: Wire,
    connection: Connection,
    /// Whether the namespace may have something to say on it.
    stirred: bool,
}

/// A request over HTTP that is not answered yet.
struct Answer {
    to: oneshot::Sender<Option<Response<Bytes>>>,
    /// A receive that waits for a message; none once the answer is certain.
    waiting: Option<Waiting>,
    ready: Option<Response<Bytes>>,
    lost: bool,
}

impl Bus {
    pub(crate) fn new(options: &Options) -> Result<Option<Self>> {
        if options.parts.queue == Transport::Embedded {
            return Ok(None);
        }
        let mut broker = Broker::new(NamespaceOptions::default());
        broker
            .create_queue(QUEUE, QueueOptions::default())
            .map_err(|problem| anyhow!("the queue cannot be made: {problem}"))?;
        let rule = Rule {
            name: BUS_RULE.0.to_owned(),
            key: BUS_RULE.1.to_owned(),
            rights: Rights::ALL,
        };
        let mut core = ServiceBus::new(broker, Access::new(vec![rule], None), options.seed);
        let profile = options.profile;
        for (at, kind, probability) in [
            ("rest", FaultKind::Busy, profile.bus_busy),
            ("amqp.management", FaultKind::Busy, profile.bus_busy),
            ("amqp.settle", FaultKind::Busy, profile.bus_busy),
            ("amqp.token", FaultKind::Busy, profile.bus_busy),
            (
                "amqp.management",
                FaultKind::LoseAnswer,
                profile.bus_answer_lost,
            ),
            (
                "amqp.settle",
                FaultKind::LoseAnswer,
                profile.bus_answer_lost,
            ),
            ("amqp.deliver", FaultKind::Detach, profile.bus_lost),
        ] {
            if probability > 0.0 {
                let fault = Fault {
                    times: None,
                    probability,
                    ..Fault::once(at, kind)
                };
                core.faults
                    .add(fault)
                    .map_err(|error| anyhow!("no such fault at {at}: {error}"))?;
            }
        }
        Ok(Some(Self {
            core,
            lines: BTreeMap::new(),
            line_count: 0,
            answers: BTreeMap::new(),
            answer_count: 0,
            revision: 0,
        }))
    }

    /// Whether anything more fits into the queue.
    pub(crate) fn has_room(&mut self, has_room: bool) {
        let usual = QueueOptions::default();
        let max_size_bytes = if has_room { usual.max_size_bytes } else { 1 };
        let options = QueueOptions {
            max_size_bytes,
            ..usual
        };
        let changed = self.core.broker.create_queue(QUEUE, options);
        changed.expect("a queue may be of any size");
    }

    /// When the queue has changed: tells the connections, and answers the receives that wait.
    fn stir(&mut self) -> Vec<u64> {
        let revision = self.core.broker.revision();
        if revision == self.revision {
            return Vec::new();
        }
        self.revision = revision;
        for line in self.lines.values_mut() {
            line.stirred = true;
        }
        let waits = |(number, answer): (&u64, &Answer)| answer.waiting.is_some().then_some(*number);
        self.answers.iter().filter_map(waits).collect()
    }
}

impl World {
    /// Whoever waits for a change of the queue looks again.
    fn bus_stirred(&mut self) {
        let Some(bus) = &mut self.bus else { return };
        for number in bus.stir() {
            self.after_ms(0, Event::BusAnswers(number));
        }
    }

    fn bus_now(&self) -> Now {
        Now {
            wall_ms: self.now_ms(),
            steady_ms: self.now_ns / 1_000_000,
        }
    }

    /// Takes what guests have sent off, and who has dialed.
    pub(crate) fn take_traffic(&mut self) {
        for outgoing in self.gates.take_outgoing() {
            match outgoing.request.uri().port_u16() {
                Some(BUS_PORT) => self.bus_asked(outgoing),
                _ => self.cloud_asked(outgoing),
            }
        }
        let now = self.bus_now();
        for dialed in self.gates.take_dialed() {
            let Some(bus) = &mut self.bus else {
                dialed.wire.refuse();
                continue;
            };
            dialed.wire.accept();
            bus.line_count += 1;
            let frame_bytes = bus.core.broker.options().max_frame_bytes;
            let line = Line {
                wire: dialed.wire,
                connection: Connection::new(frame_bytes, now),
                stirred: true,
            };
            bus.lines.insert(bus.line_count, line);
        }
    }

    /// A request over HTTP.
    fn bus_asked(&mut self, outgoing: Outgoing) {
        let Outgoing { request, answer } = outgoing;
        let profile = self.options.profile;
        let (faults, now_ms) = (self.faults, self.now_ms());
        let Some(bus) = &mut self.bus else {
            let _ = answer.send(None);
            return;
        };
        let lost = faults && self.dice.chance(profile.bus_lost);
        let answer_lost = faults && self.dice.chance(profile.bus_answer_lost);
        let slow_ms = if faults && self.dice.chance(profile.bus_slow) {
            self.dice.between(1, profile.bus_slow_max_ms)
        } else {
            self.dice.between(0, 3)
        };
        let (waiting, ready) = if lost {
            (None, None)
        } else {
            match rest::handle(&mut bus.core, &request, now_ms) {
                Outcome::Done(reply) => (None, whole(reply)),
                Outcome::Wait(waiting) => (Some(waiting), None),
            }
        };
        bus.answer_count += 1;
        let number = bus.answer_count;
        let in_ms = match (&waiting, &ready) {
            (Some(waiting), _) => waiting.until_ms - now_ms,
            (None, Some(_)) if !answer_lost => slow_ms,
            _ => {
                self.tally.lost += 1;
                NO_ANSWER_MS
            }
        };
        let pending = Answer {
            to: answer,
            waiting,
            ready,
            lost: answer_lost,
        };
        bus.answers.insert(number, pending);
        self.after_ms(in_ms, Event::BusAnswers(number));
        self.bus_stirred();
    }

    /// An answer over HTTP arrives, or fails to.
    pub(crate) fn bus_answers(&mut self, number: u64) {
        let now_ms = self.now_ms();
        let Some(bus) = &mut self.bus else { return };
        let Some(mut answer) = bus.answers.remove(&number) else {
            return;
        };
        if let Some(waiting) = answer.waiting.take() {
            match rest::resume(&mut bus.core, &waiting, now_ms) {
                Some(reply) => answer.ready = whole(reply),
                // Somebody else was faster. It is asked again at the next change, and when it has waited enough.
                None => {
                    answer.waiting = Some(waiting);
                    bus.answers.insert(number, answer);
                    return;
                }
            }
        }
        let ready = answer.ready.filter(|_| !answer.lost);
        // The guest may be dead, or tired of waiting.
        let _ = answer.to.send(ready);
        self.bus_stirred();
    }

    /// Connections on which something moves.
    pub(crate) fn busy_lines(&mut self) -> Vec<Next> {
        let now = self.bus_now();
        let Some(bus) = &mut self.bus else {
            return Vec::new();
        };
        let busy = bus.lines.iter().filter(|(_, line)| {
            line.stirred
                || line.wire.untaken() > 0
                || line.wire.guest_is_gone()
                || line.connection.next_steady_ms() <= now.steady_ms
                || line
                    .connection
                    .next_wall_ms()
                    .is_some_and(|at| at <= now.wall_ms)
        });
        busy.map(|(number, _)| Next::Line(*number)).collect()
    }

    /// Moves a piece in each direction, or cuts the connection in the middle of one.
    pub(crate) fn move_line(&mut self, number: u64) {
        let (now, now_ns, faults) = (self.bus_now(), self.now_ns, self.faults);
        let profile = self.options.profile;
        let Some(bus) = &mut self.bus else { return };
        let Some(line) = bus.lines.get_mut(&number) else {
            return;
        };
        line.stirred = false;
        let mut over = false;
        let mut piece = line.wire.take(PIECE_BYTES);
        if !piece.is_empty() {
            if faults && self.dice.chance(profile.cut) {
                over = true;
                let kept = self.dice.below(piece.len() as u64);
                piece.truncate(usize::try_from(kept).unwrap_or(0));
            }
            line.connection.receive(&piece, &mut bus.core, now);
        }
        line.connection.pump(&mut bus.core, now);
        let mut piece = line.connection.take_output(now);
        let sent = piece.len();
        if !piece.is_empty() && !over {
            if faults && self.dice.chance(profile.cut) {
                over = true;
                let kept = self.dice.below(piece.len() as u64);
                piece.truncate(usize::try_from(kept).unwrap_or(0));
            }
            line.wire.put(&piece);
        }
        if over {
            self.tally.cuts += 1;
            self.log
                .line(now_ns, format_args!("cut: connection {number}"));
            // Half of the time the guest still reads what came before.
            if self.dice.chance(0.5) {
                line.wire.finish();
            } else {
                line.wire.cut();
            }
        } else if line.connection.is_over() {
            line.wire.finish();
            over = true;
        } else if line.wire.guest_is_gone() && line.wire.untaken() == 0 {
            over = true;
        }
        if over {
            bus.lines.remove(&number);
        }
        self.log.detail(
            now_ns,
            format_args!("connection {number}: {sent} bytes to the guest"),
        );
        self.bus_stirred();
    }

    /// The next moment at which Service Bus does something by itself.
    pub(crate) fn bus_moment_ns(&self) -> Option<u64> {
        let bus = self.bus.as_ref()?;
        let broker = bus.core.broker.next_timer_ms().map(|at| self.ns_of(at));
        let lines = bus.lines.values().flat_map(|line| {
            let steady = line.connection.next_steady_ms().checked_mul(1_000_000);
            let wall = line.connection.next_wall_ms().map(|at| self.ns_of(at));
            [steady, wall].into_iter().flatten()
        });
        lines
            .chain(broker)
            .min()
            .map(|at_ns| at_ns.max(self.now_ns))
    }

    /// Time has passed: messages become visible, locks end, receives that wait look again.
    pub(crate) fn bus_ticks(&mut self) {
        let now_ms = self.now_ms();
        let Some(bus) = &mut self.bus else { return };
        bus.core.broker.tick(now_ms);
        self.bus_stirred();
    }

    /// When the first message of the queue becomes visible; none within: there is none. None: the queue is not here.
    pub(crate) fn bus_next_message_ms(&self) -> Option<Option<i64>> {
        let bus = self.bus.as_ref()?;
        let depth = bus.core.broker.queues().find(|(name, ..)| *name == QUEUE);
        let (_, _, depth) = depth?;
        match (depth.messages, depth.ready) {
            (0, _) => return Some(None),
            (_, true) => return Some(Some(self.now_ms())),
            _ => {}
        }
        Some(Some(
            bus.core
                .broker
                .next_timer_ms()
                .unwrap_or_else(|| self.now_ms()),
        ))
    }

    /// Service Bus has no more faults.
    pub(crate) fn bus_calms_down(&mut self) {
        if let Some(bus) = &mut self.bus {
            bus.core.faults.clear();
        }
    }

    /// Messages and dead letters in the queue.
    pub(crate) fn bus_depth(&self) -> Option<(usize, usize)> {
        let bus = self.bus.as_ref()?;
        let (_, _, depth) = bus.core.broker.queues().find(|(name, ..)| *name == QUEUE)?;
        Some((depth.messages, depth.dead_letters))
    }
}

/// The response, unless the stand-in keeps it back.
fn whole(reply: Reply) -> Option<Response<Bytes>> {
    matches!(reply.manner, Manner::Whole).then_some(reply.response)
}
