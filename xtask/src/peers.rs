//! Other people's programs that tests use where they are there: the vendors' clients, which judge the stand-ins, Qpid Proton, against
//! which the AMQP client is tested, and a browser for the console. Installed where that is possible; what is not there costs only the tests that need it.

use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};

use crate::program::example;
use crate::{components, shell, web};

/// A Python that the tests of the AMQP client look for too.
const PROTON_PYTHONS: [&str; 2] = ["/usr/bin/python3", "python3"];

/// Installs what is missing. Each sentence of the answer names something that is not there, and why.
pub fn install() -> Vec<String> {
    let mut missing = Vec::new();
    // First, because a virtual environment for the vendors' clients may need one of them.
    if let Err(error) = debian_packages() {
        missing.push(format!("{error:#}"));
    }
    match vendors_clients() {
        Ok(problems) => missing.extend(problems),
        Err(error) => missing.push(format!("the vendors' clients: {error:#}")),
    }
    missing
}

/// Beside the stand-ins: folders with pins, and what they are for.
const OTHER_PINS: [(&str, &str); 5] = [
    ("plugin-core/tests/sdk", "plugin-core"),
    ("power-platform/schema/tests/sdk", "canvas"),
    ("examples/hosts", "hosts"),
    ("spin-app/console/tests/sdk", "console"),
    ("tests/sdk", "tests"),
];

/// What is pinned anywhere, from PyPI and npm, into the target directory: clients that judge the stand-ins, readers of calendar
/// files, of canvas-app source and of telemetry, other hosts of the core. Gives what could not be installed.
fn vendors_clients() -> Result<Vec<String>> {
    let target = components::target_folder()?;
    let installer = example("install-judges")?;
    let mut missing = Vec::new();
    let stand_ins = shell::root().join("stand-ins");
    let mut folders = std::fs::read_dir(&stand_ins)?.collect::<Result<Vec<_>, _>>()?;
    folders.sort_by_key(std::fs::DirEntry::file_name);
    let stand_ins = folders.into_iter().map(|folder| {
        let name = folder.file_name().to_string_lossy().into_owned();
        (folder.path().join("tests/sdk"), name)
    });
    let others = OTHER_PINS.map(|(pins, name)| (shell::root().join(pins), name.to_owned()));
    for (pins, name) in stand_ins.chain(others).filter(|(pins, _)| pins.is_dir()) {
        for problem in judges(&installer, &pins, &target, &name)? {
            missing.push(format!("the vendor's client for {name}: {problem}"));
        }
    }
    Ok(missing)
}

fn judges(installer: &Path, pins: &Path, target: &Path, stand_in: &str) -> Result<Vec<String>> {
    eprintln!("xtask: looking for the vendor's clients for {stand_in}");
    let mut install = Command::new(installer);
    install.args([pins, target]).arg(stand_in);
    let output = install.stderr(Stdio::inherit()).output()?;
    let said = String::from_utf8_lossy(&output.stdout);
    let problems: Vec<String> = said.lines().map(str::to_owned).collect();
    if !output.status.success() && problems.is_empty() {
        bail!("the program that installs them failed");
    }
    Ok(problems)
}

/// What the tests want of Debian: installed if this is Debian and we may, asked for otherwise.
fn debian_packages() -> Result<()> {
    let mut packages = Vec::new();
    if !has_proton() {
        packages.push("python3-qpid-proton");
    }
    if shell::is_there("python3") && !imports("python3", "ensurepip") {
        packages.push("python3-venv");
    }
    for (program, package) in [("node", "nodejs"), ("npm", "npm")] {
        if !shell::is_there(program) {
            packages.push(package);
        }
    }
    if !Path::new(web::BROWSER).exists() {
        packages.push("chromium");
    }
    if packages.is_empty() {
        return Ok(());
    }
    let names = packages.join(" ");
    let may = Path::new("/etc/debian_version").exists() && is_root() && shell::is_there("apt-get");
    if !may {
        bail!("tests that want more than Rust; on Debian: apt-get install {names}");
    }
    apt_get(&["update", "--quiet"], "looking for Debian packages")
        .and_then(|()| {
            let mut install = vec!["install", "--quiet", "--yes", "--no-install-recommends"];
            install.extend(&packages);
            apt_get(&install, &format!("installing {names}"))
        })
        .with_context(|| format!("tests that want the Debian packages {names}"))
}

fn apt_get(arguments: &[&str], what: &str) -> Result<()> {
    let mut command = Command::new("apt-get");
    // Its chatter is not ours; its errors are.
    command
        .args(arguments)
        .env("DEBIAN_FRONTEND", "noninteractive")
        .stdout(Stdio::null());
    shell::run(what, &mut command)
}

fn has_proton() -> bool {
    let named = std::env::var("PUNCTUAL_PROTON_PYTHON").ok();
    let usual = PROTON_PYTHONS.map(str::to_owned);
    let mut pythons = named.into_iter().chain(usual);
    pythons.any(|python| imports(&python, "proton"))
}

fn imports(python: &str, module: &str) -> bool {
    let mut import = Command::new(python);
    import.args(["-c", &format!("import {module}")]);
    import.output().is_ok_and(|output| output.status.success())
}

fn is_root() -> bool {
    shell::output(Command::new("id").arg("-u")).is_ok_and(|id| id.trim() == "0")
}
