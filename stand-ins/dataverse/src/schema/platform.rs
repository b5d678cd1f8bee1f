//! What the platform adds to every user-owned table.

use std::collections::BTreeMap;

use punctual_stand_ins::{Guid, Random};

use super::definition::{Kind, StatusDefinition, TableDefinition, Target};
use super::{Column, Table};

/// The table with the platform's columns.
pub(super) fn complete(mut definition: TableDefinition, type_code: i64) -> Result<Table, String> {
    let name = definition.logical_name.clone();
    default_to(&mut definition.schema_name, &name);
    default_to(&mut definition.primary_id, &format!("{name}id"));
    if definition.statuses.is_empty() {
        definition.statuses = vec![
            status(0, "Active", 1, "Active"),
            status(1, "Inactive", 2, "Inactive"),
        ];
    }
    let mut columns = BTreeMap::new();
    for own in std::mem::take(&mut definition.columns) {
        let mut column = column(&own.name, own.kind);
        if !own.schema_name.is_empty() {
            column.schema_name = own.schema_name;
        }
        if columns.insert(column.name.clone(), column).is_some() {
            return Err(format!("{name} has {} twice", own.name));
        }
    }
    let mut primary_id = column(&definition.primary_id, Kind::Id);
    primary_id.schema_name = format!("{}Id", definition.schema_name);
    for column in common(&name).into_iter().chain([primary_id]) {
        if columns.insert(column.name.clone(), column).is_some() {
            return Err(format!("{name} defines a column that the platform adds"));
        }
    }
    let named = columns.get(&definition.primary_name);
    if !named.is_some_and(|column| matches!(column.kind, Kind::Text { .. })) {
        return Err(format!(
            "{name} needs the text column {}",
            definition.primary_name
        ));
    }
    for key in &definition.keys {
        if key.columns.is_empty() || !key.columns.iter().all(|it| columns.contains_key(it)) {
            return Err(format!(
                "the key {} of {name} needs columns that are there",
                key.name
            ));
        }
    }
    Ok(Table {
        metadata_id: metadata_id(&name),
        definition,
        columns,
        standard: true,
        type_code,
    })
}

fn default_to(text: &mut String, other: &str) {
    if text.is_empty() {
        *text = other.to_owned();
    }
}

pub(super) fn status(state: i64, state_label: &str, status: i64, label: &str) -> StatusDefinition {
    StatusDefinition {
        state,
        state_label: state_label.into(),
        status,
        label: label.into(),
    }
}

/// A column whose schema name is its name.
pub(super) fn column(name: &str, kind: Kind) -> Column {
    Column {
        name: name.into(),
        schema_name: name.into(),
        kind,
        read_only: false,
        secret: false,
    }
}

/// A column that only the platform writes.
pub(super) fn read_only(name: &str, kind: Kind) -> Column {
    Column {
        read_only: true,
        ..column(name, kind)
    }
}

/// A lookup with one target, whose navigation property is its name.
pub(super) fn lookup(name: &str, table: &str) -> Column {
    let target = Target {
        table: table.into(),
        navigation: name.into(),
        collection: None,
        on_delete: Default::default(),
    };
    column(
        name,
        Kind::Lookup {
            targets: vec![target],
        },
    )
}

fn common(table: &str) -> Vec<Column> {
    let by_platform = |column: Column| Column {
        read_only: true,
        ..column
    };
    let small = Kind::Integer {
        min: i64::from(i32::MIN),
        max: i64::from(i32::MAX),
    };
    let mut owner = lookup("ownerid", "systemuser");
    // The owner's navigation property is not used; a relationship of each table would bear it.
    if let Kind::Lookup { targets } = &mut owner.kind {
        targets[0].collection = Some(format!("user_{table}"));
    }
    vec![
        by_platform(lookup("createdby", "systemuser")),
        read_only("createdon", Kind::Instant),
        by_platform(lookup("createdonbehalfby", "systemuser")),
        column("importsequencenumber", small.clone()),
        by_platform(lookup("modifiedby", "systemuser")),
        read_only("modifiedon", Kind::Instant),
        by_platform(lookup("modifiedonbehalfby", "systemuser")),
        column("overriddencreatedon", Kind::Instant),
        owner,
        by_platform(lookup("owningbusinessunit", "businessunit")),
        by_platform(lookup("owninguser", "systemuser")),
        column("statecode", Kind::State),
        column("statuscode", Kind::Status),
        column("timezoneruleversionnumber", small.clone()),
        column("utcconversiontimezonecode", small),
        read_only("versionnumber", Kind::BigInteger),
    ]
}

/// An id that depends on the name alone.
pub(crate) fn metadata_id(name: &str) -> Guid {
    let seed = name.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    Guid::next(&mut Random::seeded(seed))
}
