//! Each test is a list of requests, and what came back.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use expect_test::{Expect, expect};
use punctual_stand_ins::testing::{self, NOW_MS};
use punctual_stand_ins::{Fault, Manner};
use serde_json::{Value, json};

use super::*;
use crate::directory::{CLIENT_ID, FEDERATED, IDENTITY, IDENTITY_HEADER, Secret, TENANT};

const VAULT: &str = "https://vault.azure.net";

fn directory() -> Directory {
    let mut directory = Directory {
        resources: Some(vec![VAULT.into()]),
        ..Directory::default()
    };
    directory.applications[0].secrets.push(Secret {
        text: "old".into(),
        expires_ms: NOW_MS,
    });
    directory
}

/// `METHOD /path header: value` and the body; the answer without what is random.
fn ask(entra: &mut Entra, line: &str, body: &str) -> String {
    let line = match line.match_indices(' ').nth(1) {
        Some((at, _)) => format!("{}|{}", &line[..at], &line[at + 1..]),
        None => line.to_owned(),
    };
    let request = testing::request(&format!("{line}\n{body}"));
    let reply = entra.handle(&request, NOW_MS);
    let mut answer: Value = serde_json::from_slice(reply.response.body()).unwrap_or(Value::Null);
    if let Some(token) = answer.get("access_token").and_then(Value::as_str) {
        let audience = match entra.judge().judge(token, VAULT, NOW_MS) {
            Ok(claims) => format!("good for {} by {}", claims.aud, claims.appid),
            Err(problem) => problem,
        };
        answer["access_token"] = audience.into();
    }
    if let Some(described) = answer.get("error_description").and_then(Value::as_str) {
        let short = described.split(" Trace ID").next().unwrap().to_owned();
        answer = json!({ "error": answer["error"], "codes": answer["error_codes"], "text": short });
    }
    let manner = match reply.manner {
        Manner::Whole => String::new(),
        other => format!(" {other:?}"),
    };
    format!("{}{manner} {answer}", reply.response.status().as_u16())
}

#[track_caller]
fn check(line: &str, body: &str, expected: Expect) {
    let mut entra = Entra::new(directory(), 1);
    expected.assert_eq(&ask(&mut entra, line, body));
}

fn token_path() -> String {
    format!("POST /{TENANT}/oauth2/v2.0/token")
}

#[track_caller]
fn form(body: &str, expected: Expect) {
    check(&token_path(), body, expected);
}

/// The form that Microsoft's libraries send, but for what is left out.
fn secret(secret: &str, scope: &str) -> String {
    format!(
        "client_id={CLIENT_ID}&grant_type=client_credentials&client_info=1&client_secret={secret}&scope={scope}"
    )
}

fn assertion(claims: Value) -> String {
    let jwt = format!("e30.{}.c2ln", URL_SAFE_NO_PAD.encode(claims.to_string()));
    format!(
        "client_assertion={jwt}&client_assertion_type=urn%3Aietf%3Aparams%3Aoauth%3Aclient-assertion-type%3Ajwt-bearer&client_id={CLIENT_ID}&grant_type=client_credentials&scope=https%3A%2F%2Fvault.azure.net%2F.default"
    )
}

const SCOPE: &str = "https%3A%2F%2Fvault.azure.net%2F.default";

