//! Which notifications people look at: beside all of them, the scheduled, the sent, the failed and the canceled.
//! Nine statuses are too many for lists.

use crate::describe::Filter::{All, Any, OlderThanMinutes, OneOf};
use crate::describe::{Brief, Filter, Order, State, View};

const NAME: &str = "punctual_name";
const APPOINTMENT: &str = "punctual_appointment";
const CHANNEL: &str = "punctual_channel";
const DUE: &str = "punctual_dueat";
const STATUS: &str = "punctual_status";
const REASON: &str = "punctual_reason";

const SOONEST: Order = Order {
    column: DUE,
    descending: false,
};
const LATEST: Order = Order {
    column: DUE,
    descending: true,
};
const ACTIVE: Filter = Filter::State(State::Active);
const OPEN: Filter = OneOf(STATUS, &["pending", "scheduled", "sending"]);
/// Longer than a lost message takes to be mended: two minutes and the interval of `/reconcile`.
const OVERDUE: Filter = All(&[OPEN, OlderThanMinutes(DUE, 15)]);

pub const BRIEF: Brief = Brief {
    columns: &[NAME, DUE, APPOINTMENT, STATUS, REASON],
    find: &[
        NAME,
        "punctual_key",
        "punctual_appointmentid",
        "punctual_providermessageid",
    ],
    order: LATEST,
};

pub const VIEWS: &[View] = &[
    View {
        label: "Active notifications",
        description: "Every reminder that nobody put away.",
        columns: &[
            NAME,
            DUE,
            APPOINTMENT,
            CHANNEL,
            STATUS,
            REASON,
            "punctual_sentat",
        ],
        order: LATEST,
        filter: ACTIVE,
    },
    View {
        label: "Coming notifications",
        description: "Scheduled: these will go out.",
        columns: &[NAME, DUE, APPOINTMENT, CHANNEL, STATUS],
        order: SOONEST,
        filter: All(&[ACTIVE, OPEN]),
    },
    View {
        label: "Sent notifications",
        description: "Sent: a provider took these.",
        columns: &[
            NAME,
            "punctual_sentat",
            APPOINTMENT,
            CHANNEL,
            STATUS,
            "punctual_provider",
        ],
        order: LATEST,
        filter: All(&[ACTIVE, OneOf(STATUS, &["sent", "delivered"])]),
    },
    View {
        label: "Notifications that need attention",
        description: "Failed, of unknown outcome, or overdue by a quarter of an hour.",
        columns: &[
            NAME,
            DUE,
            APPOINTMENT,
            CHANNEL,
            STATUS,
            REASON,
            "punctual_attempts",
            "punctual_lasterror",
        ],
        order: LATEST,
        filter: All(&[
            ACTIVE,
            Any(&[OneOf(STATUS, &["failed", "unknown"]), OVERDUE]),
        ]),
    },
    View {
        label: "Canceled notifications",
        description: "Canceled or skipped: these will not go out, and the reason says why.",
        columns: &[NAME, DUE, APPOINTMENT, CHANNEL, STATUS, REASON],
        order: LATEST,
        filter: All(&[ACTIVE, OneOf(STATUS, &["canceled", "skipped"])]),
    },
];
