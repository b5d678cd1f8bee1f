//! The services that the application calls over HTTP, and that call it: the stand-ins' cores, with the network between.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use anyhow::{Result, anyhow};
use bytes::Bytes;
use http::{Request, Response};
use punctual_stand_in_acs::Acs;
use punctual_stand_in_acs::eventgrid::Schema;
use punctual_stand_in_dataverse::access::{BearerValidator, Caller};
use punctual_stand_in_dataverse::{Dataverse, Options as Environment};
use punctual_stand_in_entra::Entra;
use punctual_stand_in_entra::directory::Directory;
use punctual_stand_in_sendgrid::SendGrid;
use punctual_stand_in_twilio::Twilio;
use punctual_stand_ins::messaging::{Inbox, Received};
use punctual_stand_ins::{Answer, Core, Fault, FaultKind, Manner, NoAnswer, Outgoing, Reply};
use tokio::sync::oneshot;

use super::{Ask, Event, Options, World};
use crate::check::Letter;
use crate::gates;
use crate::parts::{PUBLIC_URL, Records, Senders, Service, event_key};
use crate::transport::KEY;

/// A request that nobody answers is given up after so long.
const NO_ANSWER_MS: i64 = 60_000;
/// With this the people of the clinic write in Dataverse.
pub(super) const PEOPLE: &str = "people";

/// A stand-in's core, whichever it is.
pub(crate) trait Peer {
    /// Answers a request.
    fn handle(&mut self, request: &Request<Bytes>, now_ms: i64) -> Reply;
    /// Lets happen what is due, and hands out what is to be sent.
    fn due(&mut self, now_ms: i64) -> Vec<Outgoing>;
    /// When it does something by itself.
    fn next_due_ms(&self) -> Option<i64>;
    /// Says what came of something that was handed out.
    fn finished(&mut self, job: u64, answer: &Answer, now_ms: i64);
    /// It fails so often, in this way, there.
    fn fault(&mut self, fault: Fault) -> Result<(), String>;
    /// It fails no more.
    fn calm_down(&mut self);
}

impl<C: Core> Peer for C {
    fn handle(&mut self, request: &Request<Bytes>, now_ms: i64) -> Reply {
        Core::handle(self, request, now_ms)
    }

    fn due(&mut self, now_ms: i64) -> Vec<Outgoing> {
        Core::tick(self, now_ms);
        Core::due(self, now_ms)
    }

    fn next_due_ms(&self) -> Option<i64> {
        Core::next_due_ms(self)
    }

    fn finished(&mut self, job: u64, answer: &Answer, now_ms: i64) {
        Core::finished(self, job, answer, now_ms);
    }

    fn fault(&mut self, fault: Fault) -> Result<(), String> {
        self.faults().add(fault)
    }

    fn calm_down(&mut self) {
        self.faults().clear();
    }
}

/// All that is there.
pub(crate) struct Cloud {
    pub dataverse: Option<Dataverse>,
    entra: Option<Entra>,
    sendgrid: Option<SendGrid>,
    twilio: Option<Twilio>,
    acs: Option<Acs>,
    /// Answers that are on their way.
    answers: BTreeMap<u64, Pending>,
    answer_count: u64,
    /// How many messages of each inbox have been judged.
    judged: BTreeMap<Service, u64>,
    /// Every webhook of Dataverse, to be told once more at the end.
    pub told: Vec<Arc<Request<Bytes>>>,
    pub providers_are_out: bool,
    /// Which notification a sending is of that staff ordered anew, by the id that ACS has for it.
    ordered: HashMap<String, String>,
}

struct Pending {
    to: oneshot::Sender<Option<Response<Bytes>>>,
    answer: Option<Response<Bytes>>,
}

/// A request of a service to the application.
#[derive(Debug, Clone)]
pub struct Hook {
    /// Whose.
    pub service: Service,
    /// Which of its jobs; none for one that is told once more.
    pub job: Option<u64>,
    /// When it arrived last, in milliseconds since 1970.
    pub arrived_ms: i64,
    /// The request.
    pub request: Arc<Request<Bytes>>,
}

