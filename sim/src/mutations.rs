//! Ways to break the application on purpose. `tests/mutations.rs` has those that the checker is shown to find.

use crate::lies::{Change, Mutation};

const ROWS: &str = "INSERT INTO notifications";
const FOR_DELIVERY: &str = "WHERE deleted_at IS NULL AND id IN";
const READ_DUE: &str = "json_each(?1) j JOIN notifications n ON n.id = j.value";

/// A row that was called off is read as one that stands.
const ROW_STANDS: Change = one(
    READ_DUE,
    "n.status,",
    "CASE n.status WHEN 'canceled' THEN 'scheduled' ELSE n.status END,",
);
/// A message that is locked is handed out once more.
const GIVEN_TWICE: Change = one(
    "UPDATE queue SET locked_until = ?1 + ?2",
    "locked_until <= ?1 ORDER BY",
    "(locked_until <= ?1 OR delivery_count < 2) ORDER BY",
);

const fn one(wanted: &'static str, part: &'static str, instead: &'static str) -> Change {
    Change {
        wanted,
        part,
        instead,
    }
}

/// The fence sees neither that an appointment was called off nor that its row was.
pub const NO_FENCE: Mutation = Mutation {
    changes: &[one(FOR_DELIVERY, "a.status,", "'scheduled',"), ROW_STANDS],
    ..Mutation::named("a fence that is blind to the status")
};

/// The fence sees neither that an appointment was deleted nor that its row was called off for it.
pub const BLIND_TO_DELETION: Mutation = Mutation {
    changes: &[
        one(FOR_DELIVERY, "deleted_at IS NULL AND id IN", "id IN"),
        ROW_STANDS,
    ],
    ..Mutation::named("a fence that is blind to deletions")
};

/// A message is handed to a second worker while the first one has it. By itself that does no harm: a row is claimed once.
pub const TWO_WORKERS: Mutation = Mutation {
    changes: &[GIVEN_TWICE],
    ..Mutation::named("a queue that hands a message to two workers")
};

/// And a row is written whatever happened to it meanwhile.
pub const NO_VERSION: Mutation = Mutation {
    changes: &[
        GIVEN_TWICE,
        one(
            ROWS,
            "WHERE notifications.version = excluded.version - 1",
            "WHERE true",
        ),
    ],
    ..Mutation::named("rows claimed without looking at their version")
};

/// An older event wins over a newer one.
pub const NO_STAMPS: Mutation = Mutation {
    changes: &[one(
        "INSERT INTO appointments",
        "stamps = excluded.stamps",
        "stamps = '[]'",
    )],
    ..Mutation::named("events merged without looking at their stamps")
};

/// A late event brings a deleted appointment back.
pub const NO_GRAVESTONE: Mutation = Mutation {
    changes: &[one(
        "INSERT INTO appointments",
        "deleted_at = excluded.deleted_at",
        "deleted_at = NULL",
    )],
    ..Mutation::named("deletions without a gravestone")
};

/// Messages are lost, and the sweep does not look for what is overdue.
pub const BLIND_SWEEP: Mutation = Mutation {
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
    ..Mutation::named("a queue that loses messages and a sweep that does not look for them")
};

/// Whoever asks the provider after a worker died hears that it has nothing, and sends again.
pub const RESENDS: Mutation = Mutation {
    changes: &[one(
        "FROM outbox WHERE notification_id",
        "WHERE notification_id",
        "WHERE 0 AND notification_id",
    )],
    ..Mutation::named("a resend of what the provider may have")
};

/// That a reminder was sent is not noted.
pub const FORGETS_SENT: Mutation = Mutation {
    changes: &[one(
        ROWS,
        "status = excluded.status",
        "status = CASE excluded.status WHEN 'sent' THEN 'scheduled' ELSE excluded.status END",
    )],
    ..Mutation::named("an outcome that is not written")
};

/// Every message is taken for an old one.
pub const ALL_SUPERSEDED: Mutation = Mutation {
    changes: &[one(READ_DUE, "n.due_at,", "n.due_at + 1,")],
    ..Mutation::named("a fence that takes every message for superseded")
};

/// The reminder goes to whom it went to before.
pub const OLD_ADDRESS: Mutation = Mutation {
    changes: &[one(FOR_DELIVERY, "a.email,", "'old@example.com',")],
    ..Mutation::named("a contact that is not read anew")
};

/// The rows of a former start stay.
pub const KEEPS_MOVED: Mutation = Mutation {
    changes: &[one(
        ROWS,
        "status = excluded.status",
        "status = CASE excluded.reason WHEN 'appointment_moved' THEN notifications.status ELSE excluded.status END",
    )],
    ..Mutation::named("rows of a former start that stay")
};

/// What staff cancel goes out.
pub const IGNORES_STAFF: Mutation = Mutation {
    changes: &[one(
        ROWS,
        "status = excluded.status",
        "status = CASE excluded.reason WHEN 'canceled_by_staff' THEN notifications.status ELSE excluded.status END",
    )],
    ..Mutation::named("a cancellation by staff that is not kept")
};

/// The provider gets everything twice.
pub const TWICE: Mutation = Mutation {
    changes: &[one(
        "INSERT INTO outbox",
        "FROM json_each(?1)",
        "FROM (SELECT * FROM json_each(?1) UNION ALL SELECT * FROM json_each(?1))",
    )],
    ..Mutation::named("a send that is repeated")
};

/// Messages are taken a quarter of a minute late.
pub const LATE: Mutation = Mutation {
    changes: &[one(
        "FROM queue",
        "enqueue_at <= ?1 AND locked_until",
        "enqueue_at <= ?1 - 15000 AND locked_until",
    )],
    ..Mutation::named("messages taken late")
};

/// Nobody learns why a reminder was not sent.
pub const NO_REASON: Mutation = Mutation {
    changes: &[one(ROWS, "reason = excluded.reason", "reason = NULL")],
    ..Mutation::named("a row that ends without a reason")
};

/// Rows of Dataverse are claimed without their ETag.
pub const NO_ETAG: Mutation = Mutation {
    changes: &[GIVEN_TWICE],
    requests: &[one("$batch", "if-match: W/", "x-not-asked: W/")],
    ..Mutation::named("rows of Dataverse claimed without their ETag")
};

/// Other steps than those that were promised.
pub const OTHER_STEPS: Mutation = Mutation {
    settings: &[(
        "reminder_policy",
        r#"{"steps":[{"before":"P8D","channels":["email","sms"]},{"before":"P1D","channels":["email","sms"]}]}"#,
    )],
    ..Mutation::named("steps that nobody asked for")
};

/// All of them.
pub const ALL: [&Mutation; 18] = [
    &NO_FENCE,
    &BLIND_TO_DELETION,
    &TWO_WORKERS,
    &NO_VERSION,
    &NO_STAMPS,
    &NO_GRAVESTONE,
    &BLIND_SWEEP,
    &RESENDS,
    &FORGETS_SENT,
    &ALL_SUPERSEDED,
    &OLD_ADDRESS,
    &KEEPS_MOVED,
    &IGNORES_STAFF,
    &TWICE,
    &LATE,
    &NO_REASON,
    &NO_ETAG,
    &OTHER_STEPS,
];
