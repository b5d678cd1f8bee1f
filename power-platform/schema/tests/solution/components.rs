//! Tables, columns, keys, choices, relationships and the list of components.

use std::collections::{BTreeMap, BTreeSet};

use super::source::{attribute, each, fitting, root, table_of, tables, text};

#[test]
fn the_manifest_lists_each_component_once_and_nothing_else() {
    let listed: Vec<_> = each(root("Other/Solution.xml"), "RootComponent")
        .map(|node| {
            let name = node.attribute("schemaName").or(node.attribute("id"));
            (attribute(node, "type"), name.unwrap_or_default())
        })
        .collect();
    let mut expected: BTreeSet<_> = tables().into_keys().map(|table| ("1", table)).collect();
    let by = |pattern: &str, kind, id: &str| -> Vec<_> {
        let files = fitting(pattern).into_iter();
        files.map(|(_, root)| (kind, attribute(root, id))).collect()
    };
    expected.extend(by("OptionSets/*.xml", "9", "Name"));
    expected.extend(by("Roles/*.xml", "20", "id"));
    expected.extend(by(
        "SdkMessageProcessingSteps/*.xml",
        "92",
        "SdkMessageProcessingStepId",
    ));
    let endpoints = each(
        root("PluginAssemblies/ServiceEndpoints.xml"),
        "ServiceEndpoint",
    );
    expected.extend(endpoints.map(|node| ("95", attribute(node, "ServiceEndpointId"))));
    assert_eq!(listed.len(), expected.len());
    assert_eq!(listed.into_iter().collect::<BTreeSet<_>>(), expected);
}

#[test]
fn the_publisher_is_the_prefix_of_everything() {
    let solution = root("Other/Solution.xml");
    let publisher = each(solution, "Publisher").next().expect("a publisher");
    assert_eq!(text(publisher, "CustomizationPrefix"), "punctual");
    assert_eq!(text(publisher, "CustomizationOptionValuePrefix"), "74970");
    for (table, columns) in tables() {
        assert!(table.starts_with("punctual_"), "{table}");
        for (name, column) in columns {
            let ours = text(column, "IsCustomField") == "1";
            assert!(!ours || name.starts_with("punctual_"), "{table}: {name}");
        }
    }
}

#[test]
fn values_begin_with_the_prefix_of_the_publisher() {
    for (path, choice) in fitting("OptionSets/*.xml") {
        for option in each(choice, "option") {
            let value = attribute(option, "value");
            assert!(
                value.len() == 9 && value.starts_with("74970"),
                "{path}: {value}"
            );
        }
    }
    for (path, entity) in fitting("Entities/*/Entity.xml") {
        for status in each(entity, "status") {
            let value = attribute(status, "value");
            // Dataverse's own: one for each state.
            let own = value == "1" || value == "2";
            assert!(
                own || (value.len() == 9 && value.starts_with("74970")),
                "{path}: {value}"
            );
        }
    }
}

#[test]
fn each_state_has_a_default_status_of_its_own() {
    for (path, entity) in fitting("Entities/*/Entity.xml") {
        let statuses: BTreeMap<_, _> = each(entity, "status")
            .map(|status| (attribute(status, "value"), attribute(status, "state")))
            .collect();
        let states: Vec<_> = each(entity, "state").collect();
        assert_eq!(states.len(), 2, "{path}");
        for state in states {
            let default = attribute(state, "defaultstatus");
            assert_eq!(
                statuses.get(default),
                Some(&attribute(state, "value")),
                "{path}"
            );
        }
    }
}

#[test]
fn choices_of_columns_are_there() {
    for (table, columns) in tables() {
        for (name, column) in columns {
            for choice in each(column, "OptionSetName").filter_map(|node| node.text()) {
                let choice = root(&format!("OptionSets/{choice}.xml"));
                assert!(each(choice, "option").count() > 1, "{table}: {name}");
            }
        }
    }
}