impl Cloud {
    pub(crate) fn new(options: &Options, now_ms: i64) -> Result<Self> {
        let seed = options.seed;
        let parts = options.parts;
        let mut cloud = Self {
            dataverse: None,
            entra: None,
            sendgrid: None,
            twilio: None,
            acs: None,
            answers: BTreeMap::new(),
            answer_count: 0,
            judged: BTreeMap::new(),
            told: Vec::new(),
            providers_are_out: false,
            ordered: HashMap::new(),
        };
        if parts.records == Records::Dataverse {
            let entra = Entra::new(Directory::default(), seed);
            let judge = entra.judge();
            let bearer = move |token: &str, now_ms: i64| {
                if token == PEOPLE {
                    return Ok(Caller::Anyone);
                }
                let claims = judge.judge(token, &Service::Dataverse.url(), now_ms)?;
                Ok(Caller::Application(claims.appid))
            };
            let bearer: Box<dyn BearerValidator> = Box::new(bearer);
            let environment = Environment::default();
            let dataverse = Dataverse::new(environment, bearer, seed, now_ms);
            let mut dataverse = dataverse.map_err(|problem| anyhow!(problem))?;
            connect(&mut dataverse, now_ms)?;
            cloud.dataverse = Some(dataverse);
            cloud.entra = Some(entra);
        }
        match parts.senders {
            Senders::Outbox => {}
            Senders::Twilio => {
                let account = punctual_stand_in_sendgrid::Options {
                    webhook_url: Some(format!("{PUBLIC_URL}/callbacks/sendgrid")),
                    ..Default::default()
                };
                let mut sendgrid = SendGrid::new(account, seed);
                sendgrid.key = event_key();
                cloud.sendgrid = Some(sendgrid);
                cloud.twilio = Some(Twilio::new(Default::default(), seed));
            }
            Senders::Acs => {
                let mut acs = Acs::new(Default::default(), seed);
                let url = format!("{PUBLIC_URL}/callbacks/acs?code={KEY}");
                acs.subscribe(&url, Schema::EventGrid, now_ms);
                cloud.acs = Some(acs);
            }
        }
        cloud.misbehave(options)?;
        Ok(cloud)
    }

    /// What the services themselves do wrong; what the network does is the world's.
    fn misbehave(&mut self, options: &Options) -> Result<()> {
        let profile = options.profile;
        for service in Service::ALL {
            let (points, done_and_failed): (&[&str], &[&str]) = match service {
                Service::Dataverse => (&["api"], &["api"]),
                Service::Entra => (&["token"], &[]),
                Service::SendGrid => (&["api.send"], &["api.send"]),
                Service::Twilio => (&["api"], &["api"]),
                Service::Acs => (&["sms.send", "email.send"], &[]),
            };
            let Some(peer) = self.peer(service) else {
                continue;
            };
            let mut fault = |at: &str, kind, probability: f64| {
                if probability <= 0.0 {
                    return Ok(());
                }
                let fault = Fault {
                    times: None,
                    probability,
                    retry_after_seconds: Some(5),
                    ..Fault::once(at, kind)
                };
                peer.fault(fault)
                    .map_err(|problem| anyhow!("{service:?}: {problem}"))
            };
            for point in points {
                fault(point, FaultKind::Busy, profile.busy)?;
                fault(point, FaultKind::Fail, profile.busy / 2.0)?;
            }
            for point in done_and_failed {
                fault(point, FaultKind::FailAfter, profile.answer_lost / 4.0)?;
            }
            if service == Service::Dataverse {
                fault("api", FaultKind::Unauthorized, profile.busy / 4.0)?;
            }
        }
        Ok(())
    }

    pub(crate) fn peer(&mut self, service: Service) -> Option<&mut dyn Peer> {
        fn some<P: Peer>(peer: &mut Option<P>) -> Option<&mut dyn Peer> {
            peer.as_mut().map(|peer| peer as &mut dyn Peer)
        }
        match service {
            Service::Dataverse => some(&mut self.dataverse),
            Service::Entra => some(&mut self.entra),
            Service::SendGrid => some(&mut self.sendgrid),
            Service::Twilio => some(&mut self.twilio),
            Service::Acs => some(&mut self.acs),
        }
    }

    fn inbox(&self, service: Service) -> Option<&Inbox> {
        match service {
            Service::SendGrid => self.sendgrid.as_ref().map(|it| &it.inbox),
            Service::Twilio => self.twilio.as_ref().map(|it| &it.inbox),
            Service::Acs => self.acs.as_ref().map(|it| &it.inbox),
            Service::Dataverse | Service::Entra => None,
        }
    }

    /// What people have received since the last look.
    fn new_messages(&mut self) -> Vec<(Service, Received)> {
        let mut new = Vec::new();
        for service in Service::ALL {
            let Some(inbox) = self.inbox(service) else {
                continue;
            };
            let (count, judged) = (inbox.count(), self.judged.get(&service).copied());
            let skipped = usize::try_from(judged.unwrap_or(0)).unwrap_or(0);
            new.extend(inbox.all().skip(skipped).cloned().map(|it| (service, it)));
            self.judged.insert(service, count);
        }
        new
    }
}

