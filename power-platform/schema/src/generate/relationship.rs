//! `Other/Relationships.xml`, which lists the relationships, and `Other/Relationships/<table of the one>.xml`.

use super::{INTRODUCED, descriptions};
use crate::File;
use crate::describe::{Kind, Relationship, Table};
use crate::tables::TABLES;
use crate::xml::{Element, element, parent, text};

/// What every table is tied to: name, the table of the one, the column, description. `{}` stands for the table.
const SYSTEM: [(&str, &str, &str, &str); 6] = [
    (
        "business_unit_{}",
        "BusinessUnit",
        "OwningBusinessUnit",
        "The business unit that owns the row.",
    ),
    (
        "lk_{}_createdby",
        "SystemUser",
        "CreatedBy",
        "Who created the row.",
    ),
    (
        "lk_{}_modifiedby",
        "SystemUser",
        "ModifiedBy",
        "Who changed the row last.",
    ),
    ("owner_{}", "Owner", "OwnerId", "Who owns the row."),
    (
        "team_{}",
        "Team",
        "OwningTeam",
        "The team that owns the row.",
    ),
    (
        "user_{}",
        "SystemUser",
        "OwningUser",
        "The user who owns the row.",
    ),
];

struct Written {
    name: String,
    referenced: &'static str,
    element: Element,
}

pub fn files() -> Vec<File> {
    let mut all: Vec<Written> = TABLES.into_iter().flat_map(of).collect();
    all.sort_by(|a, b| a.name.cmp(&b.name));
    let list = all
        .iter()
        .map(|one| element("EntityRelationship").attribute("Name", &one.name));
    let mut files = vec![super::file(
        "Other/Relationships.xml",
        parent("EntityRelationships", list),
    )];
    let mut referenced: Vec<_> = all.iter().map(|one| one.referenced).collect();
    referenced.sort_unstable();
    referenced.dedup();
    for table in referenced {
        let of_table = all.iter().filter(|one| one.referenced == table);
        let root = parent(
            "EntityRelationships",
            of_table.map(|one| one.element.clone()),
        );
        files.push(super::file(
            format!("Other/Relationships/{table}.xml"),
            root,
        ));
    }
    files
}

fn of(table: &Table) -> Vec<Written> {
    let system = SYSTEM.map(|(name, referenced, column, description)| {
        let name = name.replace("{}", table.name);
        let links = ends(&name, table.name, referenced).with(cascades("NoCascade"));
        Written {
            element: links.with(described(column, description)),
            name,
            referenced,
        }
    });
    let own = table.columns.iter().filter_map(|column| match column.kind {
        Kind::Lookup(relationship) => Some(Written {
            name: relationship.name.to_owned(),
            referenced: relationship.table,
            element: lookup(table, column.name, relationship),
        }),
        _ => None,
    });
    system.into_iter().chain(own).collect()
}

/// When the row of the one is deleted, the rows of the many stay and lose their link.
fn lookup(table: &Table, column: &str, relationship: &Relationship) -> Element {
    let many = parent(
        "EntityRelationshipRole",
        [
            text("NavPaneDisplayOption", "UseCollectionName"),
            text("NavPaneArea", "Details"),
            text("NavPaneOrder", 10_000),
            text("NavigationPropertyName", column),
            text("RelationshipRoleType", 1),
        ],
    );
    let one = parent(
        "EntityRelationshipRole",
        [
            text("NavigationPropertyName", relationship.name),
            text("RelationshipRoleType", 0),
        ],
    );
    ends(relationship.name, table.name, relationship.table)
        .with(cascades("RemoveLink"))
        .with([
            text("CascadeRollupView", "NoCascade"),
            text("IsValidForAdvancedFind", 1),
        ])
        .with(described(column, relationship.description))
        .with([parent("EntityRelationshipRoles", [many, one])])
}

fn ends(name: &str, referencing: &str, referenced: &str) -> Element {
    parent(
        "EntityRelationship",
        [
            text("EntityRelationshipType", "OneToMany"),
            text("IsCustomizable", 1),
            text("IntroducedVersion", INTRODUCED),
            text("IsHierarchical", 0),
            text("ReferencingEntityName", referencing),
            text("ReferencedEntityName", referenced),
        ],
    )
    .attribute("Name", name)
}

/// Nothing that is done with the one is done with the many; only deletion and archiving may cut the link.
fn cascades(end: &str) -> [Element; 6] {
    [
        text("CascadeAssign", "NoCascade"),
        text("CascadeDelete", end),
        text("CascadeArchive", end),
        text("CascadeReparent", "NoCascade"),
        text("CascadeShare", "NoCascade"),
        text("CascadeUnshare", "NoCascade"),
    ]
}

fn described(column: &str, description: &str) -> [Element; 2] {
    [
        text("ReferencingAttributeName", column),
        parent("RelationshipDescription", [descriptions(description)]),
    ]
}
