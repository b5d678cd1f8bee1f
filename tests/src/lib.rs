//! The harness of the integration tests: a clinic on a local host, its clock in the test's hand.

mod contract;
pub mod events;
pub mod record;

use std::path::{Path, PathBuf};
use std::time::Duration;

use chrono::{DateTime, Utc};
use punctual_host::client::{self, Reply};
use punctual_host::{CrashPoint, Host, HostOptions, VirtualClock};
use serde_json::Value;
use tempfile::TempDir;

/// The key that opens everything in tests.
pub const KEY: &str = "planted-key";

/// A running application with its data folder.
pub struct Clinic {
    /// The host; none between a crash and the restart.
    pub host: Host,
    /// The clock, which outlives the host.
    pub clock: VirtualClock,
    data: TempDir,
}

/// The application's manifest.
pub fn manifest() -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../spin.toml"))
}

/// A folder that goes when it is dropped; in memory where the system has a file system there. What is killed in tests
/// are hosts, never the machine, so that nothing need wait for a disk.
pub fn folder() -> std::io::Result<TempDir> {
    let memory = Path::new("/dev/shm");
    if memory.is_dir()
        && let Ok(folder) = tempfile::Builder::new()
            .prefix("punctual-")
            .tempdir_in(memory)
    {
        return Ok(folder);
    }
    TempDir::new()
}

/// An instant written as RFC 3339.
pub fn time(text: &str) -> DateTime<Utc> {
    text.parse()
        .unwrap_or_else(|_| panic!("{text} is no RFC 3339 time"))
}

impl Clinic {
    /// Starts an empty clinic whose clock stands still at `now`.
    pub async fn open(now: &str) -> Self {
        Self::open_with(now, &[]).await
    }

    /// The same with other variables set.
    pub async fn open_with(now: &str, variables: &[(&str, &str)]) -> Self {
        let data = folder().expect("a temporary folder can be made");
        let clock =
            VirtualClock::starting_at(time(now), 0.0).expect("the start is within the calendar");
        let mut options = options(&data, &clock);
        for (name, value) in variables {
            options = options.variable(name, value);
        }
        let host = start(options).await;
        Self { host, clock, data }
    }

    /// Starts a new host on the same data, as after a crash. The old one is killed if it still lives.
    pub async fn restart(self, crash: Option<CrashPoint>) -> Self {
        self.restart_with(|options| options.crash = crash).await
    }

    /// The same with other options.
    pub async fn restart_with(self, change: impl FnOnce(&mut HostOptions)) -> Self {
        let Self { host, clock, data } = self;
        host.kill().await;
        let mut options = options(&data, &clock);
        change(&mut options);
        let host = start(options).await;
        Self { host, clock, data }
    }

    /// Where the host keeps its databases.
    pub fn data(&self) -> &Path {
        self.data.path()
    }

    /// Sets the clock.
    pub fn set_now(&self, now: &str) {
        self.clock.set_now(time(now)).expect("the clock can be set");
    }

    /// Lets time pass.
    pub fn pass(&self, seconds: u64) {
        self.clock.advance(Duration::from_secs(seconds));
    }

    /// Sends any request with the test's key in every place where one is looked for.
    pub async fn request(
        &self,
        method: &str,
        path: &str,
        body: impl Into<Vec<u8>>,
    ) -> anyhow::Result<Reply> {
        let bearer = format!("Bearer {KEY}");
        let headers = [
            ("x-punctual-key", KEY),
            ("authorization", bearer.as_str()),
            ("content-type", "application/json"),
        ];
        self.request_with(method, path, &headers, body).await
    }

    /// Sends a request with these headers alone.
    pub async fn request_with(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: impl Into<Vec<u8>>,
    ) -> anyhow::Result<Reply> {
        let url = format!("{}{path}", self.host.url());
        let reply = client::send(method.parse()?, &url, headers, body.into()).await?;
        contract::check(method, path, &reply);
        record::answer(method, path, &reply);
        Ok(reply)
    }

    /// Sends a request that must succeed, and reads its JSON.
    #[track_caller]
    pub fn json<'a>(
        &'a self,
        method: &'a str,
        path: &'a str,
        body: impl Into<Vec<u8>> + 'a,
    ) -> impl Future<Output = Value> + 'a {
        let caller = std::panic::Location::caller();
        async move {
            let reply = self
                .request(method, path, body)
                .await
                .unwrap_or_else(|error| panic!("{caller}: {method} {path}: {error:#}"));
            assert!(
                reply.status.is_success(),
                "{caller}: {method} {path}: {} {}",
                reply.status,
                reply.text()
            );
            reply
                .json()
                .unwrap_or_else(|error| panic!("{caller}: {error:#}"))
        }
    }

    /// Posts a Dataverse event that must be taken.
    pub async fn event(&self, event: &Value) -> Value {
        self.json("POST", "/webhooks/dataverse", event.to_string())
            .await
    }

    /// Delivers what is due.
    pub async fn deliver(&self) -> Value {
        self.json("POST", "/deliver", "").await
    }

    /// Sweeps everything.
    pub async fn reconcile(&self) -> Value {
        self.json("POST", "/reconcile?since=1970-01-01T00:00:00Z", "")
            .await
    }

    /// Sweeps from where the sweep before came to, as the timer does.
    pub async fn sweep(&self) -> Value {
        self.json("POST", "/reconcile", "").await
    }

    /// All items of a list.
    pub async fn items(&self, path: &str) -> Vec<Value> {
        let mut list = self.json("GET", path, "").await;
        match list["items"].take() {
            Value::Array(items) => items,
            other => panic!("{path}: items is {other}"),
        }
    }

    /// Every notification in one line each: step, channel, due time, status, reason.
    pub async fn notifications(&self) -> String {
        let mut lines: Vec<_> = self
            .items("/api/notifications?limit=5000")
            .await
            .iter()
            .map(line)
            .collect();
        lines.sort();
        lines.concat()
    }

    /// How many messages the outbox holds.
    pub async fn sent(&self) -> usize {
        self.items("/api/outbox?limit=5000").await.len()
    }

    /// Panics if a notification was sent twice; answers how many were sent.
    pub async fn sent_once_each(&self) -> usize {
        let outbox = self.items("/api/outbox?limit=5000").await;
        let mut ids: Vec<_> = outbox
            .iter()
            .map(|item| {
                item["notification_id"]
                    .as_str()
                    .unwrap_or_default()
                    .to_owned()
            })
            .collect();
        ids.sort();
        let all = ids.len();
        ids.dedup();
        assert_eq!(ids.len(), all, "a reminder was sent twice");
        all
    }
}

fn line(item: &Value) -> String {
    let text = |name: &str| item[name].as_str().unwrap_or("-").to_owned();
    format!(
        "{} {:5} {:4} {} {}\n",
        text("due_at"),
        text("channel"),
        text("step"),
        text("status"),
        text("reason")
    )
}

fn options(data: &TempDir, clock: &VirtualClock) -> HostOptions {
    let mut options = HostOptions::new(manifest(), data.path());
    for name in ["webhook_key", "timer_key", "admin_token"] {
        options = options.variable(name, KEY);
    }
    options.clock = clock.clone();
    options.log = record::log();
    options.request_timeout = Duration::from_secs(60);
    options
}

async fn start(options: HostOptions) -> Host {
    Host::start(options)
        .await
        .expect("the host starts; `cargo xtask build` makes the components")
}
