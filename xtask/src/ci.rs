//! `cargo xtask ci`: what the build server runs.

use std::process::ExitCode;

use anyhow::Result;

use crate::{bench, tests};

/// The tests, then a short bench, so that a benchmark cannot rot.
pub fn run() -> Result<ExitCode> {
    tests::run(&tests::Arguments::default())?;
    bench::run(&bench::Arguments { smoke: true })
}
