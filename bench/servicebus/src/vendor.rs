//! The vendor's clients: a process each, told what to do by a line of JSON and answering with one.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use punctual_stand_ins::judges;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader, Lines};
use tokio::process::{Child, ChildStdin, ChildStdout, Command};

use crate::work::{self, Figures, Work};

/// Nothing that is asked takes a tenth of that, on a machine that does nothing else.
const ANSWER_WITHIN: Duration = Duration::from_secs(30);

/// A client that runs. It is ended when this is dropped.
pub struct Vendor {
    _process: Child,
    work: ChildStdin,
    figures: Lines<BufReader<ChildStdout>>,
}

/// Python with `azure-servicebus`, or a sentence that says why not.
pub fn python() -> Result<Command, String> {
    let interpreter = judges::python(&pins(), &installed()?)?;
    let mut command = Command::new(interpreter);
    command.arg(script("python/contender.py"));
    Ok(command)
}

/// Node with `@azure/service-bus`, or a sentence that says why not.
pub fn node() -> Result<Command, String> {
    let modules = judges::node(&pins(), &installed()?)?;
    let mut command = Command::new("node");
    command
        .arg(script("node/contender.mjs"))
        .env("SDK_MODULES", modules);
    Ok(command)
}

fn here() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn script(name: &str) -> PathBuf {
    here().join("sdk").join(name)
}

/// The versions are those that judge the stand-in.
fn pins() -> PathBuf {
    here().join("../../stand-ins/servicebus/tests/sdk")
}

/// Below the target directory, from where this program runs: `target/release/punctual-bench-servicebus`.
fn installed() -> Result<PathBuf, String> {
    let program = std::env::current_exe().map_err(|error| error.to_string())?;
    let target = program.ancestors().nth(2);
    let target = target.ok_or("this program is not below a target directory")?;
    Ok(judges::folder(target, "servicebus"))
}

impl Vendor {
    /// Starts it. It has connected by the time that it has done its first work.
    pub fn start(mut command: Command, address: SocketAddr, queue: &str) -> Result<Self> {
        let (name, key) = (work::KEY_NAME, work::KEY);
        command.arg(format!(
            "Endpoint=sb://{address};SharedAccessKeyName={name};SharedAccessKey={key};UseDevelopmentEmulator=true"
        ));
        command.args([queue, work::BODY, work::CONTENT_TYPE]);
        command.arg(work::AHEAD_SECONDS.to_string());
        let mut process = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .with_context(|| format!("cannot run {:?}", command.as_std().get_program()))?;
        let (work, figures) = process
            .stdin
            .take()
            .zip(process.stdout.take())
            .context("no pipes")?;
        Ok(Self {
            _process: process,
            work,
            figures: BufReader::new(figures).lines(),
        })
    }

    /// Has it do the work.
    pub async fn run(&mut self, work: Work) -> Result<Figures> {
        let line = serde_json::to_string(&work)? + "\n";
        self.work.write_all(line.as_bytes()).await?;
        let answer = tokio::time::timeout(ANSWER_WITHIN, self.figures.next_line()).await;
        let Some(answer) = answer.context("a vendor's client gives no answer")?? else {
            bail!("a vendor's client has ended; what it said is above");
        };
        serde_json::from_str(&answer).with_context(|| format!("not figures: {answer}"))
    }
}
