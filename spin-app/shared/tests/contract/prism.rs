//! Prism, which serves a vendor's specification and answers what it thinks of a request. It knows parameters and
//! authentication too. Where it is not installed, or the specifications are not there, the test says SKIPPED.

use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use bytes::Bytes;
use http::Response;
use punctual_stand_ins::{NoAnswer, judges, send};
use serde_json::Value;

use crate::recorder::{Recorded, all};
use crate::specs::request;

/// It needs a second and a half on a machine that does nothing else.
const READY_WITHIN: Duration = Duration::from_secs(180);
const LONGEST: Duration = Duration::from_secs(30);

/// A server of one specification. It ends with this.
struct Prism {
    child: Child,
    url: String,
}

impl Prism {
    /// Starts it on a free port.
    fn start(modules: &Path, spec: &Path) -> Self {
        let probe = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let port = probe.local_addr().expect("it is bound").port();
        drop(probe);
        let mut command = Command::new("node");
        command.arg(modules.join("node_modules/@stoplight/prism-cli/dist/index.js"));
        command.args(["mock", "--errors", "-h", "127.0.0.1", "-p"]);
        command.arg(port.to_string()).arg(spec);
        command.stdout(Stdio::null()).stderr(Stdio::null());
        Self {
            child: command.spawn().expect("node runs"),
            url: format!("http://127.0.0.1:{port}"),
        }
    }

    /// What it has against a request: nothing, or its status and where it sees a fault.
    async fn ask(&self, recorded: &Recorded, body: &[u8]) -> Option<String> {
        let began = Instant::now();
        loop {
            let mut request = request(&recorded.call, body);
            let path = request.uri().path_and_query().expect("a path").clone();
            *request.uri_mut() = format!("{}{path}", self.url).parse().expect("a URL");
            match send(request, LONGEST).await {
                Ok(response) => return objection(&response),
                Err(NoAnswer::Broken) if began.elapsed() < READY_WITHIN => {
                    tokio::time::sleep(Duration::from_millis(50)).await;
                }
                Err(why) => panic!("Prism: {why}"),
            }
        }
    }
}

impl Drop for Prism {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Prism makes up the answer out of the specification, and has something against some of its own answers: that is told as a
/// 500, and says that the request passed.
fn objection(response: &Response<Bytes>) -> Option<String> {
    if response.status().is_success() {
        return None;
    }
    let told: Value = serde_json::from_slice(response.body()).unwrap_or_default();
    let faults = told["validation"].as_array().cloned().unwrap_or_default();
    let its_own = |fault: &Value| fault["location"][0] == "response";
    if response.status() == 500 && !faults.is_empty() && faults.iter().all(its_own) {
        return None;
    }
    Some(format!("{}: {told}", response.status()))
}

/// Where Prism is installed, or why it is not.
fn installed() -> Result<PathBuf, String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).parent();
    let target = target.ok_or("there is no target folder")?;
    let pins = root.join("stand-ins/specs/tests/sdk");
    judges::node(&pins, &judges::folder(target, "specs"))
}

fn specs() -> Result<PathBuf, String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data/specs");
    match folder.is_dir() {
        true => Ok(folder),
        false => Err("the vendors' specifications are not beside the workspace".to_owned()),
    }
}

#[tokio::test]
async fn every_request_passes_prism() {
    let there = installed().and_then(|modules| Ok((modules, specs()?)));
    let (modules, specs) = match there {
        Ok(there) => there,
        Err(why) => return println!("SKIPPED: requests to providers before Prism: {why}"),
    };
    let mut recorded = all();
    while let Some(first) = recorded.first() {
        let spec = first.spec;
        let prism = Prism::start(&modules, &specs.join(spec));
        for one in recorded.extract_if(.., |one| one.spec == spec) {
            let (method, path) = (one.call.method, one.path);
            let found = prism.ask(&one, &one.call.body).await;
            assert_eq!(found, None, "{method} {path}");
            if method == "POST" {
                // So that this test can fail.
                let found = prism.ask(&one, b"?").await;
                assert!(found.is_some(), "{path}: nothing against nonsense");
            }
        }
    }
}
