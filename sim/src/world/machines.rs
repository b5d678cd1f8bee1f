//! Machines with their clocks, and the hosts that run on them.

use std::time::Duration;

use bytes::Bytes;
use http::Request;
use punctual_host::{BareHost, BareOptions, Log, VirtualClock};

use std::sync::Arc;

use super::{Ask, Event, Running, World};
use crate::gates::{GuestName, HostGates, Network};

/// Machines that share the database, as processes would.
const MACHINES: usize = 2;
/// Guests at one time. Whoever comes then waits for a turn, as at a real host (`local-host/src/engine.rs`).
const GUESTS_MAX: usize = 100;
/// How long until it is looked whether there is room.
const TURN_MS: i64 = 5;
/// A client finds nobody listening.
const REFUSED_MS: i64 = 1_000;

/// A machine.
pub(crate) struct Machine {
    clock: VirtualClock,
    /// When its clock was made.
    born_ns: u64,
    /// None while it is down.
    host: Option<(u64, BareHost)>,
}

impl Machine {
    /// When the first of those who sleep on it is to wake, in the world's time.
    pub(crate) fn next_wake_ns(&self) -> Option<u64> {
        let wake_ns = self.clock.next_wake_ns()?;
        Some(self.born_ns + wake_ns)
    }

    /// Time passes.
    pub(crate) fn step(&self, by_ns: u64) {
        self.clock.advance(Duration::from_nanos(by_ns));
    }
}

impl World {
    pub(crate) fn start_machines(&mut self) {
        for machine in 0..MACHINES {
            let clock = self.clock();
            self.machines.push(Machine {
                clock,
                born_ns: self.now_ns,
                host: None,
            });
            self.start_machine(machine);
        }
        let kills_per_day = self.options.profile.host_kills_per_day;
        if kills_per_day > 0.0 {
            self.plan_death();
        }
    }

    /// A clock that stands still, and may be wrong.
    fn clock(&mut self) -> VirtualClock {
        let most_ms = if self.faults {
            self.options.profile.skew_max_ms
        } else {
            0
        };
        let shown_ms = self.now_ms() + self.dice.between(-most_ms, most_ms);
        let shown = chrono::DateTime::from_timestamp_millis(shown_ms).unwrap_or_default();
        VirtualClock::starting_at(shown, 0.0).expect("it is within the calendar")
    }

    fn plan_death(&mut self) {
        let mean_ms = 86_400_000.0 / self.options.profile.host_kills_per_day;
        let in_ms = self.dice.between(1, (mean_ms * 2.0) as i64);
        let machine = self.dice.below(MACHINES as u64);
        let machine = usize::try_from(machine).unwrap_or(0);
        self.after_ms(in_ms, Event::HostDies(machine));
    }

    /// A host dies with all of its guests.
    pub(crate) fn kill_machine(&mut self, machine: usize) {
        if !self.faults {
            return;
        }
        self.plan_death();
        let on_it =
            |(name, running): (&GuestName, &Running)| (running.machine == machine).then_some(*name);
        let guests: Vec<GuestName> = self.guests.iter().filter_map(on_it).collect();
        if self.machines[machine].host.take().is_some() {
            self.tally.host_kills += 1;
            self.log
                .line(self.now_ns, format_args!("killed: host {machine}"));
            let down_ms = self.dice.between(1, self.options.profile.down_max_ms);
            self.after_ms(down_ms, Event::HostStarts(machine));
        }
        for guest in guests {
            self.kill(guest, "at");
        }
    }

    /// A host starts, with a clock that is wrong in its own way.
    pub(crate) fn start_machine(&mut self, machine: usize) {
        if self.machines[machine].host.is_some() {
            return;
        }
        let clock = self.clock();
        self.hosts += 1;
        let number = self.hosts;
        let options = BareOptions {
            clock: clock.clone(),
            database: self.database.clone(),
            data_dir: self.data.path().to_owned(),
            outbound: Arc::new(Network(self.gates.clone())),
            harness: Arc::new(HostGates {
                host: number,
                gates: self.gates.clone(),
            }),
            random_seed: self
                .options
                .seed
                .wrapping_mul(0x9E37_79B9)
                .wrapping_add(number),
            log: Log::kept(),
        };
        self.machines[machine] = Machine {
            clock,
            born_ns: self.now_ns,
            host: Some((number, BareHost::new(&self.application, options))),
        };
    }

    /// A request reaches a machine, if one is up.
    pub(crate) fn arrive(&mut self, mut ask: Ask) {
        if self.guests.len() >= GUESTS_MAX {
            self.after_ms(TURN_MS, Event::Arrive(ask));
            return;
        }
        let up = |machine: &usize| self.machines[*machine].host.is_some();
        let up: Vec<usize> = (0..self.machines.len()).filter(up).collect();
        if up.is_empty() {
            self.after_ms(REFUSED_MS, Event::Answered(ask, None));
            return;
        }
        let machine = *self.dice.pick(&up);
        let request = self.request(&ask);
        self.told(&mut ask);
        self.begin(machine, ask, request);
    }

    fn begin(&mut self, machine: usize, ask: Ask, request: Request<Bytes>) {
        let Some((number, host)) = &self.machines[machine].host else {
            return;
        };
        let guest = host
            .begin(request)
            .unwrap_or_else(|error| panic!("the application does not take requests: {error:#}"));
        let name = (*number, guest.number);
        self.log.detail(
            self.now_ns,
            format_args!("guest {}.{} begins {}", name.0, name.1, ask.title()),
        );
        self.tally.requests += 1;
        self.guests
            .insert(name, Running::new(machine, ask, guest.answer));
    }
}
