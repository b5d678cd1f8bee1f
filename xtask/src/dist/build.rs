//! Components whose bytes say nothing of the machine: paths that the compiler would write into them are named alike everywhere.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};

use crate::{components, shell};

/// Builds them from the sources in `root`, in a target folder of their own, since other flags would make each `build` begin
/// anew. Gives the folder with the component files.
pub fn components(root: &Path, ring: bool) -> Result<PathBuf> {
    let target = root.join("target").join("dist");
    let flags = flags(root)?;
    let prepare = move |cargo: &mut Command| {
        cargo
            .env("CARGO_TARGET_DIR", &target)
            // In place of all other ways to give flags, which might differ.
            .env("CARGO_ENCODED_RUSTFLAGS", &flags)
            .env_remove("RUSTFLAGS")
            .env("CARGO_INCREMENTAL", "0")
            .env("SOURCE_DATE_EPOCH", "0")
            .arg("--locked");
    };
    let made = root.join("target/dist");
    let ready = made.join("components");
    components::build_into(root, &made, &ready, ring, &prepare)?;
    Ok(ready)
}

/// The sources, the registry and the toolchain by names that are the same everywhere.
fn flags(root: &Path) -> Result<String> {
    let home = match std::env::var_os("CARGO_HOME") {
        Some(home) => PathBuf::from(home),
        None => {
            let user = std::env::var_os("HOME").context("neither CARGO_HOME nor HOME is set")?;
            PathBuf::from(user).join(".cargo")
        }
    };
    let sysroot = shell::output(
        Command::new("rustc")
            .current_dir(root)
            .args(["--print", "sysroot"]),
    )?;
    let mut flags = Vec::new();
    // A later one wins where two fit, so the sources come last.
    for (from, to) in [
        (PathBuf::from(sysroot.trim()), "/toolchain"),
        (home.canonicalize().unwrap_or(home.clone()), "/cargo"),
        (home, "/cargo"),
        (root.to_owned(), "/punctual"),
    ] {
        flags.push(format!("--remap-path-prefix={}={to}", from.display()));
    }
    Ok(flags.join("\u{1f}"))
}
