//! Both versions of Spin's SQLite interface, over the same connections.

use wasmtime::component::Resource;

use super::bindings::fermyon::spin::sqlite as v2;
use super::bindings::spin::sqlite::sqlite as v3;
use super::sqlite::Connection;
use super::state::GuestState;

impl GuestState {
    async fn sqlite_open(
        &mut self,
        database: &str,
    ) -> wasmtime::Result<Result<Resource<Connection>, v3::Error>> {
        if !self
            .component
            .sqlite_databases
            .iter()
            .any(|allowed| allowed == database)
        {
            return Ok(Err(v3::Error::AccessDenied));
        }
        let shared = self.shared.clone();
        match shared.life.blocking(|| shared.database.open()).await? {
            Ok(connection) => Ok(Ok(self.table.push(connection)?)),
            Err(error) => Ok(Err(v3::Error::Io(error.to_string()))),
        }
    }

    async fn sqlite_execute(
        &mut self,
        connection: &Resource<Connection>,
        statement: String,
        parameters: Vec<v3::Value>,
    ) -> wasmtime::Result<Result<v3::QueryResult, v3::Error>> {
        let connection = self.table.get(connection)?.clone();
        let shared = self.shared.clone();
        let component = self.component.clone();
        let statement = match shared.life.harness() {
            Some(harness) => harness.statement(self.number, statement),
            None => statement,
        };
        let call = component.call(self.number, "sqlite", &statement);
        let work = async {
            if connection.needs_turn(&statement)
                && let Some(turn) = shared.database.turn().await
            {
                connection.take_turn(turn);
            }
            let execute = || connection.execute(&statement, parameters);
            shared.life.blocking(execute).await
        };
        let result = shared.life.call(call, work).await??;
        Ok(result.map_err(|error| v3::Error::Io(error.to_string())))
    }
}

impl v3::Host for GuestState {}

impl v3::HostConnection for GuestState {
    async fn open(
        &mut self,
        database: String,
    ) -> wasmtime::Result<Result<Resource<Connection>, v3::Error>> {
        self.sqlite_open(&database).await
    }

    async fn execute(
        &mut self,
        connection: Resource<Connection>,
        statement: String,
        parameters: Vec<v3::Value>,
    ) -> wasmtime::Result<Result<v3::QueryResult, v3::Error>> {
        self.sqlite_execute(&connection, statement, parameters)
            .await
    }

    async fn last_insert_rowid(
        &mut self,
        connection: Resource<Connection>,
    ) -> wasmtime::Result<i64> {
        Ok(self.table.get(&connection)?.last_insert_rowid())
    }

    async fn changes(&mut self, connection: Resource<Connection>) -> wasmtime::Result<u64> {
        Ok(self.table.get(&connection)?.changes())
    }

    async fn drop(&mut self, connection: Resource<Connection>) -> wasmtime::Result<()> {
        self.table.delete(connection)?;
        Ok(())
    }
}

impl v2::Host for GuestState {}

impl v2::HostConnection for GuestState {
    async fn open(
        &mut self,
        database: String,
    ) -> wasmtime::Result<Result<Resource<Connection>, v2::Error>> {
        Ok(self.sqlite_open(&database).await?.map_err(older_error))
    }

    async fn execute(
        &mut self,
        connection: Resource<Connection>,
        statement: String,
        parameters: Vec<v2::Value>,
    ) -> wasmtime::Result<Result<v2::QueryResult, v2::Error>> {
        let parameters = parameters.into_iter().map(newer_value).collect();
        let result = self
            .sqlite_execute(&connection, statement, parameters)
            .await?;
        Ok(result.map(older_result).map_err(older_error))
    }

    async fn drop(&mut self, connection: Resource<Connection>) -> wasmtime::Result<()> {
        self.table.delete(connection)?;
        Ok(())
    }
}

fn newer_value(value: v2::Value) -> v3::Value {
    match value {
        v2::Value::Integer(number) => v3::Value::Integer(number),
        v2::Value::Real(number) => v3::Value::Real(number),
        v2::Value::Text(text) => v3::Value::Text(text),
        v2::Value::Blob(bytes) => v3::Value::Blob(bytes),
        v2::Value::Null => v3::Value::Null,
    }
}

fn older_value(value: v3::Value) -> v2::Value {
    match value {
        v3::Value::Integer(number) => v2::Value::Integer(number),
        v3::Value::Real(number) => v2::Value::Real(number),
        v3::Value::Text(text) => v2::Value::Text(text),
        v3::Value::Blob(bytes) => v2::Value::Blob(bytes),
        v3::Value::Null => v2::Value::Null,
    }
}

fn older_result(result: v3::QueryResult) -> v2::QueryResult {
    let row = |row: v3::RowResult| v2::RowResult {
        values: row.values.into_iter().map(older_value).collect(),
    };
    v2::QueryResult {
        columns: result.columns,
        rows: result.rows.into_iter().map(row).collect(),
    }
}

fn older_error(error: v3::Error) -> v2::Error {
    match error {
        v3::Error::NoSuchDatabase => v2::Error::NoSuchDatabase,
        v3::Error::AccessDenied => v2::Error::AccessDenied,
        v3::Error::InvalidConnection => v2::Error::InvalidConnection,
        v3::Error::DatabaseFull => v2::Error::DatabaseFull,
        v3::Error::Io(message) => v2::Error::Io(message),
    }
}
