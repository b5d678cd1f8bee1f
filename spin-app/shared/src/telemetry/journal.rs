//! What happens in one request, told line by line at once, and kept for those who collect it.

use std::cell::{Cell, RefCell};

use super::entry::{Called, Counted, Entry, Served, Turned};
use super::line::{level_of, line};
use super::span::Span;
use crate::core::Instant;
use crate::records::NotificationRow;

/// Entries kept for collectors; a drain of thousands of reminders must not fill the memory. The lines are all written.
const KEPT_MAX: usize = 1_000;

/// How much is told in lines.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// Everything, probes and each step of a row.
    Debug,
    /// What people want to know.
    Info,
    /// What somebody should look at.
    Warn,
    /// What somebody must mend.
    Error,
    /// Nothing.
    Off,
}

impl Level {
    /// Its name outside.
    pub fn name(self) -> &'static str {
        match self {
            Self::Debug => "debug",
            Self::Info => "info",
            Self::Warn => "warn",
            Self::Error => "error",
            Self::Off => "off",
        }
    }

    /// The level of a name.
    pub fn read(name: &str) -> Option<Self> {
        let all = [Self::Debug, Self::Info, Self::Warn, Self::Error, Self::Off];
        all.into_iter().find(|level| level.name() == name)
    }
}

/// The journal of one request.
pub struct Journal {
    /// Which component: `delivery`.
    pub component: &'static str,
    began_at: Instant,
    level: Level,
    print: fn(&str),
    random: fn() -> u64,
    span: Cell<Span>,
    parent: Cell<Option<Span>>,
    /// What a transaction that is under way has written.
    held: RefCell<Option<Vec<Entry>>>,
    kept: RefCell<Vec<Entry>>,
    dropped: Cell<u32>,
}

impl Journal {
    /// Begins with a request. `traceparent` is what its sender said of the trace that it belongs to.
    pub fn begin(
        component: &'static str,
        traceparent: Option<&str>,
        level: Level,
        now: Instant,
        print: fn(&str),
        random: fn() -> u64,
    ) -> Self {
        let parent = traceparent.and_then(Span::read);
        let span = match parent {
            Some(parent) => parent.sibling(random()),
            None => Span::root([random(), random(), random()]),
        };
        Self {
            component,
            began_at: now,
            level,
            print,
            random,
            span: Cell::new(span),
            parent: Cell::new(parent),
            held: RefCell::default(),
            kept: RefCell::default(),
            dropped: Cell::new(0),
        }
    }

    /// The request belongs to the trace of this correlation id, unless its sender told a trace.
    pub fn belongs_to(&self, correlation_id: Option<&str>) {
        if self.parent.get().is_some() {
            return;
        }
        if let Some(named) = correlation_id.and_then(|guid| Span::of_guid(guid, (self.random)())) {
            self.span.set(named);
        }
    }

    /// The request's span.
    pub fn span(&self) -> Span {
        self.span.get()
    }

    /// A span for something that happens in the request, in the trace that `planned` names, else in the request's own.
    pub fn child(&self, planned: Option<&str>) -> (Span, Span) {
        let parent = planned.and_then(Span::read).unwrap_or(self.span.get());
        (parent.sibling((self.random)()), parent)
    }

    /// Somebody else was asked.
    pub fn called(&self, called: Called) {
        self.tell(Entry::Called(called));
    }

