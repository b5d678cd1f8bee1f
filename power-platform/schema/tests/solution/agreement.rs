//! The tables are those that the rest of Punctual means: plugin-core's mapping and the contract in `wit/`.

use std::collections::BTreeMap;

use plugin_core::intake::{read_draft, read_mapping};
use punctual_solution::choices::{CHANNEL, Choice, NOTIFICATION_STATUS};
use punctual_solution::tables::APPOINTMENT;
use punctual_solution::webhook;
use serde_json::{Value, json};

use super::source::{attribute, each, repository, root, tables, text};

/// The mapping that is in force when nobody sets one.
fn mapping() -> Value {
    let json = read_mapping("").expect("the default mapping is one");
    serde_json::from_str(&json).expect("it is JSON")
}

fn mapped_columns() -> Vec<(String, String)> {
    let mapping = mapping();
    let columns = mapping["columns"].as_object().expect("columns");
    let column = |(field, column): (&String, &Value)| {
        (
            field.clone(),
            column.as_str().unwrap_or_default().to_owned(),
        )
    };
    columns.iter().map(column).collect()
}

#[test]
fn the_default_mapping_is_our_table() {
    let mapping = mapping();
    assert_eq!(mapping["table"], APPOINTMENT.name);
    assert_eq!(mapping["entity_set"], APPOINTMENT.set);
    assert_eq!(mapping["id"], APPOINTMENT.id());
    let columns = &tables()[APPOINTMENT.name];
    for (field, column) in mapped_columns() {
        let found = columns.get(column.as_str());
        let found = found.unwrap_or_else(|| panic!("{field}: there is no column {column}"));
        let kind = match field.as_str() {
            "start_at" | "end_at" => "datetime",
            "notes" => "ntext",
            _ => "nvarchar",
        };
        assert_eq!(text(*found, "Type"), kind, "{field}");
    }
}

#[test]
fn every_own_column_but_the_title_is_mapped() {
    let mut mapped: Vec<_> = mapped_columns()
        .into_iter()
        .map(|(_, column)| column)
        .collect();
    let own = APPOINTMENT.columns.iter().skip(1).map(|column| column.name);
    let mut own: Vec<_> = own.collect();
    mapped.sort();
    own.sort_unstable();
    assert_eq!(own, mapped);
}

#[test]
fn the_webhook_listens_to_what_is_mapped_and_to_the_status() {
    let status = &mapping()["status"];
    let mut expected: Vec<_> = mapped_columns()
        .into_iter()
        .map(|(_, column)| column)
        .collect();
    for name in ["column", "state_column"] {
        expected.push(status[name].as_str().unwrap_or_default().to_owned());
    }
    expected.sort();
    let mut heard = webhook::columns();
    heard.sort_unstable();
    assert_eq!(heard, expected);
}

#[test]
fn status_numbers_mean_what_the_mapping_says() {
    let label = |name: &str| match name {
        "scheduled" => "Scheduled",
        "confirmed" => "Confirmed",
        "canceled" => "Canceled",
        "completed" => "Completed",
        "no_show" => "No show",
        other => panic!("a status without a value: {other}"),
    };
    let mapping = mapping();
    let values = mapping["status"]["values"].as_object().expect("values");
    let expected: BTreeMap<_, _> = values
        .iter()
        .map(|(value, name)| (value.as_str(), label(name.as_str().unwrap_or_default())))
        .collect();
    let entity = root("Entities/punctual_appointment/Entity.xml");
    let written: BTreeMap<_, _> = each(entity, "status")
        .map(|status| {
            let label = each(status, "label")
                .next()
                .map_or("", |label| attribute(label, "description"));
            (attribute(status, "value"), label)
        })
        .collect();
    assert_eq!(written, expected);
}

/// What the API takes must fit into the column, or booking would fail in Dataverse.
#[test]
fn what_does_not_fit_into_a_column_is_refused_by_the_api() {
    let columns = &tables()[APPOINTMENT.name];
    let taken = |field: &str, text: String| {
        read_draft(json!({ field: text }).to_string().as_bytes()).is_ok()
    };
    for (field, column) in mapped_columns() {
        if matches!(field.as_str(), "start_at" | "end_at") {
            continue;
        }
        let max: usize = text(columns[column.as_str()], "MaxLength")
            .parse()
            .expect("a number");
        assert!(!taken(&field, long(&field, max + 1)), "{field}");
        let free = matches!(
            field.as_str(),
            "service" | "customer_name" | "email" | "resource" | "notes"
        );
        assert!(!free || taken(&field, long(&field, max)), "{field}");
    }
}

/// A text of so many characters that has no fault but its length.
fn long(field: &str, characters: usize) -> String {
    match field {
        "email" => {
            let rest = characters - "a@example.com".len();
            let local = "a".repeat(1 + rest % 2);
            format!("{local}@{}example.com", "a.".repeat(rest / 2))
        }
        "phone" => format!("+{}", "1".repeat(characters - 1)),
        "locale" => format!("en{}", "-x".repeat(characters / 2)),
        _ => "a".repeat(characters),
    }
}

#[track_caller]
fn check_enum(name: &str, choice: &Choice) {
    let path = repository().join("wit/types.wit");
    let contract = std::fs::read_to_string(path).expect("wit/types.wit is there");
    let start = contract
        .find(&format!("enum {name} {{"))
        .expect("the enum is there");
    let body = contract[start..]
        .lines()
        .skip(1)
        .take_while(|line| line.trim() != "}");
    let cases: Vec<_> = body
        .filter_map(|line| line.trim().strip_suffix(','))
        .collect();
    let codes: Vec<_> = choice
        .values()
        .map(|(_, code, _)| code.replace('_', "-"))
        .collect();
    assert_eq!(codes, cases);
}

#[test]
fn choices_are_the_enums_of_the_contract() {
    check_enum("channel", &CHANNEL);
    check_enum("notification-status", &NOTIFICATION_STATUS);
}

/// Rows of last year hold these numbers: they may grow in number and never change.
#[test]
fn numbers_of_choices_stay() {
    assert_eq!(CHANNEL.value("email"), Some(749_700_000));
    assert_eq!(CHANNEL.value("sms"), Some(749_700_001));
    assert_eq!(NOTIFICATION_STATUS.value("pending"), Some(749_700_000));
    assert_eq!(NOTIFICATION_STATUS.value("sent"), Some(749_700_003));
    assert_eq!(NOTIFICATION_STATUS.value("skipped"), Some(749_700_008));
    assert_eq!(NOTIFICATION_STATUS.value("lost"), None);
}
