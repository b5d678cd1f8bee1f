//! Ways to break the application on purpose. `tests/mutations.rs` has those that the checker is shown to find.

use crate::lies::{Change, Mutation};

const ROWS: &str = "INSERT INTO notifications";
const FOR_DELIVERY: &str = "WHERE deleted_at IS NULL AND id IN";

const fn one(wanted: &'static str, part: &'static str, instead: &'static str) -> Change {
    Change {
        wanted,
        part,
        instead,
    }
}

/// The fence does not see that an appointment was called off.
pub const BLIND_TO_STATUS: Mutation = Mutation {
    name: "a fence that is blind to the status",
    changes: &[one(FOR_DELIVERY, "a.status,", "'scheduled',")],
};

/// The fence does not see that an appointment was deleted.
pub const BLIND_TO_DELETION: Mutation = Mutation {
    name: "a fence that is blind to deletions",
    changes: &[one(FOR_DELIVERY, "deleted_at IS NULL AND id IN", "id IN")],
};

/// A row is written whatever happened to it meanwhile.
pub const NO_VERSION: Mutation = Mutation {
    name: "rows written without looking at their version",
    changes: &[one(
        ROWS,
        "WHERE notifications.version = excluded.version - 1",
        "WHERE true",
    )],
};

/// An older event wins over a newer one.
pub const NO_STAMPS: Mutation = Mutation {
    name: "events merged without looking at their stamps",
    changes: &[one(
        "INSERT INTO appointments",
        "stamps = excluded.stamps",
        "stamps = '[]'",
    )],
};

/// A late event brings a deleted appointment back.
pub const NO_GRAVESTONE: Mutation = Mutation {
    name: "deletions without a gravestone",
    changes: &[one(
        "INSERT INTO appointments",
        "deleted_at = excluded.deleted_at",
        "deleted_at = NULL",
    )],
};

/// Messages are lost, and the sweep does not look for what is overdue.
pub const BLIND_SWEEP: Mutation = Mutation {
    name: "a queue that loses messages and a sweep that does not look for them",
    changes: &[
        one(
            "INSERT INTO queue",
            "WHERE true",
            "WHERE (value ->> 'e') / 1000 % 3 <> 0",
        ),
        one(
            "SELECT id FROM appointments WHERE id > ?3",
            "status IN ('scheduled','sending','unknown')",
            "status = 'nothing'",
        ),
    ],
};

/// Whoever asks the provider after a worker died hears that it has nothing, and sends again.
pub const RESENDS: Mutation = Mutation {
    name: "a resend of what the provider may have",
    changes: &[one(
        "FROM outbox WHERE notification_id",
        "WHERE notification_id",
        "WHERE 0 AND notification_id",
    )],
};

/// That a reminder was sent is not noted.
pub const FORGETS_SENT: Mutation = Mutation {
    name: "an outcome that is not written",
    changes: &[one(
        ROWS,
        "status = excluded.status",
        "status = CASE excluded.status WHEN 'sent' THEN 'scheduled' ELSE excluded.status END",
    )],
};

/// What was answered with 200 is not stored.
pub const NO_COMMIT: Mutation = Mutation {
    name: "an answer before the commit",
    changes: &[one("COMMIT", "COMMIT", "ROLLBACK")],
};

/// Every message is taken for an old one.
pub const ALL_SUPERSEDED: Mutation = Mutation {
    name: "a fence that takes every message for superseded",
    changes: &[one(
        "json_each(?1) j JOIN notifications n ON n.id = j.value",
        "n.due_at,",
        "n.due_at + 1,",
    )],
};

/// The reminder goes to whom it went to before.
pub const OLD_ADDRESS: Mutation = Mutation {
    name: "a contact that is not read anew",
    changes: &[one(FOR_DELIVERY, "a.email,", "'old@example.com',")],
};

/// The rows of a former start stay.
pub const KEEPS_MOVED: Mutation = Mutation {
    name: "rows of a former start that stay",
    changes: &[one(
        ROWS,
        "status = excluded.status",
        "status = CASE excluded.reason WHEN 'appointment_moved' THEN notifications.status ELSE excluded.status END",
    )],
};

/// What staff cancel goes out.
pub const IGNORES_STAFF: Mutation = Mutation {
    name: "a cancellation by staff that is not kept",
    changes: &[one(
        ROWS,
        "status = excluded.status",
        "status = CASE excluded.reason WHEN 'canceled_by_staff' THEN notifications.status ELSE excluded.status END",
    )],
};

/// The provider gets everything twice.
pub const TWICE: Mutation = Mutation {
    name: "a send that is repeated",
    changes: &[one(
        "INSERT INTO outbox",
        "FROM json_each(?1)",
        "FROM (SELECT * FROM json_each(?1) UNION ALL SELECT * FROM json_each(?1))",
    )],
};

/// Messages are taken a minute late.
pub const LATE: Mutation = Mutation {
    name: "messages taken a minute late",
    changes: &[one(
        "FROM queue",
        "enqueue_at <= ?1 AND locked_until",
        "enqueue_at <= ?1 - 60000 AND locked_until",
    )],
};

/// Nobody learns why a reminder was not sent.
pub const NO_REASON: Mutation = Mutation {
    name: "a row that ends without a reason",
    changes: &[one(ROWS, "reason = excluded.reason", "reason = NULL")],
};

/// All of them.
pub const ALL: [&Mutation; 16] = [
    &BLIND_TO_STATUS,
    &BLIND_TO_DELETION,
    &NO_VERSION,
    &NO_STAMPS,
    &NO_GRAVESTONE,
    &BLIND_SWEEP,
    &RESENDS,
    &FORGETS_SENT,
    &NO_COMMIT,
    &ALL_SUPERSEDED,
    &OLD_ADDRESS,
    &KEEPS_MOVED,
    &IGNORES_STAFF,
    &TWICE,
    &LATE,
    &NO_REASON,
];
