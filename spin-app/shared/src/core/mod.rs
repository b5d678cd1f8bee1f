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
pub use contract::punctual::reminders::{consent, delivering, events, planning, rendering};

/// A person of whom nothing is known beyond the appointment.
pub const STRANGER: planning::Person = planning::Person {
    blocks: Blocks {
        email: None,
        sms: None,
    },
    others: Vec::new(),
};

/// No links at all.
pub const NO_LINKS: rendering::Links = rendering::Links {
    confirm: None,
    cancel: None,
    reschedule: None,
    unsubscribe: None,
    calendar: None,
};
