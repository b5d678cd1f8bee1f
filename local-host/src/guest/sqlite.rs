//! SQLite for guests: each `open` is a connection of its own, with five seconds of patience for locks.

use std::sync::{Arc, Mutex};

use rusqlite::types::{ToSqlOutput, Value as SqlValue, ValueRef};

use super::bindings::spin::sqlite::sqlite::{QueryResult, RowResult, Value};
use super::sqlite_file::{Lent, Turn};

/// An open connection, as it sits in a guest's table.
#[derive(Clone)]
pub struct Connection {
    inner: Arc<Mutex<Inner>>,
}

struct Inner {
    sqlite: Lent,
    /// Held from the first write of a transaction to its end. After the connection, so that it is given up when
    /// the transaction has been rolled back.
    turn: Option<Turn>,
    /// Of the guest's own last statement that wrote.
    changes: u64,
    last_insert_rowid: i64,
}

impl Connection {
    pub(crate) fn new(sqlite: Lent) -> Self {
        let inner = Inner {
            sqlite,
            turn: None,
            changes: 0,
            last_insert_rowid: 0,
        };
        Self {
            inner: Arc::new(Mutex::new(inner)),
        }
    }

    /// Whether a statement must have the writers' [`Turn`] first.
    pub(crate) fn needs_turn(&self, statement: &str) -> bool {
        let inner = self.lock();
        // What does not compile is told when it is executed.
        let prepared = inner.sqlite.prepare_cached(statement);
        inner.turn.is_none() && prepared.is_ok_and(|prepared| !prepared.readonly())
    }

    /// Keeps the turn until the transaction ends.
    pub(crate) fn take_turn(&self, turn: Turn) {
        self.lock().turn = Some(turn);
    }

    pub(crate) fn execute(
        &self,
        statement: &str,
        parameters: Vec<Value>,
    ) -> rusqlite::Result<QueryResult> {
        let mut inner = self.lock();
        let before = inner.sqlite.total_changes();
        let result = query(&inner.sqlite, statement, parameters);
        if inner.sqlite.total_changes() != before {
            inner.changes = inner.sqlite.changes();
            inner.last_insert_rowid = inner.sqlite.last_insert_rowid();
        }
        if inner.sqlite.is_autocommit() {
            inner.turn = None;
        }
        result
    }

    pub(crate) fn changes(&self) -> u64 {
        self.lock().changes
    }

    pub(crate) fn last_insert_rowid(&self) -> i64 {
        self.lock().last_insert_rowid
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Inner> {
        self.inner.lock().expect("no user of a connection panics")
    }
}

fn query(
    connection: &rusqlite::Connection,
    statement: &str,
    parameters: Vec<Value>,
) -> rusqlite::Result<QueryResult> {
    let mut prepared = connection.prepare_cached(statement)?;
    let columns: Vec<String> = prepared
        .column_names()
        .into_iter()
        .map(str::to_owned)
        .collect();
    let width = columns.len();
    let parameters = parameters.into_iter().map(Parameter);
    let mut rows = prepared.query(rusqlite::params_from_iter(parameters))?;
    let mut results = Vec::new();
    while let Some(row) = rows.next()? {
        let values = (0..width).map(|column| row.get_ref(column).and_then(from_sql));
        results.push(RowResult {
            values: values.collect::<rusqlite::Result<_>>()?,
        });
    }
    Ok(QueryResult {
        columns,
        rows: results,
    })
}

struct Parameter(Value);

impl rusqlite::ToSql for Parameter {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(match &self.0 {
            Value::Integer(number) => ToSqlOutput::Owned(SqlValue::Integer(*number)),
            Value::Real(number) => ToSqlOutput::Owned(SqlValue::Real(*number)),
            Value::Text(text) => ToSqlOutput::Borrowed(ValueRef::Text(text.as_bytes())),
            Value::Blob(bytes) => ToSqlOutput::Borrowed(ValueRef::Blob(bytes)),
            Value::Null => ToSqlOutput::Owned(SqlValue::Null),
        })
    }
}

