//! The app names tables, columns, choices and codes as the solution and the core do.

use std::collections::BTreeSet;

use plugin_core::intake::{iana_time_zone, is_locale, read_policy};
use punctual_solution::describe::{Kind, State, Table};
use punctual_solution::tables::{APPOINTMENT, NOTIFICATION, TABLES};

use super::source::{
    Control, calls, control, controls, document, formula, repository, without_texts, words,
};

/// Columns that every table has and the app reads.
const EVERYWHERE: [&str; 3] = ["modifiedon", "statecode", "statuscode"];

fn has(table: &Table, name: &str) -> bool {
    table.column(name).is_some() || table.id() == name || EVERYWHERE.contains(&name)
}

fn is_column(word: &str) -> bool {
    word.starts_with("punctual_") || EVERYWHERE.contains(&word)
}

/// The table whose row is meant by what stands before the dot.
fn row_of(before: &str, control: &Control) -> Option<&'static Table> {
    let holder = before.strip_suffix('.')?;
    let (_, holder) = words(holder).last()?;
    match (holder, control.parent.as_str()) {
        ("varAppointment" | "varFound" | "varSaved" | "locNow" | "locClash", _)
        | ("ThisItem", "galList") => Some(&APPOINTMENT),
        ("ThisItem", "galReminders") => Some(&NOTIFICATION),
        _ => panic!("{}: whose row is {holder}?", control.name),
    }
}

/// Each column stands behind a row of its table, or within a query or write of its table.
#[test]
fn columns_exist() {
    let mut seen = 0;
    for control in controls() {
        for (property, text) in &control.properties {
            let text = without_texts(text);
            let place = format!("{}.{property}", control.name);
            let mut within = 0;
            for (set, table) in [
                ("Appointments", &APPOINTMENT),
                ("Notifications", &NOTIFICATION),
            ] {
                for function in ["Filter", "LookUp", "Patch"] {
                    for call in calls(&text, &format!("{function}({set},")) {
                        let bare = words(call)
                            .filter(|(before, word)| is_column(word) && !before.ends_with('.'));
                        for (_, word) in bare {
                            assert!(has(table, word), "{place}: {set} has no {word}");
                            within += 1;
                        }
                    }
                }
            }
            for (before, word) in words(&text).filter(|(_, word)| is_column(word)) {
                seen += 1;
                match row_of(before, control) {
                    Some(table) => {
                        assert!(has(table, word), "{place}: {} has no {word}", table.name)
                    }
                    None => within -= 1,
                }
            }
            assert_eq!(within, 0, "{place}: a column outside of any query");
        }
    }
    assert!(
        seen > 100,
        "{seen}: a search that finds nothing proves nothing"
    );
}

#[test]
fn columns_in_quotes_exist() {
    let mut seen = 0;
    for control in controls() {
        for text in control.properties.values() {
            for (set, table) in [
                ("Appointments", &APPOINTMENT),
                ("Notifications", &NOTIFICATION),
            ] {
                let sorts = calls(text, "SortByColumns(");
                for sort in sorts.into_iter().filter(|sort| sort.contains(set)) {
                    let column = sort.split('"').rfind(|part| part.starts_with("punctual_"));
                    let column = column.expect("what it is sorted by");
                    assert!(table.column(column).is_some(), "{set} has no {column}");
                    seen += 1;
                }
            }
        }
    }
    assert_eq!(seen, 3);
}

#[test]
fn tables_are_those_of_the_solution() {
    let document = document("DataSources.pa.yaml");
    let sources = document["DataSources"].as_mapping().expect("sources");
    for (name, source) in sources {
        let logical = source["Parameters"]["TableLogicalName"].as_str();
        let table = TABLES.into_iter().find(|table| Some(table.name) == logical);
        let table = table.unwrap_or_else(|| panic!("no table is {logical:?}"));
        assert_eq!(name.as_str(), Some(table.plural));
    }
    assert_eq!(sources.len(), 2);
}

/// What is quoted as a name: `'Status Reason (Appointments)'.Canceled`.
fn choices() -> BTreeSet<(&'static str, &'static str)> {
    let texts = controls()
        .iter()
        .flat_map(|control| control.properties.values());
    let mut found = BTreeSet::new();
    for text in texts {
        for (at, _) in text.match_indices("'Status") {
            let (set, rest) = text[at + 1..].split_once("'.").expect("a value");
            let quoted = rest
                .strip_prefix('\'')
                .and_then(|rest| rest.split('\'').next());
            let plain = rest.split(|c: char| !c.is_alphanumeric()).next();
            found.insert((set, quoted.or(plain).unwrap_or_default()));
        }
    }
    found
}

#[test]
fn values_of_choices_exist() {
    let reasons = APPOINTMENT
        .statuses
        .iter()
        .map(|status| ("Status Reason (Appointments)", status.label));
    let states = [
        ("Status (Appointments)", "Active"),
        ("Status (Appointments)", "Inactive"),
        ("Status (Notifications)", "Active"),
    ];
    assert_eq!(choices(), reasons.chain(states).collect());
}

/// The texts in a list: `["a", "b"]`.
fn texts(list: &str) -> Vec<&str> {
    list.split('"').skip(1).step_by(2).collect()
}

