//! Who may do what. The lists stand here once more, by hand: a right is not given away by changing one line.

use super::source::{attribute, each, fitting, root, tables};

fn privileges(role: &str) -> Vec<(&'static str, &'static str)> {
    each(root(&format!("Roles/{role}.xml")), "RolePrivilege")
        .map(|node| (attribute(node, "name"), attribute(node, "level")))
        .collect()
}

#[test]
fn the_scheduler_reads_appointments_and_keeps_notifications() {
    assert_eq!(
        privileges("Punctual scheduler"),
        [
            ("prvAppendTopunctual_appointment", "Global"),
            ("prvAppendpunctual_notification", "Global"),
            ("prvCreatepunctual_audit", "Global"),
            ("prvCreatepunctual_mark", "Global"),
            ("prvCreatepunctual_notification", "Global"),
            ("prvCreatepunctual_suppression", "Global"),
            ("prvDeletepunctual_suppression", "Global"),
            ("prvReadpunctual_appointment", "Global"),
            ("prvReadpunctual_archivedcount", "Global"),
            ("prvReadpunctual_audit", "Global"),
            ("prvReadpunctual_mark", "Global"),
            ("prvReadpunctual_notification", "Global"),
            ("prvReadpunctual_suppression", "Global"),
            ("prvWritepunctual_mark", "Global"),
            ("prvWritepunctual_notification", "Global"),
            ("prvWritepunctual_suppression", "Global"),
        ]
    );
}

#[test]
fn booking_is_a_role_of_its_own_and_adds_no_more_than_that() {
    assert_eq!(
        privileges("Punctual booking"),
        [
            ("prvCreatepunctual_appointment", "Global"),
            ("prvDeletepunctual_appointment", "Global"),
            ("prvWritepunctual_appointment", "Global"),
        ]
    );
}

#[test]
fn archiving_is_a_role_of_its_own_and_adds_no_more_than_that() {
    assert_eq!(
        privileges("Punctual archive"),
        [
            ("prvCreatepunctual_archivedcount", "Global"),
            ("prvDeletepunctual_notification", "Global"),
            ("prvWritepunctual_archivedcount", "Global"),
        ]
    );
}

#[test]
fn staff_keep_appointments_read_notifications_and_hear_who_wants_no_more() {
    assert_eq!(
        privileges("Punctual clinic staff"),
        [
            ("prvAppendTopunctual_appointment", "Deep"),
            ("prvAppendpunctual_appointment", "Deep"),
            ("prvAssignpunctual_appointment", "Deep"),
            ("prvCreatepunctual_appointment", "Deep"),
            ("prvCreatepunctual_suppression", "Global"),
            ("prvDeletepunctual_suppression", "Global"),
            ("prvReadpunctual_appointment", "Deep"),
            ("prvReadpunctual_notification", "Global"),
            ("prvReadpunctual_suppression", "Global"),
            ("prvWritepunctual_appointment", "Deep"),
        ]
    );
}

#[test]
fn the_administrator_may_do_everything_with_every_table() {
    let privileges = privileges("Punctual administrator");
    assert!(privileges.iter().all(|(_, level)| *level == "Global"));
    for table in tables().into_keys() {
        let of_table = privileges.iter().filter(|(name, _)| name.ends_with(table));
        assert_eq!(of_table.count(), 8, "{table}");
    }
}

#[test]
fn every_privilege_is_a_right_on_a_table_of_ours() {
    let rights = [
        "Create", "Read", "Write", "Delete", "Append", "AppendTo", "Assign", "Share",
    ];
    let tables: Vec<_> = tables().into_keys().collect();
    for (path, role) in fitting("Roles/*.xml") {
        assert_eq!(path, format!("Roles/{}.xml", attribute(role, "name")));
        for node in each(role, "RolePrivilege") {
            let name = attribute(node, "name");
            let known = rights.iter().any(|right| {
                tables
                    .iter()
                    .any(|table| name == format!("prv{right}{table}"))
            });
            assert!(known, "{path}: {name}");
            let levels = ["Basic", "Local", "Deep", "Global"];
            assert!(levels.contains(&attribute(node, "level")), "{path}: {name}");
        }
    }
}
