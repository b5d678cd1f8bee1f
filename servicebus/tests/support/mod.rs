//! For tests that read bytes from text, or data that is not part of the project.

#![allow(dead_code)] // Each test takes what it needs.

use std::path::PathBuf;

/// Bytes from hex digits. White space is left out.
pub fn hex(text: &str) -> Vec<u8> {
    let digits: Vec<u8> = text
        .bytes()
        .filter(|byte| !byte.is_ascii_whitespace())
        .collect();
    let digit = |byte: u8| char::from(byte).to_digit(16).expect("a hex digit") as u8;
    digits
        .chunks(2)
        .map(|pair| digit(pair[0]) << 4 | digit(pair[1]))
        .collect()
}

/// Hex digits from bytes.
pub fn to_hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Reads a file of data that others gathered, which lies beside the workspace: `PUNCTUAL_SHARED`, or `../shared`. Says so if it is
/// not there.
pub fn shared(path: &str) -> Option<String> {
    let beside = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../shared");
    let root = std::env::var_os("PUNCTUAL_SHARED").map_or(beside, PathBuf::from);
    let path = root.join("data").join(path);
    let text = std::fs::read_to_string(&path);
    if text.is_err() {
        println!("SKIPPED: {} is not there", path.display());
    }
    text.ok()
}
