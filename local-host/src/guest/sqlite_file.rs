//! The database file that all guests of a host share.

use std::ops::Deref;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use rusqlite::config::DbConfig;
use rusqlite::functions::FunctionFlags;
use rusqlite::hooks::{AuthAction, AuthContext, Authorization};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::random::SplitMix;
use super::sqlite::Connection;

/// How long a statement waits for a lock before it fails, in real time, as in Spin.
const BUSY_WAIT: Duration = Duration::from_secs(5);
/// A guest uses some dozens of statements; each is compiled once per connection.
const CACHED_STATEMENTS: usize = 128;
/// Connections that wait for their next guest.
const IDLE_MAX: usize = 16;

/// Where the random functions of a seeded database draw from.
type SqlRandom = Arc<Mutex<SplitMix>>;

/// The right to write, for one connection at a time.
pub(crate) type Turn = OwnedSemaphorePermit;

/// The one database that a host offers. Clones share it, and so may hosts that take the place of processes on one machine.
#[derive(Clone)]
pub struct Database {
    path: PathBuf,
    random: Option<SqlRandom>,
    /// SQLite lets writers in one at a time and has the others look again and again, each more seldom than before. Those
    /// of one host queue here instead, first come, first served. Writers of other processes still meet in SQLite.
    turns: Arc<Semaphore>,
    /// How long a writer waits for its turn; none is for ever.
    patience: Option<Duration>,
    idle: Arc<Idle>,
}

/// Connections whose guests have gone and that nothing of them sticks to. Opening one anew means reading the schema and
/// compiling every statement again; and the last to close copies the whole log back, which takes longer than most
/// requests.
type Idle = Mutex<Vec<Opened>>;

struct Opened {
    sqlite: rusqlite::Connection,
    /// Whether a guest did what the next one could notice.
    marked: Arc<AtomicBool>,
}

/// A connection in the hands of one guest.
pub(crate) struct Lent {
    opened: Option<Opened>,
    idle: Arc<Idle>,
}

impl Database {
    /// The database in this folder. With a seed, what SQLite calls random is a function of it.
    pub fn new(data_dir: &Path, seed: Option<u64>) -> Self {
        Self {
            path: data_dir.join("sqlite_db.db"),
            random: seed.map(|seed| Arc::new(Mutex::new(SplitMix::new(seed)))),
            turns: Arc::new(Semaphore::new(1)),
            patience: Some(BUSY_WAIT),
            idle: Arc::default(),
        }
    }

    /// The same for hosts that live in simulated time alone: real time ends no wait.
    pub fn for_simulation(data_dir: &Path, seed: u64) -> Self {
        Self {
            patience: None,
            ..Self::new(data_dir, Some(seed))
        }
    }

    /// A connection for one guest.
    pub(crate) fn open(&self) -> rusqlite::Result<Connection> {
        let idle = self.idle.lock().expect("a push does not panic").pop();
        let opened = match idle {
            Some(opened) => opened,
            None => Opened::new(&self.path, self.random.clone())?,
        };
        Ok(Connection::new(Lent {
            opened: Some(opened),
            idle: self.idle.clone(),
        }))
    }

    /// Waits for the right to write. None: it took too long, and SQLite shall say so.
    pub(crate) async fn turn(&self) -> Option<Turn> {
        let turn = self.turns.clone().acquire_owned();
        match self.patience {
            Some(patience) => tokio::time::timeout(patience, turn).await.ok()?.ok(),
            None => turn.await.ok(),
        }
    }
}

impl Opened {
    fn new(path: &Path, random: Option<SqlRandom>) -> rusqlite::Result<Self> {
        let sqlite = rusqlite::Connection::open(path)?;
        if let Some(random) = random {
            seed_functions(&sqlite, random)?;
        }
        sqlite.busy_timeout(BUSY_WAIT)?;
        // A statement is planned once, and not for each value anew.
        sqlite.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
        sqlite.set_prepared_statement_cache_capacity(CACHED_STATEMENTS);
        let marked = Arc::new(AtomicBool::new(false));
        let mark = marked.clone();
        sqlite.authorizer(Some(move |context: AuthContext<'_>| {
            if sticks(&context.action) {
                mark.store(true, Ordering::Relaxed);
            }
            match context.action {
                // As in Spin: the database is the guest's world, other files are not.
                AuthAction::Attach { filename } if !matches!(filename, "" | ":memory:") => {
                    Authorization::Deny
                }
                _ => Authorization::Allow,
            }
        }));
        Ok(Self { sqlite, marked })
    }
}

/// Takes the place of the functions that draw on the machine's randomness.
fn seed_functions(sqlite: &rusqlite::Connection, random: SqlRandom) -> rusqlite::Result<()> {
    let bytes = random.clone();
    sqlite.create_scalar_function("randomblob", 1, FunctionFlags::SQLITE_UTF8, move |call| {
        let length = usize::try_from(call.get::<i64>(0)?).unwrap_or(0).max(1);
        let mut random = bytes.lock().expect("a draw does not panic");
        Ok(random.by_ref().flatten().take(length).collect::<Vec<u8>>())
    })?;
    sqlite.create_scalar_function("random", 0, FunctionFlags::SQLITE_UTF8, move |_| {
        let mut random = random.lock().expect("a draw does not panic");
        Ok(random.next().map_or(0, i64::from_le_bytes))
    })
}

/// Whether an action changes the connection rather than the database.
fn sticks(action: &AuthAction<'_>) -> bool {
    match action {
        // The version is kept in the file.
        AuthAction::Pragma {
            pragma_name,
            pragma_value,
        } => pragma_value.is_some() && !pragma_name.eq_ignore_ascii_case("user_version"),
        AuthAction::Attach { .. }
        | AuthAction::Detach { .. }
        | AuthAction::CreateTempIndex { .. }
        | AuthAction::CreateTempTable { .. }
        | AuthAction::CreateTempTrigger { .. }
        | AuthAction::CreateTempView { .. } => true,
        _ => false,
    }
}

impl Deref for Lent {
    type Target = rusqlite::Connection;

    fn deref(&self) -> &rusqlite::Connection {
        let opened = self.opened.as_ref();
        &opened.expect("it is given back only when it ends").sqlite
    }
}

impl Drop for Lent {
    fn drop(&mut self) {
        let Some(opened) = self.opened.take() else {
            return;
        };
        // Whatever was begun and not committed is rolled back by closing.
        if opened.marked.load(Ordering::Relaxed) || !opened.sqlite.is_autocommit() {
            return;
        }
        let mut idle = self.idle.lock().expect("a push does not panic");
        if idle.len() < IDLE_MAX {
            idle.push(opened);
        }
    }
}
