//! The same component gives the same plan, byte for byte, whichever host calls it.
//!
//! The program in Rust is always tried. Those for Node and Python are where `cargo xtask test` could install what they run on;
//! elsewhere a line says SKIPPED and why.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use punctual_stand_ins::judges;

/// Less than a week before the appointment, and before the clocks change in Berlin, which they do that morning.
const NOW: &str = "2026-03-26T12:00:00Z";

/// Drafts that the core refuses, and what every host then says: all that is wrong, in the core's words.
const REFUSED: &[(&str, &str)] = &[
    (
        r#"{"id":"6f9619ff-8b86-d011-b42d-00cf4fc964ff","email":"robin","phone":"030 1"}"#,
        "email: Not an email address: \"robin\".\n\
         phone: Not an international phone number: \"030 1\". Write it with its country, as in +49 30 901820.\n",
    ),
    (
        r#"{"id":"6f9619ff-8b86-d011-b42d-00cf4fc964ff","end_at":"2026-03-29T09:30:00+02:00"}"#,
        "start_at: Missing. Write when the appointment begins, as in 2026-06-01T09:00:00+02:00.\n",
    ),
];

/// `examples/hosts`, where the appointment, its plan and the programs lie.
fn examples() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/.."))
}

fn installed() -> PathBuf {
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).parent().unwrap();
    judges::folder(target, "hosts")
}

fn rust() -> Option<Command> {
    Some(Command::new(env!("CARGO_BIN_EXE_plan")))
}

fn node() -> Option<Command> {
    let modules = shown("Node", judges::node(examples(), &installed()))?;
    // Node looks for packages beside the program.
    let program = modules.join("plan.mjs");
    std::fs::copy(examples().join("node/plan.mjs"), &program).unwrap();
    let mut node = Command::new("node");
    node.arg(program);
    Some(node)
}

fn python() -> Option<Command> {
    let python = shown("Python", judges::python(examples(), &installed()))?;
    let mut command = Command::new(python);
    command.arg(examples().join("python/plan.py"));
    Some(command)
}

fn shown<T>(host: &str, found: Result<T, String>) -> Option<T> {
    if let Err(why) = &found {
        // Not `eprintln!`, which the test harness would swallow.
        let _ = writeln!(std::io::stderr(), "SKIPPED: the core in {host}: {why}");
    }
    found.ok()
}

fn run(mut host: Command, appointment: &Path) -> Output {
    let root = examples().join("../..");
    host.arg(root.join("target/components/plugin-core.wasm"));
    host.arg(appointment).arg(NOW).output().unwrap()
}

/// The host plans the appointment as the golden file says, and refuses what the core refuses.
#[track_caller]
fn check(host: fn() -> Option<Command>) {
    let Some(planning) = host() else { return };
    let output = run(planning, &examples().join("appointment.json"));
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}");
    let golden = std::fs::read_to_string(examples().join("plan.json")).unwrap();
    assert_eq!(String::from_utf8_lossy(&output.stdout), golden);

    for (draft, problems) in REFUSED {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(draft.as_bytes()).unwrap();
        let output = run(host().unwrap(), file.path());
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!((output.status.code(), &*said), (Some(1), *problems));
        assert!(output.stdout.is_empty(), "{draft} has a plan");
    }
}

#[test]
fn rust_gets_the_plan() {
    check(rust);
}

#[test]
fn node_gets_the_plan() {
    check(node);
}

#[test]
fn python_gets_the_plan() {
    check(python);
}
