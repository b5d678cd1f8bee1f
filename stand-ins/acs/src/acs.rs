//! The state, and how requests are answered. `now` comes with each call; randomness is from a seed.
//!
//! | request | does |
//! |---|---|
//! | `POST /sms` | texts up to 100 people, each with a verdict of their own |
//! | `POST /sms/optouts:add`, `:remove`, `:check` | who wants nothing from a number |
//! | `POST /emails:send` | begins an operation that sends an email |
//! | `GET /emails/operations/{id}` | where it stands |
//! | `GET /eventgrid/validate?code=` | the `validationUrl` of a handshake |

use std::collections::{BTreeMap, BTreeSet};

use bytes::Bytes;
use http::{Method, Request, Response, header};
use punctual_stand_ins::faults::{ASKED, CARRIED, WRITTEN};
use punctual_stand_ins::messaging::sms::{Wish, is_e164, segments};
use punctual_stand_ins::messaging::{Agenda, Courier, Fates, Inbox, Parcel, Usage};
use punctual_stand_ins::{
    Answer, FaultKind, Faults, Form, Guid, Ledger, Outgoing, Point, Random, Reply, Strike,
};
use serde_json::json;

use crate::access::{self, BearerValidator};
use crate::delivery::{self, Fate, Step, bare};
use crate::email::Operation;
use crate::eventgrid::{self, Event, Subscription, Told};
use crate::options::Options;
use crate::refusal::Refusal;
use crate::{email, sms};

const ITEM: &[FaultKind] = &[FaultKind::Busy, FaultKind::Fail, FaultKind::FailAfter];

/// Where this stand-in can be made to fail. `sms.item` is one recipient, `carrier` the way to a person, `event` what is
/// told.
pub const POINTS: &[Point] = &[
    Point::new("sms.send", WRITTEN),
    Point::new("sms.item", ITEM),
    Point::new("sms.optouts", WRITTEN),
    Point::new("email.send", WRITTEN),
    Point::new("email.poll", ASKED),
    Point::new("carrier", CARRIED),
    Point::new("event", CARRIED),
];

/// A resource: the whole state of the stand-in.
pub struct Acs {
    /// The resource. Tests may change it at any time.
    pub options: Options,
    /// The faults that stand.
    pub faults: Faults,
    /// What was asked: `sms.send`, `sms.optouts`, `email.send`, `email.poll`, `refused`.
    pub requests: Ledger,
    /// What people really received.
    pub inbox: Inbox,
    /// What becomes of messages to people.
    pub people: Fates<Fate>,
    /// Addresses, in lower case, that get no email.
    pub suppressed: BTreeSet<String>,
    /// Who wants events.
    pub subscription: Option<Subscription>,
    /// What is told, and what became of it.
    pub courier: Courier<Told>,
    /// Events that nobody took: what they were about.
    pub dead_letters: Vec<String>,
    pub(crate) bearer: Option<BearerValidator>,
    pub(crate) opt_outs: BTreeSet<(String, String)>,
    pub(crate) repeatable: BTreeMap<(Guid, String), sms::Done>,
    pub(crate) operations: BTreeMap<Guid, Operation>,
    pub(crate) agenda: Agenda<Step>,
    pub(crate) usage: Usage,
    pub(crate) random: Random,
}

impl Acs {
    /// A resource. Its ids and all else that is random are the sequence of `seed`.
    pub fn new(options: Options, seed: u64) -> Self {
        let capacity = options.history_capacity;
        Self {
            options,
            faults: Faults::at(POINTS),
            requests: Ledger::keeping(capacity),
            inbox: Inbox::keeping(capacity),
            people: Fates::all(Fate::Delivered),
            suppressed: BTreeSet::new(),
            subscription: None,
            courier: Courier::keeping(capacity),
            dead_letters: Vec::new(),
            bearer: None,
            opt_outs: BTreeSet::new(),
            repeatable: BTreeMap::new(),
            operations: BTreeMap::new(),
            agenda: Agenda::default(),
            usage: Usage::default(),
            random: Random::seeded(seed),
        }
    }

