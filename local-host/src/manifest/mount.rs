//! `files`: what of the application's folder a component may read, and where it finds it.

use std::path::Path;

use anyhow::{Result, ensure};
use serde::Deserialize;

/// One entry of `files`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(untagged)]
pub enum Mount {
    /// Files that match a pattern, each where it is in the application's folder.
    Pattern(String),
    /// A folder or a file that is elsewhere for the component.
    Placement(Placement),
}

/// What is mounted where.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Placement {
    /// From the application's folder.
    pub source: String,
    /// The component's path, from the root.
    pub destination: String,
}

impl Mount {
    /// Refuses what Spin refuses, and patterns that lead out of the application's folder.
    pub(super) fn check(&self) -> Result<()> {
        match self {
            Self::Pattern(pattern) => {
                inside(pattern)?;
                ensure!(
                    !pattern.ends_with('/') && !pattern.ends_with('.') && !pattern.is_empty(),
                    "{pattern:?} is a folder: use source and destination, or a pattern that ends in **/*"
                );
            }
            // Its source may lie beside the manifest's folder, as that of a component may.
            Self::Placement(Placement { destination, .. }) => {
                ensure!(
                    destination.starts_with('/')
                        && !destination.split('/').any(|part| part == ".."),
                    "destination {destination:?} must begin with a slash"
                );
            }
        }
        Ok(())
    }
}

fn inside(path: &str) -> Result<()> {
    let outside = Path::new(path).is_absolute() || path.split(['/', '\\']).any(|part| part == "..");
    ensure!(!outside, "{path:?} is outside of the application's folder");
    Ok(())
}
