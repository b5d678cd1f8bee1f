//! What the built components ask of their host. What is not imported cannot be used, whoever gets hold of a component.

use std::path::PathBuf;

use expect_test::{Expect, expect};
use wit_component::DecodedWasm;
use wit_parser::{Resolve, WorldId, WorldItem, WorldKey};

/// A component as `spin.toml` loads it.
struct Component {
    bytes: Vec<u8>,
    resolve: Resolve,
    world: WorldId,
}

impl Component {
    fn read(name: &str) -> Self {
        let file = root().join(format!("target/components/{name}.wasm"));
        let bytes = std::fs::read(&file)
            .unwrap_or_else(|error| panic!("{name}: {error}; `cargo xtask build` makes it"));
        match wit_component::decode(&bytes).expect("it is a component") {
            DecodedWasm::Component(resolve, world) => Self {
                bytes,
                resolve,
                world,
            },
            DecodedWasm::WitPackage(..) => panic!("{name} is only a WIT package"),
        }
    }

    /// Sorted, without versions: those change with the tools and say nothing of what a component may do.
    fn imports(&self) -> Vec<String> {
        let world = &self.resolve.worlds[self.world];
        self.names(world.imports.keys())
    }

    fn exports(&self) -> Vec<String> {
        let world = &self.resolve.worlds[self.world];
        self.names(world.exports.keys())
    }

    fn names<'a>(&self, keys: impl Iterator<Item = &'a WorldKey>) -> Vec<String> {
        let name = |key| {
            let name = self.resolve.name_world_key(key);
            name.split('@').next().unwrap_or_default().to_owned()
        };
        let mut names: Vec<_> = keys.map(name).collect();
        names.sort();
        names
    }
}

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("..")
}

#[test]
fn the_core_imports_nothing() {
    assert_eq!(Component::read("plugin-core").imports(), [""; 0]);
}

#[test]
fn the_core_exports_what_the_contract_says() {
    let core = Component::read("plugin-core");
    let mut contract = Resolve::default();
    let (package, _) = contract
        .push_dir(root().join("wit"))
        .expect("the contract can be read");
    let world = contract
        .select_world(&[package], Some("core"))
        .expect("the contract has the world `core`");
    // Every function with its types, by the component model's own rules.
    wit_component::targets(&contract, world, &core.bytes).expect("the core fits its contract");
    // And nothing beside it.
    let promised = &contract.worlds[world].exports;
    assert!(
        promised
            .values()
            .all(|item| matches!(item, WorldItem::Interface { .. }))
    );
    let name = |key| contract.name_world_key(key);
    let mut promised: Vec<_> = promised.keys().map(name).collect();
    promised.sort();
    let world = &core.resolve.worlds[core.world];
    let mut exports: Vec<_> = world
        .exports
        .keys()
        .map(|key| core.resolve.name_world_key(key))
        .collect();
    exports.sort();
    assert_eq!(exports, promised);
}

/// What Rust's standard library asks for in any program: clocks, its streams, a seed for hash maps.
const STANDARD: [&str; 4] = [
    "wasi:cli/",
    "wasi:clocks/",
    "wasi:io/",
    "wasi:random/insecure-seed",
];

/// Answers a request, keeps rows, reads settings, asks the core, and speaks to the queue by HTTP or by TCP: how far either
/// reaches is for `allowed_outbound_hosts`. Files are the console's alone, and only the page's: `files` of the manifest.
#[track_caller]
fn check(name: &str, expected: Expect) {
    let component = Component::read(name);
    assert_eq!(component.exports(), ["wasi:http/incoming-handler"]);
    let imports = component.imports();
    let own = imports
        .iter()
        .filter(|import| !STANDARD.iter().any(|common| import.starts_with(common)));
    let own: String = own.map(|import| format!("{import}\n")).collect();
    expected.assert_eq(&own);
}

/// It plans; it has no say in delivery and cannot write a message.
#[test]
fn the_scheduler() {
    check(
        "scheduler",
        expect![[r#"
            fermyon:spin/key-value
            fermyon:spin/sqlite
            fermyon:spin/variables
            punctual:reminders/events
            punctual:reminders/planning
            punctual:reminders/types
            wasi:filesystem/preopens
            wasi:filesystem/types
            wasi:http/outgoing-handler
            wasi:http/types
            wasi:random/random
            wasi:sockets/instance-network
            wasi:sockets/network
            wasi:sockets/tcp
            wasi:sockets/tcp-create-socket
            wasi:sockets/udp
            wasi:sockets/udp-create-socket
        "#]],
    );
}

/// It sends; it cannot plan.
#[test]
fn delivery() {
    check(
        "delivery",
        expect![[r#"
            fermyon:spin/key-value
            fermyon:spin/sqlite
            fermyon:spin/variables
            punctual:reminders/consent
            punctual:reminders/delivering
            punctual:reminders/events
            punctual:reminders/planning
            punctual:reminders/rendering
            punctual:reminders/types
            wasi:filesystem/preopens
            wasi:filesystem/types
            wasi:http/outgoing-handler
            wasi:http/types
            wasi:random/random
            wasi:sockets/instance-network
            wasi:sockets/network
            wasi:sockets/tcp
            wasi:sockets/tcp-create-socket
            wasi:sockets/udp
            wasi:sockets/udp-create-socket
        "#]],
    );
}

/// It shows plans and words, and asks the fence before it promises to send; it has no provider to send by.
#[test]
fn the_console() {
    check(
        "console",
        expect![[r#"
            fermyon:spin/key-value
            fermyon:spin/sqlite
            fermyon:spin/variables
            punctual:reminders/delivering
            punctual:reminders/events
            punctual:reminders/planning
            punctual:reminders/rendering
            punctual:reminders/types
            wasi:filesystem/preopens
            wasi:filesystem/types
            wasi:http/outgoing-handler
            wasi:http/types
            wasi:random/random
            wasi:sockets/instance-network
            wasi:sockets/network
            wasi:sockets/tcp
            wasi:sockets/tcp-create-socket
            wasi:sockets/udp
            wasi:sockets/udp-create-socket
        "#]],
    );
}
