use super::*;

const NOW_MS: i64 = 1_795_420_000_000;

fn access() -> Access {
    let rule = |name: &str, rights| Rule {
        name: name.into(),
        key: "SAS_KEY_VALUE".into(),
        rights,
    };
    let listen_only = Rights {
        send: false,
        listen: true,
    };
    Access::new(
        vec![
            rule("RootManageSharedAccessKey", Rights::ALL),
            rule("listener", listen_only),
        ],
        None,
    )
}

/// A token for `sb://localhost:5671/reminders`. The good signature was made with Python's `hmac`.
fn token(sig: &str, expiry: &str, rule: &str) -> String {
    format!(
        "SharedAccessSignature sr=sb%3A%2F%2Flocalhost%3A5671%2Freminders&sig={sig}&se={expiry}&skn={rule}"
    )
}

const GOOD: &str = "qkwQ%2Fm6eWYTy5BKw0BeZHBe3selMyxxabhEx2jJe1bU%3D";

#[track_caller]
fn check(token: &str, now_ms: i64, expected: Result<&str, &str>) {
    let judged = access().judge(token, now_ms);
    let seen = judged
        .as_ref()
        .map(|grant| grant.scope.as_str())
        .map_err(|refusal| refusal.text.as_str());
    assert_eq!(seen, expected);
}

#[test]
fn a_signature_is_good_or_says_why_not() {
    let root = "RootManageSharedAccessKey";
    check(&token(GOOD, "1795500000", root), NOW_MS, Ok("reminders"));
    check(
        &token(GOOD, "1795500000", "listener"),
        NOW_MS,
        Ok("reminders"),
    );
    let expired = Err("ExpiredToken: the token is expired.");
    check(&token(GOOD, "1795500000", root), 1_795_500_000_000, expired);
    let invalid = Err("InvalidSignature: the token has an invalid signature.");
    check(&token(GOOD, "1795500001", root), NOW_MS, invalid);
    check(&token("AAAA", "1795500000", root), NOW_MS, invalid);
    let unknown = Err("InvalidSignature: there is no such rule.");
    check(&token(GOOD, "1795500000", "nobody"), NOW_MS, unknown);
    check(
        &token("%%", "1795500000", root),
        NOW_MS,
        Err("MalformedToken: sig is not base64."),
    );
    check(
        &token(GOOD, "soon", root),
        NOW_MS,
        Err("MalformedToken: se must be Unix seconds."),
    );
    check(
        "SharedAccessSignature sig=a",
        NOW_MS,
        Err("MalformedToken: sr is missing."),
    );
    let bearer = Err("InvalidToken: this namespace takes shared access signatures only.");
    check("eyJ.x.y", NOW_MS, bearer);
}

#[test]
fn what_is_signed_is_good() {
    let rule = &access().rules[1];
    assert_eq!(
        sign("sb://localhost:5671/reminders", rule, 1_795_500_000),
        token(
            "qkwQ%2Fm6eWYTy5BKw0BeZHBe3selMyxxabhEx2jJe1bU%3D",
            "1795500000",
            "listener"
        )
    );
}

#[test]
fn a_grant_reaches_its_path_and_all_below() {
    let grant = |scope: &str, rights| Grant {
        scope: scope.into(),
        rights,
        expires_ms: 10,
    };
    let all = Rights::ALL;
    assert!(grant("", all).allows(Right::Send, "probe", 9));
    assert!(grant("probe", all).allows(Right::Send, "probe", 9));
    assert!(grant("probe", all).allows(Right::Send, "probe/$management", 9));
    assert!(!grant("probe", all).allows(Right::Send, "probe2", 9));
    assert!(!grant("probe/$management", all).allows(Right::Send, "probe", 9));
    assert!(!grant("", all).allows(Right::Send, "probe", 10));
    let listen = Rights {
        send: false,
        listen: true,
    };
    assert!(grant("", listen).allows(Right::Listen, "probe", 9));
    assert!(grant("", listen).allows(Right::Any, "probe", 9));
    assert!(!grant("", listen).allows(Right::Send, "probe", 9));
}

#[test]
fn plain_is_rule_and_key() {
    assert!(access().judge_plain(b"\0listener\0SAS_KEY_VALUE").is_some());
    for response in [
        &b"\0listener\0wrong"[..],
        b"\0nobody\0SAS_KEY_VALUE",
        b"listener",
        b"",
    ] {
        assert_eq!(access().judge_plain(response), None);
    }
}

#[test]
fn a_judge_of_bearer_tokens_can_be_brought() {
    struct Everybody;
    impl BearerValidator for Everybody {
        fn validate(&self, token: &str, now_ms: i64) -> Result<Grant, String> {
            let grant = Grant {
                scope: String::new(),
                rights: Rights::ALL,
                expires_ms: now_ms + 1,
            };
            if token == "good" {
                Ok(grant)
            } else {
                Err("bad".into())
            }
        }
    }
    let access = Access::new(Vec::new(), Some(Box::new(Everybody)));
    assert!(access.judge_header(Some("Bearer good"), 5).is_ok());
    assert!(access.judge_header(Some("Bearer evil"), 5).is_err());
    assert!(access.judge_header(None, 5).is_err());
    assert!(access.judge_header(Some("Basic good"), 5).is_err());
}

#[test]
fn the_vendors_signatures_are_good() {
    let root = std::env::var("PUNCTUAL_SHARED")
        .unwrap_or_else(|_| concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared").to_owned());
    let Ok(text) = std::fs::read_to_string(format!("{root}/data/vectors/servicebus_sas.json"))
    else {
        println!("SKIPPED: the vendor's signatures (../shared/data is not here)");
        return;
    };
    let document: serde_json::Value = serde_json::from_str(&text).unwrap();
    let vectors = document["vectors"].as_array().unwrap();
    assert!(!vectors.is_empty());
    for vector in vectors {
        let text = |name: &str| vector[name].as_str().unwrap().to_owned();
        let rule = Rule {
            name: text("key_name"),
            key: text("key"),
            rights: Rights::ALL,
        };
        let access = Access::new(vec![rule], None);
        let now_ms = vector["expiry"].as_i64().unwrap() * 1000 - 1;
        let grant = access.judge(&text("token"), now_ms).unwrap();
        assert_eq!(
            Some(grant.scope),
            crate::address::path_of(&text("resource_uri"))
        );
    }
}
