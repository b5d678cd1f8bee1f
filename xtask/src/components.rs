//! Builds the components to where `spin.toml` looks for them.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};
use clap::Args;
use wit_component::ComponentEncoder;

use crate::program::program;
use crate::shell;
use crate::toolchain::{self, APP_TARGET, CORE_TARGET};

/// What they are built with.
pub const PROFILE: &str = "component";
/// The planning core.
pub const CORE: &str = "plugin-core";
/// The components that are the application; they are built for WebAssembly alone.
pub const APP: [&str; 3] = ["scheduler", "delivery", "console"];

/// How to build them.
#[derive(Args)]
pub struct Arguments {
    /// Let ring do the cryptography of TLS to Service Bus: audited and smaller. It needs clang.
    #[arg(long)]
    ring: bool,
}

/// Builds every component that is out of date, with cryptography in Rust alone.
pub fn build() -> Result<()> {
    build_with(&Arguments { ring: false })
}

/// The same, as wished.
pub fn build_with(arguments: &Arguments) -> Result<()> {
    build_into(
        &shell::root(),
        &target_folder()?,
        &folder(),
        arguments.ring,
        &|_| (),
    )
}

/// Builds the sources in `root` with a cargo that `prepare` has seen, which builds in `made`; finished components go to `ready`.
pub fn build_into(
    root: &Path,
    made: &Path,
    ready: &Path,
    ring: bool,
    prepare: &dyn Fn(&mut Command),
) -> Result<()> {
    if ring && !shell::is_there("clang") {
        bail!("--ring needs clang, which is not on the PATH; on Debian: apt-get install clang");
    }
    toolchain::ensure_targets()?;
    let cargo = || {
        let mut cargo = shell::cargo();
        cargo.current_dir(root).arg("build");
        prepare(&mut cargo);
        cargo
    };
    let mut core = cargo();
    core.args([
        "-p",
        CORE,
        "--lib",
        "--target",
        CORE_TARGET,
        "--profile",
        PROFILE,
    ]);
    shell::run("building plugin-core", &mut core)?;
    let mut app = cargo();
    app.args(["--lib", "--target", APP_TARGET, "--profile", PROFILE]);
    app.args(APP.iter().flat_map(|name| ["-p", name]));
    if ring {
        let features = APP.map(|name| format!("{name}/tls-ring"));
        app.args(["--no-default-features", "--features", &features.join(",")]);
    }
    shell::run("building scheduler, delivery and console", &mut app)?;

    std::fs::create_dir_all(ready).with_context(|| format!("cannot make {}", ready.display()))?;
    let module = made
        .join(CORE_TARGET)
        .join(PROFILE)
        .join(format!("{}.wasm", CORE.replace('-', "_")));
    let core = component_of(&module)
        .with_context(|| format!("{} does not become a component", module.display()))?;
    write_if_changed(&ready.join(format!("{CORE}.wasm")), &core)?;
    for name in APP {
        let component = made
            .join(APP_TARGET)
            .join(PROFILE)
            .join(format!("{}.wasm", name.replace('-', "_")));
        let bytes = std::fs::read(&component)
            .with_context(|| format!("cannot read {}", component.display()))?;
        write_if_changed(&ready.join(format!("{name}.wasm")), &bytes)?;
    }
    for_browsers(ready)
}

/// The core as a browser runs it: the page shows the plan while somebody types.
fn for_browsers(ready: &Path) -> Result<()> {
    let mut transpile = Command::new(program("punctual-browser")?);
    transpile.current_dir(shell::root());
    transpile.args([ready.join(format!("{CORE}.wasm")), ready.join("browser")]);
    shell::run("making plugin-core ready for browsers", &mut transpile)
}

/// Where finished components are: always below the repository, because `spin.toml` names the place.
pub fn folder() -> PathBuf {
    shell::root().join("target").join("components")
}

/// Turns the core module, which carries its WIT in a custom section, into a component.
fn component_of(module: &Path) -> Result<Vec<u8>> {
    let bytes = std::fs::read(module)?;
    ComponentEncoder::default()
        .module(&bytes)?
        .validate(true)
        .encode()
}

/// Leaves a file alone that is right already, so that whoever watches it is not woken for nothing.
fn write_if_changed(path: &Path, bytes: &[u8]) -> Result<()> {
    if std::fs::read(path).is_ok_and(|old| old == bytes) {
        return Ok(());
    }
    std::fs::write(path, bytes).with_context(|| format!("cannot write {}", path.display()))?;
    eprintln!(
        "xtask: {} ({} KiB)",
        path.strip_prefix(shell::root()).unwrap_or(path).display(),
        bytes.len() / 1024
    );
    Ok(())
}

/// Cargo's own target folder, which `CARGO_TARGET_DIR` may have moved.
pub fn target_folder() -> Result<PathBuf> {
    let metadata = shell::output(shell::cargo().args([
        "metadata",
        "--format-version=1",
        "--no-deps",
        "--offline",
    ]))?;
    let metadata: serde_json::Value = serde_json::from_str(&metadata)?;
    let folder = metadata["target_directory"]
        .as_str()
        .context("cargo metadata names no target directory")?;
    Ok(folder.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_is_right_is_left_alone() {
        let path = std::env::temp_dir().join(format!("punctual-xtask-{}", std::process::id()));
        write_if_changed(&path, b"one").unwrap();
        let before = std::fs::metadata(&path).unwrap().modified().unwrap();
        std::thread::sleep(std::time::Duration::from_millis(20));
        write_if_changed(&path, b"one").unwrap();
        assert_eq!(
            std::fs::metadata(&path).unwrap().modified().unwrap(),
            before
        );
        write_if_changed(&path, b"two").unwrap();
        assert_eq!(std::fs::read(&path).unwrap(), b"two");
        std::fs::remove_file(&path).unwrap();
    }
}
