//! SQLite for guests: each `open` is a connection of its own, with five seconds of patience for locks.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use rusqlite::hooks::{AuthAction, AuthContext, Authorization};
use rusqlite::types::{ToSqlOutput, Value as SqlValue, ValueRef};

use super::bindings::spin::sqlite::sqlite::{QueryResult, RowResult, Value};

const BUSY_WAIT: Duration = Duration::from_secs(5);
/// A guest uses some dozens of statements; each is compiled once per connection.
const CACHED_STATEMENTS: usize = 128;

/// An open connection, as it sits in a guest's table.
#[derive(Clone)]
pub struct Connection {
    inner: Arc<Mutex<rusqlite::Connection>>,
}

/// Where the one database that the host offers lives.
pub(crate) fn database_file(data_dir: &Path) -> PathBuf {
    data_dir.join("sqlite_db.db")
}

impl Connection {
    pub(crate) fn open(file: &Path) -> rusqlite::Result<Self> {
        let connection = rusqlite::Connection::open(file)?;
        connection.busy_timeout(BUSY_WAIT)?;
        connection.set_prepared_statement_cache_capacity(CACHED_STATEMENTS);
        // As in Spin: the database is the guest's world, other files are not.
        connection.authorizer(Some(|context: AuthContext<'_>| match context.action {
            AuthAction::Attach { filename } if !matches!(filename, "" | ":memory:") => {
                Authorization::Deny
            }
            _ => Authorization::Allow,
        }));
        Ok(Self {
            inner: Arc::new(Mutex::new(connection)),
        })
    }

    pub(crate) fn execute(
        &self,
        statement: &str,
        parameters: Vec<Value>,
    ) -> rusqlite::Result<QueryResult> {
        let connection = self.lock();
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

    pub(crate) fn changes(&self) -> u64 {
        self.lock().changes()
    }

    pub(crate) fn last_insert_rowid(&self) -> i64 {
        self.lock().last_insert_rowid()
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, rusqlite::Connection> {
        self.inner.lock().expect("no user of a connection panics")
    }
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

    #[test]
    fn values_come_back_as_they_went_in() {
        let folder = tempfile::tempdir().unwrap();
        let connection = Connection::open(&database_file(folder.path())).unwrap();
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
        let file = database_file(folder.path());
        let run = |connection: &Connection, sql: &str| connection.execute(sql, Vec::new()).unwrap();
        let first = Connection::open(&file).unwrap();
        run(&first, "CREATE TABLE t (x)");
        run(&first, "BEGIN IMMEDIATE");
        run(&first, "INSERT INTO t VALUES (1)");
        assert_eq!((first.changes(), first.last_insert_rowid()), (1, 1));
        drop(first);
        let second = Connection::open(&file).unwrap();
        assert!(run(&second, "SELECT x FROM t").rows.is_empty());
        assert!(
            second
                .execute("ATTACH 'other.db' AS other", Vec::new())
                .is_err()
        );
    }
}
