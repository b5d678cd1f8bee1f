//! `spin up` as a child process, with a state folder and a port of its own, ended with the test.

use std::fs::File;
use std::io::Write;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Once;
use std::time::{Duration, Instant};

use punctual_host::client;
use rustix::process::{Pid, Signal, kill_process_group};
use tempfile::TempDir;

/// Spin compiles the components first; that may take a while on a busy machine.
const READY_WITHIN: Duration = Duration::from_secs(120);

/// A running Spin.
pub struct Spin {
    child: Child,
    folder: TempDir,
    url: String,
}

impl Spin {
    /// Starts the shipped app with these variables, or says that it cannot.
    pub fn up(variables: &[(&str, &str)]) -> Option<Self> {
        let folder = TempDir::new().expect("a temporary folder can be made");
        let log = File::create(folder.path().join("log")).expect("a log can be written");
        let mut spin = Command::new("spin");
        spin.args(["up", "--listen", "127.0.0.1:0", "--from"])
            .arg(punctual_tests::manifest())
            .arg("--state-dir")
            .arg(folder.path().join("state"))
            .current_dir(folder.path())
            .stdin(Stdio::null())
            .stdout(log.try_clone().expect("the log can be shared"))
            .stderr(log)
            // It starts a process of its own for the trigger; both end together.
            .process_group(0);
        // Nothing of this machine's own settings may open a route.
        for (name, _) in std::env::vars_os() {
            if name.to_string_lossy().starts_with("SPIN_VARIABLE_") {
                spin.env_remove(name);
            }
        }
        for (name, value) in variables {
            spin.env(format!("SPIN_VARIABLE_{name}"), value);
        }
        let child = match spin.spawn() {
            Ok(child) => child,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                skip();
                return None;
            }
            Err(error) => panic!("spin up: {error}"),
        };
        let mut spin = Self {
            child,
            folder,
            url: String::new(),
        };
        spin.url = spin.serving();
        Some(spin)
    }

    /// Where it serves, without a slash at the end.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// What it printed.
    pub fn log(&self) -> String {
        read(&self.folder.path().join("log"))
    }

    /// Waits until it answers.
    pub async fn ready(&self) {
        let url = format!("{}/healthz", self.url);
        let began = Instant::now();
        loop {
            let method = "GET".parse().expect("a method");
            match client::send(method, &url, &[], "").await {
                Ok(reply) => {
                    assert_eq!(reply.status, 200, "{}\n{}", reply.text(), self.log());
                    return;
                }
                Err(error) => assert!(began.elapsed() < READY_WITHIN, "{error:#}\n{}", self.log()),
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }

    /// The address that it names once it has a port.
    fn serving(&mut self) -> String {
        let began = Instant::now();
        loop {
            let log = self.log();
            let line = log.lines().find_map(|line| line.strip_prefix("Serving "));
            if let Some(url) = line {
                return url.trim().trim_end_matches('/').to_owned();
            }
            let ended = self.child.try_wait().expect("a child can be asked");
            assert!(
                ended.is_none() && began.elapsed() < READY_WITHIN,
                "spin up does not serve ({ended:?}):\n{log}"
            );
            std::thread::sleep(Duration::from_millis(50));
        }
    }
}

impl Drop for Spin {
    fn drop(&mut self) {
        if let Ok(pid) = i32::try_from(self.child.id())
            && let Some(group) = Pid::from_raw(pid)
        {
            let _ = kill_process_group(group, Signal::KILL);
        }
        let _ = self.child.wait();
    }
}

fn read(file: &Path) -> String {
    std::fs::read_to_string(file).unwrap_or_default()
}

/// The test harness keeps what a passing test prints; this is to be seen.
fn skip() {
    static SAID: Once = Once::new();
    SAID.call_once(|| {
        let _ = writeln!(std::io::stderr(), "SKIPPED: no spin on the PATH");
    });
}
