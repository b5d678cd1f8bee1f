//! Punctual's planning core.
//!
//! Every decision is made here and nothing else is done here: no I/O, no clock, no randomness. `now` is
//! always an argument. The contract, with units and meanings, is the WIT package in `wit/`; the types of
//! its interface `types` are used throughout, so that the component boundary needs no second set.

#[cfg(target_family = "wasm")]
mod component;
pub mod consent;
pub mod delivering;
pub mod intake;
pub mod planning;
pub mod rendering;
pub mod sms;
pub mod time;
pub mod zones;

/// Types and traits generated from `wit/`.
#[allow(missing_docs, clippy::all)]
pub mod contract {
    wit_bindgen::generate!({
        world: "core",
        path: "../wit",
        additional_derives: [PartialEq],
        pub_export_macro: true,
    });
}

/// The types of the WIT interface `types`, under the name the core uses.
pub mod types {
    pub use crate::contract::exports::punctual::reminders::types::*;
}
