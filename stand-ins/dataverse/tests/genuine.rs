//! Our webhook bodies beside genuine ones, which lie beside the workspace: the same members, in objects of each kind.

use std::collections::{BTreeMap, BTreeSet};

use bytes::Bytes;
use http::Request;
use punctual_stand_in_dataverse::access::FixedToken;
use punctual_stand_in_dataverse::{Dataverse, Options, api, webhooks};
use punctual_stand_ins::testing::{NOW_MS, shared_folder};
use serde_json::Value;

/// Kind of object → its members. An object without a type is known by the member that holds it.
type Shapes = BTreeMap<String, BTreeSet<String>>;

fn collect(name: &str, value: &Value, shapes: &mut Shapes) {
    match value {
        Value::Array(items) => items.iter().for_each(|item| collect(name, item, shapes)),
        Value::Object(members) => {
            let kind = members.get("__type").and_then(Value::as_str);
            // Images are entities without a type.
            let kind = match kind {
                Some(kind) => kind.split(':').next().unwrap_or(kind),
                None if members.contains_key("Attributes") => "image",
                None => name,
            };
            let known = shapes.entry(kind.to_owned()).or_default();
            known.extend(members.keys().cloned());
            for (name, value) in members {
                collect(name, value, shapes);
            }
        }
        _ => {}
    }
}

fn genuine() -> Option<Shapes> {
    let mut shapes = Shapes::new();
    for entry in std::fs::read_dir(shared_folder().join("data/payloads")).ok()? {
        let path = entry.ok()?.path();
        if path
            .extension()
            .is_some_and(|extension| extension == "json")
        {
            let body = serde_json::from_slice(&std::fs::read(path).ok()?).ok()?;
            collect("context", &body, &mut shapes);
        }
    }
    Some(shapes)
}

fn ours() -> Shapes {
    let token = Box::new(FixedToken("t".into()));
    let mut dataverse = Dataverse::new(Options::default(), token, 1, NOW_MS).unwrap();
    let endpoint = punctual_solution::endpoint_id();
    let endpoint = format!("serviceendpoints({})", endpoint.trim_matches(['{', '}']));
    let row = "punctual_appointments(0000000a-0000-4000-8000-000000000001)";
    for (method, path, body) in [
        (
            "PATCH",
            endpoint.as_str(),
            r#"{"url":"http://127.0.0.1:9/","authtype":4,"authvalue":"k"}"#,
        ),
        (
            "PATCH",
            row,
            r#"{"punctual_name":"a","punctual_start":"2026-12-01T09:00:00Z"}"#,
        ),
        ("PATCH", row, r#"{"punctual_notes":"b","statecode":1}"#),
        ("DELETE", row, ""),
    ] {
        let request = Request::builder()
            .method(method)
            .uri(format!("/api/data/v9.2/{path}"))
            .header("authorization", "Bearer t")
            .body(Bytes::from(body))
            .unwrap();
        let reply = api::handle(&mut dataverse, &request, NOW_MS);
        assert!(reply.response.status().is_success(), "{method} {path}");
    }
    let mut shapes = Shapes::new();
    let due = webhooks::due(&mut dataverse, NOW_MS);
    assert_eq!(due.len(), 4);
    for outgoing in due {
        let body = serde_json::from_slice(outgoing.request.body()).unwrap();
        collect("context", &body, &mut shapes);
    }
    shapes
}

#[test]
fn our_bodies_have_the_members_of_genuine_ones() {
    let Some(genuine) = genuine() else {
        println!("SKIPPED: genuine webhook bodies (../shared/data is not here)");
        return;
    };
    for (kind, members) in ours() {
        let mut known = genuine.get(&kind).cloned().unwrap_or_default();
        // One author added a member of his own, to see who minds.
        known.remove("Unknown");
        assert_eq!(members, known, "{kind}");
    }
}
