//! `docs/azure.md` names what is there: tables, roles, files, commands, variables.

use std::collections::BTreeSet;

use punctual_solution::{roles, tables, webhook};

use super::source::repository;

/// Variables of `spin.toml` that come with the records in Dataverse.
const COMING: [&str; 11] = [
    "dataverse_url",
    "entra_assertion",
    "entra_assertion_file",
    "entra_authority",
    "entra_client_id",
    "entra_client_secret",
    "entra_tenant",
    "identity_endpoint",
    "identity_header",
    "identity_path",
    "sign_in",
];
/// What `sign_in` may be.
const WAYS_TO_SIGN_IN: [&str; 3] = ["client_secret", "managed_identity", "workload_identity"];

fn read(path: &str) -> String {
    let text = std::fs::read_to_string(repository().join(path));
    text.unwrap_or_else(|error| panic!("{path}: {error}"))
}

fn manual() -> String {
    read("docs/azure.md")
}

/// What stands between single backticks.
fn quoted(manual: &str) -> Vec<&str> {
    let lines = manual.lines().filter(|line| !line.starts_with("```"));
    lines
        .flat_map(|line| line.split('`').skip(1).step_by(2))
        .collect()
}

/// What follows each `start`, up to the first letter that does not fit.
fn following<'a>(text: &'a str, start: &str, fits: fn(char) -> bool) -> BTreeSet<&'a str> {
    let rest = text.split(start).skip(1);
    let words = rest.map(|rest| rest.split(|c| !fits(c)).next().unwrap_or_default());
    words.filter(|word| !word.is_empty()).collect()
}

#[track_caller]
fn check(named: &BTreeSet<&str>, at_least: usize, is_there: impl Fn(&str) -> bool) {
    // A search that finds nothing proves nothing.
    assert!(named.len() >= at_least, "{named:?}");
    let unknown: Vec<_> = named.iter().filter(|name| !is_there(name)).collect();
    assert!(unknown.is_empty(), "{unknown:?}");
}

#[test]
fn tables_and_columns_exist() {
    let manual = manual();
    let known: BTreeSet<&str> = tables::TABLES
        .into_iter()
        .flat_map(|table| {
            let columns = table.columns.iter().map(|column| column.name);
            columns.chain([table.name, table.set])
        })
        .collect();
    let words = manual.split(|c: char| !(c.is_ascii_alphanumeric() || c == '_'));
    let named = words.filter(|word| word.starts_with("punctual_")).collect();
    check(&named, 9, |name| known.contains(name));
}

#[test]
fn roles_and_the_image_are_called_so() {
    let manual = manual();
    let named: BTreeSet<_> = quoted(&manual)
        .into_iter()
        .filter(|text| text.starts_with("Punctual "))
        .collect();
    let known: BTreeSet<_> = roles::ROLES.iter().map(|role| role.name).collect();
    assert_eq!(named, known);
    let assigned = following(&manual, "--role \"Punctual ", |c| c != '"');
    check(&assigned, 1, |name| {
        known.contains(format!("Punctual {name}").as_str())
    });
    assert!(manual.contains(&format!("the alias `{}`", webhook::IMAGE_ALIAS)));
}

#[test]
fn files_exist() {
    let manual = manual();
    let links = following(&manual, "](../", |c| c != ')');
    let paths = quoted(&manual).into_iter().filter(|text| {
        text.contains('/')
            && ["power-platform/", "spin-app/", "docs/"]
                .iter()
                .any(|it| text.starts_with(it))
    });
    let named = links.into_iter().chain(paths).collect();
    check(&named, 5, |path| repository().join(path).exists());
}

#[test]
fn commands_exist() {
    let manual = manual();
    let word = |c: char| c.is_ascii_alphanumeric() || c == '-';
    let tasks = read("xtask/src/main.rs");
    check(&following(&manual, "cargo xtask ", word), 4, |task| {
        // `stand-ins` is `StandIns`.
        let parts = task.split('-').map(|part| {
            let (first, rest) = part.split_at(1);
            format!("{}{rest}", first.to_uppercase())
        });
        tasks.contains(&format!("Task::{}", parts.collect::<String>()))
    });
    let packages: BTreeSet<_> = [
        "",
        "spin-app/shared/",
        "servicebus/",
        "power-platform/schema/",
        "power-platform/connect/",
        "stand-ins/dataverse/",
        "stand-ins/entra/",
        "stand-ins/servicebus/",
    ]
    .into_iter()
    .map(|folder| read(&format!("{folder}Cargo.toml")))
    .filter_map(|text| {
        Some(
            text.split_once("\nname = \"")?
                .1
                .split('"')
                .next()?
                .to_owned(),
        )
    })
    .collect();
    check(&following(&manual, "cargo test -p ", word), 5, |package| {
        packages.contains(package)
    });
}

#[test]
fn options_of_connect_exist() {
    let manual = manual();
    let arguments = read("power-platform/connect/src/arguments.rs");
    let lines = manual.split("cargo xtask connect").skip(1);
    let named = lines
        .filter_map(|rest| rest.lines().next())
        .map(|line| line.split('`').next().unwrap_or_default())
        .flat_map(|line| following(line, " --", |c| c.is_ascii_lowercase() || c == '-'))
        .collect();
    check(&named, 6, |option| {
        let field = option.replace('-', "_");
        arguments.contains(&format!("    {field}: "))
            || arguments.contains(&format!("pub {field}: "))
    });
}

#[test]
fn variables_exist() {
    let (manual, spin) = (manual(), read("spin.toml"));
    let (_, variables) = spin.split_once("\n[variables]\n").expect("variables");
    let (variables, _) = variables.split_once("\n[").expect("an end of them");
    let variables = variables.lines().filter_map(|line| line.split_once(" = {"));
    let known: BTreeSet<_> = variables.map(|(name, _)| name).chain(COMING).collect();
    let set = following(&manual, "SPIN_VARIABLE_", |c| {
        c.is_ascii_uppercase() || c == '_'
    });
    check(&set, 10, |name| {
        known.contains(name.to_lowercase().as_str())
    });
    let named = quoted(&manual)
        .into_iter()
        .filter(|text| {
            let fits = |c: char| c.is_ascii_lowercase() || c == '_';
            text.contains('_')
                && !text.starts_with("punctual_")
                && !text.starts_with('_')
                && text.chars().all(fits)
        })
        .filter(|text| !WAYS_TO_SIGN_IN.contains(text))
        .collect();
    check(&named, 15, |name| known.contains(name));
}
