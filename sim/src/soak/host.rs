//! A host in a process of its own, so that it can be killed like one.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};
use punctual_host::{Host, HostOptions, Log};
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::process::{Child as Process, Command};

use super::town::Town;

/// A host's process.
pub(super) struct Child {
    process: Process,
    /// Where it serves, without a slash at the end.
    pub url: String,
}

impl Child {
    /// Starts one, where another was or anywhere.
    pub(super) async fn start(town: &Town, data: &Path, at: Option<&str>) -> Result<Self> {
        let listen = at.and_then(|url| url.strip_prefix("http://"));
        let made_of = json!({
            "listen": listen.unwrap_or("127.0.0.1:0"),
            "data": data,
            "variables": town.variables(),
        });
        let mut process = Command::new(std::env::current_exe()?)
            .arg("--host")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .context("a host's process cannot be started")?;
        // It stays open: when this process dies, the host reads its end and goes too.
        let stdin = process.stdin.as_mut().context("it has a standard input")?;
        stdin.write_all(format!("{made_of}\n").as_bytes()).await?;
        stdin.flush().await?;
        let stdout = process.stdout.take().context("it has a standard output")?;
        let mut line = String::new();
        let mut lines = BufReader::new(stdout);
        let ready = tokio::time::timeout(Duration::from_secs(120), lines.read_line(&mut line));
        ready.await.context("a host does not become ready")??;
        let url = line.trim().to_owned();
        ensure!(url.starts_with("http://"), "a host ended while it started");
        Ok(Self { process, url })
    }

    pub(super) fn id(&self) -> u32 {
        self.process.id().unwrap_or(0)
    }

    /// An error: it has ended by itself.
    pub(super) fn check(&mut self) -> Result<()> {
        match self.process.try_wait()? {
            Some(status) => bail!("the host that should live has ended: {status}"),
            None => Ok(()),
        }
    }

    /// SIGKILL, in the middle of whatever it does.
    pub(super) async fn kill(mut self) -> Result<()> {
        self.process.kill().await.context("it cannot be killed")
    }
}

/// Serves until standard input ends.
pub async fn serve() -> Result<()> {
    let mut stdin = BufReader::new(tokio::io::stdin());
    let mut line = String::new();
    stdin.read_line(&mut line).await?;
    let made_of: Value = serde_json::from_str(&line).context("standard input says no host")?;
    let text = |name: &str| made_of[name].as_str().unwrap_or_default();
    let mut options = HostOptions::new(punctual_tests::manifest(), PathBuf::from(text("data")));
    options.listen = text("listen").parse()?;
    let variables: BTreeMap<String, String> = serde_json::from_value(made_of["variables"].clone())?;
    options.variables = variables;
    // What is kept in memory would look like a leak.
    options.log = Log::stderr();
    let host = Host::start(options).await?;
    println!("{}", host.url());
    let mut rest = Vec::new();
    stdin.read_to_end(&mut rest).await?;
    host.kill().await;
    Ok(())
}
