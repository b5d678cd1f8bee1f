//! Imports that this host does not offer: they link, and trap when they are called.
//!
//! spin-sdk makes a component import more than it uses, Redis for example, and under Spin that links.

use wasmtime::component::types::ComponentItem;
use wasmtime::component::{Component, Linker, LinkerInstance, ResourceType};
use wasmtime::{Engine, Result};

use super::state::GuestState;

/// Packages whose version 0.2 the linker has; it lets any 0.2.x of them match.
const WASI: [&str; 7] = [
    "wasi:cli/",
    "wasi:clocks/",
    "wasi:filesystem/",
    "wasi:http/",
    "wasi:io/",
    "wasi:random/",
    "wasi:sockets/",
];

/// Spin's interfaces that the linker has.
const SPIN: [&str; 4] = [
    "fermyon:spin/variables@2.0.0",
    "fermyon:spin/key-value@2.0.0",
    "fermyon:spin/sqlite@2.0.0",
    "spin:sqlite/sqlite@3.0.0",
];

fn is_offered(import: &str) -> bool {
    let is_wasi = WASI.iter().any(|package| import.starts_with(package));
    let version = import.split_once('@').map_or("", |(_, version)| version);
    SPIN.contains(&import) || (is_wasi && version.starts_with("0.2.") && !version.contains('-'))
}

/// Defines a trap for each function of each interface that is imported and not offered.
pub(crate) fn stub_the_rest(
    linker: &mut Linker<GuestState>,
    component: &Component,
    engine: &Engine,
) -> Result<()> {
    for (name, import) in component.component_type().imports(engine) {
        match import.ty {
            ComponentItem::ComponentInstance(interface) if !is_offered(name) => {
                let mut instance = linker.instance(name)?;
                for (item, export) in interface.exports(engine) {
                    stub(&mut instance, item, &format!("{name}#{item}"), &export.ty)?;
                }
            }
            ComponentItem::ComponentInstance(_) => {}
            other => stub(&mut linker.root(), name, name, &other)?,
        }
    }
    Ok(())
}

fn stub(
    place: &mut LinkerInstance<'_, GuestState>,
    item: &str,
    full_name: &str,
    kind: &ComponentItem,
) -> Result<()> {
    match kind {
        ComponentItem::ComponentFunc(_) => {
            let full_name = full_name.to_owned();
            place.func_new(item, move |_, _, _, _| {
                Err(wasmtime::Error::msg(format!(
                    "this host does not offer {full_name}"
                )))
            })
        }
        ComponentItem::Resource(_) => {
            place.resource(item, ResourceType::host::<()>(), |_, _| Ok(()))
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn offers_are_told_from_the_rest() {
        for import in [
            "wasi:io/poll@0.2.0",
            "wasi:http/types@0.2.6",
            "spin:sqlite/sqlite@3.0.0",
        ] {
            assert!(is_offered(import), "{import}");
        }
        for import in [
            "wasi:http/types@0.2.0-rc-2023-10-18",
            "wasi:http/handler@0.3.0",
            "fermyon:spin/redis@2.0.0",
            "wasi:keyvalue/store@0.2.0-draft2",
        ] {
            assert!(!is_offered(import), "{import}");
        }
    }
}