    /// Rows were written.
    pub fn turned<'r>(&self, rows: impl Iterator<Item = &'r NotificationRow>, now: Instant) {
        for row in rows {
            let turned = Turned::of(row, self.span.get(), (self.random)(), now);
            self.tell_of_a_write(Entry::Turned(turned));
        }
    }

    /// Things were counted.
    pub fn counted(&self, counts: &[(&'static str, usize)]) {
        for (name, by) in counts.iter().filter(|(_, by)| *by > 0) {
            self.tell_of_a_write(Entry::Counted(Counted {
                span: self.span.get(),
                name,
                by: *by,
                at: self.began_at,
            }));
        }
    }

    /// Tells what `work` writes when it is done: what a transaction took back did not happen.
    pub async fn when_done<T, E>(&self, work: impl Future<Output = Result<T, E>>) -> Result<T, E> {
        self.held.replace(Some(Vec::new()));
        let done = work.await;
        let held = self.held.take().unwrap_or_default();
        if done.is_ok() {
            for entry in held {
                self.tell(entry);
            }
        }
        done
    }

    fn tell_of_a_write(&self, entry: Entry) {
        match self.held.borrow_mut().as_mut() {
            Some(held) => held.push(entry),
            None => self.tell(entry),
        }
    }

    /// The request was answered.
    pub fn served(&self, method: &str, path: &str, status: u16, now: Instant) {
        self.tell(Entry::Served(Served {
            span: self.span.get(),
            parent: self.parent.get(),
            method: method.to_owned(),
            route: route(path),
            status,
            began_at: self.began_at,
            duration_ms: now - self.began_at,
        }));
    }

    /// Since the request came.
    pub fn elapsed_ms(&self, now: Instant) -> i64 {
        now - self.began_at
    }

    fn tell(&self, entry: Entry) {
        if level_of(&entry) >= self.level {
            (self.print)(&line(self.component, &entry));
        }
        let mut kept = self.kept.borrow_mut();
        match kept.len() < KEPT_MAX {
            true => kept.push(entry),
            false => self.dropped.set(self.dropped.get() + 1),
        }
    }

    /// Something went wrong that no request and no row tells of; one sentence of our own.
    pub fn warn(&self, event: &str, message: &str, now: Instant) {
        if Level::Warn >= self.level {
            (self.print)(&super::line::warning(
                self.component,
                self.span.get(),
                event,
                message,
                now,
            ));
        }
    }

    /// Looks at what was kept so far.
    pub fn with<T>(&self, look: impl FnOnce(&[Entry]) -> T) -> T {
        look(&self.kept.borrow())
    }

    /// What was kept, and how many there was no room for.
    pub fn take(&self) -> (Vec<Entry>, u32) {
        (self.kept.take(), self.dropped.take())
    }
}

/// The path with `{id}` in place of whatever names one thing.
fn route(path: &str) -> String {
    let names = |segment: &str| segment.len() > 30 || segment.bytes().any(|b| b.is_ascii_digit());
    let segments = path.split('/').map(|segment| match names(segment) {
        true => "{id}",
        false => segment,
    });
    segments.collect::<Vec<_>>().join("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_no_part_of_a_route() {
        for (path, expected) in [
            ("/deliver", "/deliver"),
            ("/", "/"),
            (
                "/api/appointments/7f3c0e9e-2f0b-4d0e-9a53-0c8f3a0c1b11",
                "/api/appointments/{id}",
            ),
            (
                "/api/dead-letters/42/resubmit",
                "/api/dead-letters/{id}/resubmit",
            ),
            ("/abcdefghijklmnopqrstuvwxyzabcdefghij", "/{id}"),
        ] {
            assert_eq!(route(path), expected);
        }
    }

    #[test]
    fn the_senders_trace_is_kept_and_a_correlation_id_is_one_otherwise() {
        let begin =
            |traceparent| Journal::begin("scheduler", traceparent, Level::Off, 0, |_| {}, || 9);
        let guid = Some("0af76519-16cd-43dd-8448-eb211c80319c");
        let traceparent = "00-11111111111111111111111111111111-2222222222222222-01";
        for (sent, correlation, expected) in [
            (Some(traceparent), guid, "11111111111111111111111111111111"),
            (None, guid, "0af7651916cd43dd8448eb211c80319c"),
            (None, Some("none"), "00000000000000090000000000000009"),
            (Some("rubbish"), None, "00000000000000090000000000000009"),
        ] {
            let journal = begin(sent);
            journal.belongs_to(correlation);
            assert_eq!(journal.span().trace_id(), expected);
        }
    }

    #[test]
    fn what_was_taken_back_is_not_told() {
        let journal = Journal::begin("scheduler", None, Level::Off, 0, |_| {}, || 9);
        for (done, expected) in [(Err(()), 0), (Ok(()), 1)] {
            let work = async {
                journal.counted(&[("receipts_unknown", 1)]);
                assert!(journal.with(<[Entry]>::is_empty), "not before it is done");
                done
            };
            let ended = futures::executor::block_on(journal.when_done(work));
            assert_eq!(ended, done);
            assert_eq!(journal.with(<[Entry]>::len), expected);
        }
    }

    #[test]
    fn what_is_kept_is_bounded() {
        let journal = Journal::begin("delivery", None, Level::Off, 0, |_| {}, || 9);
        for _ in 0..KEPT_MAX + 5 {
            journal.served("POST", "/deliver", 200, 1);
        }
        let (kept, dropped) = journal.take();
        assert_eq!((kept.len(), dropped), (KEPT_MAX, 5));
    }
}