#[test]
fn a_secret_gives_a_token() {
    form(
        &secret("cl1ent~secret%26%2B", SCOPE),
        expect![[
            r#"200 {"access_token":"good for https://vault.azure.net by aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee","expires_in":4940,"ext_expires_in":4940,"token_type":"Bearer"}"#
        ]],
    );
    form(
        &secret("cl1ent~secret&+", SCOPE),
        expect![[
            r#"401 {"codes":[7000215],"error":"invalid_client","text":"AADSTS7000215: Invalid client secret provided. Ensure the secret being sent in the request is the client secret value, not the client secret ID, for a secret added to app 'aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee'."}"#
        ]],
    );
    form(
        &secret("old", SCOPE),
        expect![[
            r#"401 {"codes":[7000222],"error":"invalid_client","text":"AADSTS7000222: The provided client secret keys for app 'aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee' are expired. Create new keys for the app."}"#
        ]],
    );
    form(
        &secret("x", "https%3A%2F%2Fvault.azure.net"),
        expect![[
            r#"401 {"codes":[7000215],"error":"invalid_client","text":"AADSTS7000215: Invalid client secret provided. Ensure the secret being sent in the request is the client secret value, not the client secret ID, for a secret added to app 'aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee'."}"#
        ]],
    );
    let right = "cl1ent~secret%26%2B";
    form(
        &secret(right, "https%3A%2F%2Fvault.azure.net"),
        expect![[
            r#"400 {"codes":[1002012],"error":"invalid_scope","text":"AADSTS1002012: The provided value for scope https://vault.azure.net is not valid. Client credential flows must have a scope value with /.default suffixed to the resource identifier (application ID URI)."}"#
        ]],
    );
    form(
        &secret(right, "https%3A%2F%2Fmoon.example.com%2F.default"),
        expect![[
            r#"400 {"codes":[500011],"error":"invalid_resource","text":"AADSTS500011: The resource principal named https://moon.example.com was not found in the tenant. This can happen if the application has not been installed by the administrator of the tenant or consented to by any user in the tenant."}"#
        ]],
    );
}

