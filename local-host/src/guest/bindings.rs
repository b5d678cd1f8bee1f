//! Spin's interfaces as Rust traits, generated from `wit/`.

#![allow(missing_docs, reason = "generated from WIT, which is documented")]

wasmtime::component::bindgen!({
    path: "wit",
    world: "spin-imports",
    imports: { default: async | trappable },
    with: {
        "fermyon:spin/key-value.store": crate::guest::key_value::Store,
        "fermyon:spin/sqlite.connection": crate::guest::sqlite::Connection,
        "spin:sqlite/sqlite.connection": crate::guest::sqlite::Connection,
    },
});
