//! What the archive does in SQLite alone: the outbox, gravestones, death in the middle, and the size of the file.

use std::cell::Cell;

use futures::executor::block_on;
use punctual_app::core::{Instant, NotificationStatus as Status};
use punctual_app::records::archive::{Archive, Taken};
use punctual_app::records::{Records, embedded::EmbeddedRecords};
use punctual_app::sql::{Row, Sql, SqlError, Value, prepare};
use tempfile::TempDir;

use crate::native::Native;
use crate::records::{booked_with_contacts, fresh_for};

/// 2026-01-01T00:00:00Z.
const NOW: Instant = 1_767_225_600_000;
const LATER: Instant = NOW + 100 * 86_400_000;

fn open(folder: &TempDir) -> Native {
    let sql = Native::open(&folder.path().join("punctual.db"));
    prepare(&sql).expect("the schema can be made");
    sql
}

/// Writes so many rows that were sent, each with a message of so many bytes in the outbox.
fn send(sql: &Native, count: u32, bytes: usize) {
    let records = EmbeddedRecords(sql);
    let mut rows: Vec<_> = (1..=count)
        .map(|n| {
            let mut row = fresh_for("a0000000-0000-4000-8000-000000000001");
            row.core.id = format!("b0000000-0000-5000-8000-{n:012}");
            row.turn(Status::Sent, None);
            row
        })
        .collect();
    let written = block_on(records.write_rows(&mut rows, NOW)).unwrap();
    assert!(!written.contains(&false));
    for row in &rows {
        let statement = "INSERT INTO outbox (notification_id, attempt, appointment_id, step, channel, recipient, body_text, sent_at)
            VALUES (?1, 1, 'a', 'P1D', 'email', 'planted@example.com', ?2, 0)";
        let parameters = [row.core.id.as_str().into(), "x".repeat(bytes).into()];
        sql.execute(statement, &parameters).expect(statement);
    }
}

fn number(sql: &Native, statement: &str) -> i64 {
    sql.execute(statement, &[]).expect(statement)[0].integer(0)
}

#[test]
fn the_outbox_goes_along() {
    let folder = TempDir::new().unwrap();
    let sql = open(&folder);
    send(&sql, 5, 10);
    let kept = "UPDATE notifications SET status = 'unknown' WHERE id LIKE '%3'";
    sql.execute(kept, &[]).unwrap();
    let records = EmbeddedRecords(&sql);
    let taken = block_on(records.take(LATER, 10)).unwrap();
    assert_eq!(taken.rows, 4);
    let left = "SELECT count(*) FROM outbox";
    assert_eq!(number(&sql, left), 1);
    let whose = "SELECT count(*) FROM outbox WHERE notification_id LIKE '%3'";
    assert_eq!(number(&sql, whose), 1);
}

#[test]
fn a_gravestone_is_emptied_and_stays() {
    let folder = TempDir::new().unwrap();
    let sql = open(&folder);
    let records = EmbeddedRecords(&sql);
    let all: Vec<_> = (1..=3).map(booked_with_contacts).collect();
    // Living; deleted long ago; deleted lately.
    for (dated, deleted_at) in all.iter().zip([None, Some(NOW), Some(LATER)]) {
        let stored = block_on(records.store(dated, false, 0, NOW)).unwrap();
        let version = stored.expect("nobody else stores it");
        if let Some(at) = deleted_at {
            let stored = block_on(records.store(dated, true, version, at));
            assert!(stored.unwrap().is_some());
        }
    }
    let waiting = block_on(records.waiting(LATER)).unwrap();
    assert_eq!((waiting.rows, waiting.gravestones), (0, 1));
    let taken = block_on(records.take(LATER, 10)).unwrap();
    let one = Taken {
        rows: 0,
        gravestones: 1,
    };
    assert_eq!(taken, one);
    assert!(block_on(records.take(LATER, 10)).unwrap().is_nothing());
    for (dated, is_emptied) in all.iter().zip([false, true, false]) {
        let id = &dated.appointment.id;
        let found = block_on(records.load(id)).unwrap().expect("it is there");
        let kept = (&found.dated.stamps, found.dated.appointment.start_at);
        assert_eq!(kept, (&dated.stamps, dated.appointment.start_at));
        assert_eq!(found.dated.appointment.email.is_none(), is_emptied, "{id}");
        assert_eq!(found.dated.appointment.phone.is_none(), is_emptied, "{id}");
    }
    let id = &all[1].appointment.id;
    let found = block_on(records.load(id)).unwrap().expect("it is there");
    assert!(found.deleted && found.version == 3, "{found:?}");
}

