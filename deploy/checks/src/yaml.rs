//! YAML as JSON values, and ways through them.

use std::path::{Path, PathBuf};

use serde_json::Value;

/// The documents of a text.
///
/// # Panics
/// If it is no YAML; the message has `name`, line and column.
pub fn documents(name: &str, text: &str) -> Vec<Value> {
    serde_saphyr::from_multiple(text).unwrap_or_else(|error| panic!("{name}: {error}"))
}

/// The documents of a file.
///
/// # Panics
/// If it cannot be read.
pub fn read(path: &Path) -> Vec<Value> {
    let text = std::fs::read_to_string(path);
    let text = text.unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    documents(&path.display().to_string(), &text)
}

/// All files below a folder that end so, in order of their names.
///
/// # Panics
/// If the folder cannot be read.
pub fn files(folder: &Path, ending: &str) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder);
    let entries = entries.unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let mut found = Vec::new();
    for entry in entries {
        let path = entry.expect("an entry can be read").path();
        if path.is_dir() {
            found.extend(files(&path, ending));
        } else if path.to_string_lossy().ends_with(ending) {
            found.push(path);
        }
    }
    found.sort();
    found
}

/// The text at a JSON pointer; empty where there is none.
pub fn text<'a>(value: &'a Value, pointer: &str) -> &'a str {
    value
        .pointer(pointer)
        .and_then(Value::as_str)
        .unwrap_or_default()
}

/// The list at a JSON pointer; empty where there is none.
pub fn list<'a>(value: &'a Value, pointer: &str) -> &'a [Value] {
    let list = value.pointer(pointer).and_then(Value::as_array);
    list.map_or(&[], Vec::as_slice)
}

/// Where something of `all` is not in `part`, as JSON pointers.
pub fn missing(all: &Value, part: &Value) -> Vec<String> {
    let mut found = Vec::new();
    compare(all, part, "", &mut found);
    found
}

fn compare(all: &Value, part: &Value, at: &str, found: &mut Vec<String>) {
    match (all, part) {
        (Value::Object(all), Value::Object(part)) => {
            for (name, value) in all {
                let at = format!("{at}/{name}");
                match part.get(name) {
                    Some(other) => compare(value, other, &at, found),
                    None => found.push(at),
                }
            }
        }
        (Value::Array(all), Value::Array(part)) if all.len() == part.len() => {
            for (index, (value, other)) in all.iter().zip(part).enumerate() {
                compare(value, other, &format!("{at}/{index}"), found);
            }
        }
        _ if all == part => {}
        _ => found.push(at.to_owned()),
    }
}
