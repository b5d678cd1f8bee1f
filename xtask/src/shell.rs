//! Runs commands at the root of the repository.

use std::io::IsTerminal;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitCode};
use std::sync::{Mutex, mpsc};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

/// How often a long command says that it is still at it, where nobody watches a terminal.
const PROGRESS_EVERY: Duration = Duration::from_secs(20);

/// What was run, and how long each took.
static TOOK: Mutex<Vec<(String, Duration)>> = Mutex::new(Vec::new());

/// The root of the repository.
pub fn root() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.parent()
        .expect("xtask is a folder of the repository")
        .to_owned()
}

/// The cargo that runs this task.
pub fn cargo() -> Command {
    let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo.current_dir(root());
    cargo
}

/// Runs a command to its end, saying what it does; on a terminal its own progress shows.
pub fn run(what: &str, command: &mut Command) -> Result<()> {
    run_watched(what, command, |_| Ok(()))
}

/// The same, with something to do while it runs.
pub fn run_watched(
    what: &str,
    command: &mut Command,
    watch: impl FnOnce(&mut Child) -> Result<()>,
) -> Result<()> {
    eprintln!("xtask: {what}");
    let started = Instant::now();
    let (finished, waiting) = mpsc::channel::<()>();
    let doing = what.to_owned();
    let watcher = (!std::io::stderr().is_terminal()).then(|| {
        std::thread::spawn(move || {
            while waiting.recv_timeout(PROGRESS_EVERY) == Err(mpsc::RecvTimeoutError::Timeout) {
                eprintln!("xtask: {doing}: {} s so far", started.elapsed().as_secs());
            }
        })
    });
    let status = command
        .spawn()
        .and_then(|mut child| {
            let watched = watch(&mut child);
            child.wait().map(|status| (status, watched))
        })
        .with_context(|| format!("cannot run {:?}", command.get_program()));
    drop(finished);
    if let Some(watcher) = watcher {
        let _ = watcher.join();
    }
    let (status, watched) = status?;
    if let Ok(mut took) = TOOK.lock() {
        took.push((what.to_owned(), started.elapsed()));
    }
    watched?;
    if !status.success() {
        let arguments: Vec<_> = command
            .get_args()
            .map(|argument| argument.to_string_lossy())
            .collect();
        bail!(
            "{} {} failed",
            command.get_program().to_string_lossy(),
            arguments.join(" ")
        );
    }
    Ok(())
}

/// What took longest, for whoever wonders where the time went.
pub fn tell_times() {
    const SHORT: Duration = Duration::from_secs(5);
    let Ok(mut took) = TOOK.lock() else { return };
    took.sort_by_key(|(_, time)| std::cmp::Reverse(*time));
    for (what, time) in took.iter().filter(|(_, time)| *time >= SHORT) {
        println!("xtask: {:5} s {what}", time.as_secs());
    }
}

/// Runs a command in this program's place: signals reach it, and its exit code is ours.
pub fn become_program(command: &mut Command) -> Result<ExitCode> {
    #[cfg(unix)]
    {
        use std::os::unix::process::CommandExt;
        let error = command.exec();
        Err(error).with_context(|| format!("cannot run {:?}", command.get_program()))
    }
    #[cfg(not(unix))]
    {
        let status = command.status()?;
        let code = status.code().and_then(|code| u8::try_from(code).ok());
        Ok(code.map_or(ExitCode::FAILURE, ExitCode::from))
    }
}

/// Whether a program is on the PATH and runs.
pub fn is_there(program: &str) -> bool {
    let mut asked = Command::new(program);
    asked.arg("--version");
    asked.output().is_ok_and(|output| output.status.success())
}

/// What a command prints.
pub fn output(command: &mut Command) -> Result<String> {
    let output = command
        .output()
        .with_context(|| format!("cannot run {:?}", command.get_program()))?;
    if !output.status.success() {
        bail!(
            "{:?} failed: {}",
            command.get_program(),
            String::from_utf8_lossy(&output.stderr).trim()
        );
    }
    Ok(String::from_utf8(output.stdout)?)
}
