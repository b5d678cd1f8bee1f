//! A world in somebody's hands: requests one by one, and a death at a call that is chosen.

use super::{Ask, Event, World};
use crate::check::{Broken, Story};
use crate::clinic::Change;
use crate::small::Crash;

/// A stretch of time in which host calls are counted.
#[derive(Default)]
pub(crate) struct Window {
    open: bool,
    calls: u64,
    crash: Option<Crash>,
}

impl Window {
    /// Counts a call. Some: it is the one to die at, after its effect or before.
    pub(crate) fn count(&mut self) -> Option<bool> {
        if !self.open {
            return None;
        }
        self.calls += 1;
        let crash = self.crash.filter(|crash| crash.call == self.calls);
        crash.map(|crash| crash.after)
    }
}

impl World {
    /// Host calls count from here on.
    pub fn open_window(&mut self, crash: Option<Crash>) {
        self.window = Window {
            open: true,
            calls: 0,
            crash,
        };
    }

    /// They count no more; how many there were.
    pub fn close_window(&mut self) -> u64 {
        self.window.open = false;
        self.window.calls
    }

    /// An appointment that nobody has heard of. Answers its number.
    pub fn add(&mut self, story: Story) -> usize {
        self.by_id.insert(story.id.to_string(), self.stories.len());
        self.stories.push(story);
        self.stories.len() - 1
    }

    /// Nothing goes wrong that is not chosen.
    pub fn without_faults(&mut self) {
        self.faults = false;
    }

    /// Whether anything was written.
    pub fn has_begun(&self, story: usize) -> bool {
        !self.stories[story].known.is_empty()
    }

    /// Somebody writes now. Answers the number of the writing.
    pub fn write_now(&mut self, story: usize, change: Change) -> usize {
        let stamp_ms = self.now_ms() / 1_000 * 1_000;
        self.stories[story].write(change, stamp_ms)
    }

    /// The start as it was written last.
    pub fn start_ms(&self, story: usize) -> Option<i64> {
        self.stories[story].last(|change| change.start_ms)
    }

    /// Sends a request.
    pub fn ask(&mut self, ask: Ask) {
        self.after_ms(0, Event::Send(ask));
    }

    /// A request is there at once.
    pub fn ask_now(&mut self, ask: Ask) {
        self.after_ms(0, Event::Arrive(ask));
    }

    /// Lets so much time pass.
    pub async fn run_for_ms(&mut self, ms: i64) -> Result<(), Broken> {
        self.run_until_ms(self.now_ms() + ms).await
    }

    /// Lets time pass until then.
    pub async fn run_until_ms(&mut self, at_ms: i64) -> Result<(), Broken> {
        self.over = false;
        self.at_ms(at_ms, Event::Over);
        self.run().await
    }
}
