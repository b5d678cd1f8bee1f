//! The world around the application: one thread, one clock, one sequence of chance.
//!
//! [`World::run`] is the whole of it. Guests run until each waits for something: at a gate, for an answer, for a time.
//! Then one of all that could happen next is chosen, and happens. Where nothing can, time passes until something does.

mod asks;
mod bus;
mod clients;
mod cloud;
mod guests;
mod life;
mod machines;
mod rows;
mod timers;
mod verdict;
mod window;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use bytes::Bytes;
use punctual_host::{Application, Database};
use tempfile::TempDir;

pub use asks::Ask;
pub use cloud::Hook;
pub(crate) use guests::Running;
pub(crate) use machines::Machine;
pub(crate) use rows::{ended_as, is_open};

use crate::check::{Broken, Sends, Story};
use crate::clinic::Life;
use crate::dice::Dice;
use crate::gates::{Gates, GuestName};
use crate::lies::Mutation;
use crate::log::Log;
use crate::order::{Next, Order};
use crate::parts::Parts;
use crate::profile::Profile;

/// Everything that a run is a function of.
pub struct Options {
    /// The seed.
    pub seed: u64,
    /// How bad it is.
    pub profile: &'static Profile,
    /// What the application is put together from.
    pub parts: Parts,
    /// How the application is broken on purpose.
    pub mutation: Option<&'static Mutation>,
}

/// What a run came to.
#[derive(Debug, Clone, Default)]
pub struct Tally {
    /// Requests to the application.
    pub requests: u64,
    /// Reminders that the provider took.
    pub sent: u64,
    /// Host calls of guests.
    pub calls: u64,
    /// Guests that were killed.
    pub kills: u64,
    /// Hosts that were killed.
    pub host_kills: u64,
    /// Connections that were cut.
    pub cuts: u64,
    /// Requests or answers that were lost.
    pub lost: u64,
    /// The lateness of reminders that nothing stood in the way of, in milliseconds.
    pub lateness_ms: Vec<i64>,
    /// Simulated milliseconds.
    pub simulated_ms: i64,
    /// How often a mutation had something to change.
    pub lies: u64,
}

/// What happens at a time.
pub(crate) enum Event {
    /// The next act of this life.
    Act(usize),
    /// Somebody sends a request.
    Send(Ask),
    /// It arrives.
    Arrive(Ask),
    /// Its sender learns what came of it: status and body, or nothing.
    Answered(Ask, Option<(u16, Bytes)>),
    /// A timer fires.
    Tick(usize),
    /// The other timer fires.
    Sweep,
    /// Somebody looks at the dead letters.
    LookAtLetters,
    /// A host dies, or comes back.
    HostDies(usize),
    HostStarts(usize),
    /// The provider is out, or back.
    OutageBegins(i64),
    OutageEnds,
    /// Nothing more fits into the queue, or something does again.
    QueueFills(i64),
    QueueEmpties,
    /// Service Bus answers over HTTP.
    BusAnswers(u64),
    /// Another service answers.
    CloudAnswers(u64),
    /// No more faults. Whatever was not taken is sent again.
    Quiet,
    /// All has had its time.
    Over,
}

/// The world.
pub struct World {
    pub(crate) options: Options,
    pub(crate) begin_ms: i64,
    pub(crate) now_ns: u64,
    pub(crate) dice: Dice,
    pub(crate) order: Box<dyn Order>,
    pub(crate) log: Log,
    pub(crate) faults: bool,
    pub(crate) over: bool,
    pub(crate) tally: Tally,

    pub(crate) gates: Arc<Gates>,
    pub(crate) application: Application,
    pub(crate) machines: Vec<Machine>,
    pub(crate) hosts: u64,
    pub(crate) guests: BTreeMap<GuestName, Running>,
    pub(crate) events: BTreeMap<(u64, u64), Event>,
    pub(crate) event_count: u64,
    pub(crate) bus: Option<bus::Bus>,
    pub(crate) cloud: cloud::Cloud,