#[test]
fn lists_of_statuses_are_whole() {
    let labels = |wanted: fn(State) -> bool| {
        let statuses = APPOINTMENT.statuses.iter();
        statuses
            .filter(move |status| wanted(status.state))
            .map(|status| status.label)
    };
    let all: Vec<_> = ["Any"].into_iter().chain(labels(|_| true)).collect();
    assert_eq!(texts(formula("drpListStatus", "Items")), all);
    let ends: Vec<_> = labels(|state| state == State::Inactive).collect();
    assert_eq!(texts(formula("drpCloseHow", "Items")), ends);
    for (name, property) in [("drpListStatus", "OnChange"), ("btnCloseYes", "OnSelect")] {
        let switch = calls(formula(name, property), "Switch(").concat();
        for label in texts(&switch) {
            let value = [
                format!("\"{label}\", 'Status Reason (Appointments)'.{label},"),
                format!("\"{label}\", 'Status Reason (Appointments)'.'{label}'"),
            ];
            assert!(
                value
                    .iter()
                    .any(|value| switch.contains(value.trim_end_matches(','))),
                "{name}: {label}"
            );
        }
    }
}

/// A named formula of the app.
#[track_caller]
fn named(name: &str) -> &'static str {
    let start = format!("\n{name} = ");
    let (_, rest) = formula("App", "Formulas")
        .split_once(start.as_str())
        .expect("it is there");
    rest.split_once(";\n").map_or(rest, |(text, _)| text)
}

/// The core would skip the reminders of an appointment whose zone it does not know.
#[test]
fn zones_are_names_that_the_core_knows() {
    let zones = texts(named("Zones"));
    assert!(zones.len() > 60);
    for zone in zones {
        assert_eq!(iana_time_zone(zone).as_deref(), Some(zone));
    }
}

#[test]
fn languages_are_those_of_the_templates() {
    let folder = repository().join("plugin-core/templates");
    let entries = std::fs::read_dir(folder)
        .expect("templates")
        .map(|entry| entry.expect("an entry"));
    let folders = entries.filter(|entry| entry.path().is_dir());
    let there: BTreeSet<_> = folders
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .collect();
    let offered: BTreeSet<_> = texts(named("Languages"))
        .into_iter()
        .map(str::to_owned)
        .collect();
    assert_eq!(offered, there);
    assert!(offered.iter().all(|language| is_locale(language)));
}

/// Each `{Code: "…", Words: "…"}`.
fn coded(name: &str) -> Vec<(&str, &str)> {
    let texts = texts(named(name));
    texts.chunks(2).map(|pair| (pair[0], pair[1])).collect()
}

#[test]
fn every_reason_has_words() {
    let contract =
        std::fs::read_to_string(repository().join("wit/types.wit")).expect("wit/types.wit");
    let (_, rest) = contract.split_once("enum reason {").expect("reasons");
    let (body, _) = rest.split_once('}').expect("their end");
    let cases = body
        .lines()
        .filter_map(|line| line.trim().strip_suffix(','));
    let codes: Vec<_> = cases.map(|case| case.replace('-', "_")).collect();
    let told = coded("Reasons");
    assert_eq!(
        told.iter().map(|(code, _)| *code).collect::<Vec<_>>(),
        codes
    );
    assert!(told.iter().all(|(_, words)| words.ends_with('.')));
}

#[test]
fn every_step_of_the_default_policy_has_words() {
    let policy = read_policy("").expect("the default policy");
    let steps: Vec<_> = policy.steps.iter().map(|step| step.code.as_str()).collect();
    let told: Vec<_> = coded("Steps").into_iter().map(|(code, _)| code).collect();
    assert_eq!(told, steps);
}

/// A column of `max` takes what a field of `MaxLength` lets through; `agreement.rs` of the solution holds the API to the same lengths.
#[test]
fn fields_are_as_long_as_their_columns() {
    let mut checked = 0;
    for input in controls().iter().filter(|control| {
        control.kind == "Classic/TextInput" && control.name.starts_with("inpEdit")
    }) {
        let (_, column) = words(&input.properties["Default"])
            .find(|(_, word)| is_column(word))
            .expect("its column");
        let most = match APPOINTMENT.column(column).expect("a column").kind {
            Kind::Text { max, .. } => u32::from(max),
            Kind::Memo { max } => max,
            // `09:30`.
            _ => 5,
        };
        assert_eq!(
            input.properties["MaxLength"],
            most.to_string(),
            "{}",
            input.name
        );
        checked += 1;
    }
    assert_eq!(checked, 9);
}

#[test]
fn saving_writes_every_column() {
    let patch = calls(formula("btnEditSave", "OnSelect"), "Patch(Appointments,").concat();
    for column in APPOINTMENT.columns {
        assert!(
            patch.contains(&format!(" {}: ", column.name)),
            "{}",
            column.name
        );
    }
}

/// A control that a formula speaks of is there; a mistyped one would only show in Studio.
#[test]
fn controls_exist() {
    let prefixes = [
        "bar", "btn", "chk", "dat", "drp", "gal", "ico", "inp", "lbl", "rec",
    ];
    let mut seen = 0;
    for one in controls() {
        for text in one.properties.values() {
            let text = without_texts(text);
            let named = words(&text).map(|(_, word)| word).filter(|word| {
                prefixes.iter().any(|prefix| {
                    word.strip_prefix(prefix)
                        .is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_uppercase()))
                })
            });
            for word in named {
                control(word);
                seen += 1;
            }
        }
    }
    assert!(seen > 50);
}
