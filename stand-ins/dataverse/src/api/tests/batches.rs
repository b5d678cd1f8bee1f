//! `$batch`: what is inside, and what becomes of it as a whole.

use super::*;

/// A part; `head` is its MIME headers beyond the usual.
pub(super) fn part(head: &str, request: &str) -> String {
    format!(
        "Content-Type: application/http\r\nContent-Transfer-Encoding: binary\r\n{head}\r\n{request}\r\n"
    )
}

fn post(key: &str, id: &str) -> String {
    part(
        &format!("Content-ID: {id}\r\n"),
        &format!(
            "POST /api/data/v9.2/punctual_notifications HTTP/1.1\r\nContent-Type: application/json; type=entry\r\n\r\n{{\"punctual_key\":\"{key}\",\"punctual_notificationid\":\"N{id}\"}}"
        ),
    )
}

pub(super) fn set(parts: &[String]) -> String {
    let mut text = String::from("Content-Type: multipart/mixed; boundary=\"cs\"\r\n\r\n");
    for part in parts {
        text += &format!("--cs\r\n{part}");
    }
    text + "--cs--\r\n"
}

fn get(filter: &str) -> String {
    part(
        "",
        &format!(
            "GET punctual_notifications?$select=punctual_key{filter} HTTP/1.1\r\nAccept: application/json\r\n\r\n"
        ),
    )
}

/// The batch's answer: its statuses, ids and bodies, without boundaries.
pub(super) fn send(stage: &mut Stage, headers: &str, parts: &[String]) -> String {
    let mut body = String::new();
    for part in parts {
        body += &format!("--b\r\n{part}");
    }
    body += "--b--\r\n";
    let answer = stage.step(&format!(
        "POST $batch|content-type: multipart/mixed;boundary=b{headers}\n{body}"
    ));
    let told = answer.lines().filter(|line| {
        let telling = ["HTTP/1.1", "Content-ID", "OData-EntityId", "{"];
        telling.iter().any(|start| line.starts_with(start))
    });
    let mut shown = answer.split(' ').next().unwrap().to_owned();
    for line in told {
        shown += "\n";
        shown += &line
            .replace("http://org.example.com/api/data/v9.2/", "")
            .replace(
                "\"@odata.context\":\"$metadata#punctual_notifications(punctual_key)\",",
                "",
            );
    }
    let etags = shown
        .split("\"@odata.etag\":\"W/\\\"")
        .enumerate()
        .map(|(at, rest)| match at {
            0 => rest,
            _ => rest.split_once("\",").map_or(rest, |(_, rest)| rest),
        });
    etags.collect::<Vec<_>>().concat() + "\n"
}

#[track_caller]
fn check_batch(headers: &str, parts: &[String], expected: Expect) {
    let mut stage = Stage::new();
    let mut shown = send(&mut stage, headers, parts);
    shown += &stage.step("GET punctual_notifications?$select=punctual_key&$orderby=punctual_key");
    expected.assert_eq(&shown);
}

