//! The vendors' own clients, which judge the stand-ins: installed beside the build, never into the source tree.
//!
//! What is judged has a folder with `python/requirements.txt`, `node/package.json` or both, which pin the clients. [`install`] puts them into a folder of their own under the target directory; [`python`] and [`node`]
//! find them there, or say in a sentence why not, for a test to show when it skips.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

/// The slowest scenario takes ten seconds; a client that waits for ever is stopped.
const LONGEST: Duration = Duration::from_secs(120);

/// The scenarios of one stand-in, for its tests.
pub struct Court {
    scenarios: PathBuf,
    installed: PathBuf,
}

impl Court {
    /// Of the stand-in `name`, whose crate is at `manifest` and whose tests' scratch folder is `scratch`
    /// (`CARGO_MANIFEST_DIR` and `CARGO_TARGET_TMPDIR`).
    pub fn of(name: &str, manifest: &str, scratch: &str) -> Self {
        let scratch = Path::new(scratch);
        Self {
            scenarios: Path::new(manifest).join("tests/sdk"),
            installed: folder(scratch.parent().unwrap_or(scratch), name),
        }
    }

    /// The command that runs the scenario with this client for Python; where it is not installed, a line says so.
    pub fn python(&self, client: &str) -> Option<tokio::process::Command> {
        let found = python(&self.scenarios, &self.installed);
        let python = shown(found, client)?;
        let mut command = tokio::process::Command::new(python);
        command.arg(self.scenarios.join("python/scenario.py"));
        Some(command)
    }

    /// The same for JavaScript.
    pub fn node(&self, client: &str) -> Option<tokio::process::Command> {
        let modules = shown(node(&self.scenarios, &self.installed), client)?;
        let mut command = tokio::process::Command::new("node");
        command
            .arg(self.scenarios.join("node/scenario.mjs"))
            .env("SDK_MODULES", modules);
        Some(command)
    }

    /// Runs a scenario; panics if it fails.
    pub async fn hear(&self, mut scenario: tokio::process::Command) {
        let output = scenario.kill_on_drop(true).output();
        let output = tokio::time::timeout(LONGEST, output).await;
        let output = output.expect("the scenario ends in time");
        let output = output.expect("the scenario can be run");
        let said = [output.stdout, output.stderr].concat();
        let said = String::from_utf8_lossy(&said);
        assert!(output.status.success(), "{said}");
        print!("{said}");
    }
}

fn shown<T>(found: Result<T, String>, client: &str) -> Option<T> {
    if let Err(why) = &found {
        println!("SKIPPED: {client} against the stand-in: {why}");
    }
    found.ok()
}

/// Where the clients for a stand-in's tests are kept: below the target directory.
pub fn folder(target: &Path, stand_in: &str) -> PathBuf {
    target.join("judges").join(stand_in)
}

/// Installs what is pinned and not installed yet, with pip and npm. The answers say what could not be, and why.
pub fn install(pins: &Path, into: &Path) -> Vec<String> {
    let python = || {
        python(pins, into)
            .map(drop)
            .or_else(|_| install_python(pins, into))
    };
    let node = || {
        node(pins, into)
            .map(drop)
            .or_else(|_| install_node(pins, into))
    };
    let python = pins.join("python").is_dir().then(python);
    let node = pins.join("node").is_dir().then(node);
    let asked = [python, node].into_iter().flatten();
    asked.filter_map(Result::err).collect()
}

/// The Python interpreter that has the clients.
pub fn python(pins: &Path, into: &Path) -> Result<PathBuf, String> {
    check_stamp(
        &pins.join("python/requirements.txt"),
        &into.join("python/stamp"),
    )?;
    let places = ["python/bin/python", "python/Scripts/python.exe"].map(|place| into.join(place));
    let found = places.into_iter().find(|place| place.is_file());
    found.ok_or_else(|| "the virtual environment has no Python".into())
}

/// The folder whose `node_modules` has the clients.
pub fn node(pins: &Path, into: &Path) -> Result<PathBuf, String> {
    check_stamp(&pins.join("node/package.json"), &into.join("node/stamp"))?;
    Ok(into.join("node"))
}

/// A stamp is a copy of the pins, left when all was installed.
fn check_stamp(pins: &Path, stamp: &Path) -> Result<(), String> {
    let wanted = std::fs::read(pins).map_err(|error| format!("{}: {error}", pins.display()))?;
    match std::fs::read(stamp) {
        Ok(installed) if installed == wanted => Ok(()),
        _ => Err("they are not installed; stand-ins/README.md says how".into()),
    }
}

fn install_python(pins: &Path, into: &Path) -> Result<(), String> {
    let (pins, into) = (pins.join("python/requirements.txt"), into.join("python"));
    start_afresh(&into)?;
    run(Command::new("python3").args(["-m", "venv"]).arg(&into))?;
    let pip = into.join("bin").join("python");
    let mut command = Command::new(pip);
    command.args([
        "-m",
        "pip",
        "install",
        "--quiet",
        "--disable-pip-version-check",
        "-r",
    ]);
    run(command.arg(&pins))?;
    leave_stamp(&pins, &into)
}

fn install_node(pins: &Path, into: &Path) -> Result<(), String> {
    let (pins, into) = (pins.join("node/package.json"), into.join("node"));
    start_afresh(&into)?;
    std::fs::copy(&pins, into.join("package.json")).map_err(|error| error.to_string())?;
    let mut command = Command::new("npm");
    command.args([
        "install",
        "--silent",
        "--no-audit",
        "--no-fund",
        "--ignore-scripts",
    ]);
    run(command.current_dir(&into))?;
    leave_stamp(&pins, &into)
}

fn start_afresh(into: &Path) -> Result<(), String> {
    if into.exists() {
        std::fs::remove_dir_all(into).map_err(|error| format!("{}: {error}", into.display()))?;
    }
    std::fs::create_dir_all(into).map_err(|error| format!("{}: {error}", into.display()))
}

fn leave_stamp(pins: &Path, into: &Path) -> Result<(), String> {
    std::fs::copy(pins, into.join("stamp"))
        .map(drop)
        .map_err(|error| error.to_string())
}

fn run(command: &mut Command) -> Result<(), String> {
    let name = command.get_program().to_string_lossy().into_owned();
    match command.status() {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => Err(format!("{name} failed: {status}")),
        Err(error) => Err(format!("{name} cannot be run: {error}")),
    }
}
