//! Signatures that were computed by other means, and what may not be changed in what they sign.

use super::*;

const URL: &str = "https://reminders.example.com/callbacks/twilio?notification=n-1";
const GOOD: &str = "CKnSAhW3QPH+3bYTOWVabFy6/AY=";

fn form() -> Vec<(String, String)> {
    let pairs = [
        ("to", "+12025550114"),
        ("To", "+12025550115"),
        ("MessageSid", "SM1"),
        ("ErrorCode", ""),
        ("To", "+12025550114"),
        ("MessageStatus", "delivered"),
        // Twice the same counts once.
        ("To", "+12025550114"),
    ];
    pairs
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .into()
}

fn secrets() -> Secrets {
    Secrets {
        auth_tokens: vec!["another".to_owned(), "an auth token of ours".to_owned()],
        shared_key: Some(("key-1".to_owned(), "shared secret".to_owned())),
    }
}

#[track_caller]
fn check(
    url: &str,
    form: Option<&[(String, String)]>,
    body: &str,
    signature: &str,
    settings: Option<&str>,
    genuine: bool,
) {
    let signed = Signed {
        url,
        form,
        body: body.as_bytes(),
        signature,
        settings,
    };
    assert_eq!(is_genuine(&secrets(), &signed), genuine);
}

#[test]
fn a_form_is_signed_whole() {
    let form = form();
    check(URL, Some(&form), "", GOOD, None, true);
    // With the port, where it was signed with it, and the other way round.
    check(
        URL,
        Some(&form),
        "",
        "J+81cS6wx3sD36Lrob/al8uc89E=",
        None,
        true,
    );
    let with_port = URL.replace(".com/", ".com:443/");
    check(&with_port, Some(&form), "", GOOD, None, true);
    let other_port = URL.replace(".com/", ".com:8443/");
    check(
        &other_port,
        Some(&form),
        "",
        "J+81cS6wx3sD36Lrob/al8uc89E=",
        None,
        false,
    );
    for wrong in [
        "",
        "CKnSAhW3QPH+3bYTOWVabFy6/AY",
        "cknsahw3qph+3bytowvabfy6/ay=",
    ] {
        check(URL, Some(&form), "", wrong, None, false);
    }
    check(
        "http://reminders.example.com/callbacks/twilio?notification=n-1",
        Some(&form),
        "",
        GOOD,
        None,
        false,
    );
    check(&format!("{URL}&x=1"), Some(&form), "", GOOD, None, false);
    for at in 0..form.len() - 1 {
        let mut less = form.clone();
        less.remove(at);
        // The last To is there twice.
        check(URL, Some(&less), "", GOOD, None, at == 4);
        let mut other = form.clone();
        other[at].1.push('x');
        check(URL, Some(&other), "", GOOD, None, false);
    }
}

#[test]
fn another_body_is_signed_by_its_hash() {
    let url = "https://reminders.example.com/callbacks/twilio?bodySHA256=015abd7f5cc57a2dd94b7590f04ad8084273905ee33ec5cebeae62276a97f862";
    let signature = "cjo/9B4JXphVfw8xX33kKLswXfA=";
    check(url, None, "{\"a\":1}", signature, None, true);
    check(url, None, "{\"a\":2}", signature, None, false);
    check(url, None, "", signature, None, false);
    check(URL, None, "{\"a\":1}", signature, None, false);
}

#[test]
fn the_caller_does_not_choose_the_algorithm() {
    let form = form();
    let signature = "MH5jZ7jJtxm+AFKj1DusGq121HgNr3Y8FUoxRLy6TIs=";
    let settings = "key=key-1,algorithm=HMAC_SHA256";
    check(URL, Some(&form), "", signature, Some(settings), true);
    check(URL, Some(&form), "", signature, None, false);
    check(URL, Some(&form), "", GOOD, Some(settings), false);
    for other in [
        "",
        "key=key-1",
        "key=key-2,algorithm=HMAC_SHA256",
        "key=key-1,algorithm=HMAC_SHA1",
        "algorithm=HMAC_SHA256",
    ] {
        check(URL, Some(&form), "", signature, Some(other), false);
        check(URL, Some(&form), "", GOOD, Some(other), false);
    }
    let without = Secrets {
        shared_key: None,
        ..secrets()
    };
    let signed = Signed {
        url: URL,
        form: Some(&form),
        body: b"",
        signature,
        settings: Some(settings),
    };
    assert!(!is_genuine(&without, &signed));
}