#[test]
fn a_change_set_is_done_as_a_whole() {
    check_batch(
        "",
        &[set(&[post("k1", "1"), post("k2", "2")]), get("")],
        expect![[r#"
        200
        Content-ID: 1
        HTTP/1.1 204 No Content
        OData-EntityId: punctual_notifications(N1)
        Content-ID: 2
        HTTP/1.1 204 No Content
        OData-EntityId: punctual_notifications(N2)
        HTTP/1.1 200 OK
        {"value":[{"punctual_key":"k1","punctual_notificationid":"N1"},{"punctual_key":"k2","punctual_notificationid":"N2"}]}
        200 {"value":[{"punctual_key":"k1","punctual_notificationid":"N1"},{"punctual_key":"k2","punctual_notificationid":"N2"}]}"#]],
    );
    check_batch(
        "",
        &[set(&[post("k1", "1"), post("k1", "2")]), get("")],
        expect![[r#"
            400
            Content-ID: 2
            HTTP/1.1 412 Precondition Failed
            {"error":{"code":"0x80060892","message":"Entity Key punctual_notificationkey violated. A record with the same value for the key already exists. A duplicate record cannot be created. Select one or more unique values and try again."}}
            200 {"value":[]}"#]],
    );
    let go_on = "|prefer: odata.continue-on-error";
    check_batch(
        go_on,
        &[
            set(&[post("k1", "1"), post("k1", "2")]),
            post("k3", "3"),
            get(""),
        ],
        expect![[r#"
            200
            Content-ID: 2
            HTTP/1.1 412 Precondition Failed
            {"error":{"code":"0x80060892","message":"Entity Key punctual_notificationkey violated. A record with the same value for the key already exists. A duplicate record cannot be created. Select one or more unique values and try again."}}
            Content-ID: 3
            HTTP/1.1 204 No Content
            OData-EntityId: punctual_notifications(N3)
            HTTP/1.1 200 OK
            {"value":[{"punctual_key":"k3","punctual_notificationid":"N3"}]}
            200 {"value":[{"punctual_key":"k3","punctual_notificationid":"N3"}]}"#]],
    );
}

#[test]
fn operations_without_a_change_set_stand_alone() {
    check_batch(
        "",
        &[post("k1", "1"), post("k1", "2"), post("k3", "3")],
        expect![[r#"
            400
            Content-ID: 1
            HTTP/1.1 204 No Content
            OData-EntityId: punctual_notifications(N1)
            Content-ID: 2
            HTTP/1.1 412 Precondition Failed
            {"error":{"code":"0x80060892","message":"Entity Key punctual_notificationkey violated. A record with the same value for the key already exists. A duplicate record cannot be created. Select one or more unique values and try again."}}
            200 {"value":[{"punctual_key":"k1","punctual_notificationid":"N1"}]}"#]],
    );
    check_batch(
        "|prefer: odata.continue-on-error",
        &[post("k1", "1"), post("k1", "2"), post("k3", "3")],
        expect![[r#"
            200
            Content-ID: 1
            HTTP/1.1 204 No Content
            OData-EntityId: punctual_notifications(N1)
            Content-ID: 2
            HTTP/1.1 412 Precondition Failed
            {"error":{"code":"0x80060892","message":"Entity Key punctual_notificationkey violated. A record with the same value for the key already exists. A duplicate record cannot be created. Select one or more unique values and try again."}}
            Content-ID: 3
            HTTP/1.1 204 No Content
            OData-EntityId: punctual_notifications(N3)
            200 {"value":[{"punctual_key":"k1","punctual_notificationid":"N1"},{"punctual_key":"k3","punctual_notificationid":"N3"}]}"#]],
    );
    check_batch(
        "",
        &[get("&$filter=punctual_key eq 'not encoded'")],
        expect![[r#"
        200
        HTTP/1.1 200 OK
        {"value":[]}
        200 {"value":[]}"#]],
    );
}

#[test]
fn later_parts_refer_to_earlier_ones() {
    let appointment = part(
        "Content-ID: 1\r\n",
        "POST punctual_appointments HTTP/1.1\r\nContent-Type: application/json\r\n\r\n{\"punctual_appointmentid\":\"A1\"}",
    );
    let bound = |at: &str| {
        part(
            "Content-ID: 2\r\n",
            &format!(
                "POST http://org.example.com/api/data/v9.2/punctual_notifications HTTP/1.1\r\nContent-Type: application/json\r\n\r\n{{\"punctual_notificationid\":\"N2\",\"punctual_key\":\"k2\",\"punctual_appointment@odata.bind\":\"{at}\"}}"
            ),
        )
    };
    let patch = part(
        "Content-ID: 3\r\n",
        "PATCH $2 HTTP/1.1\r\nContent-Type: application/json\r\n\r\n{\"punctual_key\":\"k3\"}",
    );
    check_batch(
        "",
        &[set(&[appointment.clone(), bound("$1"), patch.clone()])],
        expect![[r#"
        200
        Content-ID: 1
        HTTP/1.1 204 No Content
        OData-EntityId: punctual_appointments(A1)
        Content-ID: 2
        HTTP/1.1 204 No Content
        OData-EntityId: punctual_notifications(N2)
        Content-ID: 3
        HTTP/1.1 204 No Content
        OData-EntityId: punctual_notifications(N2)
        200 {"value":[{"punctual_key":"k3","punctual_notificationid":"N2"}]}"#]],
    );
    check_batch(
        "",
        &[set(&[appointment, bound("$9"), patch])],
        expect![[r#"
        400
        Content-ID: 2
        HTTP/1.1 400 Bad Request
        {"error":{"code":"0x80060888","message":"Content-ID Reference: '$9' does not exist in the batch context."}}
        200 {"value":[]}"#]],
    );
}

#[test]
fn batches_of_other_clients_are_understood() {
    let lines_only = vec![
        set(&[post("k1", "1")]).replace("\r\n", "\n"),
        get("").replace("\r\n", "\n"),
    ];
    check_batch(
        "",
        &lines_only,
        expect![[r#"
        200
        Content-ID: 1
        HTTP/1.1 204 No Content
        OData-EntityId: punctual_notifications(N1)
        HTTP/1.1 200 OK
        {"value":[{"punctual_key":"k1","punctual_notificationid":"N1"}]}
        200 {"value":[{"punctual_key":"k1","punctual_notificationid":"N1"}]}"#]],
    );
}

#[test]
fn malformed_batches_are_refused() {
    check_batch(
        "",
        &[set(&[get("")])],
        expect![[r#"
        400
        200 {"value":[]}"#]],
    );
    check_batch(
        "",
        &["Content-Type: text/plain\r\n\r\nhello\r\n".into()],
        expect![[r#"
        400
        200 {"value":[]}"#]],
    );
    check_batch(
        "",
        &[part("", "POST $batch HTTP/1.1\r\n\r\n")],
        expect![[r#"
        400
        HTTP/1.1 400 Bad Request
        {"error":{"code":"0x80060888","message":"There is no batch inside a batch."}}
        200 {"value":[]}"#]],
    );
    check_batch(
        "",
        &[part("", "POST\r\n\r\n")],
        expect![[r#"
        400
        200 {"value":[]}"#]],
    );
    let mut stage = Stage::new();
    let unended = stage.step("POST $batch|content-type: multipart/mixed;boundary=b\n--b\r\n");
    expect![[r#"400 {"error":{"code":"0x80060888","message":"The batch is malformed: its end is missing."}}"#]].assert_eq(&unended);
    let unbound = stage.step("POST $batch|content-type: multipart/mixed\n--b--");
    expect![[r#"400 {"error":{"code":"0x80060888","message":"The batch is malformed: there is no boundary."}}"#]].assert_eq(&unbound);
}

#[test]
fn a_thousand_operations_are_the_most() {
    let mut stage = Stage::new();
    let many = |count: usize| vec![get("&$top=1"); count];
    assert!(send(&mut stage, "", &many(1_000)).starts_with("200\n"));
    assert_eq!(send(&mut stage, "", &many(1_001)), "400\n");
}
