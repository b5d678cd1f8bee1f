//! Punctual's own reader of events reads what the stand-in sends.

use bytes::Bytes;
use expect_test::expect;
use http::Request;
use plugin_core::intake::read_event;
use punctual_stand_in_dataverse::access::FixedToken;
use punctual_stand_in_dataverse::{Dataverse, Options, api, webhooks};
use punctual_stand_ins::testing::NOW_MS;

#[test]
fn every_event_is_understood() {
    let token = Box::new(FixedToken("t".into()));
    let mut dataverse = Dataverse::new(Options::default(), token, 1, NOW_MS).unwrap();
    let endpoint = punctual_solution::endpoint_id();
    let endpoint = format!("serviceendpoints({})", endpoint.trim_matches(['{', '}']));
    let row = "punctual_appointments(0000000a-0000-4000-8000-000000000001)";
    for (method, path, body) in [
        (
            "PATCH",
            endpoint.as_str(),
            r#"{"url":"http://127.0.0.1:9/","authtype":4,"authvalue":"k"}"#,
        ),
        (
            "PATCH",
            row,
            r#"{"punctual_name":"a","punctual_service":"Check-up","punctual_email":"pat@example.com","punctual_start":"2026-12-01T09:00:00Z"}"#,
        ),
        (
            "PATCH",
            row,
            r#"{"punctual_email":null,"statecode":1,"statuscode":749700003}"#,
        ),
        ("DELETE", row, ""),
    ] {
        let request = Request::builder()
            .method(method)
            .uri(format!("/api/data/v9.2/{path}"))
            .header("authorization", "Bearer t")
            .body(Bytes::from(body))
            .unwrap();
        let reply = api::handle(&mut dataverse, &request, NOW_MS);
        assert!(reply.response.status().is_success(), "{method} {path}");
    }
    let mut seen = String::new();
    for outgoing in webhooks::due(&mut dataverse, NOW_MS) {
        let event = read_event(outgoing.request.body(), "").unwrap();
        seen += &format!("{event:#?}\n");
    }
    // What nobody wrote fills pages.
    let told: Vec<_> = seen
        .lines()
        .filter(|line| !line.contains("None,"))
        .collect();
    expect![[r#"
        Event {
            kind: EventKind::Created,
            table: "punctual_appointment",
            id: "0000000a-0000-4000-8000-000000000001",
            mapped: true,
            changes: [
                FieldChange::Service(
                    Some(
                        "Check-up",
                    ),
                ),
                FieldChange::Email(
                    Some(
                        "pat@example.com",
                    ),
                ),
                FieldChange::StartAt(
                    Some(
                        1796115600000,
                    ),
                ),
                FieldChange::Status(
                    AppointmentStatus::Scheduled,
                ),
            ],
            modified-at: Some(
                1795424400000,
            ),
            complete: true,
            operation-id: Some(
                "497305c5-d1aa-499f-8c43-407dc177b6f7",
            ),
            step-id: Some(
                "8761afbc-3520-5f1d-b4dc-9e3b4ca9ddec",
            ),
            correlation-id: Some(
                "7ef1fd0e-d154-4fcd-9f84-10633ef306ac",
            ),
        }
        Event {
            kind: EventKind::Updated,
            table: "punctual_appointment",
            id: "0000000a-0000-4000-8000-000000000001",
            mapped: true,
            changes: [
                FieldChange::Service(
                    Some(
                        "Check-up",
                    ),
                ),
                FieldChange::Email(
                ),
                FieldChange::StartAt(
                    Some(
                        1796115600000,
                    ),
                ),
                FieldChange::Status(
                    AppointmentStatus::Scheduled,
                ),
            ],
            modified-at: Some(
                1795424400000,
            ),
            complete: true,
            operation-id: Some(
                "40d6824e-2ef3-4c17-879e-2e2256feff0c",
            ),
            step-id: Some(
                "2858f2d7-b637-5886-9941-7581bf80432f",
            ),
            correlation-id: Some(
                "65ace268-5a07-4c6d-b061-6f2f48dce01c",
            ),
        }
        Event {
            kind: EventKind::Updated,
            table: "punctual_appointment",
            id: "0000000a-0000-4000-8000-000000000001",
            mapped: true,
            changes: [
                FieldChange::Service(
                    Some(
                        "Check-up",
                    ),
                ),
                FieldChange::StartAt(
                    Some(
                        1796115600000,
                    ),
                ),
                FieldChange::Status(
                    AppointmentStatus::NoShow,
                ),
            ],
            modified-at: Some(
                1795424400000,
            ),
            complete: true,
            operation-id: Some(
                "d16aa4b2-96eb-4d18-ab27-a171be5b133c",
            ),
            step-id: Some(
                "2858f2d7-b637-5886-9941-7581bf80432f",
            ),
            correlation-id: Some(
                "65ace268-5a07-4c6d-b061-6f2f48dce01c",
            ),
        }
        Event {
            kind: EventKind::Deleted,
            table: "punctual_appointment",
            id: "0000000a-0000-4000-8000-000000000001",
            mapped: true,
            changes: [],
            complete: true,
            operation-id: Some(
                "e4d93032-2137-4073-a9a6-100461edd57a",
            ),
            step-id: Some(
                "acdcf697-3ebc-529c-a360-45af7fddeebc",
            ),
            correlation-id: Some(
                "530e0e61-18e9-485e-a8bf-f9ea304d9f96",
            ),
        }
    "#]]
    .assert_eq(&(told.join("\n") + "\n"));
}
