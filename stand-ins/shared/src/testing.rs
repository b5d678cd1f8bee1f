//! For the tests of stand-ins: requests written as lines, answers shown as lines, a receiver of webhooks, and what lies
//! beside the workspace. It panics where a test should fail.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use bytes::Bytes;
use futures::future::BoxFuture;
use http::{Request, Response, StatusCode};
use serde_json::Value;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

use crate::{Handler, Manner, Reply, listen, send, serve};

/// 2026-11-23T09:00:00Z, a Monday
pub const NOW_MS: i64 = 1_795_424_400_000;

/// Longer than any answer takes.
const LONGEST: Duration = Duration::from_secs(60);

/// `METHOD /path|header: value|…`, and after a line end the body.
#[track_caller]
pub fn request(line: &str) -> Request<Bytes> {
    let (head, body) = line.split_once('\n').unwrap_or((line, ""));
    let mut parts = head.split('|');
    let first = parts.next().and_then(|first| first.split_once(' '));
    let (method, path) = first.expect("a method and a path");
    let mut request = Request::builder().method(method).uri(path);
    for part in parts {
        let (name, value) = part.split_once(": ").expect("a header's name and value");
        request = request.header(name, value);
    }
    let body = Bytes::from(body.to_owned());
    request.body(body).expect("a request")
}

/// Status, manner, the headers that are named, and the body, on one line.
pub fn show(reply: &Reply, headers: &[&str]) -> String {
    let response = &reply.response;
    let mut shown = response.status().as_u16().to_string();
    if reply.manner != Manner::Whole {
        shown += &format!(" {:?}", reply.manner);
    }
    for name in headers {
        let value = response.headers().get(*name);
        if let Some(value) = value.and_then(|value| value.to_str().ok()) {
            shown += &format!(" {name}={value}");
        }
    }
    if !response.body().is_empty() {
        shown += &format!(" {}", String::from_utf8_lossy(response.body()));
    }
    shown
}

/// Asks over a socket; the answer's body is `null` if it is no JSON. The body of a request is sent as it is if it is a text.
pub async fn ask(method: &str, url: &str, headers: &[(&str, &str)], body: Value) -> (u16, Value) {
    let body = match body {
        Value::Null => Bytes::new(),
        Value::String(text) => Bytes::from(text),
        body => Bytes::from(body.to_string()),
    };
    let mut request = Request::builder().method(method).uri(url);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let request = request.body(body).expect("a request");
    let response = send(request, LONGEST).await.expect("an answer");
    let body = serde_json::from_slice(response.body()).unwrap_or(Value::Null);
    (response.status().as_u16(), body)
}

/// Somebody who takes webhooks.
pub struct Receiver {
    url: String,
    hears: mpsc::UnboundedReceiver<Request<Bytes>>,
    server: JoinHandle<()>,
}

struct Ear {
    statuses: Mutex<Vec<u16>>,
    heard: mpsc::UnboundedSender<Request<Bytes>>,
}

impl Handler for Ear {
    fn answer(&self, request: Request<Bytes>) -> BoxFuture<'_, Reply> {
        let mut statuses = self.statuses.lock().expect("no panic before");
        let status = statuses.pop().unwrap_or(200);
        // A test that is over does not listen.
        let _ = self.heard.send(request);
        let mut response = Response::new(Bytes::new());
        *response.status_mut() = StatusCode::from_u16(status).expect("a status");
        Box::pin(async move { response.into() })
    }
}

impl Receiver {
    /// It answers with these statuses, and then with 200.
    pub async fn answering(statuses: &[u16]) -> Self {
        let (heard, hears) = mpsc::unbounded_channel();
        let ear = Ear {
            statuses: Mutex::new(statuses.iter().rev().copied().collect()),
            heard,
        };
        let listener = listen(([127, 0, 0, 1], 0).into()).await.expect("a port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        let server = tokio::spawn(serve(listener, Arc::new(ear)));
        Self { url, hears, server }
    }

    /// `http://127.0.0.1:port`
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Waits for the next request.
    pub async fn next(&mut self) -> Request<Bytes> {
        let next = tokio::time::timeout(LONGEST, self.hears.recv()).await;
        next.expect("a webhook in time").expect("a receiver")
    }

    /// Whether nothing came that was not looked at.
    pub fn heard_nothing(&mut self) -> bool {
        self.hears.try_recv().is_err()
    }
}

impl Drop for Receiver {
    fn drop(&mut self) {
        self.server.abort();
    }
}

/// Where other people's data lies, which no test needs.
pub fn shared_folder() -> PathBuf {
    let beside = || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared");
    std::env::var_os("PUNCTUAL_SHARED").map_or_else(beside, PathBuf::from)
}

/// A file below that folder. Where it is not, a line says that something is skipped.
pub fn shared_text(path: &str) -> Option<Vec<u8>> {
    let text = std::fs::read(shared_folder().join(path)).ok();
    if text.is_none() {
        println!("SKIPPED: what needs {path} (../shared is not here)");
    }
    text
}

/// Requests that the vendors' own libraries made, recorded by others: what each is called, and the request with its path
/// alone.
pub fn recorded() -> Option<Vec<(String, Request<Bytes>)>> {
    let text = shared_text("data/vectors/sdk_wire_captures.json")?;
    let recorded: Value = serde_json::from_slice(&text).expect("JSON");
    let captures = recorded["captures"].as_array().into_iter().flatten();
    let requests = captures.map(|capture| {
        let get = |name: &str| capture[name].as_str().unwrap_or_default();
        let path = get("path");
        let rest = path.split_once("://").map(|(_, rest)| rest);
        let path = rest
            .and_then(|rest| rest.find('/').map(|at| &rest[at..]))
            .unwrap_or(path);
        let mut request = Request::builder().method(get("method")).uri(path);
        for (name, value) in capture["headers"].as_object().into_iter().flatten() {
            request = request.header(name, value.as_str().unwrap_or_default());
        }
        let body = Bytes::from(get("body").to_owned());
        (
            get("name").to_owned(),
            request.body(body).expect("a request"),
        )
    });
    Some(requests.collect())
}
