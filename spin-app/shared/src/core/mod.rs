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
pub use contract::punctual::reminders::{consent, delivering, events, planning, rendering};
#[cfg(not(target_family = "wasm"))]
pub use native::types::*;
#[cfg(not(target_family = "wasm"))]
pub use native::{consent, delivering, events, planning, rendering};

/// A person of whom nothing is known beyond the appointment.
pub const STRANGER: planning::Person = planning::Person {
    blocks: Blocks {
        email: None,
        sms: None,
    },
    others: Vec::new(),
};

/// Both channels send.
pub const ALL_ON: Switches = Switches {
    email: true,
    sms: true,
};

/// No links at all.
pub const NO_LINKS: rendering::Links = rendering::Links {
    confirm: None,
    cancel: None,
    reschedule: None,
    unsubscribe: None,
    calendar: None,
};
