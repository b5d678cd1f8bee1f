//! Values of the application's variables, and of each component's, which are templates over them.
//!
//! In order of precedence: what the host was started with, the environment (`SPIN_VARIABLE_NAME`), the file
//! `.env` beside `spin.toml`, the default in `spin.toml`.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::{Context, Result, bail};

use crate::manifest::{Component, Manifest};
use crate::template;

const ENVIRONMENT_PREFIX: &str = "SPIN_VARIABLE_";

/// Every application variable that has a value.
#[derive(Debug, Clone, Default)]
pub struct Variables {
    values: BTreeMap<String, String>,
}

impl Variables {
    /// Finds each variable's value. `overrides` win; with `ambient` the environment and `.env` are asked too.
    ///
    /// A required variable without a value is an error that says where to put one, and so is an override of a
    /// variable that the application does not have.
    pub fn resolve(
        manifest: &Manifest,
        overrides: &BTreeMap<String, String>,
        ambient: bool,
    ) -> Result<Self> {
        for name in overrides.keys() {
            if !manifest.variables.contains_key(name) {
                bail!("{} has no variable {name:?}", manifest.path.display());
            }
        }
        let dotenv = if ambient {
            read_dotenv(&manifest.folder().join(".env"))?
        } else {
            BTreeMap::new()
        };
        let mut values = BTreeMap::new();
        let mut missing = Vec::new();
        for (name, variable) in &manifest.variables {
            let key = environment_key(name);
            let ambient_value = || {
                let from_environment = if ambient {
                    std::env::var(&key).ok()
                } else {
                    None
                };
                from_environment.or_else(|| dotenv.get(&key).cloned())
            };
            match overrides
                .get(name)
                .cloned()
                .or_else(ambient_value)
                .or_else(|| variable.default.clone())
            {
                Some(value) => {
                    values.insert(name.clone(), value);
                }
                None => missing.push(key),
            }
        }
        if !missing.is_empty() {
            bail!(
                "required variables have no value: set {} in the environment or in {}",
                missing.join(", "),
                manifest.folder().join(".env").display()
            );
        }
        Ok(Self { values })
    }

    /// An application variable's value.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.values.get(name).map(String::as_str)
    }

    /// Fills in a template over the application's variables.
    pub fn fill(&self, text: &str) -> Result<String> {
        template::fill(text, |name| {
            let value = self.values.get(name).cloned();
            value.with_context(|| {
                format!("{text:?} names {name:?}, which is no variable of the application")
            })
        })
    }

    /// The variables that one component sees.
    pub fn of(&self, component: &Component) -> Result<BTreeMap<String, String>> {
        let fill = |(name, text): (&String, &String)| {
            let value = self.fill(text);
            let value =
                value.with_context(|| format!("[component.{}.variables] {name}", component.id))?;
            Ok((name.clone(), value))
        };
        component.variables.iter().map(fill).collect()
    }
}

/// The environment variable that sets an application variable.
pub fn environment_key(name: &str) -> String {
    format!("{ENVIRONMENT_PREFIX}{}", name.to_ascii_uppercase())
}

/// Whether the environment or `.env` beside the manifest sets a variable.
pub fn is_set(manifest: &Manifest, name: &str) -> Result<bool> {
    let key = environment_key(name);
    let dotenv = read_dotenv(&manifest.folder().join(".env"))?;
    Ok(std::env::var_os(&key).is_some() || dotenv.contains_key(&key))
}

fn read_dotenv(path: &Path) -> Result<BTreeMap<String, String>> {
    match dotenvy::from_path_iter(path) {
        Ok(entries) => entries
            .collect::<Result<_, _>>()
            .with_context(|| format!("{} is malformed", path.display())),
        Err(error) if error.not_found() => Ok(BTreeMap::new()),
        Err(error) => Err(error).with_context(|| format!("cannot read {}", path.display())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn manifest(folder: &Path) -> Manifest {
        let text = r#"
            spin_manifest_version = 2
            application = { name = "a" }
            trigger = {}
            [variables]
            punctual_host_test_needed = { required = true }
            punctual_host_test_kind = { default = "embedded" }
            [component.c]
            source = "c.wasm"
            variables = { both = "{{ punctual_host_test_kind }}-{{ punctual_host_test_needed }}" }
        "#;
        Manifest::parse(text, &folder.join("spin.toml")).unwrap()
    }

    #[test]
    fn a_missing_required_variable_says_where_to_put_it() {
        let folder = tempfile::tempdir().unwrap();
        let error = Variables::resolve(&manifest(folder.path()), &BTreeMap::new(), true)
            .unwrap_err()
            .to_string();
        assert!(
            error.contains("SPIN_VARIABLE_PUNCTUAL_HOST_TEST_NEEDED"),
            "{error}"
        );
        assert!(error.contains(".env"), "{error}");
    }

    #[test]
    fn overrides_win_over_dotenv_and_dotenv_over_defaults() {
        let folder = tempfile::tempdir().unwrap();
        let dotenv = "# keys\nSPIN_VARIABLE_PUNCTUAL_HOST_TEST_NEEDED=\"from file\"\n\
            SPIN_VARIABLE_PUNCTUAL_HOST_TEST_KIND=file\n";
        std::fs::write(folder.path().join(".env"), dotenv).unwrap();
        let manifest = manifest(folder.path());
        let overrides =
            BTreeMap::from([("punctual_host_test_kind".to_owned(), "given".to_owned())]);
        let variables = Variables::resolve(&manifest, &overrides, true).unwrap();
        let of_component = variables.of(&manifest.components["c"]).unwrap();
        assert_eq!(of_component["both"], "given-from file");
        let variables = Variables::resolve(&manifest, &BTreeMap::new(), true).unwrap();
        assert_eq!(variables.get("punctual_host_test_kind"), Some("file"));
        let unknown = BTreeMap::from([("nope".to_owned(), String::new())]);
        assert!(Variables::resolve(&manifest, &unknown, false).is_err());
    }
}
