//! Whatever is done to a body, reading it ends in an event or a problem.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::fixtures;
use crate::intake::read_event;

/// What takes the place of a member.
fn replacement(choice: u8, original: &Value) -> Option<Value> {
    match choice % 9 {
        0 => None,
        1 => Some(Value::Null),
        2 => Some(json!(-1)),
        3 => Some(json!("\u{0}/Date(99999999999999999999)/")),
        4 => Some(json!([])),
        5 => Some(json!({})),
        6 => Some(json!([original])),
        7 => Some(json!({ "__type": "x", "__value": original })),
        _ => Some(json!({ "Value": 1.5, "LogicalName": null, "Id": 3, "Name": [] })),
    }
}

/// Puts the replacement at the `at`-th place of the tree, counted from the front. Answers how many remain.
fn mutate(value: &mut Value, at: usize, choice: u8) -> Result<(), usize> {
    let mut left = at;
    match value {
        Value::Object(map) => {
            for name in map.keys().cloned().collect::<Vec<_>>() {
                if left == 0 {
                    match replacement(choice, &map[&name]) {
                        Some(new) => map.insert(name, new),
                        None => map.remove(&name),
                    };
                    return Ok(());
                }
                match mutate(&mut map[&name], left - 1, choice) {
                    Ok(()) => return Ok(()),
                    Err(rest) => left = rest,
                }
            }
        }
        Value::Array(list) => {
            for index in 0..list.len() {
                if left == 0 {
                    match replacement(choice, &list[index]) {
                        Some(new) => list[index] = new,
                        None => drop(list.remove(index)),
                    }
                    return Ok(());
                }
                match mutate(&mut list[index], left - 1, choice) {
                    Ok(()) => return Ok(()),
                    Err(rest) => left = rest,
                }
            }
        }
        _ => {}
    }
    Err(left)
}

/// Reads under every preset; an event that comes out has each field at most once.
fn read(body: &[u8]) {
    for mapping in ["", r#"{"preset":"appointment"}"#] {
        if let Ok(event) = read_event(body, mapping) {
            let kinds: std::collections::HashSet<_> =
                event.changes.iter().map(std::mem::discriminant).collect();
            assert_eq!(kinds.len(), event.changes.len());
            assert_eq!(event.id, event.id.to_lowercase());
        }
    }
}

#[test]
fn every_member_of_every_fixture_in_every_way() {
    for (name, body) in fixtures() {
        let original: Value = serde_json::from_slice(&body).unwrap();
        let mut at = 0;
        let mut value = original.clone();
        while mutate(&mut value, at, 0).is_ok() {
            for choice in 0..9 {
                let mut value = original.clone();
                mutate(&mut value, at, choice)
                    .unwrap_or_else(|_| panic!("{name} has a place {at}"));
                read(value.to_string().as_bytes());
            }
            at += 1;
            value = original.clone();
        }
        assert!(at > 20, "{name}");
    }
}

proptest! {
    #[test]
    fn several_changes_at_once(file in 0_usize..13, changes in prop::collection::vec((0_usize..400, any::<u8>()), 1..8)) {
        let files = fixtures();
        let mut value: Value = serde_json::from_slice(&files[file % files.len()].1).unwrap();
        for (at, choice) in changes {
            let _ = mutate(&mut value, at, choice);
        }
        read(value.to_string().as_bytes());
    }

    #[test]
    fn bytes_cut_and_overwritten(file in 0_usize..13, end in 0_usize..6_000, at in 0_usize..6_000, byte in any::<u8>()) {
        let files = fixtures();
        let mut body = files[file % files.len()].1.clone();
        body.truncate(end);
        if let Some(place) = body.get_mut(at) {
            *place = byte;
        }
        read(&body);
    }

    #[test]
    fn any_text_is_a_date_or_none(text in "(/Date\\()?[-+0-9é]{0,24}(\\)/)?") {
        let _ = crate::intake::datacontract::instant(&text);
    }
}
