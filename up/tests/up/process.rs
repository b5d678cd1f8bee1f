//! `cargo xtask up` as a child process on free ports, its clock standing still.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Mutex;

use anyhow::Result;
use punctual_host::client::{self, Reply};
use serde_json::{Value, json};

const KEY: &str = "planted-key";

/// The running process.
pub struct Up {
    child: Mutex<Child>,
    url: String,
    control: String,
    /// What it said when it was ready.
    pub said: String,
}

impl Up {
    /// Starts it and waits until it says that it is ready.
    pub fn start(data: &Path, now: &str) -> Self {
        Self::start_with(data, now, &[], "Ctrl-C")
    }

    /// The same with more arguments; what it says ends with a line that begins like `last`.
    pub fn start_with(data: &Path, now: &str, arguments: &[&str], last: &str) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_punctual-up"));
        command
            .args([
                "--no-build",
                "--listen",
                "127.0.0.1:0",
                "--control",
                "127.0.0.1:0",
            ])
            .args(["--no-timers", "--speed", "0", "--start-at", now, "--data"])
            .arg(data)
            .args(arguments)
            .stdin(Stdio::null())
            .stdout(Stdio::piped());
        for name in ["WEBHOOK_KEY", "TIMER_KEY", "ADMIN_TOKEN"] {
            command.env(format!("SPIN_VARIABLE_{name}"), KEY);
        }
        let mut child = command.spawn().expect("it can be started");
        let output = child.stdout.take().expect("its output is piped");
        let (mut url, mut control, mut said) = (None, None, String::new());
        for line in BufReader::new(output).lines() {
            let line = line.expect("its output is text");
            if let Some(found) = line.strip_prefix("Punctual is ready: ") {
                url = Some(found.to_owned());
            }
            let clock = line.trim_start().strip_prefix("clock ");
            if let Some((found, _)) = clock.and_then(|rest| rest.trim_start().split_once("/clock"))
            {
                control = Some(found.to_owned());
            }
            said.extend([line.as_str(), "\n"]);
            if line.starts_with(last) {
                break;
            }
        }
        Self {
            child: Mutex::new(child),
            url: url.expect("it says where it is"),
            control: control.expect("it says where its clock is"),
            said,
        }
    }

    /// SIGKILL: no time for a last word.
    pub fn kill(&self) {
        let mut child = self.child.lock().expect("nobody panics with a child");
        child.kill().expect("a child can be killed");
        child.wait().expect("a killed child ends");
    }

    /// Sends a request with its key.
    pub async fn send(&self, method: &str, path: &str, body: String) -> Result<Reply> {
        let bearer = format!("Bearer {KEY}");
        let headers = [
            ("x-punctual-key", KEY),
            ("authorization", bearer.as_str()),
            ("content-type", "application/json"),
        ];
        client::send(
            method.parse()?,
            &format!("{}{path}", self.url),
            &headers,
            body,
        )
        .await
    }

    /// Sends a request that must succeed.
    pub async fn json(&self, method: &str, path: &str) -> Value {
        let reply = self.send(method, path, String::new()).await;
        let reply = reply.unwrap_or_else(|error| panic!("{path}: {error:#}"));
        assert!(reply.status.is_success(), "{path}: {}", reply.text());
        reply.json().expect("JSON")
    }

    /// The items of a list; no list here is longer than a page.
    pub async fn items(&self, path: &str) -> Vec<Value> {
        let sign = if path.contains('?') { '&' } else { '?' };
        let mut list = self.json("GET", &format!("{path}{sign}limit=5000")).await;
        list["items"]
            .as_array_mut()
            .map(std::mem::take)
            .expect("a list")
    }

    /// Lets time pass.
    pub async fn advance(&self, seconds: u32) {
        self.clock(json!({ "advance_seconds": seconds })).await;
    }

    /// Sets the clock.
    pub async fn set_now(&self, now: &str) {
        self.clock(json!({ "now": now })).await;
    }

    async fn clock(&self, change: Value) {
        let url = format!("{}/clock", self.control);
        let method = "POST".parse().expect("a method");
        let reply = client::send(method, &url, &[], change.to_string()).await;
        assert!(reply.expect("an answer").status.is_success());
    }
}

impl Drop for Up {
    fn drop(&mut self) {
        if let Ok(child) = self.child.get_mut() {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}
