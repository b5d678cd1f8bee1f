//! The schema of the embedded mode is made once, by whoever comes first, and never by an older build.

use punctual_app::queue::embedded::NEXT_AT;
use punctual_app::records::Records;
use punctual_app::records::embedded::EmbeddedRecords;
use punctual_app::sql::{Sql, prepare};
use tempfile::TempDir;

use crate::native::Native;

fn integer(sql: &Native, statement: &str) -> i64 {
    let rows = sql.execute(statement, &[]).expect(statement);
    rows[0].integer(0)
}

#[test]
fn preparing_again_changes_nothing() {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("punctual.db");
    let first = Native::open(&file);
    prepare(&first).unwrap();
    let version = integer(&first, "PRAGMA user_version");
    assert!(version > 0);
    let statement = "INSERT INTO marks (name, value) VALUES ('kept', 7)";
    first.execute(statement, &[]).unwrap();
    // Each statement of the schema raises this number.
    let changes = integer(&first, "PRAGMA schema_version");
    prepare(&first).unwrap();
    let second = Native::open(&file);
    prepare(&second).unwrap();
    assert_eq!(integer(&second, "PRAGMA user_version"), version);
    assert_eq!(integer(&second, "PRAGMA schema_version"), changes);
    assert_eq!(integer(&second, "SELECT value FROM marks"), 7);
}

#[test]
fn a_commit_is_on_disk_before_it_is_answered() {
    let folder = TempDir::new().unwrap();
    let sql = Native::open(&folder.path().join("punctual.db"));
    prepare(&sql).unwrap();
    const FULL: i64 = 2;
    assert!(integer(&sql, "PRAGMA synchronous") >= FULL);
}

#[test]
fn an_older_schema_is_brought_up_and_keeps_its_rows() {
    let folder = TempDir::new().unwrap();
    let sql = Native::open(&folder.path().join("punctual.db"));
    prepare(&sql).unwrap();
    let version = integer(&sql, "PRAGMA user_version");
    // As the first version left it.
    for statement in [
        "ALTER TABLE notifications DROP COLUMN send_now_at",
        "ALTER TABLE notifications DROP COLUMN first_attempt_at",
        "ALTER TABLE notifications DROP COLUMN held_by",
        "ALTER TABLE notifications DROP COLUMN template",
        "ALTER TABLE notifications DROP COLUMN trace",
        "DROP INDEX notifications_provider_message",
        "DROP INDEX appointments_email",
        "DROP INDEX appointments_phone",
        "DROP TABLE suppressions",
        "DROP TABLE archived",
        "DROP INDEX appointments_deleted",
        "DROP TABLE audit",
        "DROP INDEX appointments_listed",
        "DROP INDEX notifications_state",
        "DROP INDEX notifications_overdue",
        "DROP INDEX notifications_sent",
        "DROP INDEX queue_ready",
        "CREATE INDEX notifications_open ON notifications (status, due_at)",
        "ALTER TABLE marks DROP COLUMN note",
        "PRAGMA user_version = 1",
        "INSERT INTO notifications (id, appointment_id, step, channel, start_at, due_at, status, version, updated_at)
         VALUES ('b', 'a', 'P1D', 'email', 2, 1, 'scheduled', 1, 0)",
    ] {
        sql.execute(statement, &[]).expect(statement);
    }
    prepare(&sql).unwrap();
    assert_eq!(integer(&sql, "PRAGMA user_version"), version);
    let ids = ["b".to_owned()];
    let found = futures::executor::block_on(EmbeddedRecords(&sql).for_delivery(&ids)).unwrap();
    let found = found.rows;
    assert_eq!(found.len(), 1);
    assert_eq!(
        (found[0].0.core.due_at, found[0].0.core.send_now_at),
        (1, None)
    );
}

#[test]
fn the_next_message_is_looked_up_in_an_index() {
    let folder = TempDir::new().unwrap();
    let sql = Native::open(&folder.path().join("punctual.db"));
    prepare(&sql).unwrap();
    let plan = format!("EXPLAIN QUERY PLAN {NEXT_AT}");
    let mut plan = sql.execute(&plan, &[]).unwrap();
    let steps: Vec<_> = plan.iter_mut().map(|row| row.text(3)).collect();
    assert_eq!(steps, ["SEARCH queue USING INDEX queue_ready"]);
}

#[test]
fn a_newer_schema_is_refused_and_left_alone() {
    let folder = TempDir::new().unwrap();
    let sql = Native::open(&folder.path().join("punctual.db"));
    prepare(&sql).unwrap();
    let newer = integer(&sql, "PRAGMA user_version") + 1;
    let statement = format!("PRAGMA user_version = {newer}");
    sql.execute(&statement, &[]).unwrap();
    let refused = prepare(&sql).unwrap_err().to_string();
    assert!(refused.contains("run the newer build"), "{refused}");
    assert_eq!(integer(&sql, "PRAGMA user_version"), newer);
}

#[test]
fn those_who_come_at_the_same_time_all_find_it_made() {
    for _ in 0..5 {
        let folder = TempDir::new().unwrap();
        let file = folder.path().join("punctual.db");
        let start = std::sync::Barrier::new(4);
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| {
                    let sql = Native::open(&file);
                    start.wait();
                    prepare(&sql).unwrap();
                    assert_eq!(integer(&sql, "SELECT count(*) FROM appointments"), 0);
                });
            }
        });
    }
}
