//! `cargo xtask dist`: the application as it is published, the same bytes wherever it is built.

mod bill;
mod build;
mod manifest;
mod sums;
mod twice;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, Result, ensure};
use clap::Args;

use crate::shell;

/// Manifests that are published, by their names in the release.
const MANIFESTS: [(&str, &str); 2] = [
    ("spin.toml", "spin.toml"),
    ("deploy/akamai/spin.toml", "spin-akamai.toml"),
];
/// What lies beside them.
const BESIDE: [&str; 5] = [
    "LICENSE",
    "CHANGELOG.md",
    "deploy/azure",
    "deploy/spinkube",
    "deploy/watch",
];

/// What to make.
#[derive(Args)]
pub struct Arguments {
    /// Let ring do the cryptography of TLS, as `build --ring` does.
    #[arg(long)]
    ring: bool,
    /// Make it a second time from a copy of the sources in another folder, and fail if a byte differs.
    #[arg(long)]
    twice: bool,
    /// Where to put it. What was there of the same version is replaced.
    #[arg(long, value_name = "DIR", default_value = "dist")]
    to: PathBuf,
}

/// Builds and writes it.
pub fn run(arguments: &Arguments) -> Result<ExitCode> {
    let root = shell::root();
    let folder = make(&root, &root.join(&arguments.to), arguments.ring)?;
    if arguments.twice {
        twice::check(&root, &folder, arguments.ring)?;
    }
    println!("{}", folder.display());
    Ok(ExitCode::SUCCESS)
}

/// Makes the release of the sources in `root` below `to`; gives its folder.
fn make(root: &Path, to: &Path, ring: bool) -> Result<PathBuf> {
    let made = build::components(root, ring)?;
    let text = read(&root.join("spin.toml"))?;
    let version = manifest::version(&text)?;
    let folder = to.join(format!("punctual-{version}"));
    if folder.exists() {
        std::fs::remove_dir_all(&folder)
            .with_context(|| format!("cannot replace {}", folder.display()))?;
    }
    std::fs::create_dir_all(&folder)?;
    for (from, name) in MANIFESTS {
        let source = root.join(from);
        let packed = manifest::pack(&read(&source)?)
            .with_context(|| format!("{from} cannot be published"))?;
        let home = source.parent().unwrap_or(root);
        for part in &packed.parts {
            // Components come from this very build, everything else from where the manifest says.
            let file = Path::new(&part.from).file_name().unwrap_or_default();
            let built = made.join(file);
            let from = if built.is_file() {
                built
            } else {
                home.join(&part.from)
            };
            copy(&from, &folder.join(&part.to))
                .with_context(|| format!("{} of {name}", part.from))?;
        }
        std::fs::write(folder.join(name), packed.text)?;
    }
    for beside in BESIDE {
        copy(&root.join(beside), &folder.join(beside))?;
    }
    bill::write(root, &folder.join("sbom"), &version, ring)?;
    sums::write(&folder)?;
    Ok(folder)
}

/// What the manifests mount from outside of git: made before, as `cargo xtask build` makes it.
fn mounts(root: &Path) -> Result<Vec<String>> {
    let mut found = Vec::new();
    for part in manifest::pack(&read(&root.join("spin.toml"))?)?.parts {
        if part.to.starts_with("files/") {
            found.push(part.from);
        }
    }
    Ok(found)
}

fn read(path: &Path) -> Result<String> {
    std::fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))
}

/// Copies a file, or a folder with all that is in it.
fn copy(from: &Path, to: &Path) -> Result<()> {
    ensure!(from.exists(), "{} is not there", from.display());
    if from.is_dir() {
        for entry in std::fs::read_dir(from)? {
            let entry = entry?;
            copy(&entry.path(), &to.join(entry.file_name()))?;
        }
        return Ok(());
    }
    std::fs::create_dir_all(to.parent().unwrap_or(to))?;
    std::fs::copy(from, to).with_context(|| format!("cannot copy {}", from.display()))?;
    Ok(())
}
