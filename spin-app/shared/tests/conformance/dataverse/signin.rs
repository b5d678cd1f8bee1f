//! Tokens: asked for as Microsoft's own libraries ask, kept, renewed in time, replaced once.

use std::collections::{BTreeMap, BTreeSet};

use futures::executor::block_on;
use punctual_app::http::Call;
use punctual_app::signin::identity::AppRegistration;
use punctual_app::signin::{Assertion, Identity, SignInError, Tokens};
use punctual_stand_in_entra::directory::{
    CLIENT_ID, CLIENT_SECRET, FEDERATED, IDENTITY, IDENTITY_HEADER, TENANT,
};
use punctual_stand_ins::{Fault, FaultKind};
use serde_json::Value;

use super::world::{Memory, NOW, URL, World};

const MINUTE_MS: i64 = 60_000;

fn app() -> AppRegistration {
    AppRegistration {
        authority: "https://login.microsoftonline.com".to_owned(),
        tenant: TENANT.to_owned(),
        client_id: CLIENT_ID.to_owned(),
    }
}

/// How often Entra was asked.
fn asked(world: &World) -> u64 {
    world.inner().entra.requests.counts().values().sum()
}

#[test]
fn a_token_is_kept_for_others_and_renewed_by_one() {
    let (world, memory) = (World::new(), Memory::default());
    let token = |world: &World| block_on(world.sign_in(&memory).token(URL)).expect("a token");
    let first = token(&world);
    assert_eq!(token(&world), first);
    assert_eq!(asked(&world), 1);
    // Five minutes before its end, or at half of its life if that is later.
    let life_ms = first.expires_at - NOW;
    world.set_now(first.expires_at - 6 * MINUTE_MS);
    assert!(life_ms > 12 * MINUTE_MS);
    assert_eq!(token(&world), first);
    world.set_now(first.expires_at - 4 * MINUTE_MS);
    let second = token(&world);
    assert_ne!(second, first);
    assert_eq!(token(&world), second);
    assert_eq!(asked(&world), 2);
}

#[test]
fn while_one_renews_and_while_it_fails_the_old_one_is_used() {
    let (world, memory) = (World::new(), Memory::default());
    let token = |world: &World| block_on(world.sign_in(&memory).token(URL));
    let first = token(&world).unwrap();
    world.set_now(first.expires_at - 4 * MINUTE_MS);
    world
        .inner()
        .entra
        .faults
        .add(Fault::once("token", FaultKind::Fail))
        .unwrap();
    assert_eq!(token(&world).unwrap(), first);
    // The next one leaves it to whoever just tried, for a while.
    assert_eq!(token(&world).unwrap(), first);
    assert_eq!(asked(&world), 2);
    world.set_now(first.expires_at - 4 * MINUTE_MS + 20_000);
    assert_ne!(token(&world).unwrap(), first);
    // In its last minute it is no longer good, and then a failure is one.
    let last = token(&world).unwrap();
    world.set_now(last.expires_at - MINUTE_MS / 2);
    world
        .inner()
        .entra
        .faults
        .add(Fault::once("token", FaultKind::Fail))
        .unwrap();
    let error = token(&world).unwrap_err();
    assert!(error.retry_after_seconds.is_some(), "{error}");
}

#[test]
fn a_refused_token_is_replaced_once_whoever_does_it() {
    let (world, memory) = (World::new(), Memory::default());
    let mine = world.sign_in(&memory);
    let theirs = world.sign_in(&memory);
    let first = block_on(mine.token(URL)).unwrap();
    assert_eq!(block_on(theirs.token(URL)).unwrap(), first);
    let second = block_on(mine.renew(URL, &first.text)).unwrap();
    assert_ne!(second, first);
    assert_eq!(block_on(theirs.renew(URL, &first.text)).unwrap(), second);
    assert_eq!(asked(&world), 2);
}

#[test]
fn every_way_to_sign_in_opens_the_door() {
    let (world, memory) = (World::new(), Memory::default());
    let assertion = assertion(NOW / 1_000 + 600);
    let folder = tempfile::TempDir::new().unwrap();
    let file = folder.path().join("token");
    std::fs::write(&file, format!("{assertion}\n")).unwrap();
    let managed =
        |endpoint: &str, header: Option<&str>, client_id: Option<&str>| Identity::Managed {
            endpoint: endpoint.to_owned(),
            client_id: client_id.map(str::to_owned),
            header: header.map(str::to_owned),
        };
    for identity in [
        Identity::ClientSecret {
            app: app(),
            secret: CLIENT_SECRET.to_owned(),
        },
        Identity::Workload {
            app: app(),
            assertion: Assertion::Text(assertion),
        },
        Identity::Workload {
            app: app(),
            assertion: Assertion::File(file.to_str().unwrap().to_owned()),
        },
        managed(
            "http://169.254.169.254/metadata/identity/oauth2/token",
            None,
            None,
        ),
        managed(
            "http://127.0.0.1:42356/msi/token",
            Some(IDENTITY_HEADER),
            Some(IDENTITY),
        ),
    ] {
        let told = format!("{identity:?}");
        // Each on its own: two of them have the same name.
        let token = block_on(world.sign_in_as(identity, &Memory::default()).token(URL));
        let token = token.unwrap_or_else(|error| panic!("{told}: {error}"));
        let judge = world.inner().entra.judge();
        judge.judge(&token.text, URL, NOW).expect(&told);
    }
    assert!(memory.dump().is_empty());
}

