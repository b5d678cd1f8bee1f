//! Element by element, our files are built as genuine exports are: known elements in the known order, with all
//! that is always there.

mod genuine;
mod shape;
mod unlisted;

use self::shape::{Shapes, check};
use super::source::all;
use crate::source::fits;

/// Which kind of file it is, by its path.
const KINDS: [&str; 12] = [
    "Entities/*/Entity.xml",
    "Entities/*/FormXml/main/*.xml",
    "Entities/*/RibbonDiff.xml",
    "Entities/*/SavedQueries/*.xml",
    "OptionSets/*.xml",
    "Other/Customizations.xml",
    "Other/Relationships.xml",
    "Other/Relationships/*.xml",
    "Other/Solution.xml",
    "PluginAssemblies/ServiceEndpoints.xml",
    "Roles/*.xml",
    "SdkMessageProcessingSteps/*.xml",
];

/// Checks the files of the kinds that the shapes know; says how many there were.
#[track_caller]
fn check_files(shapes: &Shapes) -> usize {
    let mut wrong = Vec::new();
    let mut checked = 0;
    for (path, root) in all() {
        let kind = KINDS.into_iter().find(|kind| fits(path, kind));
        let kind = kind.unwrap_or_else(|| panic!("a file of no known kind: {path}"));
        if shapes.know(&format!("{kind}/{}", root.tag_name().name())) {
            checked += 1;
            let found = check(root, kind, shapes);
            wrong.extend(found.into_iter().map(|wrong| format!("{path}: {wrong}")));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    checked
}
