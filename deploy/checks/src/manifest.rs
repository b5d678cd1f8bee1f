//! What the files of `deploy/` must agree with: `spin.toml`, as far as that goes. The local host reads it whole.

use std::collections::BTreeMap;
use std::path::Path;

use serde::Deserialize;

/// An application.
#[derive(Debug, Deserialize)]
pub struct Manifest {
    /// `[application]`.
    pub application: Application,
    /// `[variables]`.
    #[serde(default)]
    pub variables: BTreeMap<String, Variable>,
    trigger: Triggers,
    /// `[component.*]`.
    pub component: BTreeMap<String, Component>,
}

/// `[application]`.
#[derive(Debug, Deserialize)]
pub struct Application {
    /// Its version.
    pub version: String,
}

/// One application variable.
#[derive(Debug, Deserialize)]
pub struct Variable {
    /// The value when nobody sets one.
    pub default: Option<String>,
    /// Whether its value must not be shown.
    #[serde(default)]
    pub secret: bool,
}

#[derive(Debug, Deserialize)]
struct Triggers {
    http: Vec<HttpTrigger>,
}

/// One route and the component that answers it.
#[derive(Debug, Deserialize)]
pub struct HttpTrigger {
    /// The route as written.
    pub route: String,
    /// The component's id.
    pub component: String,
}

/// One component.
#[derive(Debug, Deserialize)]
pub struct Component {
    /// The file with its code.
    pub source: String,
    /// Its variables, each a template over the application's.
    #[serde(default)]
    pub variables: BTreeMap<String, String>,
    /// What it may reach, as templates.
    #[serde(default)]
    pub allowed_outbound_hosts: Vec<String>,
    /// Databases that it may open.
    #[serde(default)]
    pub sqlite_databases: Vec<String>,
    /// Key-value stores that it may open.
    #[serde(default)]
    pub key_value_stores: Vec<String>,
}

impl Manifest {
    /// Reads a manifest.
    ///
    /// # Panics
    /// If it cannot be read: then nothing can be checked.
    pub fn load(path: &Path) -> Self {
        let text = std::fs::read_to_string(path);
        let text = text.unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        toml::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
    }

    /// Its routes.
    pub fn triggers(&self) -> &[HttpTrigger] {
        &self.trigger.http
    }
}
