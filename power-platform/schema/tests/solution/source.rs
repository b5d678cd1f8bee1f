//! The solution source as tests look at it. The generated files are read, which [`super::checked_in`] proves to be
//! those in the folder.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::LazyLock;

use punctual_solution::File;
use roxmltree::{Document, Node};

static FILES: LazyLock<Vec<File>> = LazyLock::new(punctual_solution::generate);
static DOCUMENTS: LazyLock<Vec<(&str, Document)>> = LazyLock::new(|| {
    let parse = |file: &'static File| {
        let document = Document::parse(&file.text);
        let document = document.unwrap_or_else(|error| panic!("{}: {error}", file.path));
        (file.path.as_str(), document)
    };
    FILES.iter().map(parse).collect()
});

/// The root of the repository.
pub fn repository() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// Path and root element of every file.
pub fn all() -> impl Iterator<Item = (&'static str, Node<'static, 'static>)> {
    DOCUMENTS
        .iter()
        .map(|(path, document)| (*path, document.root_element()))
}

/// The files whose path fits; a `*` stands for one part of it, or the end of one.
pub fn fitting(pattern: &str) -> Vec<(&'static str, Node<'static, 'static>)> {
    let found: Vec<_> = all().filter(|(path, _)| fits(path, pattern)).collect();
    assert!(!found.is_empty(), "no file is {pattern}");
    found
}

/// The root element of a file.
#[track_caller]
pub fn root(path: &str) -> Node<'static, 'static> {
    let found = all().find(|(known, _)| *known == path);
    found.unwrap_or_else(|| panic!("no file is {path}")).1
}

pub fn fits(path: &str, pattern: &str) -> bool {
    let (path, pattern): (Vec<_>, Vec<_>) =
        (path.split('/').collect(), pattern.split('/').collect());
    path.len() == pattern.len()
        && path
            .iter()
            .zip(pattern)
            .all(|(part, wanted)| match wanted.split_once('*') {
                Some((start, end)) => part.starts_with(start) && part.ends_with(end),
                None => *part == wanted,
            })
}

/// The elements of this name, however deep.
pub fn each<'a>(node: Node<'a, 'static>, name: &'a str) -> impl Iterator<Item = Node<'a, 'static>> {
    node.descendants()
        .filter(move |node| node.has_tag_name(name))
}

/// The text of the child of this name.
#[track_caller]
pub fn text(node: Node<'static, 'static>, child: &str) -> &'static str {
    let found = node.children().find(|node| node.has_tag_name(child));
    let found = found.unwrap_or_else(|| panic!("no {child} in {}", node.tag_name().name()));
    found.text().unwrap_or_default()
}

/// An attribute that must be there.
#[track_caller]
pub fn attribute(node: Node<'static, 'static>, name: &str) -> &'static str {
    let found = node.attribute(name);
    found.unwrap_or_else(|| panic!("no {name} on {}", node.tag_name().name()))
}

/// The tables: name and the `attribute` element of each column by its logical name.
pub fn tables() -> BTreeMap<&'static str, BTreeMap<&'static str, Node<'static, 'static>>> {
    let columns = |entity: Node<'static, 'static>| {
        each(entity, "attribute")
            .map(|column| (text(column, "LogicalName"), column))
            .collect()
    };
    fitting("Entities/*/Entity.xml")
        .into_iter()
        .map(|(_, entity)| (text(entity, "Name"), columns(entity)))
        .collect()
}

/// The table that a file below `Entities` belongs to.
pub fn table_of(path: &str) -> &str {
    path.split('/').nth(1).unwrap_or_default()
}
