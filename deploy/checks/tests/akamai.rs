//! The manifest for Akamai Functions is spin.toml's, and stays within what is to be had there. It is run within those limits by
//! tests/reminders/azure/akamai.rs.

use expect_test::expect_file;
use punctual_deploy_checks::{Manifest, akamai, deploy, manifest, root, schemas};

#[test]
fn it_follows_from_the_manifest() {
    let text = std::fs::read_to_string(root().join("spin.toml")).expect("spin.toml");
    expect_file![deploy("akamai/spin.toml")].assert_eq(&akamai::manifest(&text));
}

#[test]
fn it_asks_for_nothing_that_is_not_there() {
    let akamai = Manifest::load(&deploy("akamai/spin.toml"));
    let whole = manifest();
    assert_eq!(akamai.application.version, whole.application.version);
    let routes = |manifest: &Manifest| -> Vec<String> {
        manifest
            .triggers()
            .iter()
            .map(|t| format!("{} {}", t.route, t.component))
            .collect()
    };
    assert_eq!(routes(&akamai), routes(&whole));
    for (id, component) in &akamai.component {
        assert!(
            component.sqlite_databases.is_empty(),
            "{id} has no database"
        );
        assert_eq!(component.key_value_stores, ["default"]);
        for host in &component.allowed_outbound_hosts {
            let name = host.trim_matches(['{', '}', ' ']);
            let default = akamai.variables[name]
                .default
                .as_deref()
                .unwrap_or_default();
            assert!(
                default.starts_with("http"),
                "{id} may reach {host}, which is not HTTP"
            );
        }
        for template in component.variables.values() {
            let name = template.trim_matches(['{', '}', ' ']);
            assert!(akamai.variables.contains_key(name), "{id}: {template}");
        }
        let of = &whole.component[id];
        assert!(
            component.source.ends_with(&of.source),
            "{}",
            component.source
        );
    }
    for variable in whole.variables.keys() {
        let tcp = [
            "servicebus_address",
            "servicebus_tls",
            "servicebus_ca",
            "dns_resolver",
            "dns_resolver_path",
        ];
        assert_eq!(
            akamai.variables.contains_key(variable),
            !tcp.contains(&variable.as_str()),
            "{variable}"
        );
    }
}

#[test]
fn both_manifests_are_ones_that_spin_knows() {
    let Some(folder) = schemas() else {
        use std::io::Write;
        let _ = writeln!(
            std::io::stderr(),
            "SKIPPED: manifests against Spin's schema (../shared/data is not here)"
        );
        return;
    };
    let schema =
        std::fs::read_to_string(folder.join("spin-manifest-v2.schema.json")).expect("a schema");
    let schema = serde_json::from_str(&schema).expect("it is JSON");
    let validator = jsonschema::validator_for(&schema).expect("it is one");
    for path in [root().join("spin.toml"), deploy("akamai/spin.toml")] {
        let text = std::fs::read_to_string(&path).expect("a manifest");
        let manifest: toml::Value = toml::from_str(&text).expect("it is TOML");
        let manifest = serde_json::to_value(manifest).expect("it is data");
        let errors: Vec<_> = validator
            .iter_errors(&manifest)
            .map(|e| format!("{}: {e}", e.instance_path()))
            .collect();
        assert!(errors.is_empty(), "{}: {errors:#?}", path.display());
    }
}
