//! Azure's own descriptions of its resources, as Bicep's compiler has them: a checkout of github.com/Azure/bicep-types-az, which
//! `PUNCTUAL_BICEP_TYPES` names. Members are held against them, not the values that are computed.

use std::path::{Path, PathBuf};

use serde_json::Value;

use super::shape::Shape;

/// A member that only Azure writes.
const READ_ONLY: u64 = 2;
/// A member that must be there.
const REQUIRED: u64 = 1;
/// Members that say what and where a resource is, not what it is like.
const OF_BICEP: [&str; 4] = ["parent", "scope", "dependsOn", "name"];

/// The folder with the descriptions; none where nobody said where it is.
pub fn folder() -> Option<PathBuf> {
    std::env::var_os("PUNCTUAL_BICEP_TYPES").map(|folder| PathBuf::from(folder).join("generated"))
}

/// What is wrong with a resource's body; and that its type or version is not known.
///
/// # Panics
/// If a description cannot be read.
pub fn problems(folder: &Path, kind: &str, version: &str, body: &Shape) -> Vec<String> {
    let provider = kind.split('/').next().unwrap_or_default().to_lowercase();
    let wanted = format!("{kind}@{version}").to_lowercase();
    for service in std::fs::read_dir(folder).expect("the descriptions are there") {
        let file = service
            .expect("an entry")
            .path()
            .join(&provider)
            .join(version)
            .join("types.json");
        let Ok(text) = std::fs::read_to_string(&file) else {
            continue;
        };
        let types: Vec<Value> = serde_json::from_str(&text).expect("a description is JSON");
        let found = types.iter().find(|t| {
            t["$type"] == "ResourceType"
                && t["name"]
                    .as_str()
                    .is_some_and(|n| n.to_lowercase() == wanted)
        });
        if let Some(found) = found {
            let mut wrong = Vec::new();
            check(
                &types,
                referred(&types, &found["body"]),
                body,
                "",
                &mut wrong,
            );
            return wrong;
        }
    }
    vec!["Azure has no such type in this version".to_owned()]
}

fn referred<'a>(types: &'a [Value], reference: &Value) -> &'a Value {
    let index = reference["$ref"]
        .as_str()
        .and_then(|r| r.rsplit('/').next()?.parse::<usize>().ok());
    index
        .and_then(|index| types.get(index))
        .unwrap_or(&Value::Null)
}

fn check(types: &[Value], wanted: &Value, found: &Shape, at: &str, wrong: &mut Vec<String>) {
    match (wanted["$type"].as_str().unwrap_or_default(), found) {
        ("ObjectType", Shape::Object(members)) => {
            let properties = wanted["properties"].as_object();
            let open = wanted.get("additionalProperties").is_some();
            for (name, value) in members {
                let place = format!("{at}.{name}");
                match properties.and_then(|p| p.get(name)) {
                    Some(property) if property["flags"].as_u64().unwrap_or(0) & READ_ONLY != 0 => {
                        if !OF_BICEP.contains(&name.as_str()) {
                            wrong.push(format!("{place} is Azure's to write"));
                        }
                    }
                    Some(property) => check(
                        types,
                        referred(types, &property["type"]),
                        value,
                        &place,
                        wrong,
                    ),
                    None if open || (at.is_empty() && OF_BICEP.contains(&name.as_str())) => {}
                    None => wrong.push(format!("{place} is not known")),
                }
            }
            for (name, property) in properties.into_iter().flatten() {
                let needed = property["flags"].as_u64().unwrap_or(0) & REQUIRED != 0;
                if needed && !members.contains_key(name) {
                    wrong.push(format!("{at}.{name} is missing"));
                }
            }
        }
        ("DiscriminatedObjectType", Shape::Object(_)) => {
            let by = wanted["discriminator"].as_str().unwrap_or_default();
            let chosen = found
                .text(&[by])
                .and_then(|which| wanted["elements"].get(which));
            match chosen {
                Some(chosen) => {
                    let mut both = referred(types, chosen).clone();
                    if let (Some(all), Some(base)) = (
                        both["properties"].as_object_mut(),
                        wanted["baseProperties"].as_object(),
                    ) {
                        all.extend(base.clone());
                    }
                    check(types, &both, found, at, wrong);
                }
                None => wrong.push(format!("{at}.{by} says nothing that is known")),
            }
        }
        ("ArrayType", Shape::List(items)) => {
            for item in items {
                check(
                    types,
                    referred(types, &wanted["itemType"]),
                    item,
                    &format!("{at}[]"),
                    wrong,
                );
            }
        }
        ("UnionType", Shape::Text(text)) => {
            let elements = wanted["elements"].as_array();
            let mut choices = elements.into_iter().flatten().map(|e| referred(types, e));
            let known = choices.any(|choice| {
                choice["value"].as_str() == Some(text.as_str()) || choice["$type"] == "StringType"
            });
            if !known {
                wrong.push(format!("{at}: {text:?} is none of the choices"));
            }
        }
        ("StringLiteralType", Shape::Text(text))
            if wanted["value"].as_str() != Some(text.as_str()) =>
        {
            wrong.push(format!("{at}: {text:?} is not {}", wanted["value"]));
        }
        ("StringType", Shape::Object(_) | Shape::List(_))
        | ("ObjectType", Shape::Text(_) | Shape::List(_)) => {
            wrong.push(format!("{at} has another type"));
        }
        _ => {}
    }
}
