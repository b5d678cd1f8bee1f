//! What Punctual needs in Dataverse: tables, their choices and keys, roles and a webhook.
//!
//! They are described once, as constants in this crate. [`generate`] writes the solution source in
//! `power-platform/solution` from them, in the folder format of SolutionPackager; tests hold the description
//! against plugin-core and the written files against the shapes of genuine exports. So a column has one place
//! where it is named, and nobody edits 2,000 lines of XML by hand.

pub mod choices;
pub mod describe;
mod generate;
mod ids;
pub mod roles;
pub mod tables;
pub mod webhook;
mod xml;

pub use generate::{endpoint_id, own_image_id, own_step_id, step_id};

use std::io;
use std::path::{Path, PathBuf};

/// Unique name of the publisher, and the prefix of everything that the solution creates.
pub const PREFIX: &str = "punctual";
/// The publisher's prefix for values of choices: 74970 stands for 749,700,000 to 749,709,999.
pub const OPTION_VALUE_PREFIX: u32 = 74_970;
/// Version of the solution; Dataverse wants four numbers.
pub const VERSION: &str = concat!(env!("CARGO_PKG_VERSION"), ".0");

/// One file of the solution source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct File {
    /// Path below `power-platform/solution`, with `/` between its parts.
    pub path: String,
    /// The whole content; lines end in LF.
    pub text: String,
}

/// The solution source, file by file, in the order of the paths. The same description gives the same bytes.
pub fn generate() -> Vec<File> {
    generate::files()
}

/// Where the solution source lies below the root of the repository.
pub fn folder(root: &Path) -> PathBuf {
    root.join("power-platform/solution")
}

/// Writes the solution source below the root of the repository and removes what no longer belongs to it.
pub fn write(root: &Path) -> io::Result<()> {
    let folder = folder(root);
    let files = generate();
    for path in present(&folder)? {
        if files.iter().all(|file| file.path != path) {
            std::fs::remove_file(folder.join(path))?;
        }
    }
    for file in files {
        let path = folder.join(&file.path);
        if let Some(parent) = path.parent() {
            std::fs::create_dir_all(parent)?;
        }
        std::fs::write(path, file.text)?;
    }
    Ok(())
}

/// The files that are there, as [`File::path`] names them, in order. None where the folder does not exist.
pub fn present(folder: &Path) -> io::Result<Vec<String>> {
    let mut paths = Vec::new();
    let mut folders = vec![(folder.to_owned(), String::new())];
    while let Some((folder, prefix)) = folders.pop() {
        if !folder.exists() {
            continue;
        }
        for entry in std::fs::read_dir(folder)? {
            let entry = entry?;
            let path = format!("{prefix}{}", entry.file_name().to_string_lossy());
            if entry.file_type()?.is_dir() {
                folders.push((entry.path(), format!("{path}/")));
            } else {
                paths.push(path);
            }
        }
    }
    paths.sort();
    Ok(paths)
}
