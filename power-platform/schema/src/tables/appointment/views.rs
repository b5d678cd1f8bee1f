//! Which appointments people look at.

use crate::describe::Filter::{All, Any, Empty, NextYears, Today};
use crate::describe::{Brief, Filter, Order, State, View};

const BY_START: Order = Order {
    column: "punctual_start",
    descending: false,
};
const ACTIVE: Filter = Filter::State(State::Active);
/// Today's are in it all day long, so that nobody vanishes from the list at the door.
const COMING: Filter = Any(&[Today("punctual_start"), NextYears("punctual_start", 2)]);

pub const BRIEF: Brief = Brief {
    columns: &[
        "punctual_name",
        "punctual_start",
        "punctual_customername",
        "punctual_resource",
        "statuscode",
    ],
    find: &[
        "punctual_name",
        "punctual_customername",
        "punctual_phone",
        "punctual_email",
    ],
    order: BY_START,
};

pub const VIEWS: &[View] = &[
    View {
        label: "Active appointments",
        description: "Everything that is scheduled or confirmed.",
        columns: &[
            "punctual_name",
            "punctual_start",
            "punctual_customername",
            "punctual_service",
            "punctual_resource",
            "statuscode",
        ],
        order: BY_START,
        filter: ACTIVE,
    },
    View {
        label: "Coming appointments",
        description: "Scheduled or confirmed, today or later.",
        columns: &[
            "punctual_name",
            "punctual_start",
            "punctual_end",
            "punctual_customername",
            "punctual_service",
            "punctual_resource",
            "statuscode",
        ],
        order: BY_START,
        filter: All(&[ACTIVE, COMING]),
    },
    View {
        label: "Appointments that need attention",
        description: "Coming, but with neither email nor phone: nobody can be reminded.",
        columns: &[
            "punctual_name",
            "punctual_start",
            "punctual_customername",
            "punctual_email",
            "punctual_phone",
        ],
        order: BY_START,
        filter: All(&[
            ACTIVE,
            COMING,
            Empty("punctual_email"),
            Empty("punctual_phone"),
        ]),
    },
];
