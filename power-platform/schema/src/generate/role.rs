//! `Roles/<name>.xml`: a security role.

use crate::File;
use crate::ids::guid;
use crate::roles::Role;
use crate::xml::{element, parent, text};

pub fn id(role: &Role) -> String {
    guid(&format!("role/{}", role.name))
}

pub fn file(role: &Role) -> File {
    let mut privileges: Vec<_> = role
        .grants
        .iter()
        .flat_map(|grant| grant.rights.iter().map(move |right| (grant, right)))
        .map(|(grant, right)| {
            (
                format!("prv{}{}", right.name(), grant.table),
                grant.reach.name(),
            )
        })
        .collect();
    privileges.sort();
    let privileges = privileges.into_iter().map(|(name, level)| {
        element("RolePrivilege")
            .attribute("name", name)
            .attribute("level", level)
    });
    let root = parent(
        "Role",
        [
            text("IsCustomizable", 1),
            parent("RolePrivileges", privileges),
        ],
    )
    .attribute("id", id(role))
    .attribute("name", role.name)
    // A team's members have it as their own, not only the team.
    .attribute("isinherited", 1);
    super::file(format!("Roles/{}.xml", role.name), root)
}
