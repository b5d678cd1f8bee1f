//! A component's dependencies: which imports a name covers, and what satisfies them.

use std::fmt;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use anyhow::{Context, Result, bail, ensure};

/// The key of a dependency: a whole package, or one interface of it, or a plain name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DependencyName {
    /// `namespace:package[/interface][@version]`.
    Package {
        /// `namespace:package`.
        package: String,
        /// Only this interface of the package.
        interface: Option<String>,
        /// Only this version of the package.
        version: Option<String>,
    },
    /// A bare import name.
    Plain(String),
}

/// What satisfies a dependency.
#[derive(Debug, Clone)]
pub struct Dependency {
    /// The component's file.
    pub path: PathBuf,
    /// Satisfy the import with this export instead of the one of the same name.
    pub export: Option<String>,
    /// Whether it may use what its dependent may use (hosts, databases, variables).
    pub inherits: bool,
}

impl DependencyName {
    /// Whether an import of this name is covered by the dependency.
    pub fn matches(&self, import: &str) -> bool {
        match self {
            Self::Plain(name) => name == import,
            Self::Package {
                package,
                interface,
                version,
            } => {
                let Some((import_package, rest)) = import.split_once('/') else {
                    return false;
                };
                let (import_interface, import_version) = match rest.split_once('@') {
                    Some((interface, version)) => (interface, Some(version)),
                    None => (rest, None),
                };
                import_package == package
                    && interface
                        .as_deref()
                        .is_none_or(|interface| interface == import_interface)
                    && version
                        .as_deref()
                        .is_none_or(|version| Some(version) == import_version)
            }
        }
    }

    /// Whether some import could be covered by both.
    pub(super) fn overlaps(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Plain(one), Self::Plain(two)) => one == two,
            (
                Self::Package {
                    package,
                    interface,
                    version,
                },
                Self::Package {
                    package: package2,
                    interface: interface2,
                    version: version2,
                },
            ) => {
                let same = |one: &Option<String>, two: &Option<String>| {
                    one.is_none() || two.is_none() || one == two
                };
                package == package2 && same(interface, interface2) && same(version, version2)
            }
            _ => false,
        }
    }

    pub(super) fn check_export(&self, dependency: &Dependency) -> Result<()> {
        let whole_package = matches!(
            self,
            Self::Package {
                interface: None,
                ..
            }
        );
        ensure!(
            !(whole_package && dependency.export.is_some()),
            "export: a whole package cannot be satisfied by one export; name its interface"
        );
        Ok(())
    }
}

impl FromStr for DependencyName {
    type Err = anyhow::Error;

    fn from_str(text: &str) -> Result<Self> {
        if !text.contains([':', '/']) {
            ensure!(!text.is_empty(), "the name is empty");
            return Ok(Self::Plain(text.to_owned()));
        }
        let (name, version) = match text.split_once('@') {
            Some((name, version)) => (name, Some(version.to_owned())),
            None => (text, None),
        };
        let (package, interface) = match name.split_once('/') {
            Some((package, interface)) => (package, Some(interface.to_owned())),
            None => (name, None),
        };
        ensure!(
            package
                .split_once(':')
                .is_some_and(|(space, name)| !space.is_empty() && !name.is_empty()),
            "the name is not of the form namespace:package[/interface][@version]"
        );
        Ok(Self::Package {
            package: package.to_owned(),
            interface,
            version,
        })
    }
}

impl fmt::Display for DependencyName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Plain(name) => f.write_str(name),
            Self::Package {
                package,
                interface,
                version,
            } => {
                f.write_str(package)?;
                interface
                    .iter()
                    .try_for_each(|interface| write!(f, "/{interface}"))?;
                version
                    .iter()
                    .try_for_each(|version| write!(f, "@{version}"))
            }
        }
    }
}

impl Dependency {
    /// Reads the value of a dependency; `inherit_all` is the component's own setting, `set` whether it has one.
    pub(super) fn read(
        value: toml::Value,
        folder: &Path,
        inherit_all: bool,
        set: Option<bool>,
    ) -> Result<Self> {
        let toml::Value::Table(mut table) = value else {
            bail!("this host takes {{ path = \"…\" }}, not a version in a registry");
        };
        let path = match table.remove("path") {
            Some(toml::Value::String(path)) => folder.join(path),
            _ => bail!("this host takes a dependency by its path only"),
        };
        let export = match table.remove("export") {
            Some(toml::Value::String(export)) => Some(export),
            Some(_) => bail!("export must be text"),
            None => None,
        };
        let inherits = match table.remove("inherit_configuration") {
            None => inherit_all,
            Some(_) if set.is_some() => {
                bail!(
                    "inherit_configuration cannot go with dependencies_inherit_configuration of the component"
                )
            }
            Some(toml::Value::Boolean(inherits)) => inherits,
            Some(toml::Value::Array(list)) if list.is_empty() => false,
            Some(_) => bail!("inherit_configuration: this host takes true or false, not a list"),
        };
        if let Some(key) = table.keys().next() {
            bail!("unknown key {key:?}");
        }
        Ok(Self {
            path,
            export,
            inherits,
        })
    }

    /// The component's bytes.
    pub fn load(&self) -> Result<Vec<u8>> {
        std::fs::read(&self.path).with_context(|| format!("cannot read {}", self.path.display()))
    }
}
