//! A SQLite connection as the embedded adapters need it, whoever provides it: Spin in a component,
//! rusqlite in native tests.

use std::fmt;

/// A value going into or coming out of a statement.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// SQL NULL.
    Null,
    /// A 64-bit integer.
    Integer(i64),
    /// A text.
    Text(String),
}

impl From<i64> for Value {
    fn from(value: i64) -> Self {
        Self::Integer(value)
    }
}

impl From<&str> for Value {
    fn from(value: &str) -> Self {
        Self::Text(value.to_owned())
    }
}

impl From<String> for Value {
    fn from(value: String) -> Self {
        Self::Text(value)
    }
}

impl<T: Into<Value>> From<Option<T>> for Value {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Into::into)
    }
}

/// One result row; columns are taken by position, in the order of the statement.
#[derive(Debug)]
pub struct Row(pub Vec<Value>);

impl Row {
    /// The integer in `column`; 0 where it is null or no integer.
    pub fn integer(&self, column: usize) -> i64 {
        self.optional_integer(column).unwrap_or_default()
    }

    /// The integer in `column`, none for null.
    pub fn optional_integer(&self, column: usize) -> Option<i64> {
        match self.0.get(column) {
            Some(Value::Integer(value)) => Some(*value),
            _ => None,
        }
    }

    /// Takes the text out of `column`; empty where it is null.
    pub fn text(&mut self, column: usize) -> String {
        self.optional_text(column).unwrap_or_default()
    }

    /// Takes the text out of `column`, none for null.
    pub fn optional_text(&mut self, column: usize) -> Option<String> {
        match self.0.get_mut(column) {
            Some(Value::Text(value)) => Some(std::mem::take(value)),
            _ => None,
        }
    }
}

/// A statement failed. The text is SQLite's and names tables and constraints, never values.
#[derive(Debug)]
pub struct SqlError(pub String);

impl fmt::Display for SqlError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "sqlite: {}", self.0)
    }
}

impl std::error::Error for SqlError {}

/// One SQLite connection. Statements hold exactly one SQL statement each.
pub trait Sql {
    /// Runs a statement and returns all its rows.
    fn execute(&self, statement: &str, parameters: &[Value]) -> Result<Vec<Row>, SqlError>;
}

/// Runs `work` between BEGIN IMMEDIATE and COMMIT; an error rolls back. IMMEDIATE takes the write lock
/// at once, so that two writers queue at the door instead of failing half-way.
pub fn transaction<S: Sql, T, E: From<SqlError>>(
    sql: &S,
    work: impl FnOnce() -> Result<T, E>,
) -> Result<T, E> {
    sql.execute("BEGIN IMMEDIATE", &[])?;
    end(sql, work())
}

/// The same for a flow over embedded adapters that share this connection: all that it writes is committed at once, so
/// the steps between are never seen, and the disk is waited for once. The flow must await nothing but those adapters.
pub async fn atomically<S: Sql, T, E: From<SqlError>>(
    sql: &S,
    work: impl Future<Output = Result<T, E>>,
) -> Result<T, E> {
    sql.execute("BEGIN IMMEDIATE", &[])?;
    end(sql, work.await)
}

fn end<S: Sql, T, E: From<SqlError>>(sql: &S, done: Result<T, E>) -> Result<T, E> {
    match done {
        Ok(value) => {
            sql.execute("COMMIT", &[])?;
            Ok(value)
        }
        Err(error) => {
            // The connection ends with the request; should this fail too, the lock goes with it.
            let _ = sql.execute("ROLLBACK", &[]);
            Err(error)
        }
    }
}

