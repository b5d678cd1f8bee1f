//! What holds for any request: it is answered, the same seed gives the same bytes; what Microsoft's own libraries sent is
//! understood; and tokens of the Entra stand-in are taken.

use http::Request;
use proptest::prelude::*;
use punctual_stand_in_acs::{Acs, Options, access};
use punctual_stand_in_entra::Entra;
use punctual_stand_in_entra::directory::Directory;
use punctual_stand_ins::Guid;
use punctual_stand_ins::testing::{NOW_MS, recorded, request};
use serde_json::{Value, json};

fn ask(acs: &mut Acs, path: &str, body: &str) -> Option<u16> {
    let request = Request::post(path)
        .header("host", "acs.example.com")
        .header("content-type", "application/json")
        .body(body.to_owned().into())
        .ok()?;
    let request = access::sign(request, &acs.options.access_key, NOW_MS);
    let reply = acs.handle(&request, NOW_MS);
    Some(reply.response.status().as_u16())
}

const SMS: &str = "/sms?api-version=2026-01-23";
const EMAIL: &str = "/emails:send?api-version=2025-09-01";

fn good(path: &str) -> Value {
    match path {
        SMS => {
            json!({ "from": "+18445550100", "smsRecipients": [{ "to": "+12025550123" }], "message": "Hi", "smsSendOptions": { "enableDeliveryReport": true } })
        }
        _ => json!({
            "senderAddress": "donotreply@example.com",
            "content": { "subject": "s", "plainText": "t" },
            "recipients": { "to": [{ "address": "pat@example.com" }] },
        }),
    }
}

/// A good body with one member replaced.
fn changed() -> impl Strategy<Value = (&'static str, Value)> {
    let names = [
        "from",
        "smsRecipients",
        "message",
        "smsSendOptions",
        "senderAddress",
        "content",
        "recipients",
        "headers",
        "x",
    ];
    let values = [
        json!(null),
        json!(1),
        json!("é"),
        json!([]),
        json!({}),
        json!([{ "to": "+12025550123" }]),
        json!([{ "to": 1 }]),
        json!({ "a": "b" }),
    ];
    let paths = [SMS, EMAIL];
    (
        prop::sample::select(paths.to_vec()),
        prop::sample::select(names.to_vec()),
        prop::sample::select(values.to_vec()),
    )
        .prop_map(|(path, name, value)| {
            let mut body = good(path);
            body[name] = value;
            (path, body)
        })
}

proptest! {
    #[test]
    fn any_request_is_answered(path in "[ -~]{0,40}", body in "\\PC{0,80}", (good_path, changed) in changed()) {
        let mut acs = Acs::new(Options::default(), 1);
        let path = format!("/{}", path.replace(' ', "%20"));
        prop_assert!(ask(&mut acs, &path, &body).is_none_or(|status| status < 500));
        for path in [SMS, EMAIL, "/sms/optouts:add?api-version=2026-01-23"] {
            prop_assert_eq!(ask(&mut acs, path, &body), Some(400));
        }
        let status = ask(&mut acs, good_path, &changed.to_string()).unwrap();
        prop_assert!([202, 400, 404].contains(&status), "{} {}", status, changed);
        acs.tick(NOW_MS + 3_600_000);
        prop_assert!(acs.inbox.count() <= u64::from(status == 202));
    }

    #[test]
    fn the_same_seed_gives_the_same_bytes((path, changed) in changed(), seed: u64) {
        let run = || {
            let mut acs = Acs::new(Options::default(), seed);
            let statuses = [good(SMS), good(EMAIL)].map(|it| ask(&mut acs, path, &it.to_string()));
            let status = ask(&mut acs, path, &changed.to_string());
            acs.tick(NOW_MS + 10_000);
            let received: Vec<_> = acs.inbox.all().cloned().collect();
            (statuses, status, format!("{received:?}"))
        };
        prop_assert_eq!(run(), run());
    }
}

#[test]
fn what_the_libraries_sent_is_understood() {
    let Some(recorded) = recorded() else {
        return;
    };
    let options = Options {
        email_senders: vec!["DoNotReply@example.com".into()],
        ..Options::default()
    };
    let mut acs = Acs::new(options, 1);
    let mut seen = Vec::new();
    for (name, request) in recorded
        .into_iter()
        .filter(|(name, _)| name.starts_with("acs") && name.ends_with("(access key)"))
    {
        // They were signed with another key, at another time.
        let request = access::sign(request, &acs.options.access_key, NOW_MS);
        let reply = acs.handle(&request, NOW_MS);
        seen.push((name, reply.response.status().as_u16()));
    }
    let seen: Vec<_> = seen
        .iter()
        .map(|(name, status)| (name.as_str(), *status))
        .collect();
    let polled = "acs email send + poll (access key)";
    assert_eq!(
        seen,
        [
            ("acs sms send (access key)", 202),
            (polled, 202),
            (polled, 200)
        ]
    );
}

#[test]
fn tokens_of_entra_are_taken() {
    let mut entra = Entra::new(Directory::default(), 1);
    let judge = entra.judge();
    let mut acs = Acs::new(Options::default(), 1);
    acs.trust(Box::new(move |token, now_ms| {
        judge.judge(token, access::AUDIENCE, now_ms).map(drop)
    }));
    // Microsoft's clients ask for this scope, two slashes and all.
    for (audience, status) in [
        ("https://communication.azure.com/", 202),
        ("https://vault.azure.net", 401),
    ] {
        let token = entra.issue(Guid::NIL, Guid::NIL, audience, 3_600, NOW_MS);
        let send = format!(
            "POST {SMS}|content-type: application/json|authorization: Bearer {token}\n{}",
            good(SMS)
        );
        let reply = acs.handle(&request(&send), NOW_MS);
        assert_eq!(reply.response.status().as_u16(), status, "{audience}");
    }
}
