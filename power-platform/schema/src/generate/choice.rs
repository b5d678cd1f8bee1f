//! `OptionSets/<name>.xml`: a global choice.

use super::{INTRODUCED, descriptions, display_names, labels};
use crate::File;
use crate::choices::Choice;
use crate::xml::{parent, text};

pub fn file(choice: &Choice) -> File {
    let options = choice
        .values()
        .map(|(value, _, label)| parent("option", [labels(label)]).attribute("value", value));
    let root = parent(
        "optionset",
        [
            text("OptionSetType", "picklist"),
            text("IsGlobal", 1),
            text("IntroducedVersion", INTRODUCED),
            text("IsCustomizable", 1),
            display_names(choice.label),
            descriptions(choice.description),
            parent("options", options),
        ],
    )
    .attribute("Name", choice.name)
    .attribute("localizedName", choice.label);
    super::file(format!("OptionSets/{}.xml", choice.name), root)
}
