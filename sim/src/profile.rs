//! How bad the world is: each fault with its probability.

/// A world's habits. Probabilities are of each chance: each request, each host call, each piece of a connection.
#[derive(Debug, Clone, Copy)]
pub struct Profile {
    /// Its name on the command line.
    pub name: &'static str,
    /// A request to the application does not arrive.
    pub request_lost: f64,
    /// It has its effect, and the answer does not arrive.
    pub answer_lost: f64,
    /// An event is sent twice.
    pub doubled: f64,
    /// An event is sent late, by up to `late_max_ms`, and so after others that are newer.
    pub late: f64,
    /// How late.
    pub late_max_ms: i64,
    /// An event is not sent at all, until somebody sends all again that were not taken.
    pub forgotten: f64,
    /// A host call takes long, up to `pause_max_ms`: the machine was busy, the process asleep.
    pub pause: f64,
    /// How long. Less than what a lease keeps in reserve; more would be a promise that nobody can keep.
    pub pause_max_ms: i64,
    /// A guest dies at a host call, half of the time before its effect and half of the time after it.
    pub kill: f64,
    /// The whole host dies, so often a day, and stays away for up to `down_max_ms`.
    pub host_kills_per_day: f64,
    /// How long it stays away.
    pub down_max_ms: i64,
    /// How far the hosts' clocks are off, at most, either way.
    pub skew_max_ms: i64,
    /// The provider is out, so often a week, for up to `outage_max_ms`.
    pub outages_per_week: f64,
    /// How long it is out.
    pub outage_max_ms: i64,
    /// Timers that call `/deliver`.
    pub deliver_timers: usize,
    /// A service other than Service Bus says that it is busy.
    pub busy: f64,
    /// It takes up to `slow_max_ms` for an answer.
    pub slow: f64,
    /// How long.
    pub slow_max_ms: i64,
    /// Service Bus says that it is busy.
    pub bus_busy: f64,
    /// A request to Service Bus over HTTP does not arrive.
    pub bus_lost: f64,
    /// It has its effect there, and the answer does not arrive.
    pub bus_answer_lost: f64,
    /// Service Bus takes up to `bus_slow_max_ms` for an answer.
    pub bus_slow: f64,
    /// How long.
    pub bus_slow_max_ms: i64,
    /// The queue is full, so often a week, for up to `full_max_ms`.
    pub full_per_week: f64,
    /// How long it has no room.
    pub full_max_ms: i64,
    /// A connection breaks at a piece that goes through it, in the middle of the piece.
    pub cut: f64,
}

/// Nothing goes wrong.
pub const CALM: Profile = Profile {
    name: "calm",
    request_lost: 0.0,
    answer_lost: 0.0,
    doubled: 0.0,
    late: 0.0,
    late_max_ms: 0,
    forgotten: 0.0,
    pause: 0.0,
    pause_max_ms: 0,
    kill: 0.0,
    host_kills_per_day: 0.0,
    down_max_ms: 0,
    skew_max_ms: 0,
    outages_per_week: 0.0,
    outage_max_ms: 0,
    deliver_timers: 1,
    busy: 0.0,
    slow: 0.0,
    slow_max_ms: 0,
    bus_busy: 0.0,
    bus_lost: 0.0,
    bus_answer_lost: 0.0,
    bus_slow: 0.0,
    bus_slow_max_ms: 0,
    full_per_week: 0.0,
    full_max_ms: 0,
    cut: 0.0,
};

/// A day that everybody remembers.
pub const BAD_DAY: Profile = Profile {
    name: "bad-day",
    request_lost: 0.02,
    answer_lost: 0.02,
    doubled: 0.05,
    late: 0.1,
    late_max_ms: 2 * 3_600_000,
    forgotten: 0.01,
    pause: 0.002,
    pause_max_ms: 8_000,
    kill: 0.000_5,
    host_kills_per_day: 0.5,
    down_max_ms: 10 * 60_000,
    skew_max_ms: 500,
    outages_per_week: 1.0,
    outage_max_ms: 2 * 3_600_000,
    deliver_timers: 2,
    busy: 0.01,
    slow: 0.01,
    slow_max_ms: 4_000,
    bus_busy: 0.01,
    bus_lost: 0.01,
    bus_answer_lost: 0.01,
    bus_slow: 0.02,
    bus_slow_max_ms: 5_000,
    full_per_week: 1.0,
    full_max_ms: 30 * 60_000,
    cut: 0.002,
};

/// Everything at once, all the time.
pub const HELL: Profile = Profile {
    name: "hell",
    request_lost: 0.15,
    answer_lost: 0.15,
    doubled: 0.3,
    late: 0.4,
    late_max_ms: 12 * 3_600_000,
    forgotten: 0.1,
    pause: 0.02,
    pause_max_ms: 20_000,
    kill: 0.01,
    host_kills_per_day: 20.0,
    down_max_ms: 20 * 60_000,
    skew_max_ms: 2_000,
    outages_per_week: 5.0,
    outage_max_ms: 12 * 3_600_000,
    deliver_timers: 3,
    busy: 0.05,
    slow: 0.05,
    slow_max_ms: 10_000,
    bus_busy: 0.1,
    bus_lost: 0.08,
    bus_answer_lost: 0.08,
    bus_slow: 0.1,
    bus_slow_max_ms: 20_000,
    full_per_week: 4.0,
    full_max_ms: 4 * 3_600_000,
    cut: 0.02,
};

/// Nothing goes wrong, but everybody is as far away as in a cloud, and the timers are those that `deploy/spinkube` scales to.
/// See `docs/scale.md`.
pub const CITY: Profile = Profile {
    name: "city",
    deliver_timers: 10,
    slow: 1.0,
    slow_max_ms: 300,
    bus_slow: 1.0,
    bus_slow_max_ms: 60,
    ..CALM
};

/// No webhook arrives: sweeps alone find out what was changed, and the fence is all there is until then.
pub const DEAF: Profile = Profile {
    name: "deaf",
    forgotten: 1.0,
    ..CALM
};

/// All of them.
pub const ALL: [&Profile; 5] = [&CALM, &BAD_DAY, &HELL, &CITY, &DEAF];

impl Profile {
    /// The profile of this name.
    pub fn named(name: &str) -> Option<&'static Self> {
        ALL.into_iter().find(|profile| profile.name == name)
    }

    /// How long after a change was taken a reminder may still go out that was decided on before: a decision holds for as
    /// long as a worker may still begin to send on it, and one call may pause after that.
    pub fn grace_ms(&self) -> i64 {
        if self.pause > 0.0 {
            25_000 + self.pause_max_ms + self.skew_max_ms + 1_000
        } else {
            1_000
        }
    }

    /// How far a send may be from where a right clock would put it.
    pub fn slack_ms(&self) -> i64 {
        self.pause_max_ms + self.skew_max_ms
    }
}
