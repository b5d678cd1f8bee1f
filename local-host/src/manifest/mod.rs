//! `spin.toml`, version 2, as far as this host runs it.
//!
//! Like Spin it refuses keys that it does not know, everywhere but in a trigger's own settings. What Spin knows
//! and this host does not run (other triggers, sources in a registry) is refused by name, never skipped.

mod dependency;
mod mount;
mod raw;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail, ensure};

pub use dependency::{Dependency, DependencyName};
pub use mount::{Mount, Placement};

/// An application as its `spin.toml` describes it.
#[derive(Debug, Clone)]
pub struct Manifest {
    /// The file it was read from.
    pub path: PathBuf,
    /// `[application] name`.
    pub name: String,
    /// `[variables]`: what the application may be configured with.
    pub variables: BTreeMap<String, Variable>,
    /// `[[trigger.http]]`, in the order of the file.
    pub triggers: Vec<HttpTrigger>,
    /// `[component.*]`.
    pub components: BTreeMap<String, Component>,
}

/// One application variable.
#[derive(Debug, Clone, Default)]
pub struct Variable {
    /// The value when nobody sets one.
    pub default: Option<String>,
    /// Whether the application cannot run without it.
    pub required: bool,
    /// Whether its value must not be shown.
    pub secret: bool,
}

/// One HTTP route and the component that answers it.
#[derive(Debug, Clone)]
pub struct HttpTrigger {
    /// The route as written, or none for a private endpoint, which nothing outside reaches.
    pub route: Option<String>,
    /// The component's id.
    pub component: String,
}

/// One component: its code, and everything it is allowed to touch.
#[derive(Debug, Clone)]
pub struct Component {
    /// Its key in `spin.toml`.
    pub id: String,
    /// The file with its code.
    pub source: PathBuf,
    /// `allowed_outbound_hosts`, templates not yet filled in.
    pub allowed_outbound_hosts: Vec<String>,
    /// Labels of the databases it may open.
    pub sqlite_databases: Vec<String>,
    /// Labels of the key-value stores it may open.
    pub key_value_stores: Vec<String>,
    /// Its variables, each a template over the application's.
    pub variables: BTreeMap<String, String>,
    /// Its environment.
    pub environment: BTreeMap<String, String>,
    /// What it may read of the application's folder.
    pub files: Vec<Mount>,
    /// Patterns of what it may not, all the same.
    pub exclude_files: Vec<String>,
    /// What satisfies its imports, in the order of the file's keys.
    pub dependencies: Vec<(DependencyName, Dependency)>,
}

impl Manifest {
    /// Reads and checks a `spin.toml`.
    pub fn load(path: &Path) -> Result<Self> {
        let text = std::fs::read_to_string(path)
            .with_context(|| format!("cannot read {}", path.display()))?;
        Self::parse(&text, path)
            .with_context(|| format!("{} is not a manifest this host can run", path.display()))
    }

    /// Reads a manifest from its text; relative paths in it start at the folder of `path`.
    pub fn parse(text: &str, path: &Path) -> Result<Self> {
        let raw: raw::Manifest = toml::from_str(text)?;
        ensure!(
            raw.spin_manifest_version == 2,
            "spin_manifest_version must be 2"
        );
        let folder = path.parent().unwrap_or(Path::new(""));
        let mut components = BTreeMap::new();
        for (id, component) in raw.component {
            let component = read_component(&id, component, folder)
                .with_context(|| format!("[component.{id}]"))?;
            components.insert(id, component);
        }
        let mut triggers = Vec::new();
        for (kind, entries) in raw.trigger {
            ensure!(
                kind == "http",
                "[[trigger.{kind}]]: this host has the http trigger only"
            );
            for (index, entry) in entries.into_iter().enumerate() {
                let trigger = read_trigger(entry)
                    .with_context(|| format!("[[trigger.http]] number {}", index + 1))?;
                ensure!(
                    components.contains_key(&trigger.component),
                    "[[trigger.http]] number {}: there is no [component.{}]",
                    index + 1,
                    trigger.component
                );
                triggers.push(trigger);
            }
        }
        let mut variables = BTreeMap::new();
        for (name, variable) in raw.variables {
            crate::template::check_name(&name).with_context(|| format!("[variables] {name}"))?;
            ensure!(
                variable.required != variable.default.is_some(),
                "[variables] {name}: it needs either a default or required = true"
            );
            let raw::Variable {
                default,
                required,
                secret,
                ..
            } = variable;
            variables.insert(
                name,
                Variable {
                    default,
                    required,
                    secret,
                },
            );
        }
        Ok(Self {
            path: path.to_owned(),
            name: raw.application.name,
            variables,
            triggers,
            components,
        })
    }

