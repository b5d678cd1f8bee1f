//! `cargo xtask test`: everything that can be checked here.

use std::process::ExitCode;

use anyhow::{Result, anyhow};
use clap::Args;

use crate::told::Told;
use crate::toolchain::{self, APP_TARGET, CORE_TARGET};
use crate::{components, peers, shell, web};

/// What to run.
#[derive(Args, Default)]
pub struct Arguments {
    /// Arguments for the test binaries, after `--`: a test's name, for example.
    #[arg(last = true)]
    rest: Vec<String>,
}

/// Runs it all; the first failure ends it.
pub fn run(arguments: &Arguments) -> Result<ExitCode> {
    let mut skipped = Vec::new();
    let told = Told::begin()?;
    // First, because tests run these very files.
    components::build()?;
    // Waits for the network most of the time, so it need not wait for the lints.
    let peers = std::thread::spawn(peers::install);
    if toolchain::has_cargo_tool("fmt") {
        shell::run(
            "checking the format",
            shell::cargo().args(["fmt", "--all", "--check"]),
        )?;
    } else {
        skipped.push("the format (rustfmt is missing: rustup component add rustfmt)".to_owned());
    }
    if toolchain::has_cargo_tool("clippy") {
        clippy()?;
    } else {
        skipped.push("the lints (clippy is missing: rustup component add clippy)".to_owned());
    }
    if toolchain::has_cargo_tool("deny") {
        let mut deny = shell::cargo();
        deny.args(["deny", "--offline", "check", "bans", "licenses", "sources"]);
        shell::run("checking licences and sources of crates", &mut deny)?;
        skipped.push(
            "known weaknesses of crates (cargo deny check advisories, which asks the network)"
                .to_owned(),
        );
    } else {
        skipped.push(
            "licences and sources of crates (no cargo deny: cargo install --locked cargo-deny)"
                .to_owned(),
        );
    }
    skipped.extend(
        peers
            .join()
            .map_err(|_| anyhow!("installing peers failed"))?,
    );
    let mut tests = shell::cargo();
    tests.args([
        "test",
        "--workspace",
        "--exclude",
        "scheduler",
        "--exclude",
        "delivery",
        "--exclude",
        "console",
    ]);
    // What passing tests print is looked through as well.
    tests.args(["--", "--show-output"]).args(&arguments.rest);
    told.run("testing", &mut tests)?;
    if arguments.rest.is_empty() {
        told.check()?;
    } else {
        skipped.push("the search for secrets in what was told (only some tests ran)".to_owned());
    }
    if arguments.rest.is_empty() {
        skipped.extend(web::test()?);
    }
    if !shell::root().join("../shared/data").is_dir() {
        let what = "checks against the vendors' specifications (../shared/data is not here)";
        skipped.push(what.to_owned());
    }
    if !shell::is_there("spin") {
        skipped.push("the app under Spin itself (no spin on the PATH)".to_owned());
    }
    for what in skipped {
        println!("SKIPPED: {what}");
    }
    shell::tell_times();
    println!("xtask: all tests passed");
    Ok(ExitCode::SUCCESS)
}

fn clippy() -> Result<()> {
    let deny = ["--", "-D", "warnings"];
    let app = ["-p", "scheduler", "-p", "delivery", "-p", "console"];
    let mut native = shell::cargo();
    native.args(["clippy", "--workspace", "--all-targets"]);
    native
        .args([
            "--exclude",
            "scheduler",
            "--exclude",
            "delivery",
            "--exclude",
            "console",
        ])
        .args(deny);
    shell::run("linting", &mut native)?;
    // What follows in the profile of the components, for which macros are compiled already.
    let profile = ["--profile", components::PROFILE];
    let mut core = shell::cargo();
    core.args([
        "clippy",
        "-p",
        "plugin-core",
        "--lib",
        "--target",
        CORE_TARGET,
    ])
    .args(profile)
    .args(deny);
    shell::run("linting plugin-core as a component", &mut core)?;
    let mut components = shell::cargo();
    components
        .args(["clippy", "--target", APP_TARGET])
        .args(profile)
        .args(app)
        .args(deny);
    shell::run("linting the app's components", &mut components)?;
    // It promises to build in a component, and without TLS.
    let mut bus = shell::cargo();
    bus.args(["clippy", "-p", "punctual-servicebus", "--lib"])
        .args(["--no-default-features", "--target", APP_TARGET])
        .args(profile)
        .args(deny);
    shell::run("linting punctual-servicebus for components", &mut bus)
}
