//! `cargo xtask bench`: how fast it is.

use std::process::ExitCode;

use anyhow::Result;
use clap::Args;

use crate::{components, shell};

/// What to measure.
#[derive(Args, Default)]
pub struct Arguments {
    /// Run everything once and briefly, to see that it runs.
    #[arg(long)]
    pub smoke: bool,
}

/// Criterion for the core alone, then the application under load, optimised, and its table.
pub fn run(arguments: &Arguments) -> Result<ExitCode> {
    components::build()?;
    let mut core = shell::cargo();
    core.args(["bench", "-p", "plugin-core", "--benches"]);
    if arguments.smoke {
        core.args(["--", "--test"]);
    }
    shell::run("measuring the planning core", &mut core)?;

    let mut application = shell::cargo();
    application.args(["run", "-p", "punctual-bench"]);
    if arguments.smoke {
        // Optimising the host takes minutes, and these figures are not looked at.
        application.args(["--", "--smoke"]);
    } else {
        application.arg("--release");
    }
    shell::run("measuring the application", &mut application)?;
    Ok(ExitCode::SUCCESS)
}
