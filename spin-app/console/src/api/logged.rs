//! What operators did, as a line beside all the others (docs/logging.md): nobody's name is in it, and no row's. It is
//! written whatever `log_level` says.

use punctual_app::edge;
use punctual_app::web::rfc3339;
use serde_json::{Value, json};

/// Writes the line.
pub fn note(action: &str, message: &str, detail: &Value) {
    let line = json!({"time": rfc3339(edge::now()), "level": "info", "event": "audit", "message": message,
        "component": "console", "action": action, "detail": detail});
    println!("{line}");
}