/// The schema, one step for each released version; `user_version` counts the steps taken.
const MIGRATIONS: &[&[&str]] = &[&[
    "CREATE TABLE appointments (
        id TEXT PRIMARY KEY, service TEXT, customer_name TEXT, email TEXT, phone TEXT,
        start_at INTEGER, end_at INTEGER, time_zone TEXT, locale TEXT, status TEXT NOT NULL,
        resource TEXT, notes TEXT, stamps TEXT NOT NULL, deleted_at INTEGER,
        version INTEGER NOT NULL, updated_at INTEGER NOT NULL) STRICT, WITHOUT ROWID",
    "CREATE INDEX appointments_updated ON appointments (updated_at, id)",
    "CREATE INDEX appointments_start ON appointments (start_at, id)",
    "CREATE INDEX appointments_resource ON appointments (lower(trim(resource)), start_at) WHERE resource IS NOT NULL",
    "CREATE TABLE notifications (
        id TEXT PRIMARY KEY, appointment_id TEXT NOT NULL, step TEXT NOT NULL, channel TEXT NOT NULL,
        start_at INTEGER NOT NULL, due_at INTEGER NOT NULL, status TEXT NOT NULL, reason TEXT,
        attempts INTEGER NOT NULL DEFAULT 0, lease_until INTEGER, retry_at INTEGER, sequence_number TEXT,
        provider TEXT, provider_message_id TEXT, last_error TEXT, sent_at INTEGER,
        version INTEGER NOT NULL, updated_at INTEGER NOT NULL) STRICT, WITHOUT ROWID",
    "CREATE INDEX notifications_appointment ON notifications (appointment_id)",
    "CREATE INDEX notifications_due ON notifications (due_at, id)",
    "CREATE INDEX notifications_open ON notifications (status, due_at) WHERE status IN ('pending','scheduled','sending','unknown')",
    "CREATE TABLE queue (
        sequence_number INTEGER PRIMARY KEY AUTOINCREMENT, message_id TEXT NOT NULL UNIQUE, body TEXT NOT NULL,
        enqueue_at INTEGER NOT NULL, locked_until INTEGER NOT NULL DEFAULT 0, lock_token TEXT,
        delivery_count INTEGER NOT NULL DEFAULT 0, dead_at INTEGER, dead_reason TEXT, dead_description TEXT) STRICT",
    "CREATE INDEX queue_due ON queue (enqueue_at) WHERE dead_at IS NULL",
    "CREATE TABLE outbox (
        id INTEGER PRIMARY KEY AUTOINCREMENT, notification_id TEXT NOT NULL, attempt INTEGER NOT NULL, appointment_id TEXT NOT NULL,
        step TEXT NOT NULL, channel TEXT NOT NULL, recipient TEXT NOT NULL, subject TEXT, body_text TEXT NOT NULL,
        body_html TEXT, segments INTEGER, sent_at INTEGER NOT NULL) STRICT",
    "CREATE INDEX outbox_notification ON outbox (notification_id)",
    "CREATE TABLE marks (name TEXT PRIMARY KEY, value INTEGER NOT NULL) STRICT, WITHOUT ROWID",
], &[
    "ALTER TABLE notifications ADD COLUMN send_now_at INTEGER",
], &[
    "ALTER TABLE notifications ADD COLUMN first_attempt_at INTEGER",
    "ALTER TABLE notifications ADD COLUMN held_by TEXT",
    "ALTER TABLE notifications ADD COLUMN template TEXT",
    "CREATE INDEX notifications_provider_message ON notifications (provider_message_id) WHERE provider_message_id IS NOT NULL",
    "CREATE INDEX appointments_email ON appointments (lower(trim(email))) WHERE email IS NOT NULL",
    "CREATE INDEX appointments_phone ON appointments (phone) WHERE phone IS NOT NULL",
    "CREATE TABLE suppressions (
        channel TEXT NOT NULL, address TEXT NOT NULL, reason TEXT NOT NULL, source TEXT NOT NULL, since INTEGER NOT NULL,
        PRIMARY KEY (channel, address, reason)) STRICT, WITHOUT ROWID",
], &[
    "ALTER TABLE notifications ADD COLUMN trace TEXT",
], &[
    "CREATE TABLE archived (
        day TEXT NOT NULL, status TEXT NOT NULL, reason TEXT NOT NULL, channel TEXT NOT NULL, count INTEGER NOT NULL,
        PRIMARY KEY (day, status, reason, channel)) STRICT, WITHOUT ROWID",
    "CREATE INDEX appointments_deleted ON appointments (deleted_at) WHERE deleted_at IS NOT NULL",
], &[
    "ALTER TABLE marks ADD COLUMN note TEXT",
    "ALTER TABLE suppressions ADD COLUMN id TEXT",
    // FRESH_GUID, written out because a constant takes no format.
    "UPDATE suppressions SET id = lower(hex(randomblob(4)) || '-' || hex(randomblob(2)) || '-4' || substr(hex(randomblob(2)), 2) || '-a' || substr(hex(randomblob(2)), 2) || '-' || hex(randomblob(6)))",
    "CREATE UNIQUE INDEX suppressions_id ON suppressions (id)",
    "CREATE TABLE audit (
        id TEXT PRIMARY KEY, at INTEGER NOT NULL, role TEXT NOT NULL, action TEXT NOT NULL, subject TEXT,
        outcome TEXT NOT NULL) STRICT, WITHOUT ROWID",
    "CREATE INDEX audit_at ON audit (at, id)",
    "CREATE INDEX audit_subject ON audit (subject, at, id) WHERE subject IS NOT NULL",
    // By state, with all that is counted: what the console asks for again and again is told without a look at the rows.
    "DROP INDEX notifications_open",
    "CREATE INDEX notifications_state ON notifications (status, due_at, id, reason, channel)",
    "CREATE INDEX appointments_listed ON appointments (coalesce(start_at, 0), id) WHERE deleted_at IS NULL",
], &[
    // What timers ask for again and again, however many messages wait and rows are kept.
    "CREATE INDEX queue_ready ON queue (max(enqueue_at, locked_until)) WHERE dead_at IS NULL",
    "CREATE INDEX notifications_overdue ON notifications (CASE status WHEN 'pending' THEN -9223372036854775807 ELSE max(due_at, coalesce(lease_until, 0), coalesce(retry_at, 0)) END, appointment_id)
        WHERE status IN ('pending','scheduled','sending','unknown')",
    // What charts and metrics read of what was sent, without a look at the rows.
    "CREATE INDEX notifications_sent ON notifications (due_at, sent_at) WHERE sent_at IS NOT NULL",
]];

