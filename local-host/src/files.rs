//! The files of a component, as Spin mounts them: copied together under one folder when the application starts, and
//! only read from then on.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use glob::Pattern;
use tempfile::TempDir;

use crate::manifest::{Component, Mount, Placement};

/// What a component sees under `/`. The folder goes with it.
#[derive(Debug)]
pub(crate) struct Files(TempDir);

impl Files {
    /// Copies what the manifest names; none for a component without `files`.
    pub fn gather(component: &Component, folder: &Path) -> Result<Option<Self>> {
        if component.files.is_empty() {
            return Ok(None);
        }
        let excluded = component.exclude_files.iter();
        let excluded = excluded.map(|pattern| {
            Pattern::new(pattern).with_context(|| format!("exclude_files: {pattern:?}"))
        });
        let gathering = Gathering {
            from: folder,
            to: tempfile::Builder::new()
                .prefix("punctual-files-")
                .tempdir()?,
            excluded: excluded.collect::<Result<_>>()?,
        };
        for mount in &component.files {
            gathering
                .add(mount)
                .with_context(|| format!("files: {mount:?}"))?;
        }
        Ok(Some(Self(gathering.to)))
    }

    pub fn folder(&self) -> &Path {
        self.0.path()
    }
}

struct Gathering<'a> {
    from: &'a Path,
    to: TempDir,
    excluded: Vec<Pattern>,
}

impl Gathering<'_> {
    fn add(&self, mount: &Mount) -> Result<()> {
        match mount {
            Mount::Pattern(pattern) => {
                let path = self.from.join(pattern);
                ensure!(
                    !path.is_dir(),
                    "a folder: use source and destination, or a pattern that ends in **/*"
                );
                if path.is_file() {
                    return self.copy(&path, Path::new(pattern));
                }
                ensure!(
                    pattern.contains(['*', '?', '[']),
                    "there is no such file, and it is no pattern"
                );
                self.copy_matching(pattern, self.from, Path::new(""))
            }
            Mount::Placement(Placement {
                source,
                destination,
            }) => {
                let (path, place) = (self.from.join(source), destination.trim_start_matches('/'));
                ensure!(path.exists(), "there is no {}", path.display());
                match path.is_dir() {
                    true => self.copy_matching("**/*", &path, Path::new(place)),
                    false => self.copy(&path, Path::new(place)),
                }
            }
        }
    }

    /// Copies what matches a pattern below `base` to the same place below `place`.
    fn copy_matching(&self, pattern: &str, base: &Path, place: &Path) -> Result<()> {
        std::fs::create_dir_all(self.to.path().join(place))?;
        let pattern = PathBuf::from(Pattern::escape(&base.to_string_lossy())).join(pattern);
        for path in glob::glob(&pattern.to_string_lossy())? {
            let path = path?;
            if path.is_file() {
                self.copy(&path, &place.join(path.strip_prefix(base)?))?;
            }
        }
        Ok(())
    }

    fn copy(&self, path: &Path, place: &Path) -> Result<()> {
        let named = path.strip_prefix(self.from)?;
        if self
            .excluded
            .iter()
            .any(|pattern| pattern.matches_path(named))
        {
            return Ok(());
        }
        let to = self.to.path().join(place);
        if let Some(parent) = to.parent() {
            std::fs::create_dir_all(parent)?;
        }
        std::fs::copy(path, &to).with_context(|| format!("cannot copy {}", path.display()))?;
        Ok(())
    }
}

#[cfg(test)]
mod tests;