/// A connection of a process that dies before a statement.
struct Dying {
    sql: Native,
    statements: Cell<u32>,
}

impl Sql for Dying {
    fn execute(&self, statement: &str, parameters: &[Value]) -> Result<Vec<Row>, SqlError> {
        match self.statements.get() {
            0 => Err(SqlError("the process is dead".to_owned())),
            left => {
                self.statements.set(left - 1);
                self.sql.execute(statement, parameters)
            }
        }
    }
}

#[test]
fn dying_before_any_statement_counts_nothing_twice_and_takes_nothing_uncounted() {
    const ROWS: u32 = 6;
    for statements in 0.. {
        let folder = TempDir::new().unwrap();
        send(&open(&folder), ROWS, 10);
        let dying = Dying {
            sql: open(&folder),
            statements: Cell::new(statements),
        };
        let taken = block_on(EmbeddedRecords(&dying).take(LATER, 4));
        drop(dying);
        let sql = open(&folder);
        let counted = "SELECT coalesce(sum(count), 0) FROM archived";
        let rows = "SELECT count(*) FROM notifications";
        let messages = "SELECT count(*) FROM outbox";
        let all = number(&sql, counted) + number(&sql, rows);
        assert_eq!(all, i64::from(ROWS), "after {statements} statements");
        assert_eq!(number(&sql, rows), number(&sql, messages));
        while !block_on(EmbeddedRecords(&sql).take(LATER, 4))
            .unwrap()
            .is_nothing()
        {}
        assert_eq!(number(&sql, counted), i64::from(ROWS));
        if taken.is_ok() {
            assert!(statements > 5, "it takes more than {statements} statements");
            break;
        }
    }
}

#[test]
fn room_is_given_back_piece_by_piece_and_some_is_kept() {
    let folder = TempDir::new().unwrap();
    let sql = open(&folder);
    send(&sql, 400, 10_000);
    let pages = || number(&sql, "PRAGMA page_count");
    let before = pages();
    assert!(before > 1_000, "{before}");
    let records = EmbeddedRecords(&sql);
    // A full file has nothing to give.
    assert!(!block_on(records.give_back()).unwrap());
    while !block_on(records.take(LATER, 100)).unwrap().is_nothing() {}
    assert_eq!(pages(), before);
    let (mut steps, mut last) = (0, before);
    while block_on(records.give_back()).unwrap() {
        let now = pages();
        // A step, and the pages of pointers that nothing points from any more.
        assert!((1..=258).contains(&(last - now)), "{last} to {now}");
        (steps, last) = (steps + 1, now);
    }
    assert!(steps > 3 && last < before / 4, "{steps} steps to {last}");
    let mut sound = sql.execute("PRAGMA integrity_check", &[]).unwrap();
    assert_eq!(sound[0].text(0), "ok");
    let free = number(&sql, "PRAGMA freelist_count");
    assert!(free <= last / 10, "{free} of {last}");
}

#[test]
fn a_file_that_cannot_give_back_is_left_as_it_is() {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("punctual.db");
    // As an earlier build made it.
    let sql = Native::open(&file);
    sql.execute("PRAGMA auto_vacuum = NONE", &[]).unwrap();
    sql.execute("CREATE TABLE earlier (a INTEGER) STRICT", &[])
        .unwrap();
    drop(sql);
    let sql = open(&folder);
    send(&sql, 100, 10_000);
    let records = EmbeddedRecords(&sql);
    while !block_on(records.take(LATER, 100)).unwrap().is_nothing() {}
    assert!(number(&sql, "PRAGMA freelist_count") > 100);
    assert!(!block_on(records.give_back()).unwrap());
}
