//! What goes wrong on demand, and throttling.

use super::*;

const POST: &str =
    "POST punctual_notifications\n{\"punctual_notificationid\":\"N1\",\"punctual_key\":\"k1\"}";
const GET: &str = "GET punctual_notifications(N1)?$select=punctual_key";
const COUNT: &str = "GET punctual_notifications/$count";

#[track_caller]
fn check_fault(at: &str, kind: FaultKind, steps: &[&str], expected: Expect) {
    let mut fault = Fault::once(at, kind);
    fault.retry_after_seconds = Some(7);
    let mut stage = Stage::new().fault(fault);
    run(&mut stage, steps, expected);
}

#[test]
fn nothing_is_done_when_the_service_refuses() {
    check_fault(
        "api.create",
        FaultKind::Busy,
        &[POST, COUNT],
        expect![[r#"
            429 retry-after=7 {"error":{"code":"0x80072326","message":"Too many requests; the service protects itself."}}
            200 0
        "#]],
    );
    check_fault(
        "api.create",
        FaultKind::Unauthorized,
        &[POST, COUNT],
        expect![[r#"
        401
        200 0
    "#]],
    );
    check_fault(
        "api.create",
        FaultKind::Refuse,
        &[POST, COUNT],
        expect![[r#"
        403 {"error":{"code":"0x80040220","message":"Principal user is missing a privilege on OTC for the entity."}}
        200 0
    "#]],
    );
    check_fault(
        "api.create",
        FaultKind::Fail,
        &[POST, COUNT],
        expect![[r#"
        503 {"error":{"code":"0x80044151","message":"SQL timeout expired."}}
        200 0
    "#]],
    );
    check_fault(
        "api.create",
        FaultKind::Drop,
        &[POST, COUNT],
        expect![[r#"
        204 Dropped
        200 0
    "#]],
    );
}

#[test]
fn it_is_done_when_only_the_answer_is_lost() {
    check_fault(
        "api.create",
        FaultKind::FailAfter,
        &[POST, POST, COUNT],
        expect![[r#"
        503 {"error":{"code":"0x80044151","message":"SQL timeout expired."}}
        412 {"error":{"code":"0x80040237","message":"Cannot insert duplicate key."}}
        200 1
    "#]],
    );
    check_fault(
        "api",
        FaultKind::LoseAnswer,
        &[POST, POST, COUNT],
        expect![[r#"
        204 Dropped odata-entityid=punctual_notifications(N1)
        412 {"error":{"code":"0x80040237","message":"Cannot insert duplicate key."}}
        200 1
    "#]],
    );
    check_fault(
        "api",
        FaultKind::HalfAnswer,
        &[POST, COUNT],
        expect![[r#"
        204 Half odata-entityid=punctual_notifications(N1)
        200 1
    "#]],
    );
    check_fault(
        "api",
        FaultKind::NoAnswer,
        &[POST, COUNT],
        expect![[r#"
        204 Silent odata-entityid=punctual_notifications(N1)
        200 1
    "#]],
    );
}

#[test]
fn a_rival_gets_there_first() {
    check_fault(
        "api.create",
        FaultKind::Race,
        &[POST, COUNT],
        expect![[r#"
        412 {"error":{"code":"0x80040237","message":"Cannot insert duplicate key."}}
        200 1
    "#]],
    );
    let claim = "PATCH punctual_notifications(N1)|if-match: ETAG\n{\"punctual_attempts\":1}";
    check_fault(
        "api.update",
        FaultKind::Race,
        &[POST, GET, claim, GET, claim],
        expect![[r#"
        204 odata-entityid=punctual_notifications(N1)
        200 {"punctual_key":"k1","punctual_notificationid":"N1"}
        412 {"error":{"code":"0x80060882","message":"The version of the existing record doesn't match the RowVersion property provided."}}
        200 {"punctual_key":"k1","punctual_notificationid":"N1"}
        204 odata-entityid=punctual_notifications(N1)
    "#]],
    );
    let upsert =
        "PATCH punctual_notifications(punctual_key='k1')|prefer: return=representation\n{}";
    let brief = upsert.replace(
        "punctual_key='k1')",
        "punctual_key='k1')?$select=punctual_key",
    );
    check_fault(
        "api.update",
        FaultKind::Race,
        &[&brief.replace("return=representation", "x"), COUNT],
        expect![[r#"
        204 odata-entityid=punctual_notifications(punctual_key='k1')
        200 1
    "#]],
    );
    let only = "PATCH punctual_notifications(N1)|if-none-match: *\n{\"punctual_key\":\"k1\"}";
    check_fault(
        "api.update",
        FaultKind::Race,
        &[only, COUNT],
        expect![[r#"
        412 {"error":{"code":"0x80040237","message":"A record with matching key values already exists."}}
        200 1
    "#]],
    );
}

#[test]
fn a_part_of_a_batch_can_be_struck_alone() {
    let mut stage = Stage::new().fault(Fault::once("part.create", FaultKind::Race));
    let body = "POST $batch|content-type: multipart/mixed;boundary=b\n--b\r\nContent-Type: multipart/mixed;boundary=c\r\n\r\n--c\r\nContent-Type: application/http\r\nContent-ID: 1\r\n\r\nPOST punctual_notifications HTTP/1.1\r\nContent-Type: application/json\r\n\r\n{\"punctual_key\":\"k1\"}\r\n--c--\r\n--b--\r\n";
    let answer = stage.step(body);
    assert!(
        answer.starts_with("400") && answer.contains("0x80060892"),
        "{answer}"
    );
    assert_eq!(stage.step(COUNT), "200 1");
}

#[test]
fn the_service_protects_itself() {
    let options = Options {
        service_protection: Some(ServiceProtection {
            requests: 2,
            ..ServiceProtection::default()
        }),
        ..Options::default()
    };
    run(
        &mut Stage::with(options),
        &[COUNT, "+1", COUNT, COUNT, "+299", COUNT],
        expect![[r#"
            200 0
            200 0
            429 retry-after=300 {"error":{"code":"0x80072322","message":"Number of requests exceeded the limit of 2 over time window of 300 seconds."}}
            200 0
        "#]],
    );
}

#[test]
fn slow_requests_stand_in_each_others_way() {
    let options = Options {
        service_protection: Some(ServiceProtection {
            concurrent: 1,
            ..ServiceProtection::default()
        }),
        ..Options::default()
    };
    let mut slow = Fault::once("api.query", FaultKind::Slow);
    slow.delay_ms = 10_000;
    run(
        &mut Stage::with(options).fault(slow),
        &[COUNT, "+9", COUNT, "+1", COUNT],
        expect![[r#"
            200 0
            429 retry-after=1 {"error":{"code":"0x80072326","message":"Number of concurrent requests exceeded the limit of 1."}}
            200 0
        "#]],
    );
}

#[test]
fn requests_are_counted_by_what_they_do() {
    let mut stage = Stage::new();
    for step in [
        POST,
        GET,
        GET,
        COUNT,
        "GET WhoAmI",
        "GET moons",
        "GET WhoAmI|authorization: ",
    ] {
        stage.step(step);
    }
    let counts = format!("{:#?}\n", stage.dataverse.requests.counts());
    expect![[r#"
        {
            "create punctual_notification": 1,
            "metadata": 1,
            "query punctual_notification": 1,
            "read punctual_notification": 2,
            "refused": 2,
        }
    "#]]
    .assert_eq(&counts);
}

#[test]
fn a_fault_that_could_never_strike_is_refused() {
    let mut stage = Stage::new();
    let mut refused = |at: &str, kind| stage.dataverse.faults.add(Fault::once(at, kind)).is_err();
    assert!(refused("api.bulk", FaultKind::Race));
    assert!(refused("api.batch", FaultKind::Race));
    assert!(refused("api.read", FaultKind::FailAfter));
    assert!(refused("part.read", FaultKind::Race));
    assert!(refused("webhook", FaultKind::Busy));
    assert!(!refused("part", FaultKind::Race));
}