    pub(crate) lives: Vec<Life>,
    pub(crate) stories: Vec<Story>,
    pub(crate) done_acts: Vec<usize>,
    pub(crate) by_id: std::collections::HashMap<String, usize>,
    pub(crate) staff: clients::Staff,
    pub(crate) timers: timers::Timers,
    pub(crate) outages: Vec<(i64, i64)>,
    pub(crate) sends: Sends,
    pub(crate) outbox_seen: i64,
    pub(crate) broken: Option<Broken>,
    pub(crate) window: window::Window,
    /// When somebody who waits was last told how far this is. Real time, which nothing in the world sees.
    told_at: Instant,

    pub(crate) reader: rusqlite::Connection,
    pub(crate) database: Database,
    pub(crate) data: TempDir,
}

/// How often somebody who waits for a long world is told how far it is.
const PROGRESS_EVERY: Duration = Duration::from_secs(20);

/// When the simulated time begins: some months before clocks change in all of the zones.
const BEGIN: &str = "2026-01-05T06:00:00Z";

impl World {
    /// A world in which nothing has happened.
    pub fn new(options: Options, order: Box<dyn Order>, log: Log) -> Result<Self> {
        let begin: chrono::DateTime<chrono::Utc> = BEGIN.parse()?;
        // Another part of the year for each seed: each has its changes of clocks.
        let mut dice = Dice::new(options.seed, 1);
        let begin_ms = begin.timestamp_millis() + dice.between(0, 330) * 86_400_000;
        let data = punctual_tests::folder().context("cannot make a folder for the databases")?;
        let database = Database::for_simulation(data.path(), options.seed);
        let application = options.parts.application(options.mutation)?;
        let gates = Arc::<Gates>::default();
        gates.with_lies(|lies| lies.mutation = options.mutation);
        let reader = rusqlite::Connection::open(data.path().join("sqlite_db.db"))?;
        reader.set_prepared_statement_cache_capacity(32);
        let bus = bus::Bus::new(&options)?;
        let cloud = cloud::Cloud::new(&options, begin_ms)?;
        let mut world = Self {
            begin_ms,
            now_ns: 0,
            dice,
            order,
            log,
            faults: true,
            over: false,
            tally: Tally::default(),
            gates,
            application,
            machines: Vec::new(),
            hosts: 0,
            guests: BTreeMap::new(),
            events: BTreeMap::new(),
            event_count: 0,
            bus,
            cloud,
            lives: Vec::new(),
            stories: Vec::new(),
            done_acts: Vec::new(),
            by_id: Default::default(),
            staff: clients::Staff::default(),
            timers: timers::Timers::default(),
            outages: Vec::new(),
            sends: Sends::default(),
            outbox_seen: 0,
            broken: None,
            window: Default::default(),
            told_at: Instant::now(),
            reader,
            database,
            data,
            options,
        };
        world.start_machines();
        Ok(world)
    }

    /// When it begins, in milliseconds since 1970.
    pub fn begin_ms(&self) -> i64 {
        self.begin_ms
    }

    /// What has happened so far.
    pub fn tally(&self) -> &Tally {
        &self.tally
    }

    /// The last lines of the log.
    pub fn recent_lines(&self) -> Vec<String> {
        self.log.recent().map(str::to_owned).collect()
    }

    /// Ends the log. An error: it is not whole.
    pub fn finish_log(&mut self) -> std::io::Result<()> {
        self.log.finish()
    }

    /// The true time of day, in milliseconds since 1970.
    pub(crate) fn now_ms(&self) -> i64 {
        self.begin_ms + i64::try_from(self.now_ns / 1_000_000).unwrap_or(i64::MAX)
    }

    /// The moment of the world at which the true time of day is this.
    pub(crate) fn ns_of(&self, at_ms: i64) -> u64 {
        let since_ms = u64::try_from(at_ms - self.begin_ms).unwrap_or(0);
        (since_ms * 1_000_000).max(self.now_ns)
    }

    /// Something happens in so many milliseconds.
    pub(crate) fn after_ms(&mut self, ms: i64, event: Event) -> (u64, u64) {
        let at_ns = self.now_ns + u64::try_from(ms).unwrap_or(0) * 1_000_000;
        self.event_count += 1;
        let key = (at_ns, self.event_count);
        self.events.insert(key, event);
        key
    }

