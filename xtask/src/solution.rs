//! `cargo xtask solution`: writes the Dataverse solution source from its description.

use std::process::ExitCode;

use anyhow::{Context, Result};

use crate::shell;

/// Writes `power-platform/solution`. A test fails as long as the two differ.
pub fn write() -> Result<ExitCode> {
    let root = shell::root();
    punctual_solution::write(&root).context("cannot write power-platform/solution")?;
    println!("xtask: power-platform/solution is written; `git diff` shows what changed");
    Ok(ExitCode::SUCCESS)
}
