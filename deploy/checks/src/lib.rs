//! Reads the files of `deploy/`, and says what must stand in them for the application that `spin.toml` describes.

pub mod akamai;
pub mod bicep;
pub mod manifest;
pub mod variables;
pub mod watch;
pub mod yaml;

use std::path::{Path, PathBuf};

pub use manifest::Manifest;

/// The root of the repository.
pub fn root() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let root = here.ancestors().nth(2);
    root.expect("deploy/checks is two folders down").to_owned()
}

/// A folder or file below `deploy/`.
pub fn deploy(path: &str) -> PathBuf {
    root().join("deploy").join(path)
}

/// Other people's schemas, which lie beside the workspace; none where they do not.
pub fn schemas() -> Option<PathBuf> {
    let folder = root().join("../shared/data/schemas/deploy");
    folder.is_dir().then_some(folder)
}

/// The application.
///
/// # Panics
/// If `spin.toml` cannot be read: then nothing here can be checked.
pub fn manifest() -> Manifest {
    Manifest::load(&root().join("spin.toml"))
}
