//! A SQLite connection for native tests.

use std::path::Path;

use punctual_app::sql::{Row, Sql, SqlError, Value};
use rusqlite::types::ValueRef;

/// rusqlite behind the trait of the embedded adapters. It waits for locks as Spin's connections do.
pub struct Native(pub rusqlite::Connection);

impl Native {
    /// Opens a file as it is, or makes an empty one.
    pub fn open(file: &Path) -> Self {
        let connection = rusqlite::Connection::open(file).expect("the file can be opened");
        let patience = std::time::Duration::from_secs(30);
        connection
            .busy_timeout(patience)
            .expect("the patience can be set");
        Self(connection)
    }
}

impl Sql for Native {
    fn execute(&self, statement: &str, parameters: &[Value]) -> Result<Vec<Row>, SqlError> {
        let run = || -> rusqlite::Result<Vec<Row>> {
            let mut statement = self.0.prepare(statement)?;
            let columns = statement.column_count();
            let parameters = rusqlite::params_from_iter(parameters.iter().map(to_sqlite));
            statement
                .query_map(parameters, |row| {
                    (0..columns)
                        .map(|column| from_sqlite(row.get_ref(column)?))
                        .collect::<rusqlite::Result<_>>()
                        .map(Row)
                })?
                .collect()
        };
        run().map_err(|error| SqlError(error.to_string()))
    }
}

fn to_sqlite(value: &Value) -> rusqlite::types::Value {
    match value {
        Value::Null => rusqlite::types::Value::Null,
        Value::Integer(value) => (*value).into(),
        Value::Text(value) => value.clone().into(),
    }
}

fn from_sqlite(value: ValueRef<'_>) -> rusqlite::Result<Value> {
    Ok(match value {
        ValueRef::Null => Value::Null,
        ValueRef::Integer(value) => Value::Integer(value),
        // An adapter that makes floats or blobs of its values is wrong; the error names the statement.
        other => Value::Text(other.as_str()?.to_owned()),
    })
}