/// A random UUID (version 4) in SQL.
pub const FRESH_GUID: &str = "lower(hex(randomblob(4)) || '-' || hex(randomblob(2)) || '-4' || substr(hex(randomblob(2)), 2) || '-a' || substr(hex(randomblob(2)), 2) || '-' || hex(randomblob(6)))";

/// Brings a connection into shape: write-ahead log where the host allows it, every commit on disk before it
/// is answered (a lost claim would be a second reminder), and the newest schema.
pub fn prepare<S: Sql>(sql: &S) -> Result<(), SqlError> {
    let newest = i64::try_from(MIGRATIONS.len()).unwrap_or(i64::MAX);
    let version = |sql: &S| -> Result<i64, SqlError> {
        Ok(sql
            .execute("PRAGMA user_version", &[])?
            .first()
            .map_or(0, |row| row.integer(0)))
    };
    let found = version(sql)?;
    if found > newest {
        return Err(SqlError(format!(
            "the database has schema {found}, this build knows {newest}: run the newer build"
        )));
    }
    if found < newest {
        // A new file can then give back what becomes free piece by piece; a file that has tables stays as it is.
        let _ = sql.execute("PRAGMA auto_vacuum = INCREMENTAL", &[]);
        // Not every host lets a guest choose the journal; rollback journals are as safe, only slower.
        let _ = sql.execute("PRAGMA journal_mode = WAL", &[]);
        transaction(sql, || {
            let steps = usize::try_from(version(sql)?).unwrap_or(0);
            for statement in MIGRATIONS.iter().skip(steps).copied().flatten() {
                sql.execute(statement, &[])?;
            }
            sql.execute(&format!("PRAGMA user_version = {newest}"), &[])?;
            Ok::<_, SqlError>(())
        })?;
    }
    Ok(())
}