/// A key's values stand in URLs and in an index: text that is short, and that column security leaves alone.
#[test]
fn keys_can_be_keys() {
    let mut found = Vec::new();
    for (path, entity) in fitting("Entities/*/Entity.xml") {
        let table = table_of(path);
        for key in each(entity, "EntityKey") {
            let columns = each(key, "AttributeName").filter_map(|node| node.text());
            let mut bytes = 0;
            for name in columns {
                let column = tables()[table][name];
                assert_eq!(text(column, "Type"), "nvarchar", "{table}: {name}");
                assert_eq!(text(column, "IsSecured"), "0", "{table}: {name}");
                // A row without a value is not held to the key.
                assert_eq!(text(column, "RequiredLevel"), "required", "{table}: {name}");
                bytes += text(column, "Length").parse::<u32>().expect("a number");
                found.push((text(key, "LogicalName"), table, name));
            }
            assert!(bytes <= 900, "{table}: Dataverse's limit for a key");
        }
    }
    assert_eq!(
        found,
        [
            (
                "punctual_archivedcountkey",
                "punctual_archivedcount",
                "punctual_name"
            ),
            ("punctual_markkey", "punctual_mark", "punctual_name"),
            (
                "punctual_notificationkey",
                "punctual_notification",
                "punctual_key"
            ),
            (
                "punctual_suppressionkey",
                "punctual_suppression",
                "punctual_key"
            ),
        ]
    );
}

/// Exports give every whole number its limits; these are those that a 32-bit number can have.
#[test]
fn what_may_be_below_zero_says_so() {
    let limits = |name: &str| {
        let column = tables()["punctual_notification"][name];
        (text(column, "MinValue"), text(column, "MaxValue"))
    };
    assert_eq!(limits("punctual_attempts"), ("0", "2147483647"));
    assert_eq!(limits("punctual_lateness"), ("-2147483648", "2147483647"));
}

#[test]
fn instants_are_user_local_and_texts_measure_two_bytes_a_unit() {
    for (table, columns) in tables() {
        for (name, column) in columns {
            match text(column, "Type") {
                "datetime" => assert_eq!(text(column, "Behavior"), "1", "{table}: {name}"),
                "nvarchar" => {
                    let number = |child| text(column, child).parse::<u32>().expect("a number");
                    assert_eq!(number("Length"), number("MaxLength") * 2, "{table}: {name}");
                    assert!(number("MaxLength") <= 4_000, "{table}: {name}");
                }
                _ => {}
            }
        }
    }
}

#[test]
fn changes_are_kept_but_for_bookkeeping() {
    for (path, entity) in fitting("Entities/*/Entity.xml") {
        let settings = each(entity, "entity").next().expect("an entity");
        assert_eq!(text(settings, "IsAuditEnabled"), "1", "{path}");
        assert_eq!(text(settings, "ChangeTrackingEnabled"), "1", "{path}");
    }
    let left: Vec<_> = tables()
        .into_values()
        .flatten()
        .filter(|(_, column)| {
            text(*column, "IsCustomField") == "1" && text(*column, "IsAuditEnabled") == "0"
        })
        .map(|(name, _)| name)
        .collect();
    assert_eq!(
        left,
        [
            "punctual_count",
            "punctual_value",
            "punctual_attempts",
            "punctual_firstattemptat",
            "punctual_heldby",
            "punctual_lateness",
            "punctual_leaseuntil",
            "punctual_retryat",
            "punctual_sequencenumber",
            "punctual_trace"
        ]
    );
}

#[test]
fn relationships_join_columns_that_are_there() {
    let tables = tables();
    let mut names = BTreeSet::new();
    for (path, file) in fitting("Other/Relationships/*.xml") {
        for relationship in file
            .children()
            .filter(|node| node.has_tag_name("EntityRelationship"))
        {
            let name = attribute(relationship, "Name");
            assert!(names.insert(name), "{name} comes twice");
            let table = text(relationship, "ReferencingEntityName");
            let column = text(relationship, "ReferencingAttributeName");
            assert!(
                tables[table].contains_key(column.to_ascii_lowercase().as_str()),
                "{name}: {column}"
            );
            let referenced = text(relationship, "ReferencedEntityName");
            assert_eq!(path, format!("Other/Relationships/{referenced}.xml"));
        }
    }
    let list = each(root("Other/Relationships.xml"), "EntityRelationship");
    let listed: Vec<_> = list.map(|node| attribute(node, "Name")).collect();
    assert_eq!(listed, names.into_iter().collect::<Vec<_>>());
}

#[test]
fn deleting_an_appointment_keeps_its_notifications() {
    let file = root("Other/Relationships/punctual_appointment.xml");
    let relationships: Vec<_> = file.children().filter(|node| node.is_element()).collect();
    assert_eq!(relationships.len(), 1);
    assert_eq!(text(relationships[0], "CascadeDelete"), "RemoveLink");
    let navigation: Vec<_> = each(file, "NavigationPropertyName")
        .filter_map(|node| node.text())
        .collect();
    assert_eq!(
        navigation,
        ["punctual_appointment", "punctual_appointment_notifications"]
    );
    // The lookup is emptied then, so the GUID stands beside it.
    assert!(tables()["punctual_notification"].contains_key("punctual_appointmentid"));
}
