//! `fermyon:spin/key-value` in a SQLite file, as Spin keeps its default store.

use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use rusqlite::{Connection, OptionalExtension};
use wasmtime::component::Resource;

use super::bindings::fermyon::spin::key_value::{Error, Host, HostStore};
use super::state::GuestState;

/// An open store, as it sits in a guest's table.
#[derive(Clone)]
pub struct Store {
    label: String,
    connection: Arc<Mutex<Connection>>,
}

impl Store {
    fn open(data_dir: &Path, label: String) -> rusqlite::Result<Self> {
        let connection = Connection::open(data_dir.join("sqlite_key_value.db"))?;
        connection.busy_timeout(Duration::from_secs(5))?;
        connection.execute(
            "CREATE TABLE IF NOT EXISTS spin_key_value (
                store TEXT NOT NULL, key TEXT NOT NULL, value BLOB NOT NULL, PRIMARY KEY (store, key))",
            [],
        )?;
        Ok(Self {
            label,
            connection: Arc::new(Mutex::new(connection)),
        })
    }

    fn get(&self, key: &str) -> rusqlite::Result<Option<Vec<u8>>> {
        let connection = self.lock();
        let mut query = connection
            .prepare_cached("SELECT value FROM spin_key_value WHERE store = ? AND key = ?")?;
        query
            .query_row([&self.label, key], |row| row.get(0))
            .optional()
    }

    fn set(&self, key: &str, value: &[u8]) -> rusqlite::Result<()> {
        let connection = self.lock();
        let sql = "INSERT INTO spin_key_value (store, key, value) VALUES (?, ?, ?)
            ON CONFLICT (store, key) DO UPDATE SET value = excluded.value";
        connection
            .prepare_cached(sql)?
            .execute((&self.label, key, value))?;
        Ok(())
    }

    fn delete(&self, key: &str) -> rusqlite::Result<()> {
        let connection = self.lock();
        let sql = "DELETE FROM spin_key_value WHERE store = ? AND key = ?";
        connection
            .prepare_cached(sql)?
            .execute([&self.label, key])?;
        Ok(())
    }

    fn keys(&self) -> rusqlite::Result<Vec<String>> {
        let connection = self.lock();
        let mut query = connection
            .prepare_cached("SELECT key FROM spin_key_value WHERE store = ? ORDER BY key")?;
        query.query_map([&self.label], |row| row.get(0))?.collect()
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Connection> {
        self.connection.lock().expect("no user of a store panics")
    }
}

impl GuestState {
    async fn key_value<T: Send + 'static>(
        &mut self,
        store: &Resource<Store>,
        what: &str,
        work: impl FnOnce(&Store) -> rusqlite::Result<T> + Send + 'static,
    ) -> wasmtime::Result<Result<T, Error>> {
        let store = self.table.get(store)?.clone();
        let life = self.shared.life.clone();
        let component = self.component.clone();
        let call = component.call(self.number, "key-value", what);
        let result = life.call(call, life.blocking(|| work(&store))).await??;
        Ok(result.map_err(|error| Error::Other(error.to_string())))
    }
}

impl Host for GuestState {}

impl HostStore for GuestState {
    async fn open(&mut self, label: String) -> wasmtime::Result<Result<Resource<Store>, Error>> {
        if !self.component.key_value_stores.contains(&label) {
            return Ok(Err(Error::AccessDenied));
        }
        let shared = self.shared.clone();
        let open = || Store::open(&shared.data_dir, label);
        match shared.life.blocking(open).await? {
            Ok(store) => Ok(Ok(self.table.push(store)?)),
            Err(error) => Ok(Err(Error::Other(error.to_string()))),
        }
    }

    async fn get(
        &mut self,
        store: Resource<Store>,
        key: String,
    ) -> wasmtime::Result<Result<Option<Vec<u8>>, Error>> {
        self.key_value(&store, "get", move |store| store.get(&key))
            .await
    }

    async fn set(
        &mut self,
        store: Resource<Store>,
        key: String,
        value: Vec<u8>,
    ) -> wasmtime::Result<Result<(), Error>> {
        self.key_value(&store, "set", move |store| store.set(&key, &value))
            .await
    }

    async fn delete(
        &mut self,
        store: Resource<Store>,
        key: String,
    ) -> wasmtime::Result<Result<(), Error>> {
        self.key_value(&store, "delete", move |store| store.delete(&key))
            .await
    }

    async fn exists(
        &mut self,
        store: Resource<Store>,
        key: String,
    ) -> wasmtime::Result<Result<bool, Error>> {
        self.key_value(&store, "exists", move |store| {
            store.get(&key).map(|value| value.is_some())
        })
        .await
    }

    async fn get_keys(
        &mut self,
        store: Resource<Store>,
    ) -> wasmtime::Result<Result<Vec<String>, Error>> {
        self.key_value(&store, "get-keys", Store::keys).await
    }

    async fn drop(&mut self, store: Resource<Store>) -> wasmtime::Result<()> {
        self.table.delete(store)?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stores_keep_their_keys_apart() {
        let folder = tempfile::tempdir().unwrap();
        let one = Store::open(folder.path(), "one".to_owned()).unwrap();
        let two = Store::open(folder.path(), "two".to_owned()).unwrap();
        one.set("k", b"1").unwrap();
        one.set("k", b"2").unwrap();
        assert_eq!(one.get("k").unwrap().as_deref(), Some(b"2".as_slice()));
        assert_eq!(two.get("k").unwrap(), None);
        two.delete("k").unwrap();
        assert_eq!(one.keys().unwrap(), ["k"]);
        one.delete("k").unwrap();
        assert!(one.keys().unwrap().is_empty());
    }
}