    /// The folder the manifest is in.
    pub fn folder(&self) -> &Path {
        self.path.parent().unwrap_or(Path::new(""))
    }
}

fn read_trigger(raw: raw::Trigger) -> Result<HttpTrigger> {
    let component = match raw.component {
        Some(toml::Value::String(id)) => id,
        Some(_) => bail!("component: this host takes a component's id, not an inline component"),
        None => bail!("component is missing"),
    };
    let route = match raw.route {
        Some(toml::Value::String(route)) => Some(route),
        Some(toml::Value::Table(table))
            if table.get("private") == Some(&toml::Value::Boolean(true)) =>
        {
            None
        }
        Some(_) => bail!("route must be text, or {{ private = true }}"),
        None => bail!("route is missing"),
    };
    if let Some(toml::Value::Table(executor)) = &raw.executor {
        let kind = executor
            .get("type")
            .and_then(toml::Value::as_str)
            .unwrap_or("http");
        ensure!(
            matches!(kind, "http" | "spin"),
            "executor: this host has no {kind:?} executor"
        );
    }
    Ok(HttpTrigger { route, component })
}

fn read_component(id: &str, raw: raw::Component, folder: &Path) -> Result<Component> {
    let toml::Value::String(source) = raw.source else {
        bail!("source: this host takes a path to a file, not a URL or a registry");
    };
    for mount in &raw.files {
        mount.check().context("files")?;
    }
    ensure!(
        raw.allowed_http_hosts.is_empty(),
        "allowed_http_hosts is long gone: use allowed_outbound_hosts"
    );
    for name in raw.variables.keys() {
        crate::template::check_name(name).with_context(|| format!("variables.{name}"))?;
    }
    let inherit_all = raw.dependencies_inherit_configuration.unwrap_or(false);
    let mut dependencies: Vec<(DependencyName, Dependency)> = Vec::new();
    for (name, value) in raw.dependencies {
        let read = || -> Result<_> {
            let parsed: DependencyName = name.parse()?;
            let dependency = Dependency::read(
                value,
                folder,
                inherit_all,
                raw.dependencies_inherit_configuration,
            )?;
            parsed.check_export(&dependency)?;
            Ok((parsed, dependency))
        };
        let (parsed, dependency) = read().with_context(|| format!("dependencies.{name:?}"))?;
        if let Some((other, _)) = dependencies
            .iter()
            .find(|(other, _)| other.overlaps(&parsed))
        {
            bail!(
                "dependencies.{name:?} and dependencies.{:?} satisfy the same imports",
                other.to_string()
            );
        }
        dependencies.push((parsed, dependency));
    }
    Ok(Component {
        id: id.to_owned(),
        source: folder.join(source),
        allowed_outbound_hosts: raw.allowed_outbound_hosts,
        sqlite_databases: raw.sqlite_databases,
        key_value_stores: raw.key_value_stores,
        variables: raw.variables,
        environment: raw.environment,
        files: raw.files,
        exclude_files: raw.exclude_files,
        dependencies,
    })
}

#[cfg(test)]
mod tests;