    /// From now on this judges bearer tokens; before, all are refused.
    pub fn trust(&mut self, bearer: BearerValidator) {
        self.bearer = Some(bearer);
    }

    /// Answers a request.
    pub fn handle(&mut self, request: &Request<Bytes>, now_ms: i64) -> Reply {
        self.tick(now_ms);
        if request.uri().path() == "/eventgrid/validate" {
            let query = request.uri().query().unwrap_or_default();
            let mut response = Response::new(Bytes::new());
            *response.status_mut() = eventgrid::validate(self, query, now_ms);
            return response.into();
        }
        let mut struck = None;
        let mut label = "refused";
        let done = self.answer(request, now_ms, &mut struck, &mut label);
        let response = done.unwrap_or_else(|refusal| refusal.response());
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
        access::judge(&self.options, self.bearer.as_ref(), request, now_ms)?;
        let path = request.uri().path();
        let operation = path.strip_prefix("/emails/operations/");
        let (point, method, since) = match (path, operation) {
            ("/sms", _) => ("sms.send", Method::POST, "2021-03-07"),
            ("/sms/optouts:add" | "/sms/optouts:remove" | "/sms/optouts:check", _) => {
                ("sms.optouts", Method::POST, "2025-09-17")
            }
            ("/emails:send", _) => ("email.send", Method::POST, "2023-03-31"),
            (_, Some(_)) => ("email.poll", Method::GET, "2023-03-31"),
            _ => return Err(Refusal::new(404, "NotFound", "there is no such resource")),
        };
        if request.method() != method {
            let message = format!("this takes {method}");
            return Err(Refusal::new(405, "MethodNotAllowed", message));
        }
        check_version(request, since)?;
        *label = point;
        let strike = self.strike(point);
        *struck = strike;
        match strike.map(|strike| strike.kind) {
            Some(FaultKind::Busy) => {
                return Err(Refusal::busy(strike.and_then(|it| it.retry_after_seconds)));
            }
            Some(FaultKind::Unauthorized) => return Err(Refusal::denied("the key was changed")),
            Some(FaultKind::Refuse) => {
                return Err(Refusal::new(
                    403,
                    "Forbidden",
                    "the resource is not allowed to do this",
                ));
            }
            Some(FaultKind::Fail) => return Err(Refusal::failed(503)),
            Some(FaultKind::Drop) => return Ok(Response::new(Bytes::new())),
            _ => {}
        }
        if method == Method::POST {
            check_kind(request)?;
        }
        let done = match (path, operation) {
            ("/sms", _) => sms::send(self, request.body(), now_ms),
            ("/emails:send", _) => email::send(self, request, now_ms),
            (_, Some(id)) => email::poll(self, id),
            _ => sms::opt_outs(self, path, request.body()),
        }?;
        if strike.is_some_and(|strike| strike.kind == FaultKind::FailAfter) {
            return Err(Refusal::failed(500));
        }
        Ok(done)
    }

    /// Lets happen what is due by now.
    pub fn tick(&mut self, now_ms: i64) {
        while let Some((at_ms, step)) = self.agenda.take(now_ms) {
            delivery::happen(self, step, at_ms);
        }
        eventgrid::expire(self, now_ms);
    }

    /// The events that are to be sent now. Each is handed out once, until [`finished`](Self::finished) is told of it.
    pub fn due(&mut self, now_ms: i64) -> Vec<Outgoing> {
        self.tick(now_ms);
        let subscription = self.subscription.as_ref();
        let options = &self.options;
        self.courier.due(now_ms, |told, attempt| {
            eventgrid::request(
                subscription,
                told,
                attempt,
                &options.base_url,
                options.field_case,
            )
        })
    }

    /// When something happens, or is to be sent, by itself.
    pub fn next_due_ms(&self) -> Option<i64> {
        let dues = [self.agenda.next_due_ms(), self.courier.next_due_ms()];
        dues.into_iter().flatten().min()
    }