/// Tells the environment where the application is, as after an import of the solution.
fn connect(dataverse: &mut Dataverse, now_ms: i64) -> Result<()> {
    let id = punctual_solution::endpoint_id();
    let path = format!("serviceendpoints({})", id.trim_matches(['{', '}']));
    let settings =
        format!("<settings><setting name=\"x-punctual-key\" value=\"{KEY}\" /></settings>");
    let body = serde_json::json!({
        "url": format!("{PUBLIC_URL}/webhooks/dataverse"),
        "authvalue": settings,
    });
    let reply = by_people(dataverse, "PATCH", &path, &body.to_string(), now_ms);
    match reply.response.status().as_u16() {
        200..=299 => Ok(()),
        status => Err(anyhow!("the webhook's address was refused: {status}")),
    }
}

/// What people do in Dataverse, by its Web API.
pub(super) fn by_people(
    dataverse: &mut Dataverse,
    method: &str,
    path: &str,
    body: &str,
    now_ms: i64,
) -> Reply {
    let request = Request::builder()
        .method(method)
        .uri(format!("{}/api/data/v9.2/{path}", Service::Dataverse.url()))
        .header("authorization", format!("Bearer {PEOPLE}"))
        .header("content-type", "application/json")
        .header("if-match", "*");
    let request = match method {
        "POST" => {
            let mut request = request;
            if let Some(headers) = request.headers_mut() {
                headers.remove("if-match");
            }
            request
        }
        _ => request,
    };
    let request = request.body(Bytes::copy_from_slice(body.as_bytes()));
    let request = request.expect("what people ask is always a request");
    Peer::handle(dataverse, &request, now_ms)
}

impl World {
    /// A request of a guest to one of the services.
    pub(crate) fn cloud_asked(&mut self, outgoing: gates::Outgoing) {
        let now_ms = self.now_ms();
        let gates::Outgoing {
            mut request,
            answer,
        } = outgoing;
        let port = request.uri().port_u16();
        let at = |service: &Service| Some(service.port()) == port;
        let Some(service) = Service::ALL.into_iter().find(at) else {
            let _ = answer.send(None);
            return;
        };
        let profile = self.options.profile;
        let faults = self.faults;
        let out = service.is_provider() && self.cloud.providers_are_out;
        let lost = faults && self.dice.chance(profile.request_lost / 2.0);
        let answer_lost = faults && self.dice.chance(profile.answer_lost / 2.0);
        let slow_ms = if faults && self.dice.chance(profile.slow) {
            self.dice.between(1, profile.slow_max_ms)
        } else {
            self.dice.between(1, 5)
        };
        self.gates
            .with_lies(|lies| lies.request(service, &mut request));
        if service == Service::Acs {
            self.note_order(&request);
        }
        let Some(peer) = self.cloud.peer(service) else {
            let _ = answer.send(None);
            return;
        };
        let reply = match (lost, out) {
            (true, _) => None,
            // Half of what is out says so, the other half says nothing.
            (_, true) if self.dice.chance(0.5) => None,
            (_, true) => {
                let mut down = Response::new(Bytes::new());
                *down.status_mut() = http::StatusCode::SERVICE_UNAVAILABLE;
                Some(down)
            }
            _ => {
                let reply = peer.handle(&request, now_ms);
                matches!(reply.manner, Manner::Whole).then_some(reply.response)
            }
        };
        if let Some(reply) = &reply {
            self.log.detail(
                self.now_ns,
                format_args!(
                    "{service:?} {} {} {}",
                    request.method(),
                    request.uri().path(),
                    reply.status()
                ),
            );
        }
        let silent = reply.is_none() || answer_lost;
        if silent {
            self.tally.lost += 1;
        }
        let in_ms = if silent { NO_ANSWER_MS } else { slow_ms };
        self.cloud.answer_count += 1;
        let number = self.cloud.answer_count;
        let pending = Pending {
            to: answer,
            answer: reply.filter(|_| !answer_lost),
        };
        self.cloud.answers.insert(number, pending);
        self.after_ms(in_ms, Event::CloudAnswers(number));
        self.cloud_stirs();
    }

    /// An answer arrives, or its time is up.
    pub(crate) fn cloud_answers(&mut self, number: u64) {
        if let Some(pending) = self.cloud.answers.remove(&number) {
            // The guest may be dead, or tired of waiting.
            let _ = pending.to.send(pending.answer);
        }
    }

    /// Lets happen what the services do by themselves, and sends what they want sent.
    pub(crate) fn cloud_stirs(&mut self) {
        let now_ms = self.now_ms();
        for service in Service::ALL {
            let Some(peer) = self.cloud.peer(service) else {
                continue;
            };
            for outgoing in peer.due(now_ms) {
                self.hand_over(service, outgoing);
            }
        }
        for (service, message) in self.cloud.new_messages() {
            if let Some(letter) = self.letter(service, &message) {
                self.receive(&letter);
            }
        }
    }

