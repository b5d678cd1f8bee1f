//! `cargo xtask bench`: how fast it is.

use std::process::ExitCode;

use anyhow::Result;
use clap::Args;

use crate::{components, peers, shell};

/// What to measure.
#[derive(Args, Default)]
pub struct Arguments {
    /// Run everything once and briefly, to see that it runs.
    #[arg(long)]
    pub smoke: bool,
}

/// Criterion for the core alone, then the application under load and Service Bus, optimised, with their tables.
pub fn run(arguments: &Arguments) -> Result<ExitCode> {
    components::build()?;
    let mut core = shell::cargo();
    core.args(["bench", "-p", "plugin-core", "--benches"]);
    if arguments.smoke {
        core.args(["--", "--test"]);
    }
    shell::run("measuring the planning core", &mut core)?;

    count_requests()?;
    // Both benches have the vendors' clients beside them.
    if !arguments.smoke {
        for missing in peers::install() {
            println!("SKIPPED: {missing}");
        }
    }
    measure("punctual-bench", "the application", arguments)?;
    measure("punctual-bench-servicebus", "Service Bus", arguments)?;
    Ok(ExitCode::SUCCESS)
}

/// How many requests to Dataverse and Service Bus a step takes is counted by a test, which prints its table.
fn count_requests() -> Result<()> {
    let mut test = shell::cargo();
    test.args([
        "test",
        "--quiet",
        "-p",
        "punctual-app",
        "--test",
        "conformance",
    ]);
    test.args(["--", "--nocapture", "requests_are_counted"]);
    shell::run("counting requests", &mut test)
}

/// Runs a package that prints a table.
fn measure(package: &str, what: &str, arguments: &Arguments) -> Result<()> {
    let mut program = shell::cargo();
    program.args(["run", "-p", package]);
    if arguments.smoke {
        // Optimising takes minutes, and these figures are not looked at.
        program.args(["--", "--smoke"]);
    } else {
        program.arg("--release");
    }
    shell::run(&format!("measuring {what}"), &mut program)
}
