//! The shape of a value: which members an object has, whatever they are computed from.

use std::collections::{BTreeMap, BTreeSet};

use tree_sitter::Node;

use super::children;

/// A value.
#[derive(Debug)]
pub enum Shape {
    /// An object with these members; of a loop or a condition, what it makes.
    Object(BTreeMap<String, Shape>),
    /// A list that is written out, or one item for all that a loop makes.
    List(Vec<Shape>),
    /// Text as it is written, without anything put in.
    Text(String),
    /// Something computed.
    Other,
}

impl Shape {
    /// A member of an object.
    pub fn member(&self, name: &str) -> Option<&Shape> {
        match self {
            Self::Object(members) => members.get(name),
            _ => None,
        }
    }

    /// The text at a path of members.
    pub fn text(&self, path: &[&str]) -> Option<&str> {
        let found = path
            .iter()
            .try_fold(self, |shape, name| shape.member(name))?;
        match found {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    /// Names of its members.
    pub fn keys(&self) -> BTreeSet<String> {
        match self {
            Self::Object(members) => members.keys().cloned().collect(),
            _ => BTreeSet::new(),
        }
    }
}

pub(super) fn of(node: Node<'_>, text: &str) -> Shape {
    let parts = children(node);
    match node.kind() {
        "object" => Shape::Object(
            parts
                .into_iter()
                .filter_map(|property| {
                    let parts = children(property);
                    let (key, value) = (parts.first()?, parts.last()?);
                    let key = text[key.byte_range()].trim_matches('\'').to_owned();
                    Some((key, of(*value, text)))
                })
                .collect(),
        ),
        "array" => Shape::List(parts.into_iter().map(|item| of(item, text)).collect()),
        "if_statement" => parts.last().map_or(Shape::Other, |body| of(*body, text)),
        // Of a resource it is each resource; of a member, each item.
        "for_statement" => {
            let item = parts.last().map_or(Shape::Other, |body| of(*body, text));
            let whole = node
                .parent()
                .is_some_and(|parent| parent.kind() == "resource_declaration");
            if whole { item } else { Shape::List(vec![item]) }
        }
        "string" => {
            let plain = parts.iter().all(|part| part.kind() == "string_content");
            let content = text[node.byte_range()].trim_matches('\'').to_owned();
            if plain {
                Shape::Text(content)
            } else {
                Shape::Other
            }
        }
        _ => Shape::Other,
    }
}
