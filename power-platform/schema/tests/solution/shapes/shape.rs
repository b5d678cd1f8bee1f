//! Shapes of elements, and the comparison with them.

use std::collections::BTreeMap;

use roxmltree::Node;

/// What an element may have in it and on it.
#[derive(Default)]
pub struct Shape {
    /// In order, and whether it is always there.
    pub children: Vec<(String, bool)>,
    /// Whether it is always there.
    pub attributes: BTreeMap<String, bool>,
    /// Every text that was seen, where those are few.
    pub values: Vec<String>,
}

/// Shapes by path: the kind of the file, then the elements.
#[derive(Default)]
pub struct Shapes(pub BTreeMap<String, Shape>);

impl Shapes {
    pub fn know(&self, path: &str) -> bool {
        self.0.contains_key(path)
    }
}

/// Everything that is wrong with an element and what is in it, in words.
pub fn check(node: Node, parent: &str, shapes: &Shapes) -> Vec<String> {
    let path = step(parent, node);
    let Some(shape) = shapes.0.get(&path) else {
        return vec![format!("{path} is not known")];
    };
    let mut wrong = Vec::new();
    let elements: Vec<_> = node.children().filter(Node::is_element).collect();
    let mut position = 0;
    for child in &elements {
        let name = child.tag_name().name();
        match shape.children.iter().position(|(known, _)| known == name) {
            None => wrong.push(format!("{path}: {name} is not known there")),
            Some(place) if place < position => wrong.push(format!("{path}: {name} comes too late")),
            Some(place) => position = place,
        }
        wrong.extend(check(*child, &path, shapes));
    }
    let missing = shape.children.iter().filter(|(name, always)| {
        *always && elements.iter().all(|child| child.tag_name().name() != name)
    });
    wrong.extend(missing.map(|(name, _)| format!("{path}: {name} is missing")));
    let present: Vec<_> = node
        .attributes()
        .map(|attribute| qualified(&attribute))
        .collect();
    let unknown = present
        .iter()
        .filter(|name| !shape.attributes.contains_key(*name));
    wrong.extend(unknown.map(|name| format!("{path}: the attribute {name} is not known")));
    let missing = shape
        .attributes
        .iter()
        .filter(|(name, always)| **always && !present.contains(name));
    wrong.extend(missing.map(|(name, _)| format!("{path}: the attribute {name} is missing")));
    if let Some(text) = node
        .text()
        .filter(|_| !shape.values.is_empty() && elements.is_empty())
        && shape.values.iter().all(|known| known != text)
    {
        wrong.push(format!("{path}: {text} was never seen"));
    }
    wrong
}

/// Columns differ by their type and relationships by theirs; a filter may hold filters.
fn step(parent: &str, node: Node) -> String {
    let name = node.tag_name().name();
    let discriminated = match (parent.rsplit('/').next(), name) {
        (Some("attributes"), "attribute") => Some("Type"),
        (Some("EntityRelationships"), "EntityRelationship") => Some("EntityRelationshipType"),
        (Some("filter"), "filter") => return parent.to_owned(),
        _ => None,
    };
    let kind = discriminated.and_then(|by| node.children().find(|child| child.has_tag_name(by)));
    match kind.and_then(|kind| kind.text()) {
        Some(kind) => format!("{parent}/{name}[{kind}]"),
        None => format!("{parent}/{name}"),
    }
}

fn qualified(attribute: &roxmltree::Attribute) -> String {
    match attribute.namespace() {
        Some("http://www.w3.org/2001/XMLSchema-instance") => format!("xsi:{}", attribute.name()),
        _ => attribute.name().to_owned(),
    }
}

#[test]
fn what_is_wrong_is_found() {
    let shapes = super::unlisted::read("f/a @id @class? > b? c\nf/a/b\nf/a/c");
    let found = |xml: &str| {
        let document = roxmltree::Document::parse(xml).expect("XML");
        check(document.root_element(), "f", &shapes).join("; ")
    };
    assert_eq!(found("<a id='1'><b/><c/></a>"), "");
    assert_eq!(found("<a id='1' class='x'><c/><c/></a>"), "");
    assert_eq!(found("<a id='1'><c/><b/></a>"), "f/a: b comes too late");
    assert_eq!(found("<a id='1'><b/></a>"), "f/a: c is missing");
    assert_eq!(found("<a><c/></a>"), "f/a: the attribute id is missing");
    assert_eq!(
        found("<a id='1' x='y'><c/></a>"),
        "f/a: the attribute x is not known"
    );
    assert_eq!(
        found("<a id='1'><c/><d/></a>"),
        "f/a: d is not known there; f/a/d is not known"
    );
}
