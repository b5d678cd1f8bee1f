//! The state, and how requests are answered. `now` comes with each call; randomness is from a seed.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use bytes::Bytes;
use http::{HeaderName, HeaderValue, Request, Response};
use punctual_stand_ins::faults::{ASKED, CARRIED, WRITTEN};
use punctual_stand_ins::messaging::{Agenda, Courier, Fates, Inbox, Usage};
use punctual_stand_ins::{
    Answer, FaultKind, Faults, Ledger, Outgoing, Point, Random, Reply, Strike,
};

use crate::callbacks::{self, Callback};
use crate::carrier::{self, Fate, Step};
use crate::message::Message;
use crate::options::Options;
use crate::refusal::Refusal;
use crate::{access, api};

/// Where this stand-in can be made to fail. `carrier` is the way to the phone, `callback` what is told.
pub const POINTS: &[Point] = &[
    Point::new("api.create", WRITTEN),
    Point::new("api.fetch", ASKED),
    Point::new("api.list", ASKED),
    Point::new("api.update", WRITTEN),
    Point::new("api.delete", WRITTEN),
    Point::new("carrier", CARRIED),
    Point::new("callback.status", CARRIED),
    Point::new("callback.inbound", CARRIED),
];

/// An account: the whole state of the stand-in.
pub struct Twilio {
    /// The account. Tests may change it at any time.
    pub options: Options,
    /// The faults that stand.
    pub faults: Faults,
    /// What was asked: `create`, `list`, and so on; `create.test` with test credentials.
    pub requests: Ledger,
    /// What people really received.
    pub inbox: Inbox,
    /// What becomes of messages to people.
    pub people: Fates<Fate>,
    /// What is told, and what became of it.
    pub courier: Courier<Callback>,
    pub(crate) messages: BTreeMap<String, Message>,
    /// SIDs, oldest first.
    pub(crate) order: VecDeque<String>,
    /// Senders (a number or a service) and the people who want nothing from them.
    pub(crate) opt_outs: BTreeSet<(String, String)>,
    pub(crate) agenda: Agenda<(String, Step)>,
    usage: Usage,
    random: Random,
}

impl Twilio {
    /// An account. Its SIDs and all else that is random are the sequence of `seed`.
    pub fn new(options: Options, seed: u64) -> Self {
        let capacity = options.history_capacity;
        Self {
            options,
            faults: Faults::at(POINTS),
            requests: Ledger::keeping(capacity),
            inbox: Inbox::keeping(capacity),
            people: Fates::all(Fate::Delivered),
            courier: Courier::keeping(capacity),
            messages: BTreeMap::new(),
            order: VecDeque::new(),
            opt_outs: BTreeSet::new(),
            agenda: Agenda::default(),
            usage: Usage::default(),
            random: Random::seeded(seed),
        }
    }

    /// Answers a request.
    pub fn handle(&mut self, request: &Request<Bytes>, now_ms: i64) -> Reply {
        self.tick(now_ms);
        let mut struck = None;
        let mut label = "refused";
        let done = self.answer(request, now_ms, &mut struck, &mut label);
        let mut response = done.unwrap_or_else(|refusal| refusal.response());
        let headers = response.headers_mut();
        let id = format!("RQ{}", self.hex());
        for (name, value) in [
            ("twilio-request-id", id.as_str()),
            ("twilio-concurrent-requests", "1"),
            ("twilio-request-duration", "0.001"),
        ] {
            if let Ok(value) = HeaderValue::from_str(value) {
                headers.insert(HeaderName::from_static(name), value);
            }
        }
        let status = response.status().as_u16();
        self.requests.note(now_ms, label, status);
        Reply::struck(response, struck)
    }

    fn answer(
        &mut self,
        request: &Request<Bytes>,
        now_ms: i64,
        struck: &mut Option<Strike>,
        label: &mut &'static str,
    ) -> Result<Response<Bytes>, Refusal> {
        let caller = access::judge(&self.options, request.headers())?;
        if let Some(throttle) = self.options.throttle
            && self.usage.take("", throttle, now_ms).over
        {
            return Err(Refusal::busy(None));
        }
        let ask = api::Ask::read(&self.options, caller, request)?;
        *label = ask.label();
        let strike = self.strike(ask.point());
        *struck = strike;
        match strike.map(|strike| strike.kind) {
            Some(FaultKind::Busy) => {
                return Err(Refusal::busy(strike.and_then(|it| it.retry_after_seconds)));
            }
            Some(FaultKind::Unauthorized) => return Err(Refusal::unauthorized()),
            Some(FaultKind::Refuse) => {
                let message = "Account is not allowed to do this";
                return Err(Refusal::new(403, 20_403, message));
            }
            Some(FaultKind::Fail) => {
                return Err(Refusal::new(503, 20_503, "Service unavailable"));
            }
            Some(FaultKind::Drop) => return Ok(Response::new(Bytes::new())),
            _ => {}
        }
        let done = api::perform(self, ask, now_ms)?;
        if strike.is_some_and(|strike| strike.kind == FaultKind::FailAfter) {
            return Err(Refusal::new(500, 20_500, "Internal server error"));
        }
        Ok(done)
    }

    /// Lets happen what is due by now.
    pub fn tick(&mut self, now_ms: i64) {
        while let Some((at_ms, (sid, step))) = self.agenda.take(now_ms) {
            carrier::happen(self, &sid, step, at_ms);
        }
    }

    /// The callbacks that are to be sent now. Each is handed out once, until [`finished`](Self::finished) is told of it.
    pub fn due(&mut self, now_ms: i64) -> Vec<Outgoing> {
        self.tick(now_ms);
        let key = &self.options.auth_token;
        self.courier
            .due(now_ms, |callback, _| callbacks::request(callback, key))
    }

    /// When something happens, or is to be sent, by itself.
    pub fn next_due_ms(&self) -> Option<i64> {
        let dues = [self.agenda.next_due_ms(), self.courier.next_due_ms()];
        dues.into_iter().flatten().min()
    }

    /// Says what came of a callback.
    pub fn finished(&mut self, job: u64, answer: &Answer, now_ms: i64) {
        self.courier
            .finished(job, answer, now_ms, |callback, attempt| {
                callbacks::again(callback, attempt, answer)
            });
    }

    /// Whether messages from this sender, a number or a messaging service, to this person are blocked.
    pub fn is_opted_out(&self, sender: &str, person: &str) -> bool {
        let pair = (sender.to_owned(), person.to_owned());
        self.opt_outs.contains(&pair)
    }

    /// Whether a fault strikes at this point of [`POINTS`].
    pub(crate) fn strike(&mut self, point: &str) -> Option<Strike> {
        self.faults.strike(point, &mut self.random)
    }

    /// 32 hexadecimal digits.
    pub(crate) fn hex(&mut self) -> String {
        let (high, low) = (self.random.next_u64(), self.random.next_u64());
        format!("{high:016x}{low:016x}")
    }

    /// A new message's SID.
    pub(crate) fn sid(&mut self) -> String {
        format!("SM{}", self.hex())
    }

    /// Keeps a message.
    pub(crate) fn keep(&mut self, message: Message) {
        if self.order.len() >= self.options.history_capacity.max(1)
            && let Some(oldest) = self.order.pop_front()
        {
            self.messages.remove(&oldest);
        }
        self.order.push_back(message.sid.clone());
        self.messages.insert(message.sid.clone(), message);
    }
}