#[test]
fn a_form_must_be_whole() {
    form(
        "",
        expect![[
            r#"400 {"codes":[900144],"error":"invalid_request","text":"AADSTS900144: The request body must contain the following parameter: 'grant_type'."}"#
        ]],
    );
    form(
        "grant_type=password",
        expect![[
            r#"400 {"codes":[70003],"error":"unsupported_grant_type","text":"AADSTS70003: The app requested an unsupported grant type 'password'."}"#
        ]],
    );
    form(
        "grant_type=client_credentials&client_id=x",
        expect![[
            r#"400 {"codes":[700016],"error":"unauthorized_client","text":"AADSTS700016: Application with identifier 'x' was not found in the directory '11111111-2222-3333-4444-555555555555'."}"#
        ]],
    );
    let bare = format!("grant_type=client_credentials&client_id={CLIENT_ID}");
    form(
        &bare,
        expect![[
            r#"401 {"codes":[7000218],"error":"invalid_client","text":"AADSTS7000218: The request body must contain the following parameter: 'client_assertion' or 'client_secret'."}"#
        ]],
    );
    check(
        "POST /common/oauth2/v2.0/token",
        "",
        expect![[
            r#"400 {"codes":[90002],"error":"invalid_request","text":"AADSTS90002: Tenant 'common' not found. Check to make sure you have the correct tenant ID and are signing into the correct cloud."}"#
        ]],
    );
    check(
        &token_path().replace("POST", "GET"),
        "",
        expect![[r#"405 {"error":"this takes another method"}"#]],
    );
    check(
        "GET /favicon.ico",
        "",
        expect![[r#"404 {"error":"there is no such page here"}"#]],
    );
}

#[test]
fn an_assertion_of_the_right_account_gives_a_token() {
    let (iss, sub, aud) = FEDERATED;
    let (nbf, exp) = (NOW_MS / 1000 - 60, NOW_MS / 1000 + 3_600);
    let good = json!({ "iss": iss, "sub": sub, "aud": [aud], "nbf": nbf, "exp": exp });
    form(
        &assertion(good.clone()),
        expect![[
            r#"200 {"access_token":"good for https://vault.azure.net by aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee","expires_in":4940,"ext_expires_in":4940,"token_type":"Bearer"}"#
        ]],
    );
    let with = |name: &str, value: Value| {
        let mut claims = good.clone();
        claims[name] = value;
        assertion(claims)
    };
    form(
        &with("aud", json!(aud)),
        expect![[
            r#"200 {"access_token":"good for https://vault.azure.net by aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee","expires_in":4940,"ext_expires_in":4940,"token_type":"Bearer"}"#
        ]],
    );
    form(
        &with("iss", json!("https://other.example.com/")),
        expect![[
            r#"401 {"codes":[700211],"error":"invalid_client","text":"AADSTS700211: No matching federated identity record found for presented assertion issuer."}"#
        ]],
    );
    form(
        &with("sub", json!("system:serviceaccount:punctual:other")),
        expect![[
            r#"401 {"codes":[700213],"error":"invalid_client","text":"AADSTS700213: No matching federated identity record found for presented assertion subject."}"#
        ]],
    );
    form(
        &with("aud", json!("api://other")),
        expect![[
            r#"401 {"codes":[700212],"error":"invalid_client","text":"AADSTS700212: No matching federated identity record found for presented assertion audience."}"#
        ]],
    );
    form(
        &with("exp", json!(NOW_MS / 1000)),
        expect![[
            r#"401 {"codes":[700024],"error":"invalid_client","text":"AADSTS700024: Client assertion is not within its valid time range."}"#
        ]],
    );
    form(
        &with("nbf", json!(NOW_MS / 1000 + 1)),
        expect![[
            r#"401 {"codes":[700024],"error":"invalid_client","text":"AADSTS700024: Client assertion is not within its valid time range."}"#
        ]],
    );
    form(
        &assertion(json!({})),
        expect![[
            r#"401 {"codes":[50027],"error":"invalid_client","text":"AADSTS50027: JWT token is invalid or malformed."}"#
        ]],
    );
}

#[test]
fn imds_gives_a_managed_identity_its_token() {
    let path =
        "/metadata/identity/oauth2/token?api-version=2018-02-01&resource=https://vault.azure.net";
    check(
        &format!("GET {path} Metadata: true"),
        "",
        expect![[
            r#"200 {"access_token":"good for https://vault.azure.net by bbbbbbbb-cccc-dddd-eeee-ffffffffffff","client_id":"bbbbbbbb-cccc-dddd-eeee-ffffffffffff","expires_in":"86399","expires_on":"1795510799","ext_expires_in":"86399","not_before":"1795424400","resource":"https://vault.azure.net","token_type":"Bearer"}"#
        ]],
    );
    check(
        &format!("GET {path}&client_id={IDENTITY} Metadata: true"),
        "",
        expect![[
            r#"200 {"access_token":"good for https://vault.azure.net by bbbbbbbb-cccc-dddd-eeee-ffffffffffff","client_id":"bbbbbbbb-cccc-dddd-eeee-ffffffffffff","expires_in":"86399","expires_on":"1795510799","ext_expires_in":"86399","not_before":"1795424400","resource":"https://vault.azure.net","token_type":"Bearer"}"#
        ]],
    );
    check(
        &format!("GET {path}"),
        "",
        expect![[
            r#"400 {"codes":null,"error":"invalid_request","text":"Required metadata header not specified"}"#
        ]],
    );
    check(
        &format!("GET {path}&client_id={CLIENT_ID} Metadata: true"),
        "",
        expect![[r#"400 {"codes":null,"error":"invalid_request","text":"Identity not found"}"#]],
    );
    check(
        &format!("GET {path}/.default Metadata: true"),
        "",
        expect![[
            r#"400 {"codes":null,"error":"invalid_resource","text":"AADSTS500011: The resource principal named https://vault.azure.net/.default was not found in the tenant."}"#
        ]],
    );
    check(
        "GET /metadata/identity/oauth2/token?api-version=2018-02-01 Metadata: true",
        "",
        expect![[
            r#"400 {"codes":null,"error":"invalid_request","text":"Required query variable 'resource' is missing"}"#
        ]],
    );
    check(
        "GET /metadata/identity/oauth2/token?resource=https://vault.azure.net Metadata: true",
        "",
        expect![[
            r#"400 {"codes":null,"error":"invalid_request","text":"api-version must be 2018-02-01"}"#
        ]],
    );
}

#[test]
fn app_service_gives_a_managed_identity_its_token() {
    let path = "/msi/token?api-version=2019-08-01&resource=https://vault.azure.net";
    check(
        &format!("GET {path} X-IDENTITY-HEADER: {IDENTITY_HEADER}"),
        "",
        expect![[
            r#"200 {"access_token":"good for https://vault.azure.net by bbbbbbbb-cccc-dddd-eeee-ffffffffffff","client_id":"bbbbbbbb-cccc-dddd-eeee-ffffffffffff","expires_on":"1795510799","resource":"https://vault.azure.net","token_type":"Bearer"}"#
        ]],
    );
    check(
        &format!("GET {path} X-IDENTITY-HEADER: x"),
        "",
        expect![[r#"401 {"message":"X-IDENTITY-HEADER is missing or wrong","statusCode":401}"#]],
    );
}

#[test]
fn faults_strike_and_requests_are_counted() {
    let mut entra = Entra::new(directory(), 1);
    let mut busy = Fault::once("token", FaultKind::Busy);
    busy.retry_after_seconds = Some(7);
    for fault in [
        busy,
        Fault::once("token", FaultKind::Fail),
        Fault::once("token", FaultKind::LoseAnswer),
    ] {
        entra.faults.add(fault).unwrap();
    }
    let body = secret("cl1ent~secret%26%2B", SCOPE);
    let answers = [0; 4].map(|_| ask(&mut entra, &token_path(), &body));
    ask(&mut entra, &token_path(), "");
    let seen = format!("{}\n{:?}\n", answers.join("\n"), entra.requests.counts());
    expect![[r#"
        429 {"codes":[90033],"error":"temporarily_unavailable","text":"AADSTS90033: The service is temporarily unavailable. Please retry later."}
        503 {"codes":[90033],"error":"temporarily_unavailable","text":"AADSTS90033: The service is temporarily unavailable. Please retry later."}
        200 Dropped {"access_token":"good for https://vault.azure.net by aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee","expires_in":5065,"ext_expires_in":5065,"token_type":"Bearer"}
        200 {"access_token":"good for https://vault.azure.net by aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee","expires_in":3937,"ext_expires_in":3937,"token_type":"Bearer"}
        {"token": 2, "token.refused": 1, "token.secret": 2}
    "#]].assert_eq(&seen);
}

#[test]
fn libraries_find_the_token_endpoint() {
    check(
        &format!(
            "GET https://localhost/{TENANT}/v2.0/.well-known/openid-configuration Host: localhost:1"
        ),
        "",
        expect![[
            r#"200 {"authorization_endpoint":"https://localhost:1/11111111-2222-3333-4444-555555555555/oauth2/v2.0/authorize","issuer":"https://localhost:1/11111111-2222-3333-4444-555555555555/v2.0","response_types_supported":["code"],"token_endpoint":"https://localhost:1/11111111-2222-3333-4444-555555555555/oauth2/v2.0/token","token_endpoint_auth_methods_supported":["client_secret_post","private_key_jwt"]}"#
        ]],
    );
    check(
        "GET /x/v2.0/.well-known/openid-configuration",
        "",
        expect![[
            r#"400 {"codes":null,"error":"invalid_tenant","text":"AADSTS90002: Tenant 'x' not found."}"#
        ]],
    );
}

#[test]
fn tokens_live_60_to_90_minutes_and_differ() {
    let mut entra = Entra::new(directory(), 1);
    let body = secret("cl1ent~secret%26%2B", SCOPE);
    let lives: Vec<_> = (0..50)
        .map(|_| {
            let request = Request::post(format!("/{TENANT}/oauth2/v2.0/token"));
            let request = request.body(Bytes::from(body.clone())).unwrap();
            let reply = entra.handle(&request, NOW_MS);
            let answer: Value = serde_json::from_slice(reply.response.body()).unwrap();
            answer["expires_in"].as_u64().unwrap()
        })
        .collect();
    assert!(lives.iter().all(|life| (3_599..=5_399).contains(life)));
    assert!(lives.iter().any(|life| *life != lives[0]));
}
