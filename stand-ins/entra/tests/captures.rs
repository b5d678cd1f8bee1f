//! Requests as Microsoft's own library sends them, recorded by others and kept beside the workspace: each gets a token.

use bytes::Bytes;
use http::Request;
use punctual_stand_in_entra::Entra;
use punctual_stand_in_entra::directory::{Directory, Identity};
use punctual_stand_ins::testing::{NOW_MS, recorded};
use serde_json::Value;

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
    let Some(recorded) = recorded() else {
        return;
    };
    let mut seen = Vec::new();
    let of_tokens = |request: &Request<Bytes>| request.uri().path().contains("/token");
    for (name, request) in recorded.into_iter().filter(|(_, it)| of_tokens(it)) {
        let reply = Entra::new(directory(&request), 1).handle(&request, NOW_MS);
        let status = reply.response.status().as_u16();
        let answer: Value = serde_json::from_slice(reply.response.body()).unwrap();
        seen.push((name, status, answer["error_codes"][0].as_u64()));
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
