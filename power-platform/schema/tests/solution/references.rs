//! What one file names, another has.

use std::collections::{BTreeMap, BTreeSet};

use super::source::{all, attribute, each, fitting, root, table_of, tables, text};
use roxmltree::Node;

/// Elements and attributes that give a GUID to something.
const IDS: [&str; 6] = [
    "formid",
    "savedqueryid",
    "SdkMessageProcessingStepImageId",
    "@ServiceEndpointId",
    "@SdkMessageProcessingStepId",
    "@id",
];

fn ids(path: &'static str, root: Node<'static, 'static>) -> Vec<&'static str> {
    // There, components are named that have their GUID elsewhere; and rows of grids are named by a column.
    let definitions = root.descendants().filter(|node| {
        path != "Other/Solution.xml"
            && !["control", "row", "LookupType"].contains(&node.tag_name().name())
    });
    definitions
        .flat_map(|node| {
            IDS.iter().filter_map(move |id| match id.strip_prefix('@') {
                Some(name) => node.attribute(name),
                None => node.text().filter(|_| node.has_tag_name(*id)),
            })
        })
        .collect()
}

fn is_guid(text: &str) -> bool {
    let shape = |c: char| {
        if c.is_ascii_digit() || ('a'..='f').contains(&c) {
            'x'
        } else {
            c
        }
    };
    text.chars().map(shape).collect::<String>() == "{xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx}"
}

#[test]
fn guids_are_well_formed_and_used_once() {
    let mut owners = BTreeMap::new();
    for (path, root) in all() {
        for id in ids(path, root) {
            assert!(is_guid(id), "{path}: {id}");
            let before = owners.insert(id, path);
            assert_eq!(before, None, "{id} is in {path} too");
        }
    }
    // Forms, views, cells and all the rest: a search that finds nothing proves nothing.
    assert!(owners.len() > 60, "{}", owners.len());
}

#[test]
fn files_are_named_by_what_is_in_them() {
    for (pattern, id) in [
        ("Entities/*/FormXml/main/*.xml", "formid"),
        ("Entities/*/SavedQueries/*.xml", "savedqueryid"),
    ] {
        for (path, root) in fitting(pattern) {
            let id = each(root, id).next().and_then(|node| node.text());
            let name = path
                .rsplit('/')
                .next()
                .and_then(|name| name.strip_suffix(".xml"));
            assert_eq!(id, name, "{path}");
        }
    }
    for table in tables().into_keys() {
        assert_eq!(
            text(root(&format!("Entities/{table}/Entity.xml")), "Name"),
            table
        );
    }
}

#[test]
fn views_show_and_ask_for_columns_that_are_there() {
    let tables = tables();
    for (path, view) in fitting("Entities/*/SavedQueries/*.xml") {
        let columns = &tables[table_of(path)];
        let shown: BTreeSet<_> = each(view, "cell")
            .map(|cell| attribute(cell, "name"))
            .collect();
        let fetched: BTreeSet<_> = each(view, "attribute")
            .map(|node| attribute(node, "name"))
            .collect();
        let used = each(view, "condition").chain(each(view, "order"));
        let used = used.map(|node| attribute(node, "attribute"));
        let used = used.chain(each(view, "row").map(|row| attribute(row, "id")));
        for column in used
            .chain(shown.iter().copied())
            .chain(fetched.iter().copied())
        {
            assert!(columns.contains_key(column), "{path}: {column}");
        }
        assert!(shown.is_subset(&fetched), "{path}: shown but not fetched");
        let jumps = each(view, "grid").map(|grid| attribute(grid, "jump"));
        assert!(jumps.into_iter().all(|jump| shown.contains(jump)), "{path}");
        for entity in each(view, "entity") {
            assert_eq!(attribute(entity, "name"), table_of(path), "{path}");
        }
    }
}

#[test]
fn each_table_has_the_views_that_dataverse_wants() {
    for table in tables().into_keys() {
        let mut defaults: Vec<_> = fitting(&format!("Entities/{table}/SavedQueries/*.xml"))
            .into_iter()
            .filter_map(|(_, root)| each(root, "savedquery").next())
            .filter(|view| text(*view, "isdefault") == "1")
            .map(|view| text(view, "querytype"))
            .collect();
        defaults.sort_unstable();
        assert_eq!(defaults, ["0", "1", "2", "4", "64"], "{table}");
    }
}

#[test]
fn values_asked_for_by_views_are_values_of_the_column() {
    let tables = tables();
    for (path, view) in fitting("Entities/*/SavedQueries/*.xml") {
        for condition in
            each(view, "condition").filter(|node| node.attribute("operator") == Some("in"))
        {
            let column = tables[table_of(path)][attribute(condition, "attribute")];
            let choice = root(&format!("OptionSets/{}.xml", text(column, "OptionSetName")));
            let known: Vec<_> = each(choice, "option")
                .map(|option| attribute(option, "value"))
                .collect();
            let asked: Vec<_> = each(condition, "value")
                .filter_map(|value| value.text())
                .collect();
            assert!(!asked.is_empty(), "{path}");
            assert!(
                asked.iter().all(|value| known.contains(value)),
                "{path}: {asked:?}"
            );
        }
    }
}

#[test]
fn forms_show_columns_with_a_control_that_can() {
    let tables = tables();
    for (path, form) in fitting("Entities/*/FormXml/main/*.xml") {
        let columns = &tables[table_of(path)];
        let controls =
            each(form, "control").filter(|control| control.has_attribute("datafieldname"));
        for control in controls {
            let column = attribute(control, "datafieldname");
            let found = columns
                .get(column)
                .unwrap_or_else(|| panic!("{path}: {column}"));
            let format = each(*found, "Format").next().and_then(|node| node.text());
            // The platform's controls, as genuine forms use them.
            let expected = match (text(*found, "Type"), format) {
                ("nvarchar", Some("email")) => "{ADA2203E-B4CD-49BE-9DDF-234642B43B52}",
                ("nvarchar", Some("phone")) => "{8C10015A-B339-4982-9474-A95FE05631A5}",
                ("nvarchar", Some("textarea")) | ("ntext", _) => {
                    "{E0DECE4B-6FC8-4A8F-A065-082708572369}"
                }
                ("nvarchar", _) => "{4273EDBD-AC1D-40D3-9FB2-095C621B552D}",
                ("int", _) => "{C6D124CA-7EDA-4A60-AEA9-7FB8D318B68F}",
                ("datetime", _) => "{5B773807-9FB2-42DB-97C3-7A91EFF8ADFF}",
                ("picklist", _) => "{3EF39988-22BB-4F0B-BBBE-64B5A3748AEE}",
                ("lookup" | "owner", _) => "{270BD3DB-D9AF-4782-9025-509E298DEC0A}",
                ("status", _) => "{5D68B988-0661-4DB2-BC3E-17598AD3BE6C}",
                other => panic!("{path}: {column} is {other:?}"),
            };
            assert_eq!(attribute(control, "classid"), expected, "{path}: {column}");
        }
    }
}

#[test]
fn a_person_can_fill_in_every_column_of_what_people_write_and_none_of_the_rest() {
    for (path, form) in fitting("Entities/*/FormXml/main/*.xml") {
        let table = table_of(path);
        let shown: BTreeMap<_, _> = each(form, "control")
            .filter_map(|control| {
                Some((
                    control.attribute("datafieldname")?,
                    attribute(control, "disabled"),
                ))
            })
            .collect();
        let own = tables()[table]
            .clone()
            .into_keys()
            .filter(|name| name.starts_with("punctual_") && *name != format!("{table}id"));
        let read_only = match table {
            "punctual_appointment" | "punctual_suppression" => "false",
            _ => "true",
        };
        for column in own {
            assert_eq!(shown.get(column), Some(&read_only), "{path}: {column}");
        }
    }
}

#[test]
fn the_grid_of_reminders_names_a_view_and_a_relationship() {
    let grids: Vec<_> = fitting("Entities/*/FormXml/main/*.xml")
        .into_iter()
        .flat_map(|(_, form)| each(form, "parameters").collect::<Vec<_>>())
        .collect();
    assert_eq!(grids.len(), 1);
    let table = text(grids[0], "TargetEntityType");
    root(&format!(
        "Entities/{table}/SavedQueries/{}.xml",
        text(grids[0], "ViewId")
    ));
    let relationships = each(root("Other/Relationships.xml"), "EntityRelationship");
    let mut names = relationships.map(|node| attribute(node, "Name"));
    assert!(names.any(|name| name == text(grids[0], "RelationshipName")));
}
