//! `cargo xtask up`: the whole application on this machine.

use std::process::ExitCode;

use anyhow::Result;
use clap::Args;

use crate::shell;

/// How to run.
#[derive(Args)]
#[command(disable_help_flag = true)]
pub struct Arguments {
    /// Arguments for the program `punctual-up`; `--help` lists them.
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    rest: Vec<String>,
}

/// Runs it until it is interrupted. It is a program of its own, so that building this one stays quick.
pub fn run(arguments: &Arguments) -> Result<ExitCode> {
    let mut program = shell::cargo();
    program.args(["run", "-p", "punctual-up", "--"]);
    shell::become_program(program.args(&arguments.rest))
}
