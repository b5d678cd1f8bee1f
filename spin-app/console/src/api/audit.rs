//! What operators did, as a line in the log: nobody's name is in it, and no row's.

use serde_json::{Value, json};

/// Writes the line.
pub fn note(action: &str, detail: &Value) {
    eprintln!(
        "{}",
        json!({"event": "audit", "action": action, "detail": detail})
    );
}
