//! The overlay, put together by kustomize itself where it is there, and checked once more as a whole.

use std::process::Command;

use punctual_deploy_checks::yaml::{self, list, text};
use punctual_deploy_checks::{deploy, manifest};
use serde_json::Value;

use crate::kinds::{check_all, skip};

/// What `kubectl apply` would be given.
fn rendered() -> Option<Vec<Value>> {
    let mut kubectl = Command::new("kubectl");
    kubectl
        .arg("kustomize")
        .arg(deploy("spinkube/overlays/aks"));
    match kubectl.output() {
        Ok(output) => {
            let complaint = String::from_utf8_lossy(&output.stderr);
            assert!(output.status.success(), "{complaint}");
            let text = String::from_utf8(output.stdout).expect("it is text");
            Some(yaml::documents("kustomize", &text))
        }
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            skip("the overlay as kustomize puts it together (no kubectl on the PATH)");
            None
        }
        Err(error) => panic!("kubectl: {error}"),
    }
}

fn named<'a>(documents: &'a [Value], kind: &str, name: &str) -> &'a Value {
    let found = documents.iter().find(|document| {
        text(document, "/kind") == kind && text(document, "/metadata/name").starts_with(name)
    });
    found.unwrap_or_else(|| panic!("there is no {kind} {name}"))
}

#[test]
fn the_overlay_is_whole() {
    let Some(documents) = rendered() else { return };
    let placed: Vec<_> = documents
        .iter()
        .map(|document| ("overlays/aks".to_owned(), document.clone()))
        .collect();
    check_all(&placed);
    for document in &documents {
        let whole = document.to_string();
        let name = text(document, "/metadata/name");
        assert!(!whole.contains("set-by-"), "{name} has a gap: {whole}");
        let namespace = text(document, "/metadata/namespace");
        assert!(
            namespace == "punctual" || text(document, "/kind") == "Namespace",
            "{name}"
        );
        // Read while the files are put together; not for the cluster.
        assert!(text(document, "/kind") != "ConfigMap" || name != "azure");
    }
}

#[test]
fn settings_reach_the_apps_under_the_name_of_their_content() {
    let Some(documents) = rendered() else { return };
    let settings = named(&documents, "ConfigMap", "settings-");
    assert_eq!(text(settings, "/data/email_sender"), "sendgrid");
    assert_eq!(text(settings, "/data/records"), "dataverse");
    let known = manifest().variables;
    for name in settings["data"].as_object().expect("settings").keys() {
        let variable = known.get(name);
        assert!(variable.is_some_and(|v| !v.secret), "{name} is no setting");
    }
    let name = text(settings, "/metadata/name");
    for app in ["scheduler", "delivery", "console"] {
        let app = named(&documents, "SpinApp", app);
        assert_eq!(
            text(app, "/spec/image"),
            "ghcr.io/yourclinic/punctual:0.1.0"
        );
        for variable in list(app, "/spec/variables") {
            let map = text(variable, "/valueFrom/configMapKeyRef/name");
            assert!(map.is_empty() || map == name, "{variable}");
        }
    }
}

#[test]
fn each_secret_is_brought_by_a_class_that_the_pod_mounts_and_whose_account_may() {
    let Some(documents) = rendered() else { return };
    for app in ["scheduler", "delivery", "console"] {
        let app = named(&documents, "SpinApp", app);
        let account = text(app, "/spec/serviceAccountName");
        let mounted: Vec<&str> = list(app, "/spec/volumes")
            .iter()
            .map(|volume| text(volume, "/csi/volumeAttributes/secretProviderClass"))
            .collect();
        for class in &mounted {
            let class = named(&documents, "SecretProviderClass", class);
            assert_eq!(
                text(class, "/metadata/labels/punctual.dev~1account"),
                account
            );
        }
        for variable in list(app, "/spec/variables") {
            let secret = text(variable, "/valueFrom/secretKeyRef/name");
            if secret.is_empty() {
                continue;
            }
            assert!(mounted.contains(&secret), "{variable}");
            let class = named(&documents, "SecretProviderClass", secret);
            let keys = list(class, "/spec/secretObjects/0/data");
            let key = text(variable, "/valueFrom/secretKeyRef/key");
            assert!(keys.iter().any(|entry| text(entry, "/key") == key), "{key}");
        }
    }
    // The overlay sends by both, so it has their secrets, and in one place only.
    let holders = |name: &str| -> Vec<&str> {
        let apps = documents.iter().filter(|d| text(d, "/kind") == "SpinApp");
        apps.filter(|app| {
            list(app, "/spec/variables")
                .iter()
                .any(|v| text(v, "/name") == name)
        })
        .map(|app| text(app, "/metadata/name"))
        .collect()
    };
    assert_eq!(holders("sendgrid_key"), ["delivery"]);
    assert_eq!(holders("twilio_auth_token"), ["delivery"]);
    assert_eq!(holders("admin_token"), ["console"]);
    assert_eq!(holders("webhook_key"), ["scheduler"]);
}