    /// A webhook or a receipt sets out: perhaps twice, perhaps late, perhaps not at all.
    fn hand_over(&mut self, service: Service, outgoing: Outgoing) {
        let profile = self.options.profile;
        let hook = Hook {
            service,
            job: Some(outgoing.job),
            arrived_ms: 0,
            request: Arc::new(outgoing.request),
        };
        if service == Service::Dataverse {
            self.cloud.told.push(hook.request.clone());
        }
        if self.faults && self.dice.chance(profile.forgotten) {
            self.log.line(
                self.now_ns,
                format_args!("forgotten: a call of {service:?}"),
            );
            self.after_ms(NO_ANSWER_MS, Event::Answered(Ask::Hook(hook), None));
            return;
        }
        let doubled = self.faults && self.dice.chance(profile.doubled);
        for job in [hook.job, None].into_iter().take(1 + usize::from(doubled)) {
            let late = self.faults && self.dice.chance(profile.late);
            let in_ms = if late {
                self.dice.between(0, profile.late_max_ms)
            } else {
                self.dice.between(0, 200)
            };
            let hook = Hook {
                job,
                ..hook.clone()
            };
            self.after_ms(in_ms, Event::Send(Ask::Hook(hook)));
        }
    }

    /// What came of a webhook or a receipt.
    pub(crate) fn hook_answered(&mut self, hook: &Hook, answer: Option<&(u16, Bytes)>) {
        let now_ms = self.now_ms();
        let status = answer.map(|(status, _)| *status);
        if hook.service == Service::Dataverse && status == Some(200) {
            self.noticed_by_hook(hook);
            self.timers.noticed(now_ms);
        }
        let Some(job) = hook.job else { return };
        let answer: Answer = match answer {
            Some((status, body)) => {
                let mut response = Response::new(body.clone());
                if let Ok(status) = http::StatusCode::from_u16(*status) {
                    *response.status_mut() = status;
                }
                Ok(response)
            }
            None => Err(NoAnswer::TimedOut),
        };
        if let Some(peer) = self.cloud.peer(hook.service) {
            peer.finished(job, &answer, now_ms);
        }
    }

    /// All that was written about a row before the call arrived has been looked at.
    fn noticed_by_hook(&mut self, hook: &Hook) {
        let now_ms = self.now_ms();
        let body: serde_json::Value =
            serde_json::from_slice(hook.request.body()).unwrap_or_default();
        let id = body["PrimaryEntityId"].as_str().unwrap_or_default();
        let id = id.to_ascii_lowercase();
        if let Some(story) = self.by_id.get(&id) {
            self.stories[*story].planned(hook.arrived_ms, now_ms);
        }
    }

    /// What a person received, as the checker judges it.
    fn letter(&mut self, service: Service, message: &Received) -> Option<Letter> {
        let mark = |name: &str| message.marks.get(name).map(String::as_str);
        let notification = match service {
            Service::SendGrid => mark("notification_id"),
            Service::Twilio => mark("status_callback")
                .and_then(|url| url.split_once("notification="))
                .map(|(_, id)| id),
            _ => mark("tag").or(mark("Operation-Id")),
        };
        let notification = notification.unwrap_or_default().to_ascii_lowercase();
        let ordered = self.cloud.ordered.get(&notification);
        let notification = ordered.unwrap_or(&notification).clone();
        let (appointment, channel) = self.stories.iter().find_map(|story| {
            let reminder = story.reminders.get(&notification)?;
            Some((story.id.to_string(), reminder.channel.to_owned()))
        })?;
        Some(Letter {
            notification,
            appointment,
            channel,
            recipient: message.to.clone(),
        })
    }

    /// Of an email that staff order anew, ACS has another id than the notification's.
    fn note_order(&mut self, request: &Request<Bytes>) {
        let id = request.headers().get("operation-id");
        let Some(id) = id.and_then(|id| id.to_str().ok()) else {
            return;
        };
        for (notification, at_ms) in self.ordered_anew() {
            let Ok(own) = uuid::Uuid::parse_str(&notification) else {
                continue;
            };
            let order = uuid::Uuid::new_v5(&own, format!("send-now/{at_ms}").as_bytes());
            if order.to_string() == id {
                self.cloud.ordered.insert(id.to_owned(), notification);
                return;
            }
        }
    }

    /// The services fail no more.
    pub(crate) fn cloud_calms_down(&mut self) {
        self.cloud.providers_are_out = false;
        for service in Service::ALL {
            if let Some(peer) = self.cloud.peer(service) {
                peer.calm_down();
            }
        }
    }

    /// When a service next does something by itself.
    pub(crate) fn cloud_moment_ns(&mut self) -> Option<u64> {
        let mut next = None;
        for service in Service::ALL {
            let due_ms = self.cloud.peer(service).and_then(|peer| peer.next_due_ms());
            next = [next, due_ms].into_iter().flatten().min();
        }
        next.map(|at_ms| self.ns_of(at_ms))
    }
}
