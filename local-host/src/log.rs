//! Plain lines for people, on stderr or kept for a test to read.

use std::fs::File;
use std::io::Write;
use std::sync::{Arc, Mutex};

/// Where a host's lines go. Clones share one place.
#[derive(Clone, Debug)]
pub struct Log {
    kept: Option<Arc<Mutex<Vec<String>>>>,
    printed: bool,
    file: Option<Arc<File>>,
}

impl Log {
    /// Lines go to stderr.
    pub fn stderr() -> Self {
        Self {
            kept: None,
            printed: true,
            file: None,
        }
    }

    /// Lines are kept, for [`lines`](Self::lines).
    pub fn kept() -> Self {
        Self {
            kept: Some(Arc::default()),
            printed: false,
            file: None,
        }
    }

    /// Lines are kept, and go to the end of a file too.
    pub fn kept_and_in(file: File) -> Self {
        Self {
            file: Some(Arc::new(file)),
            ..Self::kept()
        }
    }

    /// Writes one line.
    pub fn line(&self, text: &str) {
        if self.printed {
            eprintln!("{text}");
        }
        if let Some(mut file) = self.file.as_deref() {
            // One write, since others may write there too. A log that cannot be written stops nothing.
            let _ = file.write_all(format!("{text}\n").as_bytes());
        }
        if let Some(kept) = &self.kept {
            kept.lock()
                .expect("no writer of the log panics")
                .push(text.to_owned());
        }
    }

    /// The lines kept so far; empty when they went to stderr.
    pub fn lines(&self) -> Vec<String> {
        let kept = self.kept.as_ref();
        kept.map(|kept| kept.lock().expect("no writer of the log panics").clone())
            .unwrap_or_default()
    }
}
