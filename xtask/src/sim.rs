//! `cargo xtask sim` and `cargo xtask soak`: the application under faults, simulated and for real, with the component files
//! as they are built now.

use std::ffi::OsString;
use std::process::{Command, ExitCode};

use anyhow::Result;
use clap::Args;

use crate::program::program;
use crate::{components, shell};

/// What to do: the options of the program; `--help` shows them.
#[derive(Args)]
#[command(disable_help_flag = true)]
pub struct Arguments {
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    options: Vec<OsString>,
}

/// Seeds of the simulation. The exit code is its own: 1 with a broken promise.
pub fn simulate(arguments: &Arguments) -> Result<ExitCode> {
    run("punctual-sim", arguments)
}

/// Real sockets, real time, hosts that are killed. The exit code is 1 if something was lost, doubled or leaked.
pub fn soak(arguments: &Arguments) -> Result<ExitCode> {
    run("punctual-soak", arguments)
}

fn run(name: &str, arguments: &Arguments) -> Result<ExitCode> {
    components::build()?;
    let mut command = Command::new(program(name)?);
    command.current_dir(shell::root()).args(&arguments.options);
    shell::become_program(&mut command)
}
