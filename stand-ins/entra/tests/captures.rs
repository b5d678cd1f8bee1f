//! Requests as Microsoft's own library sends them, recorded by others and kept beside the workspace: each gets a token.

use std::path::{Path, PathBuf};

use bytes::Bytes;
use http::Request;
use punctual_stand_in_entra::Entra;
use punctual_stand_in_entra::directory::{Directory, Identity};
use serde_json::Value;

/// 2026-11-23T09:00:00Z
const NOW_MS: i64 = 1_795_424_400_000;

fn captures() -> Option<Value> {
    let beside = || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared");
    let shared = std::env::var_os("PUNCTUAL_SHARED").map_or_else(beside, PathBuf::from);
    let text = std::fs::read(shared.join("data/vectors/sdk_wire_captures.json")).ok()?;
    serde_json::from_slice(&text).ok()
}

/// A directory that knows whoever sent the request.
fn directory(request: &Request<Bytes>) -> Directory {
    let mut directory = Directory::default();
    let header = request.headers().get("x-identity-header");
    if let Some(header) = header.and_then(|header| header.to_str().ok()) {
        directory.identity_header = header.to_owned();
    }
    directory.identities.push(Identity {
        client_id: directory.applications[0].client_id,
        object_id: directory.applications[0].object_id,
    });
    directory
}

#[test]
fn every_recorded_request_is_understood() {
    let Some(captures) = captures() else {
        println!("SKIPPED: recorded requests of azure-identity (../shared/data is not here)");
        return;
    };
    let mut seen = Vec::new();
    for capture in captures["captures"].as_array().unwrap() {
        let path = capture["path"].as_str().unwrap();
        let rest = path
            .split_once("://")
            .and_then(|(_, rest)| rest.find('/').map(|at| &rest[at..]));
        let Some(path) = rest.filter(|path| path.contains("/token")) else {
            continue;
        };
        let mut request = Request::builder()
            .method(capture["method"].as_str().unwrap())
            .uri(path);
        for (name, value) in capture["headers"].as_object().unwrap() {
            request = request.header(name, value.as_str().unwrap());
        }
        let body = capture["body"].as_str().unwrap().to_owned();
        let request = request.body(Bytes::from(body)).unwrap();
        let reply = Entra::new(directory(&request), 1).handle(&request, NOW_MS);
        let status = reply.response.status().as_u16();
        let answer: Value = serde_json::from_slice(reply.response.body()).unwrap();
        seen.push((
            capture["name"].as_str().unwrap().to_owned(),
            status,
            answer["error_codes"][0].as_u64(),
        ));
    }
    // The recorded assertion is no JWT, so that is what it is told.
    let expected = [
        ("entra client secret", 200, None),
        ("aks workload identity", 401, Some(50_027)),
        ("imds managed identity (user assigned)", 200, None),
        ("app service / container apps managed identity", 200, None),
    ];
    let expected = expected.map(|(name, status, code)| (name.to_owned(), status, code));
    assert_eq!(seen, expected);
}
