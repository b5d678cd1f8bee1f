//! The checker itself: what the document does not allow is noticed.

use super::*;

const PROBLEM: &str = r#"{"type":"about:blank","title":"t","status":404,"detail":"d"}"#;
const ME: &str = r#"{"role":"staff","rights":[],"clinic_name":"c","now":"2026-06-01T00:00:00Z","default_time_zone":"UTC",
    "default_locale":"en","records":"embedded","queue":"embedded","email_sender":"outbox","sms_sender":"outbox","reminder_policy":""}"#;

/// What is wrong with an answer; empty if nothing is.
fn found(method: &str, path: &str, status: u16, headers: &[(&str, &str)], body: &str) -> String {
    let mut map = http::HeaderMap::new();
    for (name, value) in headers {
        let name: http::HeaderName = name.parse().unwrap();
        map.insert(name, value.parse().unwrap());
    }
    let reply = Reply {
        status: status.try_into().unwrap(),
        headers: map,
        body: body.to_owned().into(),
    };
    let held = CONTRACT.holds(method, path, &reply);
    held.err()
        .map(|error| format!("{error:#}"))
        .unwrap_or_default()
}

#[track_caller]
fn check(call: &str, status: u16, headers: &[(&str, &str)], body: &str, expected: &str) {
    let (method, path) = call.split_once(' ').unwrap();
    let found = found(method, path, status, headers, body);
    match expected {
        "" => assert_eq!(found, "", "{call} {status}"),
        because => assert!(found.contains(because), "{call} {status}: {found}"),
    }
}

const JSON: (&str, &str) = ("content-type", "application/json");
const PROBLEM_JSON: (&str, &str) = ("content-type", "application/problem+json; charset=utf-8");

#[test]
fn what_the_document_says_is_let_through() {
    check("GET /api/me", 200, &[JSON], ME, "");
    check("GET /api/me?x=1", 200, &[JSON], ME, "");
    check("DELETE /api/appointments/x", 204, &[], "", "");
    check(
        "DELETE /api/appointments/x",
        404,
        &[PROBLEM_JSON],
        PROBLEM,
        "",
    );
    check("GET /api/nothing", 404, &[PROBLEM_JSON], PROBLEM, "");
    check("GET /metrics", 500, &[], "x", "");
    let counts = r#"{"total":0,"by_status":{},"by_channel":{},"by_reason":{},"by_day":[]}"#;
    check("GET /api/notifications/counts", 200, &[JSON], counts, "");
}

#[test]
fn what_it_does_not_say_is_noticed() {
    check("GET /api/me", 500, &[JSON], "{}", "500 is not declared");
    check(
        "GET /api/me",
        409,
        &[PROBLEM_JSON],
        PROBLEM,
        "409 is not declared",
    );
    check("GET /api/me", 200, &[PROBLEM_JSON], ME, "is not declared");
    let with_more = ME.replacen('{', "{\"more\":1,", 1);
    check("GET /api/me", 200, &[JSON], &with_more, "more");
    check(
        "GET /api/me",
        200,
        &[JSON],
        &ME.replace("2026-06-01T", "1 June "),
        "date-time",
    );
    check(
        "GET /api/me",
        200,
        &[JSON],
        &ME.replace("\"staff\"", "\"guest\""),
        "/role",
    );
    check(
        "GET /api/me",
        401,
        &[PROBLEM_JSON],
        PROBLEM,
        "www-authenticate is missing",
    );
    check("GET /api/me", 200, &[JSON], "no json", "not JSON");
    check("GET /api/nothing", 200, &[JSON], ME, "not described");
    check("PUT /api/me", 200, &[JSON], ME, "not described");
    check(
        "DELETE /api/appointments/x",
        204,
        &[],
        "x",
        "none is declared",
    );
    let more = [PROBLEM_JSON, ("allow", "GET, PUT")];
    let wrong = PROBLEM.replace("404", "405");
    check("POST /api/me", 405, &more, &wrong, "allow says");
    let right = [PROBLEM_JSON, ("allow", "GET")];
    check("POST /api/me", 405, &right, &wrong, "");
}
