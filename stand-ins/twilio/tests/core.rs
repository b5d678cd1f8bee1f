//! What holds for any request: it is answered, the same seed gives the same bytes; and what Twilio's own library sent is
//! understood.

use http::Request;
use proptest::prelude::*;
use punctual_stand_in_twilio::{Options, Twilio};
use punctual_stand_ins::testing::{NOW_MS, recorded};

fn ask(twilio: &mut Twilio, method: &str, path: &str, body: &str) -> Option<u16> {
    let request = Request::builder()
        .method(method)
        .uri(path)
        .header("authorization", twilio.options.basic())
        .header("content-type", "application/x-www-form-urlencoded")
        .body(body.to_owned().into())
        .ok()?;
    let reply = twilio.handle(&request, NOW_MS);
    Some(reply.response.status().as_u16())
}

/// A field, good or bad.
fn field() -> impl Strategy<Value = String> {
    let names = [
        "To",
        "From",
        "Body",
        "MessagingServiceSid",
        "StatusCallback",
        "ValidityPeriod",
        "SendAt",
        "ScheduleType",
        "x",
    ];
    let values = [
        "%2B12025550123",
        "%2B12025550100",
        "%2B15005550004",
        "Hi",
        "MG0123456789abcdef0123456789abcdef",
        "http://127.0.0.1:9/a",
        "60",
        "2026-11-24T09:00:00Z",
        "fixed",
        "",
        "%",
        "%C3%A9",
    ];
    (
        prop::sample::select(names.to_vec()),
        prop::sample::select(values.to_vec()),
    )
        .prop_map(|(name, value)| format!("{name}={value}"))
}

proptest! {
    #[test]
    fn any_request_is_answered(path in "[ -~]{0,40}", body in "\\PC{0,80}", fields in prop::collection::vec(field(), 0..6)) {
        let mut twilio = Twilio::new(Options::default(), 1);
        let account = format!("/2010-04-01/Accounts/{}", twilio.options.account_sid);
        for method in ["GET", "POST", "DELETE"] {
            let path = format!("/{}", path.replace(' ', "%20"));
            prop_assert!(ask(&mut twilio, method, &path, &body).is_none_or(|status| status < 500));
            let list = format!("{account}/Messages.json?{}", fields.join("&"));
            prop_assert!(ask(&mut twilio, method, &list, &body).is_none_or(|status| status < 500));
        }
        let status = ask(&mut twilio, "POST", &format!("{account}/Messages.json"), &fields.join("&")).unwrap();
        prop_assert!(status == 201 || status == 400, "{}", status);
        twilio.tick(NOW_MS + 3_600_000);
        prop_assert!(twilio.inbox.count() <= u64::from(status == 201));
    }

    #[test]
    fn the_same_seed_gives_the_same_bytes(fields in prop::collection::vec(field(), 0..6), seed: u64) {
        let run = || {
            let mut twilio = Twilio::new(Options::default(), seed);
            let path = format!("/2010-04-01/Accounts/{}/Messages.json", twilio.options.account_sid);
            let good = "To=%2B12025550123&From=%2B12025550100&Body=Hi&StatusCallback=http://127.0.0.1:9/";
            let statuses = [good.to_owned(), fields.join("&")].map(|body| ask(&mut twilio, "POST", &path, &body));
            let told = twilio.due(NOW_MS + 10_000);
            let received: Vec<_> = twilio.inbox.all().cloned().collect();
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
    // As the recorder had them.
    let mut options = Options {
        auth_token: "auth-token".into(),
        ..Options::default()
    };
    options.numbers.push("+15017122661".into());
    let mut twilio = Twilio::new(options, 1);
    let mut seen = Vec::new();
    for (name, request) in recorded
        .iter()
        .filter(|(name, _)| name.starts_with("twilio"))
    {
        // One of them schedules for a day in May.
        let now_ms = if name.contains("scheduled") {
            1_777_000_000_000
        } else {
            NOW_MS
        };
        let reply = Twilio::handle(&mut twilio, request, now_ms);
        seen.push((request.method().as_str(), reply.response.status().as_u16()));
    }
    // The message that is read is not one of ours; and the numbers of the recordings are no numbers of the plan.
    assert_eq!(
        seen,
        [("POST", 201), ("POST", 201), ("GET", 404), ("POST", 201)]
    );
}
