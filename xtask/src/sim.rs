//! `cargo xtask sim` and `cargo xtask soak`: the application under faults, simulated and for real, with the component files
//! as they are built now.

use std::ffi::OsString;
use std::process::{Command, ExitCode};

use anyhow::Result;
use clap::Args;

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

fn run(program: &str, arguments: &Arguments) -> Result<ExitCode> {
    components::build()?;
    // With the features that the tests have, so that what they compiled is not compiled again.
    let mut build = shell::cargo();
    build.args(["build", "--quiet", "--workspace", "--bin", program]);
    build.args([
        "--exclude",
        "scheduler",
        "--exclude",
        "delivery",
        "--exclude",
        "console",
    ]);
    shell::run(&format!("building {program}"), &mut build)?;
    let program = format!("{program}{}", std::env::consts::EXE_SUFFIX);
    let made = components::target_folder()?.join("debug").join(program);
    let mut command = Command::new(made);
    command.current_dir(shell::root()).args(&arguments.options);
    shell::become_program(&mut command)
}
