//! The same release once more, from a copy of the sources in another folder.

use std::path::Path;
use std::process::Command;

use anyhow::{Result, bail};

use super::{copy, make, sums};
use crate::shell;

/// Fails with the names of the files that differ.
pub fn check(root: &Path, first: &Path, ring: bool) -> Result<()> {
    let other = std::env::temp_dir().join(format!("punctual-twice-{}", std::process::id()));
    let result = compare(root, first, &other, ring);
    let _ = std::fs::remove_dir_all(&other);
    result
}

fn compare(root: &Path, first: &Path, other: &Path, ring: bool) -> Result<()> {
    // What git tracks, and what was made before and is mounted; not this folder's builds.
    let mut git = Command::new("git");
    git.current_dir(root)
        .args(["ls-files", "--cached", "--others", "--exclude-standard"]);
    for name in shell::output(&mut git)?.lines() {
        if root.join(name).is_file() {
            copy(&root.join(name), &other.join("sources").join(name))?;
        }
    }
    for mounted in super::mounts(root)? {
        copy(&root.join(&mounted), &other.join("sources").join(&mounted))?;
    }
    let second = make(&other.join("sources"), &other.join("dist"), ring)?;
    let sums = |folder: &Path| std::fs::read_to_string(folder.join(sums::NAME));
    let (first, second) = (sums(first)?, sums(&second)?);
    if first != second {
        let differ: Vec<_> = first
            .lines()
            .filter(|line| !second.contains(*line))
            .collect();
        bail!("a second build gave other bytes for\n{}", differ.join("\n"));
    }
    eprintln!("xtask: a second build in another folder gave the same bytes");
    Ok(())
}
