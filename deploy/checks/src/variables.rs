//! From where each variable of the application comes in Kubernetes: a setting from a ConfigMap, a secret from Key Vault.
//!
//! Spin has a provider for Key Vault of its own. It asks for a secret of the variable's name, which has underscores, and Key
//! Vault's names have none; so the Secrets Store driver brings the secrets (docs/decisions/0010-secrets-in-kubernetes.md).

use std::collections::BTreeSet;
use std::fmt::Write;

use crate::Manifest;

/// The three components.
pub const COMPONENTS: [&str; 3] = ["scheduler", "delivery", "console"];

/// Secrets that only some choices need, by the folder of `deploy/spinkube/options` that brings them.
pub const OPTIONS: [(&str, &[&str]); 5] = [
    ("sendgrid", &["sendgrid_key"]),
    (
        "twilio",
        &[
            "twilio_key_secret",
            "twilio_auth_token",
            "twilio_auth_token_second",
        ],
    ),
    (
        "acs",
        &["acs_key", "acs_callback_key", "acs_callback_key_second"],
    ),
    ("client-secret", &["entra_client_secret"]),
    ("insights", &["appinsights_key"]),
];

/// Secrets that have no place in Kubernetes, and why.
pub const NOWHERE: [(&str, &str); 5] = [
    ("servicebus_key", "an identity opens the queue"),
    ("identity_header", "App Service and Container Apps have one"),
    (
        "entra_assertion",
        "it is over after an hour; a variable lasts as long as the pod",
    ),
    (
        "otlp_authorization",
        "a collector in the cluster asks for none",
    ),
    (
        "twilio_shared_key_secret",
        "the Auth Token does; add it to the option if Twilio is set to sign otherwise",
    ),
];

/// The group of secrets that every component has.
pub const KEYS: &str = "keys";

/// Which group a secret is of; none for those that have no place.
pub fn group(secret: &str) -> Option<&'static str> {
    if NOWHERE.iter().any(|(name, _)| *name == secret) {
        return None;
    }
    let option = OPTIONS.iter().find(|(_, names)| names.contains(&secret));
    Some(option.map_or(KEYS, |(option, _)| option))
}

/// The application's variables that a component reads, in its variables or in its hosts.
///
/// # Panics
/// If there is no such component.
pub fn read_by(manifest: &Manifest, component: &str) -> BTreeSet<String> {
    let component = &manifest.component[component];
    let templates = component.variables.values();
    let templates = templates.chain(&component.allowed_outbound_hosts);
    templates.flat_map(|template| names(template)).collect()
}

fn names(template: &str) -> impl Iterator<Item = String> {
    let parts = template.split("{{").skip(1);
    parts.filter_map(|part| Some(part.split_once("}}")?.0.trim().to_owned()))
}

/// The secrets of a group that a component reads.
pub fn secrets(manifest: &Manifest, component: &str, of: &str) -> Vec<String> {
    let names = read_by(manifest, component).into_iter();
    names
        .filter(|name| manifest.variables[name].secret && group(name) == Some(of))
        .collect()
}

/// Key Vault's name for a variable: it knows no underscore.
pub fn vault_name(variable: &str) -> String {
    variable.replace('_', "-")
}

const HEAD: &str =
    "# Written from spin.toml by `UPDATE_EXPECT=1 cargo test -p punctual-deploy-checks`.\n";

/// The patch that gives a SpinApp its settings and keys.
pub fn patch(manifest: &Manifest, component: &str) -> String {
    let mut text = format!(
        "{HEAD}apiVersion: core.spinkube.dev/v1alpha1\nkind: SpinApp\nmetadata:\n  name: {component}\nspec:\n  variables:\n"
    );
    for name in secrets(manifest, component, KEYS) {
        let _ = writeln!(
            text,
            "    - {}",
            from_secret(&name, &format!("{component}-{KEYS}"))
        );
    }
    for name in read_by(manifest, component) {
        if !manifest.variables[&name].secret {
            let _ = writeln!(
                text,
                "    - {{name: {name}, valueFrom: {{configMapKeyRef: {{name: settings, key: {name}, optional: true}}}}}}"
            );
        }
    }
    text
}

/// Not optional: the driver makes the Secret once the pod has its volume, and a pod that did not wait for it would run without.
fn from_secret(name: &str, secret: &str) -> String {
    format!("{{name: {name}, valueFrom: {{secretKeyRef: {{name: {secret}, key: {name}}}}}}}")
}

/// The patch by which an option adds its secrets to a SpinApp.
pub fn option_patch(manifest: &Manifest, component: &str, option: &str) -> String {
    let secret = format!("{component}-{option}");
    let mut text = HEAD.to_owned();
    for name in secrets(manifest, component, option) {
        let _ = writeln!(
            text,
            "- op: add\n  path: /spec/variables/-\n  value: {}",
            from_secret(&name, &secret)
        );
    }
    let _ = write!(
        text,
        "- op: add
  path: /spec/volumes/-
  value:
    name: {option}
    csi:
      driver: secrets-store.csi.k8s.io
      readOnly: true
      volumeAttributes:
        secretProviderClass: {secret}
- op: add
  path: /spec/volumeMounts/-
  value: {{name: {option}, mountPath: /{option}, readOnly: true}}
"
    );
    text
}

/// What the driver brings a component of a group: files for the pod, and a Secret for its variables.
pub fn provider_class(manifest: &Manifest, component: &str, of: &str) -> String {
    let name = format!("{component}-{of}");
    let mut objects = String::new();
    let mut data = String::new();
    for secret in secrets(manifest, component, of) {
        let object = vault_name(&secret);
        let _ = write!(
            objects,
            "        - |\n          objectName: {object}\n          objectType: secret\n"
        );
        let _ = writeln!(data, "        - {{objectName: {object}, key: {secret}}}");
    }
    format!(
        "{HEAD}apiVersion: secrets-store.csi.x-k8s.io/v1
kind: SecretProviderClass
metadata:
  name: {name}
  labels:
    punctual.dev/account: {component}
spec:
  provider: azure
  parameters:
    clientID: set-by-options-azure
    keyvaultName: set-by-options-azure
    tenantId: set-by-options-azure
    objects: |
      array:
{objects}  secretObjects:
    - secretName: {name}
      type: Opaque
      data:
{data}"
    )
}
