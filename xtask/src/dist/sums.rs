//! `SHA256SUMS`, as `sha256sum --check` reads it.

use std::fmt::Write;
use std::path::{Path, PathBuf};

use anyhow::Result;
use sha2::{Digest, Sha256};

/// The file's name.
pub const NAME: &str = "SHA256SUMS";

/// Writes the sums of all files in a folder, in the order of their names.
pub fn write(folder: &Path) -> Result<()> {
    std::fs::write(folder.join(NAME), of(folder)?)?;
    Ok(())
}

fn of(folder: &Path) -> Result<String> {
    let mut files = Vec::new();
    collect(folder, &mut files)?;
    let mut named: Vec<(String, PathBuf)> = files
        .into_iter()
        .map(|path| {
            let name = path.strip_prefix(folder).unwrap_or(&path);
            (name.to_string_lossy().replace('\\', "/"), path)
        })
        .collect();
    named.sort();
    let mut text = String::new();
    for (name, path) in named {
        let sum = Sha256::digest(std::fs::read(path)?);
        for byte in sum {
            let _ = write!(text, "{byte:02x}");
        }
        let _ = writeln!(text, "  {name}");
    }
    Ok(text)
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) -> Result<()> {
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        match path.is_dir() {
            true => collect(&path, files)?,
            false => files.push(path),
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sums_are_those_of_the_standard_and_in_order() {
        let folder = std::env::temp_dir().join(format!("punctual-sums-{}", std::process::id()));
        std::fs::create_dir_all(folder.join("b")).unwrap();
        std::fs::write(folder.join("b/c"), "abc").unwrap();
        std::fs::write(folder.join("a"), "").unwrap();
        let sums = of(&folder).unwrap();
        std::fs::remove_dir_all(&folder).unwrap();
        // FIPS 180-2, appendix B.1; and that of nothing.
        assert_eq!(
            sums,
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855  a\n\
             ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad  b/c\n"
        );
    }
}
