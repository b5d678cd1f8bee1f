//! Every document is one that its kind allows, field by field: an unknown field is an error here, though Kubernetes would drop
//! it in silence.

use std::collections::BTreeMap;
use std::io::Write;

use k8s_openapi::api::apps::v1::Deployment;
use k8s_openapi::api::batch::v1::CronJob;
use k8s_openapi::api::core::v1::{ConfigMap, Namespace, ServiceAccount};
use k8s_openapi::api::networking::v1::{Ingress, NetworkPolicy};
use k8s_openapi::api::policy::v1::PodDisruptionBudget;
use punctual_deploy_checks::yaml::{self, text};
use punctual_deploy_checks::{deploy, schemas};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

#[test]
fn every_document_is_known_to_whoever_takes_it() {
    let mut documents = Vec::new();
    for file in yaml::files(&deploy("spinkube"), ".yaml") {
        // What kustomize reads is judged by kustomize (rendered.rs).
        let name = file.file_name().expect("a name").to_string_lossy();
        if name == "kustomization.yaml"
            || name == "references.yaml"
            || name.ends_with("-variables.yaml")
            || name == "variables.yaml"
        {
            continue;
        }
        for document in yaml::read(&file) {
            documents.push((file.display().to_string(), document));
        }
    }
    assert!(documents.len() > 20, "the files were not found");
    check_all(&documents);
}

/// Panics with all that is wrong.
pub fn check_all(documents: &[(String, Value)]) {
    let mut wrong = Vec::new();
    for (place, document) in documents {
        for problem in problems(document) {
            let name = text(document, "/metadata/name");
            wrong.push(format!(
                "{place}: {} {name}: {problem}",
                text(document, "/kind")
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn problems(document: &Value) -> Vec<String> {
    let version = text(document, "/apiVersion");
    let kind = text(document, "/kind");
    match (version, kind) {
        ("v1", "Namespace") => known::<Namespace>(document),
        ("v1", "ServiceAccount") => known::<ServiceAccount>(document),
        ("v1", "ConfigMap") => known::<ConfigMap>(document),
        ("apps/v1", "Deployment") => known::<Deployment>(document),
        ("batch/v1", "CronJob") => known::<CronJob>(document),
        ("networking.k8s.io/v1", "NetworkPolicy") => known::<NetworkPolicy>(document),
        ("networking.k8s.io/v1", "Ingress") => known::<Ingress>(document),
        ("policy/v1", "PodDisruptionBudget") => known::<PodDisruptionBudget>(document),
        ("core.spinkube.dev/v1alpha1", "SpinApp") => custom(document, "core.spinkube.dev_spinapps"),
        ("core.spinkube.dev/v1alpha1", "SpinAppExecutor") => {
            custom(document, "core.spinkube.dev_spinappexecutors")
        }
        ("keda.sh/v1alpha1", "ScaledObject") => custom(document, "keda.sh_scaledobjects"),
        ("keda.sh/v1alpha1", "TriggerAuthentication") => {
            custom(document, "keda.sh_triggerauthentications")
        }
        ("secrets-store.csi.x-k8s.io/v1", "SecretProviderClass") => provider_class(document),
        _ => vec![format!("{version} {kind} is nothing that is expected here")],
    }
}

/// Reads it into Kubernetes' own type and back: what does not come back is a field that Kubernetes does not know.
fn known<T: DeserializeOwned + Serialize>(document: &Value) -> Vec<String> {
    let typed: T = match serde_json::from_value(document.clone()) {
        Ok(typed) => typed,
        Err(error) => return vec![error.to_string()],
    };
    let back = serde_json::to_value(&typed).expect("it can be written");
    let lost = yaml::missing(document, &back);
    lost.into_iter()
        .map(|at| format!("{at} is not known"))
        .collect()
}

/// Holds it against the schema of the resource definition, with every unknown field refused.
fn custom(document: &Value, definition: &str) -> Vec<String> {
    let Some(folder) = schemas() else {
        skip("schemas of SpinKube and KEDA (../shared/data is not here)");
        return Vec::new();
    };
    let definition = yaml::read(&folder.join(format!("{definition}.yaml")));
    let version = text(document, "/apiVersion").rsplit('/').next();
    let versions = yaml::list(&definition[0], "/spec/versions");
    let found = versions.iter().find(|v| v["name"].as_str() == version);
    let Some(found) = found else {
        return vec![format!("the definition has no version {version:?}")];
    };
    let mut schema = found["schema"]["openAPIV3Schema"].clone();
    refuse_unknown(&mut schema, true);
    let validator = jsonschema::validator_for(&schema).expect("the schema is one");
    let errors = validator.iter_errors(document);
    errors
        .map(|error| format!("{}: {error}", error.instance_path()))
        .collect()
}

/// Kubernetes' schemas leave unknown fields open and prune them; here they are wrong. Not at the top, where metadata is.
fn refuse_unknown(schema: &mut Value, top: bool) {
    let Some(object) = schema.as_object_mut() else {
        return;
    };
    let open = object.get("x-kubernetes-preserve-unknown-fields").is_some()
        || object.get("additionalProperties").is_some();
    if object.get("x-kubernetes-int-or-string").is_some() {
        object.insert("type".to_owned(), json!(["integer", "string"]));
        object.remove("anyOf");
    }
    if let Some(properties) = object.get_mut("properties").and_then(Value::as_object_mut) {
        for (name, schema) in properties {
            if !(top && name == "metadata") {
                refuse_unknown(schema, false);
            }
        }
        if !open {
            object.insert("additionalProperties".to_owned(), json!(false));
        }
    }
    for inner in ["items", "additionalProperties"] {
        if let Some(schema) = object.get_mut(inner) {
            refuse_unknown(schema, false);
        }
    }
}

/// There is no schema of it here: what the driver's documentation asks for, no more.
fn provider_class(document: &Value) -> Vec<String> {
    let mut wrong = Vec::new();
    let objects = yaml::documents("objects", text(document, "/spec/parameters/objects"));
    let names: Vec<String> = yaml::list(&objects[0], "/array")
        .iter()
        .map(|entry| {
            let entry = yaml::documents("object", entry.as_str().unwrap_or_default());
            if text(&entry[0], "/objectType") != "secret" {
                wrong.push(format!("{} is no secret", entry[0]));
            }
            text(&entry[0], "/objectName").to_owned()
        })
        .collect();
    for name in &names {
        // Key Vault's own rule.
        if name.is_empty() || !name.chars().all(|c| c.is_ascii_alphanumeric() || c == '-') {
            wrong.push(format!("{name:?} is no name in Key Vault"));
        }
    }
    let mut synced = BTreeMap::new();
    for secret in yaml::list(document, "/spec/secretObjects") {
        for entry in yaml::list(secret, "/data") {
            synced.insert(text(entry, "/objectName"), text(entry, "/key"));
        }
    }
    for (object, key) in synced {
        if !names.iter().any(|name| name == object) {
            wrong.push(format!("{key} comes from {object}, which is not fetched"));
        }
    }
    wrong
}

/// The test harness keeps what a passing test prints; this is to be seen.
pub fn skip(what: &str) {
    let _ = writeln!(std::io::stderr(), "SKIPPED: {what}");
}