fn from_sql(value: ValueRef<'_>) -> rusqlite::Result<Value> {
    Ok(match value {
        ValueRef::Null => Value::Null,
        ValueRef::Integer(number) => Value::Integer(number),
        ValueRef::Real(number) => Value::Real(number),
        ValueRef::Text(text) => {
            let text = std::str::from_utf8(text).map_err(rusqlite::Error::Utf8Error)?;
            Value::Text(text.to_owned())
        }
        ValueRef::Blob(bytes) => Value::Blob(bytes.to_vec()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::guest::Database;

    fn run(connection: &Connection, sql: &str) -> String {
        match connection.execute(sql, Vec::new()) {
            Ok(found) => format!(
                "{:?}",
                found
                    .rows
                    .into_iter()
                    .flat_map(|row| row.values)
                    .collect::<Vec<_>>()
            ),
            Err(error) => error.to_string(),
        }
    }

    #[test]
    fn values_come_back_as_they_went_in() {
        let folder = tempfile::tempdir().unwrap();
        let connection = Database::new(folder.path(), None).open().unwrap();
        let row = vec![
            Value::Integer(-7),
            Value::Real(0.5),
            Value::Text("ä".to_owned()),
            Value::Blob(vec![0, 255]),
            Value::Null,
        ];
        let found = connection
            .execute("SELECT ? AS a, ?, ?, ?, ?", row)
            .unwrap();
        assert_eq!(found.columns[0], "a");
        let shown = format!("{:?}", found.rows[0].values);
        assert_eq!(
            shown,
            "[Value::Integer(-7), Value::Real(0.5), Value::Text(\"ä\"), Value::Blob([0, 255]), Value::Null]"
        );
    }

    #[test]
    fn what_was_not_committed_is_gone_with_its_connection() {
        let folder = tempfile::tempdir().unwrap();
        let file = Database::new(folder.path(), None);
        let first = file.open().unwrap();
        run(&first, "CREATE TABLE t (x)");
        run(&first, "BEGIN IMMEDIATE");
        run(&first, "INSERT INTO t VALUES (1)");
        assert_eq!((first.changes(), first.last_insert_rowid()), (1, 1));
        drop(first);
        let second = file.open().unwrap();
        assert_eq!(run(&second, "SELECT x FROM t"), "[]");
        assert_eq!(run(&second, "ATTACH 'other.db' AS other"), "not authorized");
    }

    #[test]
    fn a_connection_shows_nothing_of_who_had_it_before() {
        let folder = tempfile::tempdir().unwrap();
        let file = Database::new(folder.path(), None);
        for (leftover, look, expected) in [
            (
                "CREATE TABLE t (x)",
                "SELECT count(*) FROM t",
                "[Value::Integer(0)]",
            ),
            (
                "INSERT INTO t VALUES (1)",
                "SELECT count(*) FROM t",
                "[Value::Integer(1)]",
            ),
            (
                "CREATE TEMP TABLE mine (x)",
                "SELECT * FROM mine",
                "no such table: mine",
            ),
            (
                "CREATE TEMP VIEW mine AS SELECT 1",
                "SELECT * FROM mine",
                "no such table: mine",
            ),
            (
                "PRAGMA foreign_keys = 0",
                "PRAGMA foreign_keys",
                "[Value::Integer(1)]",
            ),
            (
                "PRAGMA synchronous = 0",
                "PRAGMA synchronous",
                "[Value::Integer(2)]",
            ),
            (
                "ATTACH ':memory:' AS mine",
                "SELECT count(*) FROM pragma_database_list",
                "[Value::Integer(1)]",
            ),
        ] {
            let first = file.open().unwrap();
            run(&first, leftover);
            drop(first);
            let second = file.open().unwrap();
            let found = run(&second, look);
            assert!(found.starts_with(expected), "{leftover}; {look}: {found}");
            assert_eq!(
                (second.changes(), second.last_insert_rowid()),
                (0, 0),
                "{leftover}"
            );
        }
    }

    #[tokio::test]
    async fn writers_take_turns() {
        let folder = tempfile::tempdir().unwrap();
        let file = Database::new(folder.path(), None);
        let (first, second) = (file.open().unwrap(), file.open().unwrap());
        run(&first, "CREATE TABLE t (x)");
        assert!(!first.needs_turn("SELECT 1") && !first.needs_turn("BEGIN"));
        assert!(
            first.needs_turn("BEGIN IMMEDIATE") && first.needs_turn("INSERT INTO t VALUES (1)")
        );

        first.take_turn(file.turn().await.unwrap());
        run(&first, "BEGIN IMMEDIATE");
        assert!(!first.needs_turn("INSERT INTO t VALUES (1)"), "it has it");
        let mut waiting = std::pin::pin!(file.turn());
        assert!(
            std::future::poll_fn(|context| std::task::Poll::Ready(waiting.as_mut().poll(context)))
                .await
                .is_pending()
        );
        run(&first, "COMMIT");
        second.take_turn(waiting.await.unwrap());
        run(&second, "BEGIN IMMEDIATE");
        drop(second);
        assert!(
            file.turn().await.is_some(),
            "a connection that ends gives its turn up"
        );
    }
}
