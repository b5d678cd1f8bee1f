//! What holds for any request: no panic, no half-done change set, and the same seed gives the same bytes.

use bytes::Bytes;
use http::Request;
use proptest::prelude::*;
use punctual_stand_in_dataverse::access::FixedToken;
use punctual_stand_in_dataverse::{Dataverse, Options, api, webhooks};
use punctual_stand_ins::testing::NOW_MS;

/// An environment whose webhooks go somewhere.
fn dataverse(seed: u64) -> Dataverse {
    let token = Box::new(FixedToken("t".into()));
    let mut dataverse = Dataverse::new(Options::default(), token, seed, NOW_MS).unwrap();
    let endpoint = punctual_solution::endpoint_id();
    let path = format!("serviceendpoints({})", endpoint.trim_matches(['{', '}']));
    let set = r#"{"url":"http://127.0.0.1:9/","authtype":4,"authvalue":"k"}"#;
    let patched = ask(&mut dataverse, "PATCH", &path, "application/json", set);
    assert_eq!(patched.unwrap().0, 204);
    dataverse
}

/// Status, headers and body of an answer; none if the request cannot be one.
fn ask(
    dataverse: &mut Dataverse,
    method: &str,
    path: &str,
    kind: &str,
    body: &str,
) -> Option<(u16, String)> {
    let request = Request::builder()
        .method(method)
        .uri(format!("/api/data/v9.2/{path}"))
        .header("authorization", "Bearer t")
        .header("content-type", kind)
        .body(Bytes::from(body.to_owned()))
        .ok()?;
    let reply = api::handle(dataverse, &request, NOW_MS);
    let response = reply.response;
    let shown = format!("{:?} {:?}", response.headers(), response.body());
    Some((response.status().as_u16(), shown))
}

/// All rows, as text, but for their versions: a version that was given out is gone.
fn rows(dataverse: &Dataverse) -> String {
    let all = dataverse.schema.tables().map(|table| {
        let rows: Vec<_> = dataverse.store.rows(table).all().collect();
        format!("{rows:?}")
    });
    all.collect()
}

fn filter() -> impl Strategy<Value = String> {
    let word = prop_oneof![
        Just("punctual_key"),
        Just("punctual_attempts"),
        Just("punctual_dueat"),
        Just("_punctual_appointment_value"),
        Just("punctual_appointment/punctual_name"),
        Just("eq"),
        Just("ne"),
        Just("gt"),
        Just("and"),
        Just("or"),
        Just("not"),
        Just("("),
        Just(")"),
        Just("null"),
        Just("'a'"),
        Just("'it''s'"),
        Just("5"),
        Just("contains("),
        Just(","),
        Just("2026-12-01T09:00:00Z"),
        Just("Microsoft.Dynamics.CRM.In("),
        Just("PropertyName='punctual_key'"),
        Just("PropertyValues=['a',"),
        Just("]"),
        Just("'"),
        Just("é"),
    ];
    prop::collection::vec(word, 0..12).prop_map(|words| words.join("%20"))
}

/// An operation on one of three notifications: some of them must be refused.
fn operation() -> impl Strategy<Value = String> {
    (0..5u8, 1..4u8, 1..3u8).prop_map(|(what, row, key)| {
        let id = format!("punctual_notifications(0000000b-0000-4000-8000-00000000000{row})");
        let body = format!("{{\"punctual_key\":\"k{key}\"}}");
        let (method, url, body) = match what {
            0 => ("POST", "punctual_notifications".to_owned(), body),
            1 => ("PATCH", id, body),
            2 => ("DELETE", id, String::new()),
            3 => ("PATCH", format!("punctual_notifications(punctual_key='k{key}')"), "{\"punctual_name\":\"x\"}".into()),
            _ => ("PATCH", format!("punctual_appointments(0000000a-0000-4000-8000-00000000000{row})"), "{\"punctual_service\":\"s\",\"statecode\":1}".into()),
        };
        format!("Content-Type: application/http\r\n\r\n{method} {url} HTTP/1.1\r\nContent-Type: application/json\r\n\r\n{body}\r\n")
    })
}

fn change_set(operations: &[String]) -> String {
    let mut body = String::from("--b\r\nContent-Type: multipart/mixed;boundary=c\r\n\r\n");
    for operation in operations {
        body += &format!("--c\r\n{operation}");
    }
    body + "--c--\r\n--b--\r\n"
}

const BATCH: &str = "multipart/mixed;boundary=b";

proptest! {
    #[test]
    fn any_filter_is_answered(filter in filter()) {
        let path = format!("punctual_notifications?$filter={filter}");
        let answer = ask(&mut dataverse(1), "GET", &path, "", "");
        prop_assert!(answer.is_none_or(|(status, _)| status == 200 || status == 400), "{filter}");
    }

    #[test]
    fn any_text_is_answered(path in "[ -~]{0,60}", body in "\\PC{0,200}") {
        let mut dataverse = dataverse(1);
        for method in ["GET", "POST", "PATCH", "DELETE"] {
            let answer = ask(&mut dataverse, method, &path.replace(' ', "%20"), BATCH, &body);
            prop_assert!(answer.is_none_or(|(status, _)| status < 502 && status != 500), "{path}");
        }
        let paths = ["$batch", "punctual_notifications", "punctual_notifications/Microsoft.Dynamics.CRM.CreateMultiple", "BulkDelete"];
        for path in paths {
            let answer = ask(&mut dataverse, "POST", path, BATCH, &body);
            prop_assert!(answer.is_some_and(|(status, _)| status < 500), "{path}");
        }
    }

    #[test]
    fn a_change_set_leaves_nothing_or_everything(
        first in prop::collection::vec(operation(), 1..6),
        second in prop::collection::vec(operation(), 1..6),
    ) {
        let mut dataverse = dataverse(1);
        for operations in [first, second] {
            webhooks::due(&mut dataverse, NOW_MS);
            let before = rows(&dataverse);
            let (status, answer) = ask(&mut dataverse, "POST", "$batch", BATCH, &change_set(&operations)).unwrap();
            if status != 200 {
                prop_assert_eq!(status, 400, "{}", answer);
                prop_assert_eq!(rows(&dataverse), before);
                prop_assert!(webhooks::due(&mut dataverse, NOW_MS).is_empty());
            }
        }
    }

    #[test]
    fn the_same_seed_gives_the_same_bytes(operations in prop::collection::vec(operation(), 1..8), seed: u64) {
        let run = || {
            let mut dataverse = dataverse(seed);
            let answer = ask(&mut dataverse, "POST", "$batch", BATCH, &change_set(&operations));
            let sent = webhooks::due(&mut dataverse, NOW_MS);
            (answer, rows(&dataverse), format!("{sent:?}"))
        };
        prop_assert_eq!(run(), run());
    }
}
