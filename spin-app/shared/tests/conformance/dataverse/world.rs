//! A Dataverse environment and the Entra ID that signs in to it, shared by all who talk to them.

use std::collections::HashMap;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};

use bytes::Bytes;
use punctual_app::cache::Cache;
use punctual_app::core::Instant;
use punctual_app::http::{Answer, Call, Http, HttpError};
use punctual_app::signin::identity::AppRegistration;
use punctual_app::signin::{Identity, SignIn};
use punctual_stand_in_dataverse::access::Caller;
use punctual_stand_in_dataverse::{Dataverse, Options, api};
use punctual_stand_in_entra::Entra;
use punctual_stand_in_entra::directory::{CLIENT_ID, CLIENT_SECRET, Directory, TENANT};
use punctual_stand_ins::{Fault, FaultKind, Manner, Reply};

/// 2026-01-01T00:00:00Z.
pub const NOW: Instant = 1_767_225_600_000;
/// The environment.
pub const URL: &str = "https://contoso.crm4.dynamics.com";
const AUTHORITY: &str = "https://login.microsoftonline.com";

/// Everything, and its time.
#[derive(Clone)]
pub struct World {
    inner: Arc<Mutex<Inner>>,
    now: Arc<AtomicI64>,
}

/// The services, and what went to them.
pub struct Inner {
    pub dataverse: Dataverse,
    pub entra: Entra,
    /// Whole requests to Dataverse, as its limits count them.
    pub requests: usize,
}

/// The source of tokens of a test.
pub type TestSignIn = SignIn<World, Memory, Box<dyn Fn() -> Instant + Send>>;

impl World {
    /// An environment into which the solution was imported.
    pub fn new() -> Self {
        Self::with(Options::default())
    }

    pub fn with(options: Options) -> Self {
        let entra = Entra::new(Directory::default(), 3);
        let judge = entra.judge();
        let bearer = Box::new(move |token: &str, now_ms: i64| {
            let claims = judge.judge(token, URL, now_ms)?;
            Ok(Caller::Application(claims.appid))
        });
        let dataverse = Dataverse::new(options, bearer, 7, NOW).expect("the tables fit");
        Self {
            inner: Arc::new(Mutex::new(Inner {
                dataverse,
                entra,
                requests: 0,
            })),
            now: Arc::new(AtomicI64::new(NOW)),
        }
    }

    pub fn inner(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().expect("no user of the world panics")
    }

    pub fn now(&self) -> Instant {
        self.now.load(Ordering::SeqCst)
    }

    pub fn set_now(&self, now: Instant) {
        self.now.store(now, Ordering::SeqCst);
    }

    /// Makes the next such operation fail.
    pub fn fault(&self, at: &str, kind: FaultKind) {
        let added = self.inner().dataverse.faults.add(Fault::once(at, kind));
        added.expect("there is such a point");
    }

    /// Whole requests since the last look.
    pub fn requests(&self) -> usize {
        std::mem::take(&mut self.inner().requests)
    }

    /// A source of tokens that keeps them in `memory`.
    pub fn sign_in(&self, memory: &Memory) -> TestSignIn {
        let identity = Identity::ClientSecret {
            app: AppRegistration {
                authority: AUTHORITY.to_owned(),
                tenant: TENANT.to_owned(),
                client_id: CLIENT_ID.to_owned(),
            },
            secret: CLIENT_SECRET.to_owned(),
        };
        self.sign_in_as(identity, memory)
    }

    pub fn sign_in_as(&self, identity: Identity, memory: &Memory) -> TestSignIn {
        let now = self.now.clone();
        let clock = Box::new(move || now.load(Ordering::SeqCst));
        SignIn::new(self.clone(), memory.clone(), identity, clock)
    }

    fn reply(&self, call: Call) -> Reply {
        let (_, rest) = call.url.split_once("://").expect("URLs are absolute");
        let host = rest.split('/').next().unwrap_or_default().to_owned();
        let path = rest[host.len()..].to_owned();
        let mut request = http::Request::builder()
            .method(call.method)
            .uri(&path)
            .header("host", &host);
        for (name, value) in call.headers {
            request = request.header(name, value);
        }
        let body = Bytes::from(call.body);
        let request = request.body(body).expect("the adapter makes requests well");
        let now = self.now();
        let mut inner = self.inner();
        match URL.ends_with(&host) {
            true => {
                inner.requests += 1;
                api::handle(&mut inner.dataverse, &request, now)
            }
            false => inner.entra.handle(&request, now),
        }
    }
}

impl Http for World {
    async fn send(&self, call: Call) -> Result<Answer, HttpError> {
        let reply = self.reply(call);
        if reply.manner != Manner::Whole {
            return Err(HttpError::NoAnswer("the connection broke".to_owned()));
        }
        let (parts, body) = reply.response.into_parts();
        let headers = parts.headers.iter().map(|(name, value)| {
            let value = value.to_str().expect("the service's headers are ASCII");
            (name.as_str().to_owned(), value.to_owned())
        });
        Ok(Answer {
            status: parts.status.as_u16(),
            headers: headers.collect(),
            body: body.to_vec(),
        })
    }
}

/// A key-value store.
#[derive(Clone, Default)]
pub struct Memory(Arc<Mutex<HashMap<String, Vec<u8>>>>);

impl Memory {
    /// Everything that is kept, as text.
    pub fn dump(&self) -> String {
        let map = self.0.lock().expect("nobody panics");
        let mut lines: Vec<_> = map
            .iter()
            .map(|(key, value)| format!("{key} = {}\n", String::from_utf8_lossy(value)))
            .collect();
        lines.sort();
        lines.concat()
    }
}

impl Cache for Memory {
    fn get(&self, key: &str) -> Option<Vec<u8>> {
        self.0.lock().expect("nobody panics").get(key).cloned()
    }

    fn put(&self, key: &str, value: &[u8]) {
        let mut map = self.0.lock().expect("nobody panics");
        map.insert(key.to_owned(), value.to_vec());
    }
}
