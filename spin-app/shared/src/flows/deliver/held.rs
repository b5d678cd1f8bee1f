//! Messages that came before their time. The broker spreads a full hour over the minute before it; nobody is reminded early.

use super::{App, FlowError};
use crate::core::Instant;
use crate::queue::{Disposition, Locked, NewMessage, Queue};

/// A message that is held under its lock until its time.
pub struct Early {
    /// Its time.
    pub at: Instant,
    /// The message.
    pub locked: Locked,
    /// What takes its place if nobody can wait so long.
    pub instead: NewMessage,
}

/// The early messages of one call.
#[derive(Default)]
pub struct Held(Vec<Early>);

impl Held {
    /// Holds these too.
    pub fn add(&mut self, early: Vec<Early>) {
        self.0.extend(early);
    }

    /// When the first of them is due.
    pub fn next(&self) -> Option<Instant> {
        self.0.iter().map(|early| early.at).min()
    }

    /// Takes out those whose time has come. They are looked at anew, since everything may have changed.
    pub fn due(&mut self, now: Instant) -> Vec<Locked> {
        let due = self.0.extract_if(.., |early| early.at <= now);
        due.map(|early| early.locked).collect()
    }

    /// Puts a new message in the place of each that is left. New messages first: dying in between leaves one too many,
    /// never one too few.
    pub async fn put_off<R, Q: Queue>(self, app: &App<'_, R, Q>) -> Result<(), FlowError> {
        if self.0.is_empty() {
            return Ok(());
        }
        let complete = |early: Early| ((early.locked, Disposition::Complete), early.instead);
        let (settled, instead): (Vec<_>, Vec<_>) = self.0.into_iter().map(complete).unzip();
        let now = (app.clock)();
        app.queue.schedule(&instead, now).await?;
        app.queue.settle(&settled, now).await?;
        Ok(())
    }
}
