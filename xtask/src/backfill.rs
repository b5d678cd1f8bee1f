//! `cargo xtask backfill`: plans the reminders of a table that was there before Punctual.

use std::process::ExitCode;

use anyhow::Result;
use clap::Args;

use crate::shell;

/// Where, and with what.
#[derive(Args)]
#[command(disable_help_flag = true)]
pub struct Arguments {
    /// Arguments for the program `punctual-backfill`; `--help` lists them.
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    rest: Vec<String>,
}

/// Does it. It is a program of its own, so that building this one stays quick.
pub fn run(arguments: &Arguments) -> Result<ExitCode> {
    let mut program = shell::cargo();
    program.args(["run", "--quiet", "-p", "punctual-backfill", "--"]);
    shell::become_program(program.args(&arguments.rest))
}
