//! Against what was seen in the files of genuine exports. The collection is not ours, so it lies outside the
//! repository; where it is not, a line says so.

use std::path::PathBuf;

use serde_json::Value;

use super::shape::{Shape, Shapes};
use super::{check_files, unlisted};
use crate::source::repository;

/// Where we differ on purpose from every file that was seen.
const DELIBERATE: [(&str, &str); 2] = [
    // Nobody kept an audit log of a template's tables. We do, of people's appointments.
    (
        "Entities/*/Entity.xml/Entity/EntityInfo/entity/IsAuditEnabled",
        "1",
    ),
    // No table that was seen had a telephone number. Microsoft's documentation names the format.
    (
        "Entities/*/Entity.xml/Entity/EntityInfo/entity/attributes/attribute[nvarchar]/Format",
        "phone",
    ),
];

/// Names, versions and lengths are everybody's own.
const OWN: [&str; 5] = [
    "CustomizationPrefix",
    "IntroducedVersion",
    "MaxLength",
    "UniqueName",
    "Version",
];

#[test]
fn files_are_built_as_genuine_exports_are() {
    let path = std::env::var_os("PUNCTUAL_SHARED")
        .map_or_else(|| repository().join("../shared"), PathBuf::from)
        .join("data/schemas/solution-shapes.json");
    let Ok(json) = std::fs::read_to_string(&path) else {
        println!(
            "SKIPPED: the shapes of genuine solution exports (../shared/data/schemas is not here)"
        );
        return;
    };
    let json: Value = serde_json::from_str(&json).expect("the shapes are JSON");
    let shapes = json["shapes"]
        .as_object()
        .expect("the shapes are an object");
    let mut shapes = Shapes(
        shapes
            .iter()
            .map(|(path, shape)| (path.clone(), read(path, shape)))
            .collect(),
    );
    // The one step that was seen had no image.
    let images = unlisted::shapes()
        .0
        .into_iter()
        .filter(|(path, _)| path.starts_with("SdkMessage"));
    shapes.0.extend(images);
    for (path, value) in DELIBERATE {
        let shape = shapes.0.get_mut(path).expect("an element that was seen");
        assert!(
            shape.values.iter().all(|seen| seen != value),
            "{path} {value} was seen after all"
        );
        shape.values.push(value.to_owned());
    }
    assert!(check_files(&shapes) >= 13);
}

fn read(path: &str, shape: &Value) -> Shape {
    let names = |member: &str| -> Vec<&str> {
        let list = shape[member]
            .as_array()
            .map(Vec::as_slice)
            .unwrap_or_default();
        list.iter().filter_map(Value::as_str).collect()
    };
    let always = names("always");
    let children = names("children_in_order");
    let attributes = shape["attributes"].as_object().cloned().unwrap_or_default();
    Shape {
        children: children
            .into_iter()
            .map(|name| (name.to_owned(), always.contains(&name)))
            .collect(),
        attributes: attributes
            .into_iter()
            .map(|(name, when)| (name, when == "always"))
            .collect(),
        values: values(path, shape),
    }
}

/// Only where it is a setting: some value came more than once, and all of them are listed.
fn values(path: &str, shape: &Value) -> Vec<String> {
    let Some(values) = shape["values_seen"].as_object() else {
        return Vec::new();
    };
    let counts = || values.values().filter_map(Value::as_u64);
    let complete = Some(counts().sum()) == shape["seen"].as_u64();
    let own = OWN.iter().any(|name| path.ends_with(&format!("/{name}")));
    if complete && !own && counts().any(|count| count > 1) {
        values.keys().cloned().collect()
    } else {
        Vec::new()
    }
}
