//! Microsoft's own Power Fx, as far as it runs without Studio: the parser, for every formula, and the engine, for those that need no
//! data source. Where the Python packages are not installed, a line says so.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use punctual_stand_ins::judges;
use serde_json::Value;

use super::source::{folder, repository};

fn pins() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/sdk")
}

fn skipped(what: &str, why: &str) {
    // Not `eprintln!`, which the test harness would swallow.
    let _ = writeln!(std::io::stderr(), "SKIPPED: {what}: {why}");
}

fn python() -> Result<PathBuf, String> {
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).parent().unwrap();
    judges::python(&pins(), &judges::folder(target, "canvas"))
}

/// The values of formulas, in their order. None, and a line that says so, where the engine is not installed.
pub fn evaluate(what: &str, formulas: &[String]) -> Option<Vec<Value>> {
    let python = python().map_err(|why| skipped(what, &why)).ok()?;
    let mut child = Command::new(python)
        .arg(pins().join("python/evaluate.py"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let asked = serde_json::to_vec(formulas).unwrap();
    // The pipe ends with the statement, and the list with it.
    child.stdin.take().unwrap().write_all(&asked).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "the engine ends in a fault");
    let values: Vec<Value> = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(values.len(), formulas.len());
    for (formula, value) in formulas.iter().zip(&values) {
        assert!(value.get("error").is_none(), "{formula}\n{value}");
    }
    Some(values)
}

/// A text as Power Fx writes it.
pub fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('"', "\"\""))
}

#[test]
fn the_schema_and_the_parser_find_no_fault() {
    let shared = repository().join("../shared");
    let checker = shared.join("tools/pa_check.py");
    let what = "Microsoft's schema and parser on the canvas app";
    if !checker.exists() {
        return skipped(what, "../shared/tools is not here");
    }
    let python = match python() {
        Ok(python) => python,
        Err(why) => return skipped(what, &why),
    };
    let mut check = Command::new(python);
    check.arg(checker);
    check.arg(shared.join("data/schemas/pa-yaml/pa.schema.v3.0.yaml"));
    let output = check.arg(folder()).output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{said}");
    assert!(said.trim_end().ends_with(" 0 problems"), "{said}");
    assert!(said.trim_end().starts_with("7 files, "), "{said}");
}
