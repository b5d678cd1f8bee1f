//! Inside `$batch`, a part's own headers count as those of a request of its own do.

use super::batches::{part, send, set};
use super::*;

fn request(id: &str, line: &str, headers: &str, body: &str) -> String {
    let kind = "Content-Type: application/json\r\n";
    part(
        &format!("Content-ID: {id}\r\n"),
        &format!("{line} HTTP/1.1\r\n{kind}{headers}\r\n{body}"),
    )
}

fn create(id: &str, key: &str) -> String {
    request(
        id,
        &format!("PATCH punctual_notifications(N{id})"),
        "If-None-Match: *\r\n",
        &format!("{{\"punctual_key\":\"{key}\"}}"),
    )
}

const GO_ON: &str = "|prefer: odata.continue-on-error";
const ALL: &str = "GET punctual_notifications?$select=punctual_key,punctual_attempts";

#[track_caller]
fn check_parts(headers: &str, parts: &[String], expected: Expect) {
    let mut stage = Stage::new();
    stage.step(
        "POST punctual_notifications\n{\"punctual_notificationid\":\"N1\",\"punctual_key\":\"k1\"}",
    );
    stage.step("GET punctual_notifications(N1)");
    let parts: Vec<_> = parts
        .iter()
        .map(|it| it.replace("ETAG", &stage.etag))
        .collect();
    let mut shown = send(&mut stage, headers, &parts);
    shown += &stage.step(ALL);
    expected.assert_eq(&shown);
}

