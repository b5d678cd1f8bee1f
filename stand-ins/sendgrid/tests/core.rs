//! What holds for any request: it is answered, the same seed gives the same bytes; and what SendGrid's own library sent is
//! understood.

use http::Request;
use proptest::prelude::*;
use punctual_stand_in_sendgrid::{Options, SendGrid};
use punctual_stand_ins::testing::{NOW_MS, recorded};
use serde_json::{Value, json};

fn ask(sendgrid: &mut SendGrid, path: &str, body: &str) -> Option<u16> {
    let request = Request::post(path)
        .header("authorization", "Bearer SG.stand-in")
        .header("content-type", "application/json")
        .body(body.to_owned().into())
        .ok()?;
    let reply = sendgrid.handle(&request, NOW_MS);
    Some(reply.response.status().as_u16())
}

fn good() -> Value {
    json!({
        "personalizations": [{ "to": [{ "email": "pat@example.com" }] }],
        "from": { "email": "clinic@example.com" },
        "subject": "Reminder",
        "content": [{ "type": "text/plain", "value": "hi" }],
    })
}

/// Good mail with one member replaced.
fn changed() -> impl Strategy<Value = Value> {
    let names = [
        "personalizations",
        "from",
        "subject",
        "content",
        "headers",
        "custom_args",
        "send_at",
        "categories",
        "x",
    ];
    let values = [
        json!(null),
        json!(1),
        json!(-1),
        json!("é"),
        json!([]),
        json!({}),
        json!([{}]),
        json!({ "a": "b" }),
        json!([{ "to": 1 }]),
    ];
    (
        prop::sample::select(names.to_vec()),
        prop::sample::select(values.to_vec()),
    )
        .prop_map(|(name, value)| {
            let mut mail = good();
            mail[name] = value;
            mail
        })
}

proptest! {
    #[test]
    fn any_request_is_answered(path in "[ -~]{0,40}", body in "\\PC{0,80}", mail in changed()) {
        let mut sendgrid = SendGrid::new(Options::default(), 1);
        let path = format!("/{}", path.replace(' ', "%20"));
        prop_assert!(ask(&mut sendgrid, &path, &body).is_none_or(|status| status < 500));
        prop_assert_eq!(ask(&mut sendgrid, "/v3/mail/send", &body), Some(400));
        let status = ask(&mut sendgrid, "/v3/mail/send", &mail.to_string()).unwrap();
        prop_assert!(status == 202 || status == 400, "{} {}", status, mail);
        sendgrid.tick(NOW_MS + 3_600_000);
        prop_assert_eq!(sendgrid.inbox.count(), u64::from(status == 202));
    }

    #[test]
    fn the_same_seed_gives_the_same_bytes(mail in changed(), seed: u64) {
        let run = || {
            let options = Options { webhook_url: Some("http://127.0.0.1:9/".into()), ..Options::default() };
            let mut sendgrid = SendGrid::new(options, seed);
            let statuses = [good(), mail.clone()].map(|mail| ask(&mut sendgrid, "/v3/mail/send", &mail.to_string()));
            let told = sendgrid.due(NOW_MS + 10_000);
            let received: Vec<_> = sendgrid.inbox.all().cloned().collect();
            (statuses, format!("{told:?} {received:?}"))
        };
        prop_assert_eq!(run(), run());
    }
}

#[test]
fn what_the_library_sent_is_understood() {
    let Some(recorded) = recorded() else {
        return;
    };
    let mut options = Options::default();
    options.api_keys[0].key = "SG.test-key".into();
    let mut sendgrid = SendGrid::new(options, 1);
    let of_mail = recorded
        .iter()
        .filter(|(name, _)| name.starts_with("sendgrid"));
    let statuses =
        of_mail.map(|(_, request)| sendgrid.handle(request, NOW_MS).response.status().as_u16());
    // It asks for the sandbox.
    assert_eq!(statuses.collect::<Vec<_>>(), [200]);
}
