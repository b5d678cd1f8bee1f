use super::*;

/// Imports `shop:rules/tax@1.0.0` and exports a function of its own.
const DEPENDENT: &str = r#"(component
    (import "shop:rules/tax@1.0.0" (instance $tax (export "rate" (func (result u32)))))
    (alias export $tax "rate" (func $rate))
    (core func $lowered (canon lower (func $rate)))
    (core module $m
        (import "" "rate" (func $rate (result i32)))
        (func (export "total") (result i32) (i32.add (call $rate) (i32.const 1))))
    (core instance $i (instantiate $m (with "" (instance (export "rate" (func $lowered))))))
    (func $total (result u32) (canon lift (core func $i "total")))
    (export "total" (func $total)))"#;

/// Exports an instance `name` with a function `rate` of type `result`.
fn provider(name: &str, result: &str, imports: &str) -> Vec<u8> {
    let text = format!(
        r#"(component
        {imports}
        (core module $m (func (export "rate") (result i32) (i32.const 19)))
        (core instance $i (instantiate $m))
        (func $rate (result {result}) (canon lift (core func $i "rate")))
        (instance $tax (export "rate" (func $rate)))
        (export "{name}" (instance $tax)))"#
    );
    wat::parse_str(text).unwrap()
}

fn composed(name: &str, provider: &[u8], export: Option<&str>, inherits: bool) -> Result<Vec<u8>> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("provider.wasm");
    std::fs::write(&path, provider).unwrap();
    let dependency = Dependency {
        path,
        export: export.map(str::to_owned),
        inherits,
    };
    let dependent = wat::parse_str(DEPENDENT).unwrap();
    let parts = Parts::load(dependent, &[(name.parse().unwrap(), dependency)])?;
    compose("orders", &parts)
}

#[test]
fn a_dependency_answers_its_dependents_calls() {
    let bytes = composed(
        "shop:rules",
        &provider("shop:rules/tax@1.0.0", "u32", ""),
        None,
        false,
    )
    .unwrap();
    let engine = wasmtime::Engine::default();
    let component = wasmtime::component::Component::new(&engine, bytes).unwrap();
    assert_eq!(component.component_type().imports(&engine).count(), 0);
    let mut store = wasmtime::Store::new(&engine, ());
    let instance = wasmtime::component::Linker::new(&engine)
        .instantiate(&mut store, &component)
        .unwrap();
    let total = instance
        .get_typed_func::<(), (u32,)>(&mut store, "total")
        .unwrap();
    assert_eq!(total.call(&mut store, ()).unwrap(), (20,));
}

#[test]
fn an_export_of_another_name_can_be_chosen() {
    let other = provider("rates:abroad/vat@3.0.0", "u32", "");
    composed(
        "shop:rules/tax@1.0.0",
        &other,
        Some("rates:abroad/vat@3.0.0"),
        false,
    )
    .unwrap();
}

#[track_caller]
fn refused(name: &str, provider: &[u8], because: &str) {
    let error = format!("{:#}", composed(name, provider, None, false).unwrap_err());
    assert!(error.contains(because), "{error}");
}

#[test]
fn misfits_are_refused_by_name() {
    let good = provider("shop:rules/tax@1.0.0", "u32", "");
    refused(
        "shop:prices",
        &good,
        "\"shop:prices\" matches no import of \"orders\"",
    );
    refused(
        "shop:rules",
        &provider("shop:rules/tax@1.1.0", "u32", ""),
        "does not export \"shop:rules/tax@1.0.0\"",
    );
    refused(
        "shop:rules",
        &provider("shop:rules/tax@1.0.0", "s32", ""),
        "does not fit",
    );
    let curious = provider(
        "shop:rules/tax@1.0.0",
        "u32",
        r#"(import "wasi:io/error@0.2.0" (instance))"#,
    );
    refused("shop:rules", &curious, "inherits no configuration");
    refused("shop:rules", b"no component", "is not a component");
}
