//! Programs of this repository that tasks run.

use std::path::PathBuf;

use anyhow::Result;

use crate::{components, shell};

/// Builds a program, and says where it is. Of the whole workspace, so that it shares most of what was compiled for the others.
pub fn program(name: &str) -> Result<PathBuf> {
    build("--bin", name)?;
    made("", name)
}

/// The same with an example.
pub fn example(name: &str) -> Result<PathBuf> {
    build("--example", name)?;
    made("examples", name)
}

fn build(kind: &str, name: &str) -> Result<()> {
    let mut build = shell::cargo();
    build.args(["build", "--quiet", "--workspace", kind, name]);
    for component in components::APP {
        build.args(["--exclude", component]);
    }
    shell::run(&format!("building {name}"), &mut build)
}

fn made(folder: &str, name: &str) -> Result<PathBuf> {
    let program = format!("{name}{}", std::env::consts::EXE_SUFFIX);
    let debug = components::target_folder()?.join("debug");
    Ok(debug.join(folder).join(program))
}