/// What Kubernetes says of a service account. Nobody looks at its signature here.
fn assertion(expires: i64) -> String {
    let (issuer, subject, audience) = FEDERATED;
    let claims = serde_json::json!({
        "iss": issuer, "sub": subject, "aud": [audience], "iat": expires - 3_600, "nbf": expires - 3_600, "exp": expires,
    });
    let encode = |text: &str| {
        const DIGITS: &[u8; 64] =
            b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
        let mut encoded = String::new();
        for three in text.as_bytes().chunks(3) {
            let number = three
                .iter()
                .fold(0_u32, |number, byte| number << 8 | u32::from(*byte));
            let number = number << (8 * (3 - three.len()));
            for place in 0..=three.len() {
                let digit = number >> (18 - 6 * place) & 63;
                encoded.push(char::from(DIGITS[digit as usize]));
            }
        }
        encoded
    };
    format!(
        "{}.{}.{}",
        encode(r#"{"alg":"RS256","typ":"JWT"}"#),
        encode(&claims.to_string()),
        encode("nobody looks")
    )
}

#[test]
fn no_secret_is_in_what_is_told() {
    let (world, memory) = (World::new(), Memory::default());
    let identity = Identity::ClientSecret {
        app: app(),
        secret: "planted-secret".to_owned(),
    };
    let told = format!("{identity:?}");
    let error: SignInError = block_on(world.sign_in_as(identity, &memory).token(URL)).unwrap_err();
    let token = block_on(world.sign_in(&memory).token(URL)).unwrap();
    for text in [told, error.to_string(), format!("{error:?} {token:?}")] {
        assert!(!text.contains("planted"), "{text}");
        assert!(!text.contains(&token.text), "{text}");
    }
    assert_eq!(
        error.to_string().split(" (trace").next().unwrap(),
        "sign-in: 401 invalid_client AADSTS7000215: the client secret is wrong: see entra_client_secret (its value, not its id)"
    );
}

/// A request without what differs from one run to the next, and without what a library says of itself.
fn shape(method: &str, url: &str, headers: &[(String, String)], body: &str) -> String {
    let pairs = |text: &str| -> BTreeMap<String, String> {
        let pairs = form_urlencoded::parse(text.as_bytes());
        pairs
            .map(|(name, value)| (name.into(), value.into()))
            .collect()
    };
    let (path, query) = url.split_once('?').unwrap_or((url, ""));
    let said: BTreeSet<String> = headers
        .iter()
        .map(|(name, value)| (name.to_ascii_lowercase(), value))
        .filter(|(name, _)| {
            matches!(
                name.as_str(),
                "content-type" | "metadata" | "x-identity-header"
            )
        })
        .map(|(name, value)| format!("{name}: {value}"))
        .collect();
    let mut form = pairs(body);
    // Asks for the account's data, which an application has none of.
    form.remove("client_info");
    format!("{method} {path} {:?} {said:?} {form:?}", pairs(query))
}

fn ours(call: &Call) -> String {
    let headers: Vec<_> = call
        .headers
        .iter()
        .map(|(name, value)| ((*name).to_owned(), value.clone()))
        .collect();
    shape(
        call.method,
        &call.url,
        &headers,
        std::str::from_utf8(&call.body).unwrap(),
    )
}

/// Requests of azure-identity, recorded by others and kept beside the workspace.
#[test]
fn requests_are_those_of_microsofts_own_library() {
    let path = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../../shared/data/vectors/sdk_wire_captures.json"
    );
    let Ok(text) = std::fs::read(path) else {
        println!("SKIPPED: recorded requests of azure-identity (../shared/data is not here)");
        return;
    };
    let captures: Value = serde_json::from_slice(&text).unwrap();
    let theirs: BTreeMap<_, _> = captures["captures"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|capture| capture["path"].as_str().unwrap().contains("/token"))
        .map(|capture| {
            let headers: Vec<_> = capture["headers"]
                .as_object()
                .unwrap()
                .iter()
                .map(|(name, value)| (name.clone(), value.as_str().unwrap().to_owned()))
                .collect();
            let text = |name: &str| capture[name].as_str().unwrap();
            let shape = shape(text("method"), text("path"), &headers, text("body"));
            (text("name").to_owned(), shape)
        })
        .collect();
    let resource = "https://vault.azure.net";
    let managed = |endpoint: &str, header: Option<&str>| Identity::Managed {
        endpoint: endpoint.to_owned(),
        client_id: Some(CLIENT_ID.to_owned()),
        header: header.map(str::to_owned),
    };
    let identities = [
        (
            "entra client secret",
            Identity::ClientSecret {
                app: app(),
                secret: "cl1ent~secret&+".to_owned(),
            },
        ),
        (
            "aks workload identity",
            Identity::Workload {
                app: app(),
                assertion: Assertion::Text("eyJ.service-account.jwt".to_owned()),
            },
        ),
        (
            "imds managed identity (user assigned)",
            managed(
                "http://169.254.169.254/metadata/identity/oauth2/token",
                None,
            ),
        ),
        (
            "app service / container apps managed identity",
            managed(
                "http://127.0.0.1:42356/msi/token",
                Some("853b9a84-5bfa-4b22-a3f3-0b9a43d9ad8a"),
            ),
        ),
    ];
    for (name, identity) in identities {
        let call = identity.request(resource).unwrap();
        assert_eq!(ours(&call), theirs[name], "{name}");
    }
}
