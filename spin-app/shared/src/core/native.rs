//! The planning core as an ordinary library, for builds that are no component: native tests run flows and adapters with
//! the real decisions. The names and signatures are those that `wit-bindgen` makes of the imports.

pub use plugin_core::contract::exports::punctual::reminders::types;

/// `wit/events.wit`
pub mod events {
    use super::types::{Appointment, FieldChange, Instant, Policy, Problem};
    use plugin_core::intake;

    pub use plugin_core::contract::exports::punctual::reminders::events::{
        DatedAppointment, Event, EventKind, Merged,
    };
    pub use plugin_core::intake::{
        check_appointment, iana_time_zone, overlap, read_draft, read_event, read_mapping,
        read_policy, read_row, write_row,
    };

    /// See the contract.
    pub fn merge(
        id: &str,
        stored: Option<&DatedAppointment>,
        changes: &[FieldChange],
        at: Instant,
    ) -> Merged {
        intake::merge(id, stored.cloned(), changes.to_vec(), at)
    }

    pub use plugin_core::zones::civil_days;

    // The contract's own shapes, so that a signature that changes is found here.
    const _: fn(&[u8], &str) -> Result<Appointment, Problem> = read_row;
    const _: fn(&Appointment, &str) -> Result<Vec<u8>, Problem> = write_row;
    const _: fn(&str) -> Result<Policy, Problem> = read_policy;
}

/// `wit/planning.wit`
pub mod planning {
    pub use plugin_core::contract::exports::punctual::reminders::planning::{
        Action, Change, Person, Planned, Taken,
    };
    pub use plugin_core::planning::{notification_id, plan, reconcile};
}

/// `wit/delivering.wit`
pub mod delivering {
    pub use plugin_core::contract::exports::punctual::reminders::delivering::{
        Decision, Next, Outcome, Receipt, Settlement, Stale, Turn,
    };
    pub use plugin_core::delivering::{after, decide, last_look, on_receipt};
}

/// `wit/rendering.wit`
pub mod rendering {
    pub use plugin_core::contract::exports::punctual::reminders::rendering::{
        Email, Links, Message, Rendered, Sender, Sms, SmsEncoding, SmsSize,
    };
    pub use plugin_core::rendering::{calendar, render, render_stopped};
    pub use plugin_core::sms::measure as measure_sms;
}

/// `wit/consent.wit`
pub mod consent {
    pub use plugin_core::consent::read_reply;
    pub use plugin_core::contract::exports::punctual::reminders::consent::Reply;
}
