//! `cargo xtask sim`: seeds of the simulation, with the component files as they are built now.

use std::ffi::OsString;
use std::process::ExitCode;

use anyhow::Result;
use clap::Args;

use crate::{components, shell};

/// What to simulate: the options of `punctual-sim`; `cargo xtask sim --help` shows them.
#[derive(Args)]
#[command(disable_help_flag = true)]
pub struct Arguments {
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    options: Vec<OsString>,
}

/// Builds and runs. The exit code is the simulation's: 1 with a broken promise.
pub fn run(arguments: &Arguments) -> Result<ExitCode> {
    components::build()?;
    let mut command = shell::cargo();
    command
        .args(["run", "--quiet", "-p", "punctual-sim", "--"])
        .args(&arguments.options);
    let status = command.status()?;
    let code = status.code().and_then(|code| u8::try_from(code).ok());
    Ok(ExitCode::from(code.unwrap_or(1)))
}
