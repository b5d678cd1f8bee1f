//! A namespace with one queue, shared by all who talk to it.

use std::sync::atomic::{AtomicI64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};

use bytes::Bytes;
use punctual_app::core::Instant;
use punctual_app::http::{Answer, Call, Http, HttpError};
use punctual_app::queue::servicebus::Namespace;
use punctual_stand_in_servicebus::access::{Access, Rights, Rule};
use punctual_stand_in_servicebus::address::Entity;
use punctual_stand_in_servicebus::broker::{Broker, State};
use punctual_stand_in_servicebus::bus::ServiceBus;
use punctual_stand_in_servicebus::options::{NamespaceOptions, QueueOptions};
use punctual_stand_in_servicebus::rest::{Outcome, handle};

const QUEUE: &str = "reminders";

/// The namespace and its time.
#[derive(Clone)]
pub struct World {
    bus: Arc<Mutex<ServiceBus>>,
    now: Arc<AtomicI64>,
    requests: Arc<AtomicUsize>,
}

impl World {
    /// An empty queue as Azure makes them, with locks as long as the embedded one's.
    pub fn new() -> Self {
        let mut broker = Broker::new(NamespaceOptions::default());
        let options = QueueOptions::default();
        broker
            .create_queue(QUEUE, options)
            .expect("the name is good");
        let rule = Rule {
            name: "punctual".to_owned(),
            key: "a key".to_owned(),
            rights: Rights::ALL,
        };
        Self {
            bus: Arc::new(Mutex::new(ServiceBus::new(
                broker,
                Access::new(vec![rule], None),
                1,
            ))),
            now: Arc::new(AtomicI64::new(1_767_225_600_000)),
            requests: Arc::default(),
        }
    }

    /// How the application knows it.
    pub fn namespace() -> Namespace {
        Namespace {
            endpoint: "https://contoso.servicebus.windows.net".to_owned(),
            queue: QUEUE.to_owned(),
            access: punctual_app::queue::servicebus::Access::SharedKey {
                name: "punctual".to_owned(),
                key: "a key".to_owned(),
            },
        }
    }

    pub fn set_now(&self, now: Instant) {
        self.now.store(now, Ordering::SeqCst);
    }

    /// Requests by HTTP since the last look.
    pub fn requests(&self) -> usize {
        self.requests.swap(0, Ordering::SeqCst)
    }

    pub fn bus(&self) -> MutexGuard<'_, ServiceBus> {
        self.bus.lock().expect("no user of the bus panics")
    }

    pub fn now(&self) -> Instant {
        self.now.load(Ordering::SeqCst)
    }

    pub fn pass(&self, ms: i64) {
        self.now.fetch_add(ms, Ordering::SeqCst);
    }

    /// Scheduled, active, dead.
    pub fn depth(&self) -> (u64, u64, u64) {
        let now = self.now();
        let mut bus = self.bus();
        let mut states = |entity: &Entity| {
            let found = bus
                .broker
                .peek(entity, 0, 1_000, now)
                .expect("the queue is there");
            found.iter().map(|entry| entry.state).collect::<Vec<_>>()
        };
        let main = states(&Entity::queue_named(QUEUE));
        let scheduled = main
            .iter()
            .filter(|state| **state == State::Scheduled)
            .count();
        let dead = states(&Entity::dead_letters_of(QUEUE)).len();
        (
            scheduled as u64,
            (main.len() - scheduled) as u64,
            dead as u64,
        )
    }

    /// A message of any content, as somebody else might send it.
    pub fn put_raw(&self, body: &str) {
        let namespace = Self::namespace();
        let ends = self.now() / 1_000 + 60;
        let token = punctual_servicebus::sas::token(&namespace.endpoint, "punctual", "a key", ends);
        let url = format!("{}/{QUEUE}/messages", namespace.endpoint);
        let mut call = Call::new("POST", url, 1_000).with("authorization", token);
        call.body = body.into();
        assert_eq!(self.exchange(call).status, 201);
    }

    fn exchange(&self, call: Call) -> Answer {
        self.requests.fetch_add(1, Ordering::SeqCst);
        let mut request = http::Request::builder().method(call.method).uri(call.url);
        for (name, value) in call.headers {
            request = request.header(name, value);
        }
        let request = request
            .body(Bytes::from(call.body))
            .expect("the adapter makes requests well");
        let reply = match handle(&mut self.bus(), &request, self.now()) {
            Outcome::Done(reply) => reply,
            Outcome::Wait(_) => panic!("these tests do not wait"),
        };
        let (parts, body) = reply.response.into_parts();
        let headers = parts.headers.iter().map(|(name, value)| {
            let value = value.to_str().expect("the service's headers are ASCII");
            (name.as_str().to_owned(), value.to_owned())
        });
        Answer {
            status: parts.status.as_u16(),
            headers: headers.collect(),
            body: body.to_vec(),
        }
    }
}

impl Http for World {
    async fn send(&self, call: Call) -> Result<Answer, HttpError> {
        Ok(self.exchange(call))
    }
}
