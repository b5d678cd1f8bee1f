//! The tables that Punctual's solution brings, read from its description; and Dataverse's own table of appointments as far as it matters here.

use super::definition::{
    ColumnDefinition, KeyDefinition, Kind, Label, OnDelete, TableDefinition, Target,
};
use super::platform::status;
use punctual_solution::describe;

fn column(name: &str, kind: Kind) -> ColumnDefinition {
    ColumnDefinition {
        name: name.into(),
        schema_name: String::new(),
        kind,
    }
}

fn texts(columns: &[(&str, usize)]) -> Vec<ColumnDefinition> {
    let text = |(name, max_length): &(&str, usize)| {
        let max_length = *max_length;
        column(name, Kind::Text { max_length })
    };
    columns.iter().map(text).collect()
}

/// The tables of Punctual's solution, as it describes them.
pub fn punctual() -> impl Iterator<Item = TableDefinition> {
    punctual_solution::tables::TABLES.into_iter().map(described)
}

/// From the words of the solution to those of the stand-in.
fn described(table: &describe::Table) -> TableDefinition {
    let key = table.key.iter().map(|key| KeyDefinition {
        name: key.name.into(),
        columns: key.columns.iter().map(|name| (*name).to_owned()).collect(),
    });
    let statuses = table.statuses.iter().map(|it| {
        let label = match it.state {
            describe::State::Active => "Active",
            describe::State::Inactive => "Inactive",
        };
        status(it.state.value().into(), label, it.value.into(), it.label)
    });
    TableDefinition {
        logical_name: table.name.into(),
        schema_name: table.name.into(),
        entity_set: table.set.into(),
        primary_id: table.id(),
        primary_name: table.primary_name().into(),
        columns: table.columns.iter().map(described_column).collect(),
        keys: key.collect(),
        statuses: statuses.collect(),
    }
}

fn described_column(described: &describe::Column) -> ColumnDefinition {
    let kind = match described.kind {
        describe::Kind::Text { max, .. } => Kind::Text {
            max_length: max.into(),
        },
        describe::Kind::Memo { max } => Kind::Text {
            max_length: max as usize,
        },
        describe::Kind::Count => Kind::Integer {
            min: 0,
            max: i64::from(i32::MAX),
        },
        describe::Kind::Whole => Kind::Integer {
            min: i64::from(i32::MIN),
            max: i64::from(i32::MAX),
        },
        describe::Kind::Instant => Kind::Instant,
        describe::Kind::Choice(choice) => Kind::Choice {
            options: choice
                .values()
                .map(|(value, _, label)| Label {
                    value: value.into(),
                    label: label.into(),
                })
                .collect(),
        },
        describe::Kind::Lookup(relationship) => Kind::Lookup {
            targets: vec![Target {
                table: relationship.table.into(),
                navigation: described.name.into(),
                collection: Some(relationship.name.into()),
                on_delete: OnDelete::RemoveLink,
            }],
        },
    };
    column(described.name, kind)
}

/// `appointment`: the built-in activity. Parties are left out.
pub fn appointment() -> TableDefinition {
    let mut columns = texts(&[
        ("subject", 400),
        ("location", 400),
        ("description", 2_000),
        ("category", 250),
    ]);
    columns.push(column("scheduledstart", Kind::Instant));
    columns.push(column("scheduledend", Kind::Instant));
    columns.push(column("isalldayevent", Kind::Boolean));
    columns.push(column(
        "scheduleddurationminutes",
        Kind::Integer {
            min: 0,
            max: i64::from(i32::MAX),
        },
    ));
    TableDefinition {
        logical_name: "appointment".into(),
        schema_name: "Appointment".into(),
        entity_set: "appointments".into(),
        primary_id: "activityid".into(),
        primary_name: "subject".into(),
        columns,
        keys: Vec::new(),
        statuses: vec![
            status(3, "Scheduled", 5, "Busy"),
            status(3, "Scheduled", 6, "Out of Office"),
            status(0, "Open", 1, "Free"),
            status(0, "Open", 2, "Tentative"),
            status(1, "Completed", 3, "Completed"),
            status(2, "Canceled", 4, "Canceled"),
        ],
    }
}
