//! The timers, as a CronJob would call. Calls that would find nothing are left out, or nearly all of them: whoever waits
//! for months would see little else.

use bytes::Bytes;
use serde_json::Value;

use super::{Ask, Event, World};
use crate::parts::Records;

/// Between two calls of a timer, at least.
const PAUSE_MS: i64 = 1_000;
/// However idle: a call now and then.
const IDLE_MS: i64 = 4 * 3_600_000;
/// Between two sweeps while something is going on, and else.
const SWEEP_MS: i64 = 5 * 60_000;
const IDLE_SWEEP_MS: i64 = 4 * 3_600_000;
/// How long something is going on after it was noticed.
const BUSY_MS: i64 = 15 * 60_000;

/// When each timer fires next.
#[derive(Default)]
pub(crate) struct Timers {
    /// The event that is planned; none while a call is under way.
    planned: Vec<Option<(u64, u64)>>,
    sweep: Option<(u64, u64)>,
    noticed_ms: i64,
    /// When the sweep that is under way arrived.
    sweep_began_ms: i64,
}

impl Timers {
    /// Something was changed, or sent.
    pub(crate) fn noticed(&mut self, now_ms: i64) {
        self.noticed_ms = now_ms;
    }

    /// A sweep has arrived.
    pub(crate) fn sweep_began(&mut self, now_ms: i64) {
        self.sweep_began_ms = now_ms;
    }
}

impl World {
    pub(crate) fn start_timers(&mut self) {
        for timer in 0..self.options.profile.deliver_timers {
            self.timers.planned.push(None);
            self.plan_delivery(timer);
        }
        let sweep = self.after_ms(0, Event::Sweep);
        self.timers.sweep = Some(sweep);
        self.after_ms(3_600_000, Event::LookAtLetters);
    }

    pub(crate) fn tick(&mut self, timer: usize) {
        self.timers.planned[timer] = None;
        // Most calls come when something is due; some are early and wait for it.
        let wait_seconds = *self.dice.pick(&[0, 0, 0, 0, 2, 20]);
        self.send(Ask::Deliver(timer, wait_seconds));
    }

    pub(crate) fn delivered(&mut self, timer: usize) {
        if timer < self.timers.planned.len() {
            self.plan_delivery(timer);
        }
    }

    fn plan_delivery(&mut self, timer: usize) {
        let at_ms = self.delivery_time_ms();
        self.timers.planned[timer] = Some(self.at_ms(at_ms, Event::Tick(timer)));
    }

    /// When a timer that is free now is to call next.
    fn delivery_time_ms(&mut self) -> i64 {
        let now_ms = self.now_ms();
        let soonest_ms = now_ms + PAUSE_MS;
        let Some(next_ms) = self.next_message_ms() else {
            return now_ms + IDLE_MS;
        };
        if next_ms <= now_ms {
            // It is there, or in somebody's hands.
            return soonest_ms + self.dice.between(0, 3_000);
        }
        let off_ms = self.dice.between(-1_500, 1_000);
        (next_ms + off_ms).clamp(soonest_ms, now_ms + IDLE_MS)
    }

    /// When the first of all messages becomes visible.
    fn next_message_ms(&self) -> Option<i64> {
        if let Some(next_ms) = self.bus_next_message_ms() {
            return next_ms;
        }
        let sql = "SELECT min(enqueue_at) FROM queue WHERE dead_at IS NULL";
        let mut query = self.reader.prepare_cached(sql).ok()?;
        query.query_row([], |row| row.get(0)).ok().flatten()
    }

    /// A message may have come that is due before a timer would call.
    pub(crate) fn wake_timers(&mut self) {
        for timer in 0..self.timers.planned.len() {
            let Some(planned) = self.timers.planned[timer] else {
                continue;
            };
            let at_ns = self.ns_of(self.next_message_ms().unwrap_or(i64::MAX / 2_000_000));
            if at_ns + 1_000_000_000 < planned.0
                && let Some(event) = self.events.remove(&planned)
            {
                drop(event);
                self.plan_delivery(timer);
            }
        }
        let busy = self.now_ms() - self.timers.noticed_ms < BUSY_MS;
        let soon_ns = self.now_ns + SWEEP_MS as u64 * 1_000_000;
        if let (true, Some(planned)) = (busy, self.timers.sweep)
            && planned.0 > soon_ns
            && self.events.remove(&planned).is_some()
        {
            let sweep = self.after_ms(SWEEP_MS, Event::Sweep);
            self.timers.sweep = Some(sweep);
        }
    }

    /// What came of a sweep. One that was complete has looked at all that was written before it began.
    pub(crate) fn reconciled(&mut self, answer: Option<&(u16, Bytes)>) {
        let report: Value = answer
            .and_then(|(_, body)| serde_json::from_slice(body).ok())
            .unwrap_or_default();
        let whole = report["complete"] == true && report["failed"] == 0;
        if whole && self.options.parts.records == Records::Dataverse {
            let (began_ms, now_ms) = (self.timers.sweep_began_ms, self.now_ms());
            for story in &mut self.stories {
                story.planned(began_ms, now_ms);
            }
        }
        if self.timers.planned.is_empty() {
            return;
        }
        let busy = self.now_ms() - self.timers.noticed_ms < BUSY_MS || !self.faults;
        let wait_ms = if busy { SWEEP_MS } else { IDLE_SWEEP_MS };
        let sweep = self.after_ms(wait_ms, Event::Sweep);
        self.timers.sweep = Some(sweep);
    }
}
