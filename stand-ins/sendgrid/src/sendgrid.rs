//! The state, and how requests are answered. `now` comes with each call; randomness is from a seed.
//!
//! | request | does |
//! |---|---|
//! | `POST /v3/mail/send` | sends |
//! | `GET /v3/user/webhooks/event/settings/signed/{id}` | the public key of the event webhook |

use std::collections::BTreeMap;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use bytes::Bytes;
use http::{HeaderName, HeaderValue, Method, Request, Response, StatusCode, header};
use punctual_stand_ins::control::json;
use punctual_stand_ins::faults::{CARRIED, WRITTEN};
use punctual_stand_ins::messaging::{Agenda, Courier, Fates, Inbox, Taken, Usage};
use punctual_stand_ins::{
    Answer, FaultKind, Faults, Ledger, Outgoing, Point, Random, Reply, Strike,
};
use serde_json::{Value, json};
use subtle::ConstantTimeEq;

use crate::delivery::{self, Delivery, Fate, Step, Suppression};
use crate::events::{self, Batch, EventKey};
use crate::mail;
use crate::options::{ApiKey, Options};
use crate::refusal::Refusal;

/// Where this stand-in can be made to fail. `carrier` is the way to the mailbox, `webhook` what is told.
pub const POINTS: &[Point] = &[
    Point::new("api.send", WRITTEN),
    Point::new("carrier", CARRIED),
    Point::new("webhook", CARRIED),
];

/// The longest body that is mail: 30 MB.
pub(crate) const LARGEST_MAIL_BYTES: usize = 30 << 20;

/// An account: the whole state of the stand-in.
pub struct SendGrid {
    /// The account. Tests may change it at any time.
    pub options: Options,
    /// The faults that stand.
    pub faults: Faults,
    /// What was asked: `send`, `send.sandbox`, `settings`, `refused`.
    pub requests: Ledger,
    /// What people really received.
    pub inbox: Inbox,
    /// What becomes of mail to people.
    pub people: Fates<Fate>,
    /// Addresses, in lower case, that get no mail.
    pub suppressed: BTreeMap<String, Suppression>,
    /// What is told, and what became of it.
    pub courier: Courier<Batch>,
    /// What signs that.
    pub key: EventKey,
    pub(crate) agenda: Agenda<Step>,
    pub(crate) untold: Vec<Value>,
    pub(crate) random: Random,
    usage: Usage,
}

impl SendGrid {
    /// An account. Its ids, the key of its webhook and all else that is random are the sequence of `seed`.
    pub fn new(options: Options, seed: u64) -> Self {
        let capacity = options.history_capacity;
        let mut random = Random::seeded(seed);
        Self {
            options,
            faults: Faults::at(POINTS),
            requests: Ledger::keeping(capacity),
            inbox: Inbox::keeping(capacity),
            people: Fates::all(Fate::Delivered),
            suppressed: BTreeMap::new(),
            courier: Courier::keeping(capacity),
            key: EventKey::key(&mut random),
            agenda: Agenda::default(),
            untold: Vec::new(),
            random,
            usage: Usage::default(),
        }
    }

