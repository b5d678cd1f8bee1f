//! Emails: operations, repetition, limits.

use super::*;

pub(super) const SEND: &str = r#"POST /emails:send?api-version=2025-09-01|operation-id: 8540c0de-899f-5cce-acb5-3ec493af3800
{"senderAddress":"DoNotReply@example.com","content":{"subject":"s","plainText":"t"},"recipients":{"to":[{"address":"pat@example.com"}]}}"#;

const POLL: &str =
    "GET /emails/operations/8540c0de-899f-5cce-acb5-3ec493af3800?api-version=2025-09-01";

#[track_caller]
fn refused(from: &str, to: &str, expected: Expect) {
    let mut stage = Stage::new();
    assert!(SEND.contains(from));
    run(&mut stage, &[&SEND.replacen(from, to, 1)], expected);
    stage.wait(60);
    assert_eq!(stage.received().len(), 0);
}

#[test]
fn a_sloppy_request_is_refused() {
    refused(
        "DoNotReply@example.com",
        "me@elsewhere.example",
        expect![[r#"
            404 x-ms-error-code=DomainNotLinked {"error":{"code":"DomainNotLinked","message":"The specified sender domain has not been linked."}}
        "#]],
    );
    refused(
        "\"plainText\":\"t\"",
        "\"html\":\"\"",
        expect![[r#"
        400 x-ms-error-code=BadRequest {"error":{"code":"BadRequest","message":"content needs plainText or html."}}
    "#]],
    );
    refused(
        "\"subject\":\"s\",",
        "",
        expect![[r#"
        400 x-ms-error-code=BadRequest {"error":{"code":"BadRequest","message":"content.subject is required.","target":"content.subject"}}
    "#]],
    );
    refused(
        "pat@example.com",
        "pat",
        expect![[r#"
        400 x-ms-error-code=BadRequest {"error":{"code":"BadRequest","message":"recipients.to.0.address must be an email address.","target":"recipients.to.0.address"}}
    "#]],
    );
    refused(
        "[{\"address\":\"pat@example.com\"}]",
        "[]",
        expect![[r#"
        400 x-ms-error-code=BadRequest {"error":{"code":"BadRequest","message":"recipients.to must have 1 to 50 items.","target":"recipients.to"}}
    "#]],
    );
    let many = vec!["{\"address\":\"pat@example.com\"}"; 51].join(",");
    refused(
        "{\"address\":\"pat@example.com\"}",
        &many,
        expect![[r#"
        400 x-ms-error-code=BadRequest {"error":{"code":"BadRequest","message":"recipients.to must have 1 to 50 items.","target":"recipients.to"}}
    "#]],
    );
    refused(
        "\"content\":",
        "\"body\":1,\"content\":",
        expect![[r#"
        400 x-ms-error-code=BadRequest {"error":{"code":"BadRequest","message":"body is not known.","target":"body"}}
    "#]],
    );
    refused(
        "\"content\":",
        "\"headers\":{\"A\":\"b\\r\\nBcc: c\"},\"content\":",
        expect![[r#"
            400 x-ms-error-code=BadRequest {"error":{"code":"BadRequest","message":"headers have names of ASCII letters and values on one line."}}
        "#]],
    );
    refused(
        "8540c0de-899f-5cce-acb5-3ec493af3800",
        "r-1",
        expect![[r#"
        400 x-ms-error-code=BadRequest {"error":{"code":"BadRequest","message":"Operation-Id must be a UUID."}}
    "#]],
    );
}

#[test]
fn an_operation_runs_and_ends() {
    let mut stage = Stage::new();
    run(
        &mut stage,
        &[POLL, SEND, POLL],
        expect![[r#"
        404 x-ms-error-code=OperationNotFound {"error":{"code":"OperationNotFound","message":"There is no such operation."}}
        202 operation-location=https://acs.example.com/emails/operations/8540c0de-899f-5cce-acb5-3ec493af3800?api-version=2025-09-01 retry-after=1 {"id":"8540c0de-899f-5cce-acb5-3ec493af3800","status":"Running"}
        200 retry-after=1 {"id":"8540c0de-899f-5cce-acb5-3ec493af3800","status":"Running"}
    "#]],
    );
    stage.wait(1);
    run(
        &mut stage,
        &[POLL],
        expect![[r#"
        200 {"id":"8540c0de-899f-5cce-acb5-3ec493af3800","status":"Succeeded"}
    "#]],
    );
    stage.wait(10);
    expect![[r#"pat@example.com t {"Operation-Id": "8540c0de-899f-5cce-acb5-3ec493af3800"}"#]]
        .assert_eq(&stage.received().join("\n"));
}

#[test]
fn a_repeated_operation_is_the_same_one() {
    for kind in [FaultKind::LoseAnswer, FaultKind::FailAfter, FaultKind::Fail] {
        let mut stage = Stage::new();
        stage
            .acs
            .faults
            .add(Fault::once("email.send", kind))
            .unwrap();
        for _ in 0..3 {
            stage.step(SEND);
            stage.wait(60);
        }
        assert_eq!(stage.received().len(), 1, "{kind:?}");
    }
    let mut stage = Stage::new();
    stage.step(SEND);
    stage.wait(60);
    run(
        &mut stage,
        &[SEND],
        expect![[r#"
        202 operation-location=https://acs.example.com/emails/operations/8540c0de-899f-5cce-acb5-3ec493af3800?api-version=2025-09-01 {"id":"8540c0de-899f-5cce-acb5-3ec493af3800","status":"Succeeded"}
    "#]],
    );
    stage.step(&SEND.replace("|operation-id: 8540c0de-899f-5cce-acb5-3ec493af3800", ""));
    stage.wait(60);
    assert_eq!(stage.received().len(), 2, "without an id it is another");
}

#[test]
fn emails_have_limits() {
    let mut stage = Stage::with(Options {
        email_throttle: Some(Throttle {
            requests: 1,
            window_ms: 60_000,
        }),
        ..Options::default()
    });
    let other = SEND.replace("8540c0de", "8540c0df");
    run(
        &mut stage,
        &[SEND, &other, SEND],
        expect![[r#"
        202 operation-location=https://acs.example.com/emails/operations/8540c0de-899f-5cce-acb5-3ec493af3800?api-version=2025-09-01 retry-after=1 {"id":"8540c0de-899f-5cce-acb5-3ec493af3800","status":"Running"}
        429 retry-after=61 x-ms-error-code=TooManyRequests {"error":{"code":"TooManyRequests","message":"The request was throttled. Please try again later."}}
        202 operation-location=https://acs.example.com/emails/operations/8540c0de-899f-5cce-acb5-3ec493af3800?api-version=2025-09-01 retry-after=1 {"id":"8540c0de-899f-5cce-acb5-3ec493af3800","status":"Running"}
    "#]],
    );
    stage.wait(60);
    run(
        &mut stage,
        &[&other],
        expect![[r#"
        202 operation-location=https://acs.example.com/emails/operations/8540c0df-899f-5cce-acb5-3ec493af3800?api-version=2025-09-01 retry-after=1 {"id":"8540c0df-899f-5cce-acb5-3ec493af3800","status":"Running"}
    "#]],
    );
}

#[test]
fn an_address_that_bounced_gets_no_more() {
    let mut stage = Stage::new();
    stage.acs.people.set(Some("pat@example.com"), Fate::Bounced);
    stage.step(SEND);
    stage.wait(60);
    stage
        .acs
        .people
        .set(Some("pat@example.com"), Fate::Delivered);
    stage.step(&SEND.replace("8540c0de", "8540c0df"));
    stage.wait(60);
    run(
        &mut stage,
        &[POLL, &POLL.replace("8540c0de", "8540c0df")],
        expect![[r#"
            200 {"id":"8540c0de-899f-5cce-acb5-3ec493af3800","status":"Succeeded"}
            200 {"error":{"code":"EmailDroppedAllRecipientsSuppressed","message":"All recipients are on the list of suppressed addresses."},"id":"8540c0df-899f-5cce-acb5-3ec493af3800","status":"Failed"}
        "#]],
    );
    assert_eq!(stage.received().len(), 0);
}
