//! The console's front end: its build, its unit tests, and its tests in a real browser.
//!
//! It is built in a copy of its sources below the target folder, so that nothing is installed into the source tree. What a
//! browser gets is committed in `dist/`, since neither running Punctual nor building its components needs Node.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail, ensure};

use crate::{components, shell};

const SOURCE: &str = "spin-app/console/web";
/// Made by the build, and committed.
const MADE: [&str; 2] = ["dist", "src/api/schema.d.ts"];
/// In the source folder where somebody works with npm itself.
const NOT_SOURCE: [&str; 3] = ["node_modules", "out", "dist"];
/// Debian's browser.
pub const BROWSER: &str = "/usr/bin/chromium";

/// Builds the front end and writes what is committed of it.
pub fn write() -> Result<()> {
    let stage = Stage::prepare().map_err(anyhow::Error::msg)?;
    stage.npm("writing the types of the API", "types")?;
    stage.npm("checking the types of the console", "check")?;
    stage.npm("building the console", "build")?;
    let source = shell::root().join(SOURCE);
    let _ = std::fs::remove_dir_all(source.join("dist"));
    for (name, bytes) in made(&stage.folder)? {
        let path = source.join(&name);
        if let Some(parent) = path.parent() {
            std::fs::create_dir_all(parent)?;
        }
        std::fs::write(&path, bytes).with_context(|| format!("cannot write {name}"))?;
    }
    Ok(())
}

/// Runs everything that can be checked here. Each sentence of the answer names something that could not be, and why.
pub fn test() -> Result<Vec<String>> {
    let stage = match Stage::prepare() {
        Ok(stage) => stage,
        Err(why) => return Ok(vec![format!("the console's build and its tests ({why})")]),
    };
    stage.npm("writing the types of the API", "types")?;
    stage.npm("checking the types of the console", "check")?;
    stage.npm("building the console", "build")?;
    let differences = differences(&made(&shell::root().join(SOURCE))?, &made(&stage.folder)?);
    ensure!(
        differences.is_empty(),
        "{SOURCE}: not what its sources build: {}. Write it with: cargo xtask web",
        differences.join(", ")
    );
    stage.npm("testing the console's words and times", "unit")?;
    if !Path::new(BROWSER).exists() {
        return Ok(vec![format!(
            "the console in a browser (no {BROWSER}; on Debian: apt-get install chromium)"
        )]);
    }
    stage.browser()?;
    Ok(Vec::new())
}

/// A copy of the sources with everything installed that they need.
struct Stage {
    folder: PathBuf,
}

impl Stage {
    /// Or a sentence that says what is missing.
    fn prepare() -> Result<Self, String> {
        if !shell::is_there("node") || !shell::is_there("npm") {
            return Err("no node and npm on the PATH".to_owned());
        }
        let stage = Self::copy().map_err(|error| format!("{error:#}"))?;
        stage.install()?;
        Ok(stage)
    }

    fn copy() -> Result<Self> {
        let folder = components::target_folder()?.join("console").join("web");
        let source = shell::root().join(SOURCE);
        // What was deleted in the sources must not live on here; what was installed may.
        for name in ["src", "tests", "dist", "out"] {
            let _ = std::fs::remove_dir_all(folder.join(name));
        }
        for (name, path) in files(&source)? {
            if NOT_SOURCE
                .iter()
                .any(|not| Path::new(&name).starts_with(not))
            {
                continue;
            }
            let to = folder.join(&name);
            if let Some(parent) = to.parent() {
                std::fs::create_dir_all(parent)?;
            }
            std::fs::copy(path, to).with_context(|| format!("cannot copy {name}"))?;
        }
        let document = Path::new("openapi.json");
        let (from, to) = (
            source.with_file_name(document),
            folder.with_file_name(document),
        );
        std::fs::copy(from, to).context("cannot copy openapi.json")?;
        Ok(Self { folder })
    }

