//! The planning core as this application sees it: in a component the imports of `wit/` world `host`, elsewhere the library.

mod codes;
#[cfg(not(target_family = "wasm"))]
mod native;

/// Generated from `wit/`; these call into plugin-core.
#[cfg(target_family = "wasm")]
#[allow(missing_docs, clippy::all)]
mod contract {
    wit_bindgen::generate!({
        world: "host",
        path: "../../wit",
        additional_derives: [PartialEq],
    });
}

pub use codes::{Code, code, parse};

#[cfg(target_family = "wasm")]
pub use contract::punctual::reminders::types::*;
#[cfg(target_family = "wasm")]
pub use contract::punctual::reminders::{delivering, events, planning, rendering};
#[cfg(not(target_family = "wasm"))]
pub use native::types::*;
#[cfg(not(target_family = "wasm"))]
pub use native::{delivering, events, planning, rendering};
