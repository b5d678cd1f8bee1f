//! `cargo xtask stand-ins`: the cloud services' stand-ins alone.

use std::process::ExitCode;

use anyhow::Result;
use clap::Args;

use crate::shell;

/// What to run.
#[derive(Args)]
#[command(disable_help_flag = true)]
pub struct Arguments {
    /// Arguments for the program `stand-ins`; `--help` lists them.
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    rest: Vec<String>,
}

/// Runs them until they are interrupted. They are a program of their own, so that building this one stays quick.
pub fn run(arguments: &Arguments) -> Result<ExitCode> {
    let mut program = shell::cargo();
    program.args(["run", "-p", "punctual-stand-ins-run", "--"]);
    shell::become_program(program.args(&arguments.rest))
}
