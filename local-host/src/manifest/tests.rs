use super::*;

const WHOLE: &str = r#"
spin_manifest_version = 2
[application]
name = "shop"
version = "1.0.0"
authors = ["A <a@example.com>"]
[variables]
key = { required = true, secret = true }
host = { default = "example.com" }
[[trigger.http]]
route = "/orders/..."
component = "orders"
[[trigger.http]]
id = "inner"
route = { private = true }
component = "orders"
[component.orders]
source = "orders.wasm"
allowed_outbound_hosts = ["https://{{ host }}"]
sqlite_databases = ["default"]
[component.orders.variables]
host = "{{ host }}"
[component.orders.dependencies]
"shop:rules" = { path = "rules.wasm" }
[component.orders.build]
command = "make"
"#;

fn read(text: &str) -> Result<Manifest> {
    Manifest::parse(text, Path::new("/app/spin.toml"))
}

#[track_caller]
fn refused(old: &str, new: &str, because: &str) {
    assert!(WHOLE.contains(old), "{old:?} is not in the example");
    let error = format!("{:#}", read(&WHOLE.replace(old, new)).unwrap_err());
    assert!(error.contains(because), "{error}");
}

#[test]
fn a_whole_manifest_reads() {
    let manifest = read(WHOLE).unwrap();
    assert_eq!(manifest.name, "shop");
    assert!(manifest.variables["key"].required && manifest.variables["key"].secret);
    assert_eq!(
        manifest.variables["host"].default.as_deref(),
        Some("example.com")
    );
    assert_eq!(manifest.triggers[0].route.as_deref(), Some("/orders/..."));
    assert_eq!(manifest.triggers[1].route, None);
    let orders = &manifest.components["orders"];
    assert_eq!(orders.source, Path::new("/app/orders.wasm"));
    assert_eq!(orders.dependencies[0].0.to_string(), "shop:rules");
    assert!(
        !orders.dependencies[0].1.inherits,
        "configuration is inherited only when the manifest says so"
    );
}

#[test]
fn errors_name_the_place() {
    refused(
        "spin_manifest_version = 2",
        "spin_manifest_version = 1",
        "spin_manifest_version must be 2",
    );
    refused(
        "source = \"orders.wasm\"",
        "sorce = \"orders.wasm\"",
        "unknown field `sorce`",
    );
    refused(
        "[[trigger.http]]\nroute",
        "[[trigger.redis]]\nroute",
        "http trigger only",
    );
    refused(
        "component = \"orders\"\n[[",
        "component = \"order\"\n[[",
        "there is no [component.order]",
    );
    refused(
        "{ required = true, secret = true }",
        "{ secret = true }",
        "[variables] key: it needs either",
    );
    refused(
        "source = \"orders.wasm\"",
        "source = { url = \"https://example.com\" }",
        "[component.orders]: source",
    );
    refused(
        "{ path = \"rules.wasm\" }",
        "\">=1.0\"",
        "dependencies.\"shop:rules\": this host takes { path",
    );
    refused(
        "{ path = \"rules.wasm\" }",
        "{ path = \"r.wasm\", export = \"x\" }",
        "whole package",
    );
    refused(
        "\"shop:rules\" = { path = \"rules.wasm\" }",
        "\"shop:rules\" = { path = \"a\" }\n\"shop:rules/tax\" = { path = \"b\" }",
        "satisfy the same imports",
    );
    refused("host = { default", "Host = { default", "[variables] Host");
}

#[test]
fn dependency_names_match_as_in_spin() {
    let matches =
        |name: &str, import: &str| name.parse::<DependencyName>().unwrap().matches(import);
    assert!(matches("foo:bar/baz@0.1.0", "foo:bar/baz@0.1.0"));
    assert!(matches("foo:bar/baz", "foo:bar/baz@0.1.0"));
    assert!(matches("foo:bar", "foo:bar/baz"));
    assert!(matches("foo:bar@0.1.0", "foo:bar/baz@0.1.0"));
    assert!(matches("foo-bar", "foo-bar"));
    assert!(!matches("foo:bar/baz@0.1.0", "foo:bar/baz"));
    assert!(!matches("foo:bar/baz", "foo:bar/bub@0.1.0"));
    assert!(!matches("foo:bar", "foo:bub/bib"));
    assert!(!matches("foo:bar@0.1.0", "foo:bar/baz"));
    assert!(!matches("foo:bar/baz", "foo-bar"));
}
