//! Signatures that the vendors' own libraries made, and those that they refuse.

use std::path::Path;

use base64::{Engine, engine::general_purpose::STANDARD};
use punctual_app::http::Call;
use punctual_app::receipts::sendgrid_signature::PublicKey;
use punctual_app::receipts::twilio_signature::{Secrets, Signed, is_genuine};
use punctual_app::senders::{acs, acs_hmac};
use serde_json::Value;

fn vectors(name: &str) -> Vec<Value> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/data/vectors");
    let file = Path::new(folder).join(name);
    if !file.exists() {
        println!("SKIPPED: the vendor's signatures in {name} (../shared/data is not here)");
        return Vec::new();
    }
    let text = std::fs::read_to_string(file).expect("the file can be read");
    let whole: Value = serde_json::from_str(&text).expect("it is JSON");
    let vectors = whole["vectors"].as_array().expect("vectors").clone();
    assert!(!vectors.is_empty());
    vectors
}

fn text<'a>(vector: &'a Value, name: &str) -> &'a str {
    vector[name]
        .as_str()
        .unwrap_or_else(|| panic!("{name} of {}", vector["name"]))
}

/// The parameters, each name with all its values; none: the body is no form.
fn form(vector: &Value) -> Option<Vec<(String, String)>> {
    let mut form = Vec::new();
    if vector["params"].is_null() && vector["params_multi"].is_null() {
        return None;
    }
    for (name, value) in vector["params"].as_object().into_iter().flatten() {
        form.push((name.clone(), value.as_str().expect("a text").to_owned()));
    }
    for (name, values) in vector["params_multi"].as_object().into_iter().flatten() {
        for value in values.as_array().expect("values") {
            form.push((name.clone(), value.as_str().expect("a text").to_owned()));
        }
    }
    Some(form)
}

#[test]
fn of_twilio() {
    for vector in vectors("twilio_signature.json") {
        let key = text(&vector, "auth_token").to_owned();
        let shared = text(&vector, "algorithm") == "HMAC_SHA256";
        let secrets = Secrets {
            auth_tokens: vec![if shared {
                "another".to_owned()
            } else {
                key.clone()
            }],
            shared_key: shared.then(|| ("id".to_owned(), key)),
        };
        let form = form(&vector);
        let signed = Signed {
            url: text(&vector, "url"),
            form: form.as_deref(),
            body: vector["json_body"].as_str().unwrap_or_default().as_bytes(),
            signature: text(&vector, "signature"),
            settings: shared.then_some("key=id,algorithm=HMAC_SHA256"),
        };
        assert_eq!(
            is_genuine(&secrets, &signed),
            vector["expect_valid"],
            "{}",
            vector["name"]
        );
    }
}

#[test]
fn of_sendgrid() {
    for vector in vectors("sendgrid_event_webhook.json") {
        let key = PublicKey::read(text(&vector, "public_key")).expect("a key");
        let body = STANDARD
            .decode(text(&vector, "payload_base64"))
            .expect("base64");
        let signed = key.signed(
            text(&vector, "timestamp"),
            &body,
            text(&vector, "signature"),
        );
        assert_eq!(signed, vector["expect_valid"], "{}", vector["name"]);
    }
}

#[test]
fn of_azure_communication_services() {
    for vector in vectors("acs_hmac.json") {
        let method = if text(&vector, "method") == "GET" {
            "GET"
        } else {
            "POST"
        };
        let mut call = Call::new(method, text(&vector, "url").to_owned(), 1);
        call.body = text(&vector, "body").as_bytes().to_vec();
        let key = acs::key(text(&vector, "access_key_base64")).expect("a key");
        let signed = acs_hmac::sign(call, &key, text(&vector, "x-ms-date"));
        for name in ["x-ms-content-sha256", "authorization"] {
            let header = signed.headers.iter().find(|(known, _)| *known == name);
            assert_eq!(
                header.map(|(_, value)| value.as_str()),
                Some(text(&vector, name)),
                "{}",
                vector["name"]
            );
        }
    }
}