    /// What the lock file names, unless it is there already. The stamp is a copy of it, left when all was installed.
    fn install(&self) -> Result<(), String> {
        let wanted = std::fs::read(self.folder.join("package-lock.json"))
            .map_err(|error| error.to_string())?;
        let stamp = self.folder.join("node_modules").join("stamp");
        if std::fs::read(&stamp).is_ok_and(|installed| installed == wanted) {
            return Ok(());
        }
        let mut install = self.command();
        install.args([
            "ci",
            "--no-audit",
            "--no-fund",
            "--ignore-scripts",
            "--silent",
        ]);
        shell::run("installing what the console is built with", &mut install)
            .map_err(|error| format!("{error:#}; npm may not reach its registry"))?;
        std::fs::write(stamp, wanted).map_err(|error| error.to_string())
    }

    fn command(&self) -> Command {
        let mut npm = Command::new("npm");
        npm.current_dir(&self.folder)
            .env("PUNCTUAL_ROOT", shell::root());
        npm
    }

    fn npm(&self, what: &str, script: &str) -> Result<()> {
        shell::run(what, self.command().args(["run", "--silent", script]))
    }

    /// Against the application itself: the program behind `cargo xtask up`, which its own tests have built a moment ago.
    fn browser(&self) -> Result<()> {
        let target = components::target_folder()?;
        let program = target.join("debug").join("punctual-up");
        ensure!(program.exists(), "there is no {}", program.display());
        let mut browser = self.command();
        browser.args(["run", "--silent", "browser"]);
        browser.env("PUNCTUAL_UP", program);
        browser.env("PUNCTUAL_BROWSER", BROWSER);
        browser.env("PUNCTUAL_SCREENSHOTS", target.join("screenshots"));
        shell::run("testing the console in a browser", &mut browser)
    }
}

/// What is built and committed, by its path in the folder.
fn made(folder: &Path) -> Result<BTreeMap<String, Vec<u8>>> {
    let mut made = BTreeMap::new();
    for (name, path) in files(folder)? {
        if MADE.iter().any(|made| Path::new(&name).starts_with(made)) {
            made.insert(name, std::fs::read(path)?);
        }
    }
    Ok(made)
}

fn differences(
    committed: &BTreeMap<String, Vec<u8>>,
    built: &BTreeMap<String, Vec<u8>>,
) -> Vec<String> {
    let names = committed
        .keys()
        .chain(built.keys())
        .collect::<std::collections::BTreeSet<_>>();
    let differ = |name: &&&String| committed.get(**name) != built.get(**name);
    names
        .iter()
        .filter(differ)
        .map(ToString::to_string)
        .collect()
}

/// All files below a folder by their paths in it, but those that npm installed.
fn files(folder: &Path) -> Result<Vec<(String, PathBuf)>> {
    let mut found = Vec::new();
    let mut open = vec![folder.to_owned()];
    while let Some(next) = open.pop() {
        let entries =
            std::fs::read_dir(&next).with_context(|| format!("cannot read {}", next.display()))?;
        for entry in entries {
            let path = entry?.path();
            if path.is_dir() {
                if !path.ends_with("node_modules") {
                    open.push(path);
                }
                continue;
            }
            let name = path.strip_prefix(folder)?.to_str();
            let Some(name) = name else {
                bail!("{} is no UTF-8", path.display())
            };
            found.push((name.replace('\\', "/"), path.clone()));
        }
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn differences_are_named_once() {
        let of = |files: &[(&str, &str)]| -> BTreeMap<String, Vec<u8>> {
            files
                .iter()
                .map(|(name, text)| ((*name).to_owned(), text.as_bytes().to_vec()))
                .collect()
        };
        let committed = of(&[("same", "1"), ("other", "1"), ("gone", "1")]);
        let built = of(&[("same", "1"), ("other", "2"), ("new", "1")]);
        assert_eq!(differences(&committed, &built), ["gone", "new", "other"]);
        assert!(differences(&built, &built).is_empty());
    }
}