#[test]
fn create_only_makes_a_row_or_none() {
    check_parts(
        "",
        &[set(&[create("2", "k2"), create("3", "k3")])],
        expect![[r#"
            200
            Content-ID: 2
            HTTP/1.1 204 No Content
            OData-EntityId: punctual_notifications(N2)
            Content-ID: 3
            HTTP/1.1 204 No Content
            OData-EntityId: punctual_notifications(N3)
            200 {"value":[{"punctual_attempts":null,"punctual_key":"k1","punctual_notificationid":"N1"},{"punctual_attempts":null,"punctual_key":"k2","punctual_notificationid":"N2"},{"punctual_attempts":null,"punctual_key":"k3","punctual_notificationid":"N3"}]}"#]],
    );
    // By its id.
    check_parts(
        "",
        &[set(&[create("2", "k2"), create("1", "k9")])],
        expect![[r#"
            400
            Content-ID: 1
            HTTP/1.1 412 Precondition Failed
            {"error":{"code":"0x80040237","message":"A record with matching key values already exists."}}
            200 {"value":[{"punctual_attempts":null,"punctual_key":"k1","punctual_notificationid":"N1"}]}"#]],
    );
    // By its alternate key.
    check_parts(
        "",
        &[set(&[create("2", "k2"), create("3", "k1")])],
        expect![[r#"
            400
            Content-ID: 3
            HTTP/1.1 412 Precondition Failed
            {"error":{"code":"0x80060892","message":"Entity Key punctual_notificationkey violated. A record with the same value for the key already exists. A duplicate record cannot be created. Select one or more unique values and try again."}}
            200 {"value":[{"punctual_attempts":null,"punctual_key":"k1","punctual_notificationid":"N1"}]}"#]],
    );
    check_parts(
        GO_ON,
        &[create("1", "k1"), create("3", "k1"), create("4", "k4")],
        expect![[r#"
            200
            Content-ID: 1
            HTTP/1.1 412 Precondition Failed
            {"error":{"code":"0x80040237","message":"A record with matching key values already exists."}}
            Content-ID: 3
            HTTP/1.1 412 Precondition Failed
            {"error":{"code":"0x80060892","message":"Entity Key punctual_notificationkey violated. A record with the same value for the key already exists. A duplicate record cannot be created. Select one or more unique values and try again."}}
            Content-ID: 4
            HTTP/1.1 204 No Content
            OData-EntityId: punctual_notifications(N4)
            200 {"value":[{"punctual_attempts":null,"punctual_key":"k1","punctual_notificationid":"N1"},{"punctual_attempts":null,"punctual_key":"k4","punctual_notificationid":"N4"}]}"#]],
    );
}

#[test]
fn versions_guard_updates_and_deletions() {
    let write = |id: &str, version: &str| {
        request(
            id,
            &format!("PATCH punctual_notifications(N{id})"),
            &format!("If-Match: {version}\r\n"),
            "{\"punctual_attempts\":1}",
        )
    };
    check_parts(
        "",
        &[set(&[write("1", "ETAG")])],
        expect![[r#"
        200
        Content-ID: 1
        HTTP/1.1 204 No Content
        OData-EntityId: punctual_notifications(N1)
        200 {"value":[{"punctual_attempts":1,"punctual_key":"k1","punctual_notificationid":"N1"}]}"#]],
    );
    check_parts(
        "",
        &[set(&[create("2", "k2"), write("1", "W/\"7\"")])],
        expect![[r#"
            400
            Content-ID: 1
            HTTP/1.1 412 Precondition Failed
            {"error":{"code":"0x80060882","message":"The version of the existing record doesn't match the RowVersion property provided."}}
            200 {"value":[{"punctual_attempts":null,"punctual_key":"k1","punctual_notificationid":"N1"}]}"#]],
    );
    check_parts(
        "",
        &[set(&[write("1", "*"), write("1", "*")])],
        expect![[r#"
        200
        Content-ID: 1
        HTTP/1.1 204 No Content
        OData-EntityId: punctual_notifications(N1)
        Content-ID: 1
        HTTP/1.1 204 No Content
        OData-EntityId: punctual_notifications(N1)
        200 {"value":[{"punctual_attempts":1,"punctual_key":"k1","punctual_notificationid":"N1"}]}"#]],
    );
    // What was deleted is not made again, and the rest of its change set is not done.
    check_parts(
        "",
        &[set(&[write("1", "*"), write("5", "*")])],
        expect![[r#"
        400
        Content-ID: 5
        HTTP/1.1 404 Not Found
        {"error":{"code":"0x80040217","message":"Entity 'punctual_notification' With Id = N5 Does Not Exist"}}
        200 {"value":[{"punctual_attempts":null,"punctual_key":"k1","punctual_notificationid":"N1"}]}"#]],
    );
    let delete = |id: &str, version: &str| {
        request(
            id,
            &format!("DELETE punctual_notifications(N{id})"),
            &format!("If-Match: {version}\r\n"),
            "",
        )
    };
    check_parts(
        GO_ON,
        &[
            delete("1", "W/\"7\""),
            delete("1", "ETAG"),
            delete("1", "*"),
        ],
        expect![[r#"
            200
            Content-ID: 1
            HTTP/1.1 412 Precondition Failed
            {"error":{"code":"0x80060882","message":"The version of the existing record doesn't match the RowVersion property provided."}}
            Content-ID: 1
            HTTP/1.1 204 No Content
            Content-ID: 1
            HTTP/1.1 404 Not Found
            {"error":{"code":"0x80040217","message":"Entity 'punctual_notification' With Id = N1 Does Not Exist"}}
            200 {"value":[]}"#]],
    );
}

#[test]
fn a_part_tells_the_row_and_its_version_if_it_is_asked() {
    let told = |id: &str, headers: &str| {
        request(
            id,
            &format!("PATCH punctual_notifications(N{id})?$select=punctual_key"),
            &format!("{headers}Prefer: return=representation\r\n"),
            &format!("{{\"punctual_key\":\"k{id}\"}}"),
        )
    };
    let mut stage = Stage::new();
    let body = format!(
        "--b\r\n{}--b--\r\n",
        set(&[
            told("1", "If-None-Match: *\r\n"),
            told("1", "If-Match: *\r\n")
        ])
    );
    let answer = stage.step(&format!(
        "POST $batch|content-type: multipart/mixed;boundary=b\n{body}"
    ));
    let parts: Vec<_> = answer
        .lines()
        .filter(|line| line.starts_with('{') || line.starts_with("HTTP"))
        .collect();
    let [made, made_row, changed, changed_row] = parts[..] else {
        panic!("{answer}");
    };
    assert_eq!((made, changed), ("HTTP/1.1 201 Created", "HTTP/1.1 200 OK"));
    let rows = [made_row, changed_row].map(|row| serde_json::from_str::<Json>(row).expect("a row"));
    let etags = rows
        .each_ref()
        .map(|row| row["@odata.etag"].as_str().expect("a version").to_owned());
    assert_ne!(etags[0], etags[1]);
    for row in rows {
        let names: Vec<_> = row.as_object().expect("an object").keys().collect();
        assert_eq!(
            names,
            [
                "@odata.context",
                "@odata.etag",
                "punctual_key",
                "punctual_notificationid"
            ]
        );
    }
    // The version told is the one that a later request must name.
    stage.etag = etags[1].clone();
    let line = "PATCH punctual_notifications(N1)|if-match: ETAG\n{\"punctual_attempts\":1}";
    assert!(
        stage.step(line).starts_with("204"),
        "it is the row's version"
    );
    assert!(stage.step(line).starts_with("412"), "it was");
}

#[test]
fn what_is_read_after_a_change_set_is_what_it_wrote() {
    let read = |path: &str| {
        part(
            "",
            &format!("GET {path} HTTP/1.1\r\nAccept: application/json\r\n\r\n"),
        )
    };
    check_parts(
        "",
        &[
            read("punctual_notifications(N1)?$select=punctual_key"),
            set(&[create("2", "k2")]),
            read("/api/data/v9.2/punctual_notifications?$select=punctual_key"),
        ],
        expect![[r#"
            200
            HTTP/1.1 200 OK
            {"@odata.context":"$metadata#punctual_notifications(punctual_key)/$entity","punctual_key":"k1","punctual_notificationid":"N1"}
            Content-ID: 2
            HTTP/1.1 204 No Content
            OData-EntityId: punctual_notifications(N2)
            HTTP/1.1 200 OK
            {"value":[{"punctual_key":"k1","punctual_notificationid":"N1"},{"punctual_key":"k2","punctual_notificationid":"N2"}]}
            200 {"value":[{"punctual_attempts":null,"punctual_key":"k1","punctual_notificationid":"N1"},{"punctual_attempts":null,"punctual_key":"k2","punctual_notificationid":"N2"}]}"#]],
    );
    // One that is missing does not hide the others.
    check_parts(
        GO_ON,
        &[
            read("punctual_notifications(N8)?$select=punctual_key"),
            read(
                "http://org.example.com/api/data/v9.2/punctual_notifications(N1)?$select=punctual_key",
            ),
            read("punctual_appointments(A1)"),
        ],
        expect![[r#"
            200
            HTTP/1.1 404 Not Found
            {"error":{"code":"0x80040217","message":"Entity 'punctual_notification' With Id = N8 Does Not Exist"}}
            HTTP/1.1 200 OK
            {"@odata.context":"$metadata#punctual_notifications(punctual_key)/$entity","punctual_key":"k1","punctual_notificationid":"N1"}
            HTTP/1.1 404 Not Found
            {"error":{"code":"0x80040217","message":"Entity 'punctual_appointment' With Id = A1 Does Not Exist"}}
            200 {"value":[{"punctual_attempts":null,"punctual_key":"k1","punctual_notificationid":"N1"}]}"#]],
    );
    check_parts(
        "",
        &[
            read("punctual_notifications(N8)?$select=punctual_key"),
            read("punctual_notifications(N1)?$select=punctual_key"),
        ],
        expect![[r#"
            400
            HTTP/1.1 404 Not Found
            {"error":{"code":"0x80040217","message":"Entity 'punctual_notification' With Id = N8 Does Not Exist"}}
            200 {"value":[{"punctual_attempts":null,"punctual_key":"k1","punctual_notificationid":"N1"}]}"#]],
    );
}
