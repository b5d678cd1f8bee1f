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

/// Runs the benchmarks that exist and names those that do not yet.
pub fn run(arguments: &Arguments) -> Result<ExitCode> {
    components::build()?;
    sizes()?;
    if shell::root().join("plugin-core/benches").is_dir() {
        let mut core = shell::cargo();
        core.args(["bench", "-p", "plugin-core", "--benches"]);
        if arguments.smoke {
            core.args(["--", "--test"]);
        }
        shell::run("measuring the planning core", &mut core)?;
    } else {
        println!("SKIPPED: the planning core (plugin-core has no benches yet)");
    }
    println!("SKIPPED: the application under load (no load run yet)");
    Ok(ExitCode::SUCCESS)
}

fn sizes() -> Result<()> {
    println!("{:<20} {:>10}", "component", "KiB");
    let mut files: Vec<_> =
        std::fs::read_dir(components::folder())?.collect::<std::io::Result<_>>()?;
    files.sort_by_key(std::fs::DirEntry::file_name);
    for file in files {
        let name = file.file_name();
        println!(
            "{:<20} {:>10}",
            name.to_string_lossy(),
            file.metadata()?.len().div_ceil(1024)
        );
    }
    Ok(())
}
