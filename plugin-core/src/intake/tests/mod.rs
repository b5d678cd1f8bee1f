//! Tests of the intake, one file per feature.

mod checks;
mod drafts;
mod events;
mod genuine_events;
mod mappings;
mod merging;
mod mutations;
mod policies;
mod wrong_events;

use crate::types::{FieldChange, Problem};

/// A change in one line.
fn show(change: &FieldChange) -> String {
    let text = |value: &Option<String>| {
        format!("{value:?}")
            .replace("Some(", "")
            .replace("\")", "\"")
    };
    let time = |value: &Option<i64>| {
        value
            .and_then(crate::time::rfc3339)
            .unwrap_or_else(|| "None".to_owned())
    };
    match change {
        FieldChange::Service(value) => format!("service {}", text(value)),
        FieldChange::CustomerName(value) => format!("customer_name {}", text(value)),
        FieldChange::Email(value) => format!("email {}", text(value)),
        FieldChange::Phone(value) => format!("phone {}", text(value)),
        FieldChange::StartAt(value) => format!("start_at {}", time(value)),
        FieldChange::EndAt(value) => format!("end_at {}", time(value)),
        FieldChange::TimeZone(value) => format!("time_zone {}", text(value)),
        FieldChange::Locale(value) => format!("locale {}", text(value)),
        FieldChange::Status(value) => format!("status {}", super::appointment::status_name(*value)),
        FieldChange::Resource(value) => format!("resource {}", text(value)),
        FieldChange::Notes(value) => format!("notes {}", text(value)),
    }
}

fn show_problem(problem: &Problem) -> String {
    format!("{}: {}", problem.field, problem.detail)
}

/// The events of our own tables, by file name.
fn fixtures() -> Vec<(String, Vec<u8>)> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/events");
    json_files(folder).expect("the fixtures are part of the repository")
}

/// All JSON files of a folder, sorted by name; none if there is no such folder.
fn json_files(folder: &str) -> Option<Vec<(String, Vec<u8>)>> {
    let mut files: Vec<_> = std::fs::read_dir(folder)
        .ok()?
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| {
            path.extension()
                .is_some_and(|extension| extension == "json")
        })
        .map(|path| {
            let name = path
                .file_stem()
                .unwrap_or_default()
                .to_string_lossy()
                .into_owned();
            (
                name,
                std::fs::read(&path).expect("a file that is listed can be read"),
            )
        })
        .collect();
    files.sort();
    Some(files)
}
