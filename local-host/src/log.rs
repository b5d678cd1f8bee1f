//! Plain lines for people, on stderr or kept for a test to read.

use std::sync::{Arc, Mutex};

/// Where a host's lines go. Clones share one place.
#[derive(Clone, Debug)]
pub struct Log {
    kept: Option<Arc<Mutex<Vec<String>>>>,
    printed: bool,
}

impl Log {
    /// Lines go to stderr.
    pub fn stderr() -> Self {
        Self {
            kept: None,
            printed: true,
        }
    }

    /// Lines are kept, for [`lines`](Self::lines).
    pub fn kept() -> Self {
        Self {
            kept: Some(Arc::default()),
            printed: false,
        }
    }

    /// Writes one line.
    pub fn line(&self, text: &str) {
        if self.printed {
            eprintln!("{text}");
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
