//! The columns that every table with owners has. Dataverse makes them; an export lists them all the same.

use super::attribute::{Attribute, date_time, lookup, whole_number};
use super::{INTRODUCED, descriptions, display_names, labels};
use crate::describe::{State, Table};
use crate::xml::{Element, parent, text};

/// The row's GUID, which comes first.
pub fn before(table: &Table) -> Option<Element> {
    let id = Attribute {
        physical_name: table.id(),
        kind: "primarykey",
        required: "systemrequired",
        display_mask: Some("ValidForAdvancedFind|RequiredForGrid"),
        update: false,
        custom: false,
        audited: false,
        requirement_changes: false,
        filterable: true,
        retrievable: true,
        label: table.label.to_owned(),
        description: "The row's GUID.".to_owned(),
        ..Attribute::default()
    };
    Some(id.element())
}

/// All the others.
pub fn after(table: &Table) -> Vec<Element> {
    vec![
        person("CreatedBy", "Created By", "Who created the row."),
        moment("CreatedOn", "Created On", "When the row was created."),
        person(
            "CreatedOnBehalfBy",
            "Created By (Delegate)",
            "Who created the row on behalf of another.",
        ),
        Attribute {
            display_mask: Some("ValidForAdvancedFind"),
            ime_mode: "disabled",
            update: false,
            own: whole_number("", i32::MIN),
            ..platform(
                "ImportSequenceNumber",
                "int",
                "Import Sequence Number",
                "The import that created the row.",
            )
        }
        .element(),
        person("ModifiedBy", "Modified By", "Who changed the row last."),
        moment(
            "ModifiedOn",
            "Modified On",
            "When the row was changed last.",
        ),
        person(
            "ModifiedOnBehalfBy",
            "Modified By (Delegate)",
            "Who changed the row last on behalf of another.",
        ),
        Attribute {
            display_mask: Some("ValidForAdvancedFind|ValidForGrid"),
            ime_mode: "inactive",
            update: false,
            own: date_time("date", false),
            ..platform(
                "OverriddenCreatedOn",
                "datetime",
                "Record Created On",
                "When a row that was migrated was first created.",
            )
        }
        .element(),
        owner(),
        Attribute {
            required: "systemrequired",
            audited: true,
            filterable: true,
            ..owning(
                "OwningBusinessUnit",
                "Owning Business Unit",
                "The business unit that owns the row.",
            )
        }
        .element(),
        unseen(owning(
            "OwningTeam",
            "Owning Team",
            "The team that owns the row.",
        ))
        .element(),
        unseen(owning(
            "OwningUser",
            "Owning User",
            "The user who owns the row.",
        ))
        .element(),
        state(table),
        status(table),
        zone("TimeZoneRuleVersionNumber", "Time Zone Rule Version Number").element(),
        zone("UTCConversionTimeZoneCode", "UTC Conversion Time Zone Code").element(),
    ]
}

fn platform(name: &str, kind: &'static str, label: &str, description: &str) -> Attribute {
    Attribute {
        physical_name: name.to_owned(),
        kind,
        custom: false,
        label: label.to_owned(),
        description: description.to_owned(),
        ..Attribute::default()
    }
}

fn owning(name: &str, label: &str, description: &str) -> Attribute {
    Attribute {
        update: false,
        create: false,
        audited: false,
        own: lookup([]),
        ..platform(name, "lookup", label, description)
    }
}

fn person(name: &str, label: &str, description: &str) -> Element {
    owning(name, label, description).element()
}

fn unseen(attribute: Attribute) -> Attribute {
    Attribute {
        display_mask: None,
        logical: true,
        ..attribute
    }
}

fn moment(name: &str, label: &str, description: &str) -> Element {
    Attribute {
        ime_mode: "inactive",
        update: false,
        create: false,
        audited: false,
        filterable: true,
        retrievable: true,
        own: date_time("datetime", false),
        ..platform(name, "datetime", label, description)
    }
    .element()
}

fn zone(name: &str, label: &str) -> Attribute {
    Attribute {
        display_mask: None,
        audited: false,
        own: whole_number("", -1),
        ..platform(name, "int", label, "For internal use only.")
    }
}

fn owner() -> Element {
    // 8 is the user's table, 9 the team's.
    let types = [8, 9].map(|code| {
        text("LookupType", code).attribute("id", "00000000-0000-0000-0000-000000000000")
    });
    Attribute {
        required: "systemrequired",
        display_mask: Some("ValidForAdvancedFind|ValidForForm|ValidForGrid|RequiredForForm"),
        filterable: true,
        own: lookup(types),
        ..platform("OwnerId", "owner", "Owner", "Who owns the row.")
    }
    .element()
}

fn state(table: &Table) -> Element {
    let states =
        [(State::Active, "Active"), (State::Inactive, "Inactive")].map(|(state, label)| {
            let default = table.statuses.iter().find(|status| status.state == state);
            parent("state", [labels(label)])
                .attribute("value", state.value())
                .attribute("defaultstatus", default.map_or(0, |status| status.value))
                .attribute("invariantname", label)
        });
    Attribute {
        required: "systemrequired",
        create: false,
        filterable: true,
        own: vec![options(table, "state", "Status", parent("states", states))],
        ..platform(
            "statecode",
            "state",
            "Status",
            "Whether the row is worked with or done with.",
        )
    }
    .element()
}

fn status(table: &Table) -> Element {
    let statuses = table.statuses.iter().map(|status| {
        parent("status", [labels(status.label)])
            .attribute("value", status.value)
            .attribute("state", status.state.value())
    });
    Attribute {
        own: vec![options(
            table,
            "status",
            "Status Reason",
            parent("statuses", statuses),
        )],
        ..platform(
            "statuscode",
            "status",
            "Status Reason",
            "Where the row stands.",
        )
    }
    .element()
}

fn options(table: &Table, kind: &str, label: &str, values: Element) -> Element {
    parent(
        "optionset",
        [
            text("OptionSetType", kind),
            text("IntroducedVersion", INTRODUCED),
            text("IsCustomizable", 1),
            display_names(label),
            descriptions(&format!("{label} of the {}.", table.label.to_lowercase())),
            values,
        ],
    )
    .attribute("Name", format!("{}_{kind}code", table.name))
}