    /// Answers a request.
    pub fn handle(&mut self, request: &Request<Bytes>, now_ms: i64) -> Reply {
        self.tick(now_ms);
        let (mut struck, mut taken) = (None, None);
        let mut label = "refused";
        let done = self.answer(request, now_ms, &mut struck, &mut taken, &mut label);
        let mut response = done.unwrap_or_else(|refusal| refusal.response());
        if let (Some(throttle), Some(taken)) = (self.options.throttle, taken) {
            let reset_s = taken.reset_ms.div_euclid(1000);
            let limits = [
                ("x-ratelimit-limit", i64::from(throttle.requests)),
                ("x-ratelimit-remaining", i64::from(taken.remaining)),
                ("x-ratelimit-reset", reset_s),
            ];
            let headers = response.headers_mut();
            for (name, value) in limits {
                headers.insert(HeaderName::from_static(name), HeaderValue::from(value));
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
        taken: &mut Option<Taken>,
        label: &mut &'static str,
    ) -> Result<Response<Bytes>, Refusal> {
        let key = self.judge(request)?;
        let path = request.uri().path();
        if path.starts_with("/v3/user/webhooks/event/settings/signed") {
            *label = "settings";
            return self.settings(request, &key);
        }
        if path != "/v3/mail/send" {
            return Err(Refusal::new(404, "not found", None));
        }
        if request.method() != Method::POST {
            return Err(Refusal::new(405, "method not allowed", None));
        }
        *label = "send";
        if let Some(throttle) = self.options.throttle {
            let now = self.usage.take(&key.key, throttle, now_ms);
            *taken = Some(now);
            if now.over {
                return Err(Refusal::busy(None));
            }
        }
        if !key.scopes.iter().any(|scope| scope == "mail.send") {
            return Err(Refusal::new(403, "access forbidden", None));
        }
        let strike = self.strike("api.send");
        *struck = strike;
        match strike.map(|strike| strike.kind) {
            Some(FaultKind::Busy) => {
                return Err(Refusal::busy(strike.and_then(|it| it.retry_after_seconds)));
            }
            Some(FaultKind::Unauthorized) => return Err(Refusal::unauthorized()),
            Some(FaultKind::Refuse) => return Err(Refusal::new(403, "access forbidden", None)),
            Some(FaultKind::Fail) => {
                return Err(Refusal::new(503, "service unavailable", None));
            }
            Some(FaultKind::Drop) => return Ok(Response::new(Bytes::new())),
            _ => {}
        }
        let sent = self.send(request, now_ms, label)?;
        if strike.is_some_and(|strike| strike.kind == FaultKind::FailAfter) {
            return Err(Refusal::new(500, "internal server error", None));
        }
        Ok(sent)
    }

    /// The key that the request came with.
    fn judge(&self, request: &Request<Bytes>) -> Result<ApiKey, Refusal> {
        let given = request.headers().get(header::AUTHORIZATION);
        let given = given.and_then(|given| given.to_str().ok());
        let given = given.and_then(|given| given.strip_prefix("Bearer "));
        let given = given.ok_or_else(Refusal::unauthorized)?;
        let fits = |known: &&ApiKey| bool::from(known.key.as_bytes().ct_eq(given.as_bytes()));
        let found = self.options.api_keys.iter().find(fits);
        found.cloned().ok_or_else(Refusal::unauthorized)
    }

    fn settings(&self, request: &Request<Bytes>, key: &ApiKey) -> Result<Response<Bytes>, Refusal> {
        if request.method() != Method::GET {
            let message = "only reading is built in this stand-in";
            return Err(Refusal::new(501, message, None));
        }
        let scope = "user.webhooks.event.settings.read";
        if !key.scopes.iter().any(|known| known == scope) {
            return Err(Refusal::new(403, "access forbidden", None));
        }
        let id = request.uri().path().rsplit('/').next().unwrap_or_default();
        let body = json!({ "id": id, "public_key": self.key.public_key() });
        Ok(json(StatusCode::OK, &body))
    }

    fn send(
        &mut self,
        request: &Request<Bytes>,
        now_ms: i64,
        label: &mut &'static str,
    ) -> Result<Response<Bytes>, Refusal> {
        let kind = request.headers().get(header::CONTENT_TYPE);
        let kind = kind.and_then(|kind| kind.to_str().ok()).unwrap_or_default();
        if !kind.to_ascii_lowercase().starts_with("application/json") {
            let message = "Content-Type should be application/json.";
            return Err(Refusal::new(400, message, None));
        }
        if request.body().len() > LARGEST_MAIL_BYTES {
            let message = "The JSON payload you have included in your request is too large.";
            return Err(Refusal::new(413, message, None));
        }
        let mail = mail::read(&self.options, request.body(), now_ms)?;
        let mut response = Response::new(Bytes::new());
        if mail.sandbox {
            *label = "send.sandbox";
            return Ok(response);
        }
        let message_id = URL_SAFE_NO_PAD.encode(self.random.uuid());
        for (number, letter) in mail.letters.into_iter().enumerate() {
            let at_ms = letter.send_at_ms;
            let delivery = Delivery {
                letter,
                sg_message_id: format!("{message_id}.recvd-5f4d8b5c6d-{number}"),
                message_id: message_id.clone(),
            };
            self.agenda.add(at_ms, Step::Process(delivery));
        }
        *response.status_mut() = StatusCode::ACCEPTED;
        if let Ok(value) = HeaderValue::from_str(&message_id) {
            let name = HeaderName::from_static("x-message-id");
            response.headers_mut().insert(name, value);
        }
        Ok(response)
    }

    /// Lets happen what is due by now.
    pub fn tick(&mut self, now_ms: i64) {
        while let Some((at_ms, step)) = self.agenda.take(now_ms) {
            delivery::happen(self, step, at_ms);
        }
    }

    /// The webhooks that are to be sent now. Each is handed out once, until [`finished`](Self::finished) is told of it.
    pub fn due(&mut self, now_ms: i64) -> Vec<Outgoing> {
        self.tick(now_ms);
        let url = self.options.webhook_url.as_deref();
        let key = self.options.webhook_signed.then_some(&self.key);
        self.courier.due(now_ms, |batch, _| {
            let url = url.ok_or("the webhook was taken away")?;
            events::request(batch, url, key, now_ms)
        })
    }

    /// When something happens, or is to be sent, by itself.
    pub fn next_due_ms(&self) -> Option<i64> {
        let dues = [self.agenda.next_due_ms(), self.courier.next_due_ms()];
        dues.into_iter().flatten().min()
    }

    /// Says what came of a webhook.
    pub fn finished(&mut self, job: u64, answer: &Answer, now_ms: i64) {
        self.courier
            .finished(job, answer, now_ms, |_, attempt| events::again(attempt));
    }

    /// Whether a fault strikes at this point of [`POINTS`].
    pub(crate) fn strike(&mut self, point: &str) -> Option<Strike> {
        self.faults.strike(point, &mut self.random)
    }
}

#[cfg(test)]
mod tests;