    /// Says what came of an event.
    pub fn finished(&mut self, job: u64, answer: &Answer, now_ms: i64) {
        let over = self.courier.finished(job, answer, now_ms, |told, attempt| {
            eventgrid::again(told, attempt, answer)
        });
        match over {
            Some((Told::Handshake(code), _)) => eventgrid::judge_handshake(self, code, answer),
            Some((told @ Told::Event(_), false))
                if self.dead_letters.len() < self.options.history_capacity =>
            {
                self.dead_letters.push(told.label());
            }
            _ => {}
        }
    }

    /// Whether this person wants nothing from this number.
    pub fn is_opted_out(&self, from: &str, to: &str) -> bool {
        self.opt_outs.contains(&(from.to_owned(), to.to_owned()))
    }

    /// A person texts one of the resource's numbers. Gives the message's id, or says why it cannot be.
    pub fn write(
        &mut self,
        from: &str,
        to: &str,
        text: &str,
        now_ms: i64,
    ) -> Result<String, String> {
        if !is_e164(from) {
            return Err("from must be a number in E.164".into());
        }
        if !self.options.numbers.iter().any(|number| number == to) {
            let numbers = self.options.numbers.join(", ");
            return Err(format!(
                "to must be one of the resource's numbers: {numbers}"
            ));
        }
        let pair = (to.to_owned(), from.to_owned());
        match Wish::of(text) {
            Some(Wish::Stop) => drop(self.opt_outs.insert(pair)),
            Some(Wish::Start) => drop(self.opt_outs.remove(&pair)),
            Some(Wish::Help) | None => {}
        }
        let id = format!("Incoming_{}", self.message_id(now_ms));
        let event = Event {
            id: id.clone(),
            kind: eventgrid::SMS_RECEIVED,
            subject: format!("/phonenumber/{}", bare(to)),
            data: json!({
                "messageId": id,
                "from": bare(from),
                "to": bare(to),
                "message": text,
                "receivedTimestamp": eventgrid::instant(now_ms),
                "segmentCount": segments(text),
            }),
            at_ms: now_ms,
        };
        eventgrid::tell(self, event, now_ms);
        Ok(id)
    }

    /// `20260414153000` and a GUID, as ids of texts are.
    pub(crate) fn message_id(&mut self, now_ms: i64) -> String {
        let at = chrono::DateTime::from_timestamp_millis(now_ms).unwrap_or_default();
        let guid = Guid::next(&mut self.random);
        format!("{}{guid}", at.format("%Y%m%d%H%M%S"))
    }

    /// Whether a fault strikes at this point of [`POINTS`].
    pub(crate) fn strike(&mut self, point: &str) -> Option<Strike> {
        self.faults.strike(point, &mut self.random)
    }
}

/// `api-version` must be there, be a version, and be as new as what is asked.
fn check_version(request: &Request<Bytes>, since: &str) -> Result<(), Refusal> {
    let query = Form::read(request.uri().query().unwrap_or_default());
    let version = query.get("api-version");
    let missing = "The api-version query parameter is required.";
    let version =
        version.ok_or_else(|| Refusal::new(400, "MissingApiVersionParameter", missing))?;
    let date = version.trim_end_matches("-preview");
    let is_date = chrono::NaiveDate::parse_from_str(date, "%Y-%m-%d").is_ok();
    if !is_date || date < since {
        let message = format!("The api-version is not supported here; the first that is: {since}");
        return Err(Refusal::new(400, "UnsupportedApiVersion", message));
    }
    Ok(())
}

fn check_kind(request: &Request<Bytes>) -> Result<(), Refusal> {
    let kind = request.headers().get(header::CONTENT_TYPE);
    let kind = kind.and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    if kind.to_ascii_lowercase().starts_with("application/json") {
        return Ok(());
    }
    let message = "The body must be application/json.";
    Err(Refusal::new(415, "UnsupportedMediaType", message))
}

#[cfg(test)]
mod tests;
