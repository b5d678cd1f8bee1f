//! The parts of the Rust toolchain that components need, installed when they are missing.

use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result};

use crate::shell;

/// What components are compiled for: the app's, and the core's, which imports nothing at all.
pub const APP_TARGET: &str = "wasm32-wasip2";
/// See [`APP_TARGET`].
pub const CORE_TARGET: &str = "wasm32-unknown-unknown";

/// Makes sure that both targets are there.
pub fn ensure_targets() -> Result<()> {
    let sysroot = shell::output(
        Command::new("rustc")
            .current_dir(shell::root())
            .args(["--print", "sysroot"]),
    )?;
    for target in [APP_TARGET, CORE_TARGET] {
        if Path::new(sysroot.trim())
            .join("lib/rustlib")
            .join(target)
            .join("lib")
            .is_dir()
        {
            continue;
        }
        shell::run(
            &format!("installing the Rust target {target}"),
            Command::new("rustup").current_dir(shell::root()).args(["target", "add", target]),
        )
        .with_context(|| {
            format!("the Rust target {target} is missing and rustup could not add it; install it by hand")
        })?;
    }
    Ok(())
}

/// Whether `cargo <tool>` is there.
pub fn has_cargo_tool(tool: &str) -> bool {
    shell::output(shell::cargo().args([tool, "--version"])).is_ok()
}
