//! Tells senders what became of their messages: webhooks that wait, are on their way, and what came of those that were.

use std::collections::VecDeque;

use bytes::Bytes;
use http::Request;
use serde::Serialize;

use crate::{Answer, FaultKind, Outbox, Outgoing, Strike};

/// Something to tell.
pub trait Parcel: Clone {
    /// What it is about, in a few words, for whoever reads the [`Attempt`]s.
    fn label(&self) -> String;
}

/// A webhook that was sent, for tests to read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Attempt {
    /// Counts from 0 and never starts again.
    pub number: u64,
    /// When its answer came; milliseconds since 1970.
    pub at_ms: i64,
    /// What it was about.
    pub about: String,
    /// 1, or more if it was a repetition.
    pub attempt: u32,
    /// The answer's status; none if there was no answer.
    pub status: Option<u16>,
    /// Why there was no answer.
    pub failure: Option<String>,
}

/// All webhooks of a service.
#[derive(Debug)]
pub struct Courier<P> {
    outbox: Outbox<P>,
    attempts: VecDeque<Attempt>,
    next_attempt: u64,
    capacity: usize,
}

impl<P: Parcel> Courier<P> {
    /// Keeps the newest `capacity` attempts.
    pub fn keeping(capacity: usize) -> Self {
        Self {
            outbox: Outbox::default(),
            attempts: VecDeque::new(),
            next_attempt: 0,
            capacity: capacity.max(1),
        }
    }

    /// Takes a parcel that is to go at `due_ms`. A fault may lose it, double it, or hold it back so that later ones overtake it.
    pub fn post(&mut self, parcel: P, due_ms: i64, strike: Option<Strike>) {
        let kind = strike.map(|strike| strike.kind);
        if kind == Some(FaultKind::Drop) {
            return;
        }
        let held_ms = strike.map_or(0, |strike| strike.delay_ms as i64);
        if kind == Some(FaultKind::Twice) {
            // The second of the two may come later.
            self.outbox.add(parcel.clone(), due_ms);
        }
        self.outbox.add(parcel, due_ms + held_ms);
    }

    /// What is to be sent now, made into requests by `make`, which gets the parcel and the number of the attempt.
    pub fn due(
        &mut self,
        now_ms: i64,
        make: impl Fn(&P, u32) -> Result<Request<Bytes>, String>,
    ) -> Vec<Outgoing> {
        let mut outgoing = Vec::new();
        for (job, attempt, parcel) in self.outbox.take_due(now_ms) {
            match make(&parcel, attempt) {
                Ok(request) => outgoing.push(Outgoing {
                    job,
                    attempt,
                    request,
                }),
                Err(why) => {
                    self.note(parcel.label(), attempt, None, Some(why), now_ms);
                    self.outbox.remove(job);
                }
            }
        }
        outgoing
    }

    /// Notes what came of a webhook. Unless the answer is a 2xx, `again` says after how many milliseconds the attempt with
    /// this number is followed by another, if it is. Gives the parcel and whether it was taken, once that is settled.
    pub fn finished(
        &mut self,
        job: u64,
        answer: &Answer,
        now_ms: i64,
        again: impl FnOnce(&P, u32) -> Option<i64>,
    ) -> Option<(P, bool)> {
        let (attempt, parcel) = self.outbox.on_its_way(job)?;
        let parcel = parcel.clone();
        let status = answer.as_ref().ok().map(|response| response.status());
        let failure = answer.as_ref().err().map(ToString::to_string);
        let code = status.map(|status| status.as_u16());
        self.note(parcel.label(), attempt, code, failure, now_ms);
        let taken = status.is_some_and(|status| status.is_success());
        let again = (!taken).then(|| again(&parcel, attempt)).flatten();
        match again {
            Some(after_ms) => {
                self.outbox.put_back(job, now_ms + after_ms);
                None
            }
            None => {
                self.outbox.remove(job);
                Some((parcel, taken))
            }
        }
    }

    fn note(
        &mut self,
        about: String,
        attempt: u32,
        status: Option<u16>,
        failure: Option<String>,
        at_ms: i64,
    ) {
        if self.attempts.len() == self.capacity {
            self.attempts.pop_front();
        }
        self.attempts.push_back(Attempt {
            number: self.next_attempt,
            at_ms,
            about,
            attempt,
            status,
            failure,
        });
        self.next_attempt += 1;
    }

    /// What was sent, from attempt `number` on, oldest first.
    pub fn since(&self, number: u64) -> impl Iterator<Item = &Attempt> {
        self.attempts.iter().filter(move |it| it.number >= number)
    }

    /// How many wait or are on their way.
    pub fn waiting(&self) -> usize {
        self.outbox.waiting()
    }

    /// How many are due or on their way.
    pub fn at_hand(&self, now_ms: i64) -> usize {
        self.outbox.at_hand(now_ms)
    }

    /// The parcel that is on its way as this job.
    pub fn on_its_way(&self, job: u64) -> Option<&P> {
        self.outbox.on_its_way(job).map(|(_, parcel)| parcel)
    }

    /// When the next is due; milliseconds since 1970.
    pub fn next_due_ms(&self) -> Option<i64> {
        self.outbox.next_due_ms()
    }
}
