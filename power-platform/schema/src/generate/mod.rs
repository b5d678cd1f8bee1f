//! From the description to the files of the solution source.

mod attribute;
mod choice;
mod entity;
mod form;
mod manifest;
mod relationship;
mod role;
mod system_columns;
mod view;
mod webhook;

pub use webhook::{endpoint_id, own_image_id, own_step_id, step_id};

use crate::xml::{Element, element, parent};
use crate::{File, choices, roles, tables};

/// The version in which a component came; Dataverse keeps it with each. Everything came with the first.
const INTRODUCED: &str = "0.1.0.0";
/// English (United States), the only language that the labels are in.
const LANGUAGE: &str = "1033";

pub fn files() -> Vec<File> {
    let mut files = manifest::files();
    for table in tables::TABLES {
        files.extend(entity::files(table));
        files.push(form::file(table));
        files.extend(view::files(table));
    }
    files.extend(choices::CHOICES.into_iter().map(choice::file));
    files.extend(relationship::files());
    files.extend(roles::ROLES.iter().map(role::file));
    files.extend(webhook::files());
    files.sort_by(|a, b| a.path.cmp(&b.path));
    files
}

fn file(path: impl Into<String>, root: Element) -> File {
    File {
        path: path.into(),
        text: root.document(),
    }
}

/// A text in the only language: `<LocalizedNames><LocalizedName description="…" languagecode="1033" /></LocalizedNames>`.
fn localized(many: &'static str, one: &'static str, text: &str) -> Element {
    let one = element(one)
        .attribute("description", text)
        .attribute("languagecode", LANGUAGE);
    parent(many, [one])
}

fn localized_names(text: &str) -> Element {
    localized("LocalizedNames", "LocalizedName", text)
}

fn display_names(text: &str) -> Element {
    localized("displaynames", "displayname", text)
}

fn descriptions(text: &str) -> Element {
    localized("Descriptions", "Description", text)
}

fn labels(text: &str) -> Element {
    localized("labels", "label", text)
}