    /// Something happens at a time of day.
    pub(crate) fn at_ms(&mut self, at_ms: i64, event: Event) -> (u64, u64) {
        let at_ns = self.ns_of(at_ms);
        self.event_count += 1;
        let key = (at_ns, self.event_count);
        self.events.insert(key, event);
        key
    }

    /// Lets everything happen until it is over or a promise is broken.
    pub async fn run(&mut self) -> Result<(), Broken> {
        while !self.over {
            self.let_guests_run().await;
            if let Some(broken) = self.broken.take() {
                return Err(broken);
            }
            let choices = self.choices();
            if choices.is_empty() {
                if !self.let_time_pass() {
                    break;
                }
                continue;
            }
            let chosen = self.order.pick(&choices);
            match choices[chosen] {
                Next::Guest(_, number) => self.let_on(number),
                Next::Line(number) => self.move_line(number),
                Next::Event => self.next_event(),
            }
        }
        self.tally.simulated_ms = self.now_ms() - self.begin_ms;
        self.tally.calls = self.gates.count();
        self.tally.lies = self.gates.with_lies(|lies| lies.told);
        Ok(())
    }

    /// All that could happen now.
    fn choices(&mut self) -> Vec<Next> {
        let mut choices = self.guests_at_gates();
        choices.extend(self.busy_lines());
        if let Some((&(at_ns, _), _)) = self.events.first_key_value()
            && at_ns <= self.now_ns
        {
            choices.push(Next::Event);
        }
        choices
    }

    fn next_event(&mut self) {
        let Some((_, event)) = self.events.pop_first() else {
            return;
        };
        match event {
            Event::Act(life) => self.act(life),
            Event::Send(ask) => self.send(ask),
            Event::Arrive(ask) => self.arrive(ask),
            Event::Answered(ask, answer) => self.answered(ask, answer),
            Event::Tick(timer) => self.tick(timer),
            Event::Sweep => self.send(Ask::Reconcile),
            Event::LookAtLetters => self.send(Ask::Letters),
            Event::HostDies(machine) => self.kill_machine(machine),
            Event::HostStarts(machine) => self.start_machine(machine),
            Event::OutageBegins(for_ms) => self.outage(for_ms),
            Event::OutageEnds => self.end_outage(),
            Event::QueueFills(for_ms) => self.queue_fills(for_ms),
            Event::QueueEmpties => self.queue_empties(),
            Event::BusAnswers(number) => self.bus_answers(number),
            Event::CloudAnswers(number) => self.cloud_answers(number),
            Event::Quiet => self.quiet(),
            Event::Over => self.over = true,
        }
    }

    /// Steps all clocks to the next moment at which anything can happen. False: there is none.
    fn let_time_pass(&mut self) -> bool {
        let event = self.events.first_key_value().map(|(&(at_ns, _), _)| at_ns);
        let gate = self.gates.with_waiting(|waiting| {
            let times = waiting.iter().filter_map(|waiting| waiting.not_before_ns);
            times.min()
        });
        let sleep = self.machines.iter().filter_map(Machine::next_wake_ns).min();
        let next = [
            event,
            gate,
            sleep,
            self.bus_moment_ns(),
            self.cloud_moment_ns(),
        ]
        .into_iter()
        .flatten()
        .min();
        let Some(next_ns) = next else { return false };
        let by_ns = next_ns.saturating_sub(self.now_ns);
        self.now_ns += by_ns;
        for machine in &self.machines {
            machine.step(by_ns);
        }
        self.bus_ticks();
        self.cloud_stirs();
        self.tell_progress();
        true
    }

    fn tell_progress(&mut self) {
        if self.told_at.elapsed() < PROGRESS_EVERY {
            return;
        }
        self.told_at = Instant::now();
        eprintln!(
            "sim: seed {}: {:.1} days so far, {} requests, {} sent",
            self.options.seed,
            self.now_ns as f64 / 86_400e9,
            self.tally.requests,
            self.tally.sent,
        );
    }

    /// Notes a broken promise; the first one ends the run.
    pub(crate) fn break_promise(&mut self, broken: Broken) {
        self.log.line(self.now_ns, format_args!("BROKEN {broken}"));
        self.broken.get_or_insert(broken);
    }
}
