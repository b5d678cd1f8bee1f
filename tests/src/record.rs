//! What the application tells operators, written down where `PUNCTUAL_TEST_RECORD` says: lines of its log, answers that
//! refuse, metrics. `cargo xtask test` looks in it for the people and the secrets of the tests, all of which are called
//! "planted".

use std::fs::{File, OpenOptions};
use std::io::Write;

use punctual_host::Log;
use punctual_host::client::Reply;

/// The file, open for appending; none where nobody asked for it.
fn file() -> Option<File> {
    let path = std::env::var_os("PUNCTUAL_TEST_RECORD")?;
    let file = OpenOptions::new().append(true).create(true).open(&path);
    Some(file.expect("the record of the tests can be written"))
}

/// A host's log: kept for its test, and recorded.
pub fn log() -> Log {
    match file() {
        Some(file) => Log::kept_and_in(file),
        None => Log::kept(),
    }
}

/// Records an answer, if it is one for operators.
pub fn answer(method: &str, path: &str, reply: &Reply) {
    let refuses = reply.status.is_client_error() || reply.status.is_server_error();
    if !refuses && path != "/metrics" {
        return;
    }
    if let Some(mut file) = file() {
        // The query is the caller's own, keys and all.
        let path = path.split('?').next().unwrap_or_default();
        let text = format!("{method} {path}: {}\n{}\n", reply.status, reply.text());
        // One write, since others write too.
        file.write_all(text.as_bytes())
            .expect("the record of the tests can be written");
    }
}
