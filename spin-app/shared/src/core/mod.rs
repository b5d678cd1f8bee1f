//! The planning core as this application sees it: the imports of `wit/` world `host`.

mod codes;

/// Generated from `wit/`; in a component these call into plugin-core.
#[allow(missing_docs, clippy::all)]
mod contract {
    wit_bindgen::generate!({
        world: "host",
        path: "../../wit",
        additional_derives: [PartialEq],
    });
}

pub use codes::{Code, code, parse};
pub use contract::punctual::reminders::types::*;
pub use contract::punctual::reminders::{delivering, events, planning, rendering};
